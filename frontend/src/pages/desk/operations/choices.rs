//! What the properties of a ticket can be set to.

use super::ticket::CategoryName;
use crate::api::{
    Id,
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
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Team")]
pub struct TeamChoice {
    pub id: Id,
    pub name: String,
    pub members: Vec<PersonBadge>,
}
