//! Services and categories.

use cynic::{MutationBuilder, QueryBuilder};

use super::changed;
use crate::api::{
    self, Call, Id, UserError,
    operations::{DepartmentName, TeamName},
    schema,
};

/// A service as its editor needs it.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Service")]
pub struct Service {
    pub id: Id,
    pub name: String,
    pub description: String,
    pub department: DepartmentName,
    pub team: Option<TeamName>,
    pub active: bool,
    pub version: i32,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query")]
struct ServicesQuery {
    #[arguments(includeInactive: true)]
    services: Vec<Service>,
}

/// All services, those out of use too.
pub fn fetch_services() -> Call<Vec<Service>> {
    api::one!(ServicesQuery::build(()), services)
}

/// The category above.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Category")]
pub struct ParentCategory {
    pub id: Id,
    pub name: String,
}

/// A category as its editor needs it.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Category")]
pub struct Category {
    pub id: Id,
    pub name: String,
    pub department: DepartmentName,
    pub parent: Option<ParentCategory>,
    pub team: Option<TeamName>,
    pub active: bool,
    pub version: i32,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query")]
struct CategoriesQuery {
    #[arguments(includeInactive: true)]
    categories: Vec<Category>,
}

/// All categories, those out of use too.
pub fn fetch_categories() -> Call<Vec<Category>> {
    api::one!(CategoriesQuery::build(()), categories)
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct ServiceCreateInput {
    pub department: Id,
    pub name: String,
    pub description: String,
    pub team: Option<Id>,
    pub idempotency_key: Option<String>,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct ServiceEditInput {
    pub service: Id,
    pub expected_version: i32,
    pub name: Option<String>,
    pub description: Option<String>,
    pub team: Option<Id>,
    pub active: Option<bool>,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct CategoryCreateInput {
    pub department: Id,
    pub name: String,
    pub parent: Option<Id>,
    pub team: Option<Id>,
    pub idempotency_key: Option<String>,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct CategoryEditInput {
    pub category: Id,
    pub expected_version: i32,
    pub name: Option<String>,
    pub parent: Option<Id>,
    pub team: Option<Id>,
    pub active: Option<bool>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct ServicePayload {
    service: Option<Service>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct CategoryPayload {
    category: Option<Category>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryVariables)]
struct ServiceCreateVars {
    input: ServiceCreateInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "ServiceCreateVars")]
struct ServiceCreateMutation {
    #[arguments(input: $input)]
    service_create: ServicePayload,
}

#[derive(cynic::QueryVariables)]
struct ServiceEditVars {
    input: ServiceEditInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "ServiceEditVars")]
struct ServiceEditMutation {
    #[arguments(input: $input)]
    service_edit: ServicePayload,
}

#[derive(cynic::QueryVariables)]
struct CategoryCreateVars {
    input: CategoryCreateInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "CategoryCreateVars")]
struct CategoryCreateMutation {
    #[arguments(input: $input)]
    category_create: CategoryPayload,
}

#[derive(cynic::QueryVariables)]
struct CategoryEditVars {
    input: CategoryEditInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "CategoryEditVars")]
struct CategoryEditMutation {
    #[arguments(input: $input)]
    category_edit: CategoryPayload,
}

/// Adds a service.
pub fn create_service(input: ServiceCreateInput) -> Call<Service> {
    changed!(
        ServiceCreateMutation::build(ServiceCreateVars { input }),
        service_create,
        service
    )
}

/// Changes a service.
pub fn edit_service(input: ServiceEditInput) -> Call<Service> {
    changed!(
        ServiceEditMutation::build(ServiceEditVars { input }),
        service_edit,
        service
    )
}

/// Adds a category.
pub fn create_category(input: CategoryCreateInput) -> Call<Category> {
    changed!(
        CategoryCreateMutation::build(CategoryCreateVars { input }),
        category_create,
        category
    )
}

/// Changes a category.
pub fn edit_category(input: CategoryEditInput) -> Call<Category> {
    changed!(
        CategoryEditMutation::build(CategoryEditVars { input }),
        category_edit,
        category
    )
}
