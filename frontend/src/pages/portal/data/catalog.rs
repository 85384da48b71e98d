//! What can be asked for, of whom, and for whom.

use cynic::QueryBuilder;

use crate::api::{self, Call, FieldKind, Id, schema};

/// A department that takes requests.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Department")]
pub struct DepartmentTile {
    pub id: Id,
    pub key: String,
    pub name: String,
    pub description: String,
    pub icon: String,
    pub hue: i32,
    pub active: bool,
}

/// Something that can be asked for.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "CatalogItem")]
pub struct ItemTile {
    pub id: Id,
    pub name: String,
    pub description: String,
    pub icon: String,
    pub category: String,
    pub delivery_promise: String,
    pub popularity: i32,
    pub active: bool,
    pub department: ItemDepartment,
}

/// The department of an item.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Department")]
pub struct ItemDepartment {
    pub id: Id,
    pub name: String,
    pub hue: i32,
}

/// An item with its form.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq)]
#[cynic(graphql_type = "CatalogItem")]
pub struct ItemForm {
    pub id: Id,
    pub name: String,
    pub description: String,
    pub icon: String,
    pub delivery_promise: String,
    pub department: ItemDepartment,
    pub fields: Vec<FormField>,
}

/// A question of a form.
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

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
struct DepartmentsQuery {
    departments: Vec<DepartmentTile>,
}

/// Asks for the departments that take requests.
pub fn fetch_departments() -> Call<Vec<DepartmentTile>> {
    api::one!(DepartmentsQuery::build(()), departments).map(|mut found| {
        found.retain(|department| department.active);
        found
    })
}

#[derive(cynic::QueryVariables)]
struct ItemsVariables {
    department: Option<Id>,
    search: Option<String>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "ItemsVariables")]
struct ItemsQuery {
    #[arguments(department: $department, search: $search)]
    catalog_items: Vec<ItemTile>,
}

/// Asks for items, of one department or of all, that have certain words or any.
pub fn fetch_items(department: Option<Id>, search: Option<String>) -> Call<Vec<ItemTile>> {
    let variables = ItemsVariables { department, search };
    api::one!(ItemsQuery::build(variables), catalog_items).map(|mut found| {
        found.retain(|item| item.active);
        found
    })
}

#[derive(cynic::QueryVariables)]
struct ItemVariables {
    id: Id,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "ItemVariables")]
struct ItemQuery {
    #[arguments(id: $id)]
    catalog_item: Option<ItemForm>,
}

/// Asks for one item with its form.
pub fn fetch_item(id: String) -> Call<Option<ItemForm>> {
    api::one!(
        ItemQuery::build(ItemVariables { id: Id::new(id) }),
        catalog_item
    )
}

/// Somebody who can be asked for or shared with.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Person")]
pub struct Colleague {
    pub id: Id,
    pub name: String,
    pub initials: String,
    pub hue: i32,
    pub title: Option<String>,
    pub site: Option<ColleagueSite>,
    pub department: Option<ColleagueDepartment>,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Department")]
pub struct ColleagueDepartment {
    pub name: String,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Site")]
pub struct ColleagueSite {
    pub name: String,
}

#[derive(cynic::QueryVariables)]
struct PeopleVariables {
    search: Option<String>,
    first: i32,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "PeopleVariables")]
struct PeopleQuery {
    #[arguments(search: $search, first: $first)]
    people: People,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "PersonConnection")]
struct People {
    nodes: Vec<Colleague>,
}

/// Asks for people by a part of the name.
pub fn fetch_people(search: String) -> Call<Vec<Colleague>> {
    let variables = PeopleVariables {
        search: Some(search),
        first: 8,
    };
    api::one!(PeopleQuery::build(variables), people).map(|people| people.nodes)
}
