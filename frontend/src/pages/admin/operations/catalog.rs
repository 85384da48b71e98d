//! Items of the catalog.

use cynic::{MutationBuilder, QueryBuilder};

use super::changed;
use crate::api::{
    self, Call, FieldKind, Id, UserError,
    operations::{DepartmentName, ServiceName, TeamName},
    schema,
};

/// A field of a form.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq)]
pub struct FormField {
    pub key: String,
    pub label: String,
    pub kind: FieldKind,
    pub required: bool,
    pub help: String,
    pub options: Vec<String>,
    pub max_length: Option<i32>,
    pub minimum: Option<f64>,
    pub maximum: Option<f64>,
}

/// An item as its editor needs it.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq)]
#[cynic(graphql_type = "CatalogItem")]
pub struct Item {
    pub id: Id,
    pub name: String,
    pub description: String,
    pub icon: String,
    pub category: String,
    pub delivery_promise: String,
    pub department: DepartmentName,
    pub service: Option<ServiceName>,
    pub team: Option<TeamName>,
    pub fields: Vec<FormField>,
    pub active: bool,
    pub version: i32,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query")]
struct ItemsQuery {
    #[arguments(includeInactive: true)]
    catalog_items: Vec<Item>,
}

/// All items that the viewer sees, unpublished ones too.
pub fn fetch_items() -> Call<Vec<Item>> {
    api::one!(ItemsQuery::build(()), catalog_items)
}

#[derive(cynic::InputObject, Clone, Debug, PartialEq)]
pub struct FormFieldInput {
    pub key: String,
    pub label: String,
    pub kind: FieldKind,
    pub required: bool,
    pub help: Option<String>,
    pub options: Vec<String>,
    pub max_length: Option<i32>,
    pub minimum: Option<f64>,
    pub maximum: Option<f64>,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct CatalogItemCreateInput {
    pub department: Id,
    pub name: String,
    pub description: String,
    pub icon: String,
    pub category: String,
    pub delivery_promise: String,
    pub service: Option<Id>,
    pub team: Option<Id>,
    pub fields: Vec<FormFieldInput>,
    pub active: bool,
    pub idempotency_key: Option<String>,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct CatalogItemEditInput {
    pub catalog_item: Id,
    pub expected_version: i32,
    pub name: Option<String>,
    pub description: Option<String>,
    pub icon: Option<String>,
    pub category: Option<String>,
    pub delivery_promise: Option<String>,
    pub service: Option<Id>,
    pub team: Option<Id>,
    pub fields: Option<Vec<FormFieldInput>>,
    pub active: Option<bool>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct CatalogItemPayload {
    catalog_item: Option<Item>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryVariables)]
struct CreateVars {
    input: CatalogItemCreateInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "CreateVars")]
struct CreateMutation {
    #[arguments(input: $input)]
    catalog_item_create: CatalogItemPayload,
}

#[derive(cynic::QueryVariables)]
struct EditVars {
    input: CatalogItemEditInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "EditVars")]
struct EditMutation {
    #[arguments(input: $input)]
    catalog_item_edit: CatalogItemPayload,
}

/// Adds an item.
pub fn create(input: CatalogItemCreateInput) -> Call<Item> {
    changed!(
        CreateMutation::build(CreateVars { input }),
        catalog_item_create,
        catalog_item
    )
}

/// Changes an item.
pub fn edit(input: CatalogItemEditInput) -> Call<Item> {
    changed!(
        EditMutation::build(EditVars { input }),
        catalog_item_edit,
        catalog_item
    )
}
