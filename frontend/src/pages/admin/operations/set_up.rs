//! The set-up page, and departments from templates.

use cynic::{MutationBuilder, QueryBuilder};

use super::{calendars::Weekday, changed, people::Password};
use crate::api::{self, Call, UserError, operations::DepartmentName, schema};

/// Whether the server waits for its first administrator.
#[derive(cynic::QueryFragment, Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetUp {
    pub needed: bool,
    pub demo_offered: bool,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query")]
struct SetUpQuery {
    set_up: SetUp,
}

/// Asks whether the server waits.
pub fn fetch_set_up() -> Call<SetUp> {
    api::one!(SetUpQuery::build(()), set_up)
}

/// A department to begin with.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "DepartmentTemplate")]
pub struct Template {
    pub key: String,
    pub name: String,
    pub description: String,
    pub confidential: bool,
    pub teams: Vec<TeamTemplate>,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct TeamTemplate {
    pub name: String,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query")]
struct TemplatesQuery {
    department_templates: Vec<Template>,
}

/// Departments to begin with.
pub fn fetch_templates() -> Call<Vec<Template>> {
    api::one!(TemplatesQuery::build(()), department_templates)
}

#[derive(cynic::InputObject, Clone)]
struct SetUpDemoInput {
    code: Password,
}

#[derive(cynic::InputObject, Clone)]
pub struct SetUpBeginInput {
    pub code: Password,
    pub organisation: String,
    pub name: String,
    pub login: String,
    pub email: String,
    pub timezone: String,
    pub password: Password,
}

#[derive(cynic::QueryVariables)]
struct DemoVars {
    input: SetUpDemoInput,
}

#[derive(cynic::QueryVariables)]
struct BeginVars {
    input: SetUpBeginInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct SetUpPayload {
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "DemoVars")]
struct DemoMutation {
    #[arguments(input: $input)]
    set_up_demo: SetUpPayload,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "BeginVars")]
struct BeginMutation {
    #[arguments(input: $input)]
    set_up_begin: SetUpPayload,
}

/// Fills the server with demo data.
pub fn plant_demo(code: String) -> Call<()> {
    let input = SetUpDemoInput {
        code: Password(code),
    };
    api::one!(DemoMutation::build(DemoVars { input }), set_up_demo)
        .then(|payload| api::refusal(payload.user_errors))
}

/// Makes the first administrator.
pub fn begin(input: SetUpBeginInput) -> Call<()> {
    api::one!(BeginMutation::build(BeginVars { input }), set_up_begin)
        .then(|payload| api::refusal(payload.user_errors))
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct WorkingHoursInput {
    pub zone: String,
    pub weekdays: Vec<Weekday>,
    pub start: String,
    pub end: String,
}

#[derive(cynic::InputObject, Clone, Debug)]
struct DepartmentsFromTemplatesInput {
    templates: Vec<String>,
    hours: Option<WorkingHoursInput>,
}

#[derive(cynic::QueryVariables)]
struct FoundVars {
    input: DepartmentsFromTemplatesInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct DepartmentsPayload {
    departments: Option<Vec<DepartmentName>>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "FoundVars")]
struct FoundMutation {
    #[arguments(input: $input)]
    departments_from_templates: DepartmentsPayload,
}

/// Founds departments.
pub fn found(
    templates: Vec<String>,
    hours: Option<WorkingHoursInput>,
) -> Call<Vec<DepartmentName>> {
    let input = DepartmentsFromTemplatesInput { templates, hours };
    changed!(
        FoundMutation::build(FoundVars { input }),
        departments_from_templates,
        departments
    )
}
