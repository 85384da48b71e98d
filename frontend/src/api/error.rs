//! What can go wrong between the client and the server.

use super::schema;
use crate::words;

/// Why an act was refused: data of the answer, meant for the person.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct UserError {
    /// Stable code, such as `VERSION_CONFLICT`.
    pub code: String,
    /// A sentence for the person.
    pub message: String,
    /// The field of the input that is meant.
    pub field: Option<String>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// The server could not be reached.
    Network,
    /// The session has ended; the sign-in page is shown.
    SignedOut,
    /// The server refused or failed; its code, its sentence, and the id under which it is logged.
    Coded {
        /// Stable code, such as `COMPLEXITY`.
        code: String,
        /// A sentence for the person.
        message: String,
        /// The id under which the server logged it.
        request_id: Option<String>,
    },
    /// The act was refused with reasons for the person.
    Refused(Vec<UserError>),
    /// The answer could not be understood: client and server are of different versions.
    Malformed(String),
}

impl ApiError {
    /// A sentence for the screen.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Network => words::shell::error_network().to_owned(),
            Self::SignedOut => words::shell::error_signed_out().to_owned(),
            Self::Coded {
                message,
                request_id: None,
                ..
            } => message.clone(),
            Self::Coded {
                message,
                request_id: Some(id),
                ..
            } => words::shell::error_with_id(message, id),
            Self::Refused(errors) => errors
                .iter()
                .map(|error| error.message.as_str())
                .collect::<Vec<_>>()
                .join(" "),
            Self::Malformed(_) => words::shell::error_malformed().to_owned(),
        }
    }

    /// Whether one of the reasons of a refusal has that code.
    #[must_use]
    pub fn has_code(&self, wanted: &str) -> bool {
        match self {
            Self::Refused(errors) => errors.iter().any(|error| error.code == wanted),
            Self::Coded { code, .. } => code == wanted,
            _ => false,
        }
    }

    /// The sentence of the refusal that concerns this field of the input.
    #[must_use]
    pub fn for_field(&self, field: &str) -> Option<&str> {
        match self {
            Self::Refused(errors) => errors
                .iter()
                .find(|error| error.field.as_deref() == Some(field))
                .map(|error| error.message.as_str()),
            _ => None,
        }
    }
}

/// Turns a payload's `userErrors` into an [`ApiError::Refused`].
///
/// # Errors
/// When there are any.
pub fn refusal(errors: Vec<UserError>) -> Result<(), ApiError> {
    if errors.is_empty() {
        Ok(())
    } else {
        Err(ApiError::Refused(errors))
    }
}
