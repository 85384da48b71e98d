//! Rules for departments, teams and people as administrators edit them.

use crate::form::check_icon;
use crate::id::CategoryId;
use crate::text::{DESCRIPTION_MAX, NAME_MAX};
use crate::validation::{Problem, Problems};

/// Checks a name and a description.
pub fn check_named(name: &str, description: &str) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    problems.text("name", name, NAME_MAX);
    problems.optional_text("description", description, DESCRIPTION_MAX);
    problems.finish()
}

/// Checks a site: a place where people work.
pub fn check_site(name: &str, address: &str) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    problems.text("name", name, NAME_MAX);
    problems.optional_text("address", address, DESCRIPTION_MAX);
    problems.finish()
}

/// Checks a department: its key stands in addresses, so it is plain.
pub fn check_department(
    key: &str,
    name: &str,
    description: &str,
    icon: &str,
    hue: i32,
) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    let plain = key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.len() <= 40
        && key
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !plain {
        problems.add(
            "INVALID",
            "key",
            "A letter, then small letters, digits and hyphens; at most 40.",
        );
    }
    problems.text("name", name, NAME_MAX);
    problems.optional_text("description", description, DESCRIPTION_MAX);
    check_icon(&mut problems, icon);
    if !(0..360).contains(&hue) {
        problems.add("OUT_OF_RANGE", "hue", "A colour lies between 0 and 359.");
    }
    problems.finish()
}

/// Checks what a person has besides name, sign-in name and mail address.
pub fn check_person_details(
    title: Option<&str>,
    phone: Option<&str>,
    locale: &str,
) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    for (field, value, max) in [("title", title, NAME_MAX), ("phone", phone, 40)] {
        if let Some(value) = value {
            problems.optional_text(field, value, max);
        }
    }
    let mut parts = locale.split('-');
    let language = parts
        .next()
        .is_some_and(|p| matches!(p.len(), 2 | 3) && p.chars().all(|c| c.is_ascii_lowercase()));
    let rest =
        parts.all(|p| matches!(p.len(), 2..=8) && p.chars().all(|c| c.is_ascii_alphanumeric()));
    if !language || !rest || locale.len() > 35 {
        problems.add("INVALID", "locale", "A language such as en or pt-BR.");
    }
    problems.finish()
}

/// Whether a category may stand below `parent`, which itself stands below `grandparent`. There are
/// two levels: what has categories below it stands at the top.
pub fn check_parent(
    category: CategoryId,
    parent: Option<(CategoryId, Option<CategoryId>)>,
    has_subcategories: bool,
) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    if let Some((parent, grandparent)) = parent {
        if parent == category {
            problems.add("INVALID", "parent", "A category cannot stand below itself.");
        } else if grandparent.is_some() {
            problems.add("INVALID", "parent", "There are two levels of categories.");
        } else if has_subcategories {
            problems.add(
                "INVALID",
                "parent",
                "This category has others below it, so it stays at the top.",
            );
        }
    }
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
    if !is_address(email) {
        problems.add("INVALID", "email", "This is not a mail address.");
    }
    problems.finish()
}

/// Whether a text looks like a mail address.
pub fn is_address(text: &str) -> bool {
    let parts: Vec<&str> = text.split('@').collect();
    parts.len() == 2
        && !parts[0].is_empty()
        && parts[1].contains('.')
        && !text.chars().any(char::is_whitespace)
        && text.len() <= 254
}

/// Fewest characters of a password.
pub const PASSWORD_SHORTEST: usize = 12;
/// Most characters of a password.
pub const PASSWORD_LONGEST: usize = 256;

/// What a new password must be; length is what counts, and that it cannot be guessed from the
/// sign-in name.
///
/// # Errors
/// All that is wrong.
pub fn check_password(login: &str, password: &str) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    let length = password.chars().count();
    let same = password.chars().next();
    if length < PASSWORD_SHORTEST {
        problems.add(
            "TOO_SHORT",
            "password",
            format!("At least {PASSWORD_SHORTEST} characters; a sentence is fine."),
        );
    } else if length > PASSWORD_LONGEST {
        problems.add(
            "TOO_LONG",
            "password",
            format!("At most {PASSWORD_LONGEST} characters."),
        );
    } else if password.chars().all(|c| Some(c) == same) {
        problems.add(
            "TOO_WEAK",
            "password",
            "Please use more than one character.",
        );
    } else if login.chars().count() > 3 && password.to_lowercase().contains(&login.to_lowercase()) {
        problems.add(
            "TOO_WEAK",
            "password",
            "Please leave the sign-in name out of it.",
        );
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
        for (password, code) in [
            ("", "TOO_SHORT"),
            ("short", "TOO_SHORT"),
            ("xxxxxxxxxxxx", "TOO_WEAK"),
            ("MARTA is marta", "TOO_WEAK"),
            (&"ab ".repeat(100), "TOO_LONG"),
        ] {
            let problems = check_password("marta", password).expect_err(password);
            assert_eq!(problems[0].code, code, "{password}");
        }
        assert!(check_password("marta", "a sentence is fine").is_ok());
    }

    #[test]
    fn mail_addresses_and_logins_are_checked() {
        assert!(check_person("Ana", "ana.f", "ana@example.org").is_ok());
        assert_eq!(check_person("Ana", "Ana F", "ana").unwrap_err().len(), 2);
    }

    #[test]
    fn a_departments_key_is_plain() {
        assert!(check_department("it", "IT", "", "monitor", 210).is_ok());
        for key in ["", "IT", "1a", "a b", "ä"] {
            assert_eq!(
                check_department(key, "IT", "", "monitor", 210).unwrap_err()[0].field,
                "key"
            );
        }
        assert_eq!(
            check_department("it", "IT", "", "monitor", 360).unwrap_err()[0].code,
            "OUT_OF_RANGE"
        );
    }

    #[test]
    fn languages_are_named_by_their_codes() {
        for locale in ["en", "pt-BR", "zh-Hans-CN"] {
            assert!(check_person_details(None, None, locale).is_ok(), "{locale}");
        }
        for locale in ["", "English", "e", "en-", "en_GB"] {
            assert!(
                check_person_details(None, None, locale).is_err(),
                "{locale}"
            );
        }
    }

    #[test]
    fn categories_have_two_levels() {
        let id = |n| CategoryId(uuid::Uuid::from_u128(n));
        assert!(check_parent(id(1), None, true).is_ok());
        assert!(check_parent(id(1), Some((id(2), None)), false).is_ok());
        assert!(check_parent(id(1), Some((id(1), None)), false).is_err());
        assert!(check_parent(id(1), Some((id(2), Some(id(3)))), false).is_err());
        assert!(check_parent(id(1), Some((id(2), None)), true).is_err());
    }
}
