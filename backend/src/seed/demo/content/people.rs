//! `people.toml`: who works there.

use serde::Deserialize;
use shared::permission::{Role, SiteRole};

/// Everybody.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct People {
    /// The same for all.
    pub password: String,
    /// Logins that are told to whoever starts the demo.
    pub showcase: Vec<String>,
    /// Everybody.
    #[serde(rename = "person")]
    pub all: Vec<Person>,
}

/// Somebody.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Sign-in name.
    pub login: String,
    /// Mail address.
    pub email: String,
    /// Title.
    pub title: String,
    /// The part of the organisation they work in, a department's name or not.
    pub unit: String,
    /// Key of their site.
    pub site: String,
    /// BCP 47.
    pub locale: String,
    /// Number.
    pub phone: String,
    /// Key of their manager.
    pub manager: Option<String>,
    /// Keys of their teams.
    #[serde(default)]
    pub teams: Vec<String>,
    /// Roles.
    #[serde(default)]
    pub roles: Vec<Grant>,
    /// Chooses an agreement, never a priority.
    #[serde(default)]
    pub vip: bool,
}

/// A role, in a department or for the whole site.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Grant {
    /// In a department.
    Department {
        /// Which role.
        role: Role,
        /// Key of the department.
        department: String,
    },
    /// For the whole site.
    Site {
        /// Which role.
        role: SiteRole,
    },
}
