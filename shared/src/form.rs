//! Catalog items and their forms.

use crate::text::{DESCRIPTION_MAX, NAME_MAX};
use crate::validation::{Problem, Problems};
use crate::vocabulary::vocabulary;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// What a field takes.
    FieldKind {
        /// One line.
        Text = "text",
        /// Several lines.
        LongText = "long_text",
        /// A number.
        Number = "number",
        /// A date.
        Date = "date",
        /// One of a list.
        Choice = "choice",
        /// Any of a list.
        MultipleChoice = "multiple_choice",
        /// Yes or no.
        YesNo = "yes_no",
        /// A person of the organisation.
        Person = "person",
    }
}

/// One field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FormField {
    /// Stable name within the form.
    pub key: String,
    /// What the person reads.
    pub label: String,
    /// What it takes.
    pub kind: FieldKind,
    /// Must be answered.
    #[serde(default)]
    pub required: bool,
    /// A hint below the field.
    #[serde(default)]
    pub help: Option<String>,
    /// For choices.
    #[serde(default)]
    pub options: Vec<String>,
    /// Longest text, in characters.
    #[serde(default)]
    pub max_length: Option<u32>,
    /// Smallest number.
    #[serde(default)]
    pub minimum: Option<f64>,
    /// Largest number.
    #[serde(default)]
    pub maximum: Option<f64>,
}

impl FormField {
    /// An optional field without limits.
    pub fn new(key: &str, label: &str, kind: FieldKind) -> Self {
        Self {
            key: key.into(),
            label: label.into(),
            kind,
            required: false,
            help: None,
            options: vec![],
            max_length: None,
            minimum: None,
            maximum: None,
        }
    }
}

/// Most fields that a form may have.
pub const FIELDS_MAX: usize = 60;
/// Most options that a choice may have.
pub const OPTIONS_MAX: usize = 200;

/// Checks a form as its editor saves it: keys unique and plain, labels present, choices with
/// options, ranges not empty.
pub fn check_form(fields: &[FormField]) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    if fields.len() > FIELDS_MAX {
        problems.add(
            "TOO_MANY",
            "fields",
            format!("At most {FIELDS_MAX} fields."),
        );
    }
    for (index, field) in fields.iter().enumerate() {
        let name = |part: &str| format!("fields.{index}.{part}");
        let plain = !field.key.is_empty()
            && field.key.len() <= 60
            && field
                .key
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !plain {
            problems.add(
                "INVALID",
                &name("key"),
                "A key has small letters, digits and underscores.",
            );
        }
        if fields[..index].iter().any(|other| other.key == field.key) {
            problems.add("NOT_UNIQUE", &name("key"), "Another field has this key.");
        }
        problems.text(&name("label"), &field.label, NAME_MAX);
        if let Some(help) = &field.help {
            problems.optional_text(&name("help"), help, DESCRIPTION_MAX);
        }
        let choice = matches!(field.kind, FieldKind::Choice | FieldKind::MultipleChoice);
        if choice && (field.options.is_empty() || field.options.len() > OPTIONS_MAX) {
            problems.add(
                "OUT_OF_RANGE",
                &name("options"),
                format!("Between 1 and {OPTIONS_MAX} options."),
            );
        }
        for option in &field.options {
            problems.text(&name("options"), option, NAME_MAX);
        }
        if matches!((field.minimum, field.maximum), (Some(min), Some(max)) if min > max) {
            problems.add(
                "OUT_OF_RANGE",
                &name("minimum"),
                "The smallest number is above the largest.",
            );
        }
    }
    problems.finish()
}

/// Checks an item: its texts, its icon's name and its form.
pub fn check_item(
    name: &str,
    description: &str,
    icon: &str,
    category: &str,
    delivery_promise: &str,
    fields: &[FormField],
) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    problems.text("name", name, NAME_MAX);
    problems.optional_text("description", description, DESCRIPTION_MAX);
    check_icon(&mut problems, icon);
    problems.text("category", category, NAME_MAX);
    problems.optional_text("deliveryPromise", delivery_promise, NAME_MAX);
    for problem in check_form(fields).err().unwrap_or_default() {
        problems.add(&problem.code, &problem.field, problem.message);
    }
    problems.finish()
}

/// An icon is named by small letters, digits and hyphens, such as `badge-check`.
pub(crate) fn check_icon(problems: &mut Problems, icon: &str) {
    let plain = !icon.is_empty()
        && icon.len() <= 60
        && icon
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !plain {
        problems.add(
            "INVALID",
            "icon",
            "The name of an icon has small letters, digits and hyphens.",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_with_twice_the_same_key_is_refused() {
        let fields = [
            FormField::new("a", "A", FieldKind::Text),
            FormField::new("a", "B", FieldKind::Text),
        ];
        assert_eq!(check_form(&fields).unwrap_err()[0].code, "NOT_UNIQUE");
    }

    #[test]
    fn a_choice_needs_options() {
        assert_eq!(
            check_form(&[FormField::new("a", "A", FieldKind::Choice)]).unwrap_err()[0].field,
            "fields.0.options"
        );
    }

    #[test]
    fn an_item_shows_all_its_faults_at_once() {
        let fields = [FormField::new("Bad Key", "", FieldKind::Text)];
        let problems = check_item("", "", "No Icon", "Hardware", "", &fields).unwrap_err();
        let fields: Vec<&str> = problems.iter().map(|p| p.field.as_str()).collect();
        assert_eq!(fields, ["name", "icon", "fields.0.key", "fields.0.label"]);
    }

    #[test]
    fn a_plain_item_is_fine() {
        assert!(
            check_item(
                "Laptop",
                "",
                "laptop",
                "Hardware",
                "In five working days",
                &[]
            )
            .is_ok()
        );
    }
}
