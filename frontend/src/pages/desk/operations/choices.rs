//! What the properties of a ticket can be set to.

use super::ticket::CategoryName;
use crate::api::{
    Id, ResolutionCode,
    operations::{PersonBadge, ServiceName},
    schema,
};

#[derive(cynic::QueryVariables, Clone, Debug)]
pub struct ChoicesVars {
    pub department: Id,
}

/// Teams with their members, services and categories of a department.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Query", variables = "ChoicesVars")]
pub struct ChoicesQuery {
    #[arguments(department: $department)]
    pub teams: Vec<TeamChoice>,
    #[arguments(department: $department)]
    pub services: Vec<ServiceName>,
    #[arguments(department: $department)]
    pub categories: Vec<CategoryName>,
    pub departments: Vec<DepartmentCodes>,
}

/// How a department's tickets may be resolved.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Department")]
pub struct DepartmentCodes {
    pub id: Id,
    pub state_settings: Codes,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "StateSettings")]
pub struct Codes {
    pub resolution_codes: Vec<ResolutionCode>,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Team")]
pub struct TeamChoice {
    pub id: Id,
    pub name: String,
    pub members: Vec<PersonBadge>,
}
