//! Rules for departments, teams and people as administrators edit them.

use crate::text::{DESCRIPTION_MAX, NAME_MAX};
use crate::validation::{Problem, Problems};

/// Checks a name and a description.
pub fn check_named(name: &str, description: &str) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    problems.text("name", name, NAME_MAX);
    problems.optional_text("description", description, DESCRIPTION_MAX);
    problems.finish()
}

/// Checks a person's name, sign-in name and mail address.
pub fn check_person(name: &str, login: &str, email: &str) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    problems.text("name", name, NAME_MAX);
    let plain = login.chars().all(|c| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_' | '@')
    });
    if login.is_empty() || login.len() > 80 || !plain {
        problems.add(
            "INVALID",
            "login",
            "Small letters, digits, dots, hyphens and underscores; at most 80.",
        );
    }
    let parts: Vec<&str> = email.split('@').collect();
    let address = parts.len() == 2
        && !parts[0].is_empty()
        && parts[1].contains('.')
        && !email.chars().any(char::is_whitespace);
    if !address || email.len() > 254 {
        problems.add("INVALID", "email", "This is not a mail address.");
    }
    problems.finish()
}

/// Checks a new password: long enough to matter, short enough to hash.
pub fn check_password(password: &str) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    let length = password.chars().count();
    if length < 12 {
        problems.add(
            "TOO_SHORT",
            "password",
            "At least 12 characters; a sentence is fine.",
        );
    }
    if length > 256 {
        problems.add("TOO_LONG", "password", "At most 256 characters.");
    }
    problems.finish()
}

/// Two letters for an avatar: first letters of the first and the last word.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|w| w.chars().next());
    let last = words.next_back().and_then(|w| w.chars().next());
    first
        .into_iter()
        .chain(last)
        .flat_map(char::to_uppercase)
        .collect()
}

/// A stable colour (0-359) for an avatar.
pub fn hue(name: &str) -> u16 {
    let hash = name.bytes().fold(2_166_136_261u32, |h, b| {
        (h ^ u32::from(b)).wrapping_mul(16_777_619)
    });
    (hash % 360) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_the_last_word() {
        assert_eq!(initials("Ana Maria Ferreira"), "AF");
        assert_eq!(initials("Sina"), "S");
        assert_eq!(initials("  "), "");
    }

    #[test]
    fn a_short_password_is_refused() {
        assert!(check_password("short").is_err());
        assert!(check_password("a sentence is fine").is_ok());
    }

    #[test]
    fn mail_addresses_and_logins_are_checked() {
        assert!(check_person("Ana", "ana.f", "ana@example.org").is_ok());
        assert_eq!(check_person("Ana", "Ana F", "ana").unwrap_err().len(), 2);
    }
}
