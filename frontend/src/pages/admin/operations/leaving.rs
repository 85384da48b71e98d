//! What somebody would leave behind, and who could take it over.

use cynic::QueryBuilder;

use crate::api::{
    self, Call, Id,
    operations::{DepartmentName, PersonBadge, TeamName},
    schema,
};

/// What a person would leave behind in a department.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "PersonDuty")]
pub struct Duty {
    pub department: DepartmentName,
    pub open_tickets: Option<i32>,
    pub teams: Vec<TeamName>,
    pub only_lead: bool,
    pub heirs: Vec<PersonBadge>,
}

#[derive(cynic::QueryVariables)]
struct DutiesVars {
    person: Id,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query", variables = "DutiesVars")]
struct DutiesQuery {
    #[arguments(person: $person)]
    person_duties: Vec<Duty>,
}

/// Who takes over in a department.
#[derive(cynic::InputObject, Clone, Debug)]
pub struct TakeOverInput {
    pub department: Id,
    pub person: Id,
    pub leads: bool,
}

/// What this person would leave behind.
pub fn fetch_duties(person: Id) -> Call<Vec<Duty>> {
    api::one!(DutiesQuery::build(DutiesVars { person }), person_duties)
}
