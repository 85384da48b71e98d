//! Departments, the organisation's name, and the priority matrix.

use cynic::{MutationBuilder, QueryBuilder};

use super::changed;
use crate::api::{
    self, Call, Id, Impact, Priority, Urgency, UserError, operations::DepartmentName, schema,
};

/// A department as its editor needs it.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Department")]
pub struct Department {
    pub id: Id,
    pub key: String,
    pub name: String,
    pub description: String,
    pub icon: String,
    pub hue: i32,
    pub confidential: bool,
    pub active: bool,
    pub position: i32,
    pub version: i32,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query")]
struct DepartmentsQuery {
    #[arguments(includeInactive: true)]
    departments: Vec<Department>,
}

/// All departments, those out of use too.
pub fn fetch_departments() -> Call<Vec<Department>> {
    api::one!(DepartmentsQuery::build(()), departments)
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct DepartmentCreateInput {
    pub key: String,
    pub name: String,
    pub description: String,
    pub icon: String,
    pub hue: i32,
    pub confidential: bool,
    pub idempotency_key: Option<String>,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct DepartmentEditInput {
    pub department: Id,
    pub expected_version: i32,
    pub key: Option<String>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub icon: Option<String>,
    pub hue: Option<i32>,
    pub confidential: Option<bool>,
    pub position: Option<i32>,
    pub active: Option<bool>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct DepartmentPayload {
    department: Option<Department>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryVariables)]
struct CreateVars {
    input: DepartmentCreateInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "CreateVars")]
struct CreateMutation {
    #[arguments(input: $input)]
    department_create: DepartmentPayload,
}

#[derive(cynic::QueryVariables)]
struct EditVars {
    input: DepartmentEditInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "EditVars")]
struct EditMutation {
    #[arguments(input: $input)]
    department_edit: DepartmentPayload,
}

/// Founds a department.
pub fn create(input: DepartmentCreateInput) -> Call<Department> {
    changed!(
        CreateMutation::build(CreateVars { input }),
        department_create,
        department
    )
}

/// Changes a department.
pub fn edit(input: DepartmentEditInput) -> Call<Department> {
    changed!(
        EditMutation::build(EditVars { input }),
        department_edit,
        department
    )
}

/// One cell of the priority matrix.
#[derive(cynic::QueryFragment, Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriorityCell {
    pub impact: Impact,
    pub urgency: Urgency,
    pub priority: Priority,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Organisation")]
pub struct OrganisationName {
    pub name: String,
    pub default_department: Option<DepartmentName>,
    pub version: i32,
    pub priority_matrix_version: i32,
}

/// What holds for the whole organisation.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Query")]
pub struct Settings {
    pub organisation: OrganisationName,
    pub departments: Vec<Department>,
    pub priority_matrix: Vec<PriorityCell>,
}

/// Name and priority matrix.
pub fn fetch_settings() -> Call<Settings> {
    api::query(Settings::build(()))
}

#[derive(cynic::InputObject, Clone, Debug)]
struct OrganisationEditInput {
    expected_version: i32,
    name: String,
    default_department: Option<Id>,
}

#[derive(cynic::QueryVariables)]
struct OrganisationVars {
    input: OrganisationEditInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct OrganisationPayload {
    organisation: Option<OrganisationName>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "OrganisationVars")]
struct OrganisationMutation {
    #[arguments(input: $input)]
    organisation_edit: OrganisationPayload,
}

/// Changes what the organisation is called, and where the reports go of those who do not know where they belong.
pub fn edit_organisation(
    version: i32,
    name: String,
    default_department: Option<Id>,
) -> Call<OrganisationName> {
    let input = OrganisationEditInput {
        expected_version: version,
        name,
        default_department,
    };
    changed!(
        OrganisationMutation::build(OrganisationVars { input }),
        organisation_edit,
        organisation
    )
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct PriorityCellInput {
    pub impact: Impact,
    pub urgency: Urgency,
    pub priority: Priority,
}

#[derive(cynic::InputObject, Clone, Debug)]
struct PriorityMatrixSetInput {
    cells: Vec<PriorityCellInput>,
    expected_version: i32,
}

#[derive(cynic::QueryVariables)]
struct MatrixVars {
    input: PriorityMatrixSetInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct PriorityMatrixPayload {
    priority_matrix: Option<Vec<PriorityCell>>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "MatrixVars")]
struct MatrixMutation {
    #[arguments(input: $input)]
    priority_matrix_set: PriorityMatrixPayload,
}

/// Sets the priority matrix.
pub fn set_matrix(version: i32, cells: Vec<PriorityCellInput>) -> Call<Vec<PriorityCell>> {
    let input = PriorityMatrixSetInput {
        cells,
        expected_version: version,
    };
    changed!(
        MatrixMutation::build(MatrixVars { input }),
        priority_matrix_set,
        priority_matrix
    )
}
