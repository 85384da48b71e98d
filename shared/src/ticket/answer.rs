//! Answers to a catalog item's form.

use crate::calendar::Date;
use crate::form::{FieldKind, FormField};
use crate::id::PersonId;
use crate::text::{ANSWER_MAX, BODY_MAX};
use crate::validation::{Problem, Problems};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One answer, typed by its field's kind: text, number, boolean, or a list of texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The field's key.
    pub key: String,
    /// The value; null when left empty.
    pub value: Value,
}

/// Checks answers against the form, and gives them back in the form's order. Every fault names
/// `answers.<key>`.
pub fn check_answers(
    fields: &[FormField],
    answers: &[Answer],
) -> Result<Vec<Answer>, Vec<Problem>> {
    let mut problems = Problems::new();
    for answer in answers {
        if !fields.iter().any(|f| f.key == answer.key) {
            problems.add(
                "UNKNOWN_FIELD",
                &format!("answers.{}", answer.key),
                "The form has no such field.",
            );
        }
    }
    let mut checked = Vec::with_capacity(fields.len());
    for field in fields {
        let value = answers
            .iter()
            .find(|a| a.key == field.key)
            .map_or(Value::Null, |a| a.value.clone());
        check_value(field, &value, &mut problems);
        checked.push(Answer {
            key: field.key.clone(),
            value,
        });
    }
    problems.finish().map(|()| checked)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn check_value(field: &FormField, value: &Value, problems: &mut Problems) {
    let name = format!("answers.{}", field.key);
    if is_empty(value) {
        if field.required {
            problems.add("REQUIRED", &name, "Please fill this in.");
        }
        return;
    }
    let text = value.as_str();
    match field.kind {
        FieldKind::Text | FieldKind::LongText => {
            let longest = if field.kind == FieldKind::Text {
                ANSWER_MAX
            } else {
                BODY_MAX
            };
            let max = field
                .max_length
                .map_or(longest, |m| (m as usize).min(longest));
            match text {
                Some(text) => problems.optional_text(&name, text, max),
                None => problems.add("INVALID", &name, "This must be text."),
            }
        }
        FieldKind::Number => match value.as_f64() {
            Some(number) => {
                if field.minimum.is_some_and(|min| number < min)
                    || field.maximum.is_some_and(|max| number > max)
                {
                    problems.add("OUT_OF_RANGE", &name, range_words(field));
                }
            }
            None => problems.add("INVALID", &name, "This must be a number."),
        },
        FieldKind::Date => {
            if text.is_none_or(|text| text.parse::<Date>().is_err()) {
                problems.add("INVALID", &name, "This must be a date.");
            }
        }
        FieldKind::Choice => {
            if !text.is_some_and(|t| field.options.iter().any(|o| o == t)) {
                problems.add("UNKNOWN_CHOICE", &name, "Please choose one of the list.");
            }
        }
        FieldKind::MultipleChoice => {
            let known = value.as_array().is_some_and(|items| {
                items.iter().all(|i| {
                    i.as_str()
                        .is_some_and(|t| field.options.iter().any(|o| o == t))
                })
            });
            if !known {
                problems.add("UNKNOWN_CHOICE", &name, "Please choose from the list.");
            }
        }
        FieldKind::YesNo => {
            if !value.is_boolean() {
                problems.add("INVALID", &name, "Please answer yes or no.");
            }
        }
        FieldKind::Person => {
            if text.is_none_or(|t| t.parse::<PersonId>().is_err()) {
                problems.add("INVALID", &name, "Please choose a person.");
            }
        }
    }
}

fn range_words(field: &FormField) -> String {
    match (field.minimum, field.maximum) {
        (Some(min), Some(max)) => format!("Between {min} and {max}."),
        (Some(min), None) => format!("At least {min}."),
        (None, Some(max)) => format!("At most {max}."),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn field(kind: FieldKind, required: bool) -> FormField {
        FormField {
            required,
            options: vec!["Red".into(), "Blue".into()],
            minimum: Some(1.0),
            maximum: Some(5.0),
            ..FormField::new("f", "F", kind)
        }
    }

    fn codes(field: FormField, value: Value) -> Vec<String> {
        match check_answers(
            &[field],
            &[Answer {
                key: "f".into(),
                value,
            }],
        ) {
            Ok(_) => vec![],
            Err(problems) => problems.into_iter().map(|p| p.code).collect(),
        }
    }

    #[test]
    fn an_empty_answer_is_refused_only_where_required() {
        for value in [Value::Null, json!("  "), json!([])] {
            assert_eq!(
                codes(field(FieldKind::Text, true), value.clone()),
                ["REQUIRED"]
            );
            assert!(codes(field(FieldKind::Text, false), value).is_empty());
        }
    }

    #[test]
    fn answers_are_typed_by_their_field() {
        assert!(codes(field(FieldKind::Number, true), json!(3)).is_empty());
        assert_eq!(
            codes(field(FieldKind::Number, true), json!(9)),
            ["OUT_OF_RANGE"]
        );
        assert_eq!(
            codes(field(FieldKind::Number, true), json!("3")),
            ["INVALID"]
        );
        assert!(codes(field(FieldKind::Choice, true), json!("Red")).is_empty());
        assert_eq!(
            codes(field(FieldKind::Choice, true), json!("Green")),
            ["UNKNOWN_CHOICE"]
        );
        assert_eq!(
            codes(field(FieldKind::MultipleChoice, true), json!(["Red", 1])),
            ["UNKNOWN_CHOICE"]
        );
        assert_eq!(
            codes(field(FieldKind::Date, true), json!("2026-02-30")),
            ["INVALID"]
        );
        assert_eq!(
            codes(field(FieldKind::YesNo, true), json!("yes")),
            ["INVALID"]
        );
        assert_eq!(
            codes(field(FieldKind::Person, true), json!("ticket_x")),
            ["INVALID"]
        );
    }

    #[test]
    fn an_answer_without_a_field_is_refused() {
        let answers = [Answer {
            key: "other".into(),
            value: json!(1),
        }];
        assert_eq!(
            check_answers(&[], &answers).unwrap_err()[0].field,
            "answers.other"
        );
    }
}
