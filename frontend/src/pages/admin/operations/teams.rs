//! Teams and their members.

use cynic::{MutationBuilder, QueryBuilder};

use super::changed;
use crate::api::{
    self, Call, Id, UserError,
    operations::{DepartmentName, PersonBadge},
    schema,
};

/// A team as its editor needs it.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Team")]
pub struct Team {
    pub id: Id,
    pub name: String,
    pub department: DepartmentName,
    pub members: Vec<PersonBadge>,
    pub active: bool,
    pub version: i32,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query")]
struct TeamsQuery {
    #[arguments(includeInactive: true)]
    teams: Vec<Team>,
}

/// All teams, those out of use too.
pub fn fetch_teams() -> Call<Vec<Team>> {
    api::one!(TeamsQuery::build(()), teams)
}

/// A team that something can be routed to.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Team")]
pub struct TeamChoice {
    pub id: Id,
    pub name: String,
    pub department: DepartmentName,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query")]
struct TeamChoicesQuery {
    teams: Vec<TeamChoice>,
}

/// Teams in use.
pub fn fetch_choices() -> Call<Vec<TeamChoice>> {
    api::one!(TeamChoicesQuery::build(()), teams)
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct TeamCreateInput {
    pub department: Id,
    pub name: String,
    pub idempotency_key: Option<String>,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct TeamEditInput {
    pub team: Id,
    pub expected_version: i32,
    pub name: Option<String>,
    pub active: Option<bool>,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct TeamSetMembersInput {
    pub team: Id,
    pub expected_version: i32,
    pub members: Vec<Id>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct TeamPayload {
    team: Option<Team>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryVariables)]
struct CreateVars {
    input: TeamCreateInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "CreateVars")]
struct CreateMutation {
    #[arguments(input: $input)]
    team_create: TeamPayload,
}

#[derive(cynic::QueryVariables)]
struct EditVars {
    input: TeamEditInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "EditVars")]
struct EditMutation {
    #[arguments(input: $input)]
    team_edit: TeamPayload,
}

#[derive(cynic::QueryVariables)]
struct MembersVars {
    input: TeamSetMembersInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "MembersVars")]
struct MembersMutation {
    #[arguments(input: $input)]
    team_set_members: TeamPayload,
}

/// Forms a team.
pub fn create(input: TeamCreateInput) -> Call<Team> {
    changed!(
        CreateMutation::build(CreateVars { input }),
        team_create,
        team
    )
}

/// Renames a team, or takes it out of use.
pub fn edit(input: TeamEditInput) -> Call<Team> {
    changed!(EditMutation::build(EditVars { input }), team_edit, team)
}

/// Says who belongs to a team.
pub fn set_members(input: TeamSetMembersInput) -> Call<Team> {
    changed!(
        MembersMutation::build(MembersVars { input }),
        team_set_members,
        team
    )
}
