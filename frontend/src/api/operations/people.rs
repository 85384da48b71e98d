//! Names of people and of parts of the organisation.

use crate::api::{Id, schema};

/// What an avatar and a name need.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Person")]
pub struct PersonBadge {
    pub id: Id,
    pub name: String,
    /// Two letters for the avatar.
    pub initials: String,
    /// 0 to 359, for the avatar.
    pub hue: i32,
}

/// A department by name.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Department")]
pub struct DepartmentName {
    pub id: Id,
    pub name: String,
}

/// A team by name.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Team")]
pub struct TeamName {
    pub id: Id,
    pub name: String,
}

/// A service by name.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Service")]
pub struct ServiceName {
    pub id: Id,
    pub name: String,
}
