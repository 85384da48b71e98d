//! `catalog.toml`: what can be asked for.

use serde::Deserialize;
use shared::form::FormField;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CatalogFile {
    pub(super) item: Vec<Item>,
}

/// Something that can be asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// One line.
    pub description: String,
    /// Name of an icon.
    pub icon: String,
    /// Key of the department.
    pub department: String,
    /// Key of the category.
    pub category: String,
    /// Key of the service.
    pub service: String,
    /// Key of the team.
    pub team: String,
    /// What is promised, in words.
    pub promise: String,
    /// Among those offered first.
    #[serde(default)]
    pub popular: bool,
    /// The form.
    pub fields: Vec<FormField>,
}
