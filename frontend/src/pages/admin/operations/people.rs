//! People and their roles.

use cynic::{MutationBuilder, QueryBuilder};

use super::{changed, leaving::TakeOverInput, sites::SiteName};
use crate::api::{
    self, Call, Id, Role, SiteRole, UserError,
    operations::{DepartmentName, PersonBadge, TeamName},
    schema,
};

/// A password on its way to the server.
#[derive(cynic::Scalar, Clone)]
pub struct Password(pub String);

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct RoleGrant {
    pub role: Role,
    pub department: DepartmentName,
}

/// A person as their editor needs them.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Person")]
pub struct Person {
    pub id: Id,
    pub name: String,
    pub initials: String,
    pub hue: i32,
    pub login: Option<String>,
    pub email: Option<String>,
    pub title: Option<String>,
    pub phone: Option<String>,
    pub site: Option<SiteName>,
    pub timezone: String,
    pub locale: String,
    pub vip: bool,
    pub active: bool,
    pub version: i32,
    pub department: Option<DepartmentName>,
    pub manager: Option<PersonBadge>,
    pub teams: Vec<TeamName>,
    pub roles: Vec<RoleGrant>,
    pub site_roles: Vec<SiteRole>,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct PageInfo {
    pub has_next_page: bool,
    pub end_cursor: Option<String>,
}

/// A page of people.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "PersonConnection")]
pub struct People {
    pub nodes: Vec<Person>,
    pub page_info: PageInfo,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct PeopleVars {
    search: String,
    after: Option<String>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query", variables = "PeopleVars")]
struct PeopleQuery {
    #[arguments(search: $search, after: $after, includeInactive: true, first: 50)]
    people: People,
}

/// People whose name, sign-in name or mail address has these words.
pub fn fetch_people(search: String, after: Option<String>) -> Call<People> {
    api::one!(PeopleQuery::build(PeopleVars { search, after }), people)
}

/// Somebody who can be picked.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Person")]
pub struct Colleague {
    pub id: Id,
    pub name: String,
    pub initials: String,
    pub hue: i32,
    pub title: Option<String>,
    pub department: Option<DepartmentName>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "PersonConnection")]
struct Colleagues {
    nodes: Vec<Colleague>,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct ColleaguesVars {
    search: String,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query", variables = "ColleaguesVars")]
struct ColleaguesQuery {
    #[arguments(search: $search, first: 8)]
    people: Colleagues,
}

/// The first few active people by these words.
pub fn find_colleagues(search: String) -> Call<Vec<Colleague>> {
    api::one!(ColleaguesQuery::build(ColleaguesVars { search }), people).map(|people| people.nodes)
}

#[derive(cynic::InputObject, Clone)]
pub struct PersonCreateInput {
    pub login: String,
    pub email: String,
    pub name: String,
    pub title: Option<String>,
    pub phone: Option<String>,
    pub site: Option<Id>,
    pub timezone: String,
    pub locale: String,
    pub vip: bool,
    pub department: Option<Id>,
    pub manager: Option<Id>,
    pub password: Option<Password>,
    pub idempotency_key: Option<String>,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct PersonEditInput {
    pub person: Id,
    pub expected_version: i32,
    pub login: Option<String>,
    pub email: Option<String>,
    pub name: Option<String>,
    pub title: Option<String>,
    pub phone: Option<String>,
    pub site: Option<Id>,
    pub timezone: Option<String>,
    pub locale: Option<String>,
    pub vip: Option<bool>,
    pub department: Option<Id>,
    pub manager: Option<Id>,
    pub active: Option<bool>,
    pub take_over: Vec<TakeOverInput>,
}

#[derive(cynic::InputObject, Clone)]
pub struct PersonSetPasswordInput {
    pub person: Id,
    pub password: Password,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct RoleInput {
    pub person: Id,
    pub role: Option<Role>,
    pub department: Option<Id>,
    pub site_role: Option<SiteRole>,
    pub taken_over_by: Option<Id>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct PersonPayload {
    person: Option<Person>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryVariables)]
struct CreateVars {
    input: PersonCreateInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "CreateVars")]
struct CreateMutation {
    #[arguments(input: $input)]
    person_create: PersonPayload,
}

#[derive(cynic::QueryVariables)]
struct EditVars {
    input: PersonEditInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "EditVars")]
struct EditMutation {
    #[arguments(input: $input)]
    person_edit: PersonPayload,
}

#[derive(cynic::QueryVariables)]
struct PasswordVars {
    input: PersonSetPasswordInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "PasswordVars")]
struct PasswordMutation {
    #[arguments(input: $input)]
    person_set_password: PersonPayload,
}

#[derive(cynic::QueryVariables)]
struct RoleVars {
    input: RoleInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "RoleVars")]
struct GrantMutation {
    #[arguments(input: $input)]
    role_grant: PersonPayload,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "RoleVars")]
struct RevokeMutation {
    #[arguments(input: $input)]
    role_revoke: PersonPayload,
}

/// Takes somebody on.
pub fn create(input: PersonCreateInput) -> Call<Person> {
    changed!(
        CreateMutation::build(CreateVars { input }),
        person_create,
        person
    )
}

/// Changes a person.
pub fn edit(input: PersonEditInput) -> Call<Person> {
    changed!(EditMutation::build(EditVars { input }), person_edit, person)
}

/// Sets somebody's password.
pub fn set_password(person: Id, password: String) -> Call<Person> {
    let input = PersonSetPasswordInput {
        person,
        password: Password(password),
    };
    changed!(
        PasswordMutation::build(PasswordVars { input }),
        person_set_password,
        person
    )
}

/// Gives a role.
pub fn grant(input: RoleInput) -> Call<Person> {
    changed!(GrantMutation::build(RoleVars { input }), role_grant, person)
}

/// Takes a role.
pub fn revoke(input: RoleInput) -> Call<Person> {
    changed!(
        RevokeMutation::build(RoleVars { input }),
        role_revoke,
        person
    )
}
