//! Names of the file and the rows that they stand for here.

use sha2::{Digest, Sha256};
use shared::id::{CategoryId, PersonId, TeamId};
use shared::text::NAME_MAX;
use std::collections::HashMap;

/// Who and what the names of a file are.
#[derive(Debug, Default)]
pub struct Names {
    /// People by sign-in name.
    pub people: HashMap<String, PersonId>,
    /// Teams of the department by name.
    pub teams: HashMap<String, TeamId>,
    /// Categories of the department by (parent, name).
    pub categories: HashMap<(Option<String>, String), CategoryId>,
}

/// Who asked, where the file does not tell.
pub const UNKNOWN_PERSON: &str = "Unknown";

impl Names {
    /// The person of a name.
    pub fn person(&self, name: Option<&str>) -> Option<PersonId> {
        self.people.get(&login(name?)).copied()
    }

    /// The team of a name.
    pub fn team(&self, name: Option<&str>) -> Option<TeamId> {
        self.teams.get(&fitted(name?)).copied()
    }

    /// The subcategory if there is one, else the category.
    pub fn category(&self, category: Option<&str>, below: Option<&str>) -> Option<CategoryId> {
        let parent = fitted(category?);
        let key = match below {
            Some(name) => (Some(parent), fitted(name)),
            None => (None, parent),
        };
        self.categories.get(&key).copied()
    }
}

/// A name without blanks around it, shortened to what a name may have.
pub fn fitted(name: &str) -> String {
    let name = name.trim();
    if name.chars().count() <= NAME_MAX {
        name.to_owned()
    } else {
        name.chars().take(NAME_MAX - 1).chain(['…']).collect()
    }
}

/// The sign-in name of an imported person (who has no password): the same for the same name in
/// every run, different for names that differ in a blank only.
pub fn login(name: &str) -> String {
    let name = name.trim();
    let mut slug = String::new();
    for c in name.chars().take(40) {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let digest = format!("{:x}", Sha256::digest(name));
    format!("servicenow.{}.{}", slug.trim_end_matches('-'), &digest[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_a_blank_are_different_people() {
        assert_ne!(login("Opened by  8"), login("Opened by 8"));
        assert_eq!(login(" Caller 1 "), login("Caller 1"));
        let login = login("Zoë O'Neill, <admin>");
        assert!(shared::organisation::check_person("Zoë", &login, "z@example.org").is_ok());
    }

    #[test]
    fn over_long_names_are_shortened() {
        assert_eq!(fitted(&"x".repeat(500)).chars().count(), NAME_MAX);
    }
}
