//! Who there is: departments, teams, people and their roles, services and categories.

pub mod access;
pub mod entity;
pub mod reference;
pub mod store;
