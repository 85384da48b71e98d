//! What is wrong with an input, in a form that a form and an API both show: a code, a field, words.

use serde::{Deserialize, Serialize};

/// A word that its vocabulary does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not a {vocabulary}")]
pub struct UnknownWord {
    /// Name of the enum.
    pub vocabulary: &'static str,
    /// What was found.
    pub word: String,
}

/// One fault of an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Upper-case code, stable: `REQUIRED`, `TOO_LONG`, `INVALID`, `OUT_OF_RANGE`, `UNKNOWN_CHOICE`, …
    pub code: String,
    /// Field of the input, as the API names it; empty for the input as a whole.
    pub field: String,
    /// A sentence for the person who typed.
    pub message: String,
}

impl Problem {
    /// A fault of `field`.
    pub fn new(code: &str, field: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            field: field.to_owned(),
            message: message.into(),
        }
    }
}

/// Gathers faults, so that a form shows all of them at once.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn add(&mut self, code: &str, field: &str, message: impl Into<String>) {
        self.0.push(Problem::new(code, field, message));
    }

    /// A text that must not be blank and has at most `max` characters.
    pub fn text(&mut self, field: &str, value: &str, max: usize) {
        if value.trim().is_empty() {
            self.add("REQUIRED", field, "Please fill this in.");
        }
        self.optional_text(field, value, max);
    }

    /// A text of at most `max` characters and without control characters.
    pub fn optional_text(&mut self, field: &str, value: &str, max: usize) {
        let length = value.chars().count();
        if length > max {
            self.add(
                "TOO_LONG",
                field,
                format!("At most {max} characters; this has {length}."),
            );
        }
        if value
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        {
            self.add(
                "INVALID",
                field,
                "This contains characters that cannot be shown.",
            );
        }
    }

    /// `Ok` when nothing was added.
    pub fn finish(self) -> Result<(), Vec<Problem>> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(self.0)
        }
    }
}
