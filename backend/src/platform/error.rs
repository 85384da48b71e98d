//! Two ways to fail: refused (data, for the person who asked) and fault (ours, for the log).

use shared::id::InvalidId;
use shared::validation::Problem;

/// Result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Every code that a refusal or a top-level error can carry. `docs/API.md` explains them.
pub mod code {
    /// Unknown, or not visible: one answer for both.
    pub const NOT_FOUND: &str = "NOT_FOUND";
    /// Visible, but not allowed.
    pub const FORBIDDEN: &str = "FORBIDDEN";
    /// Malformed id, or id of something else.
    pub const INVALID_ID: &str = "INVALID_ID";
    /// Somebody saved a newer version meanwhile.
    pub const VERSION_CONFLICT: &str = "VERSION_CONFLICT";
    /// The state does not allow this step.
    pub const NOT_ALLOWED_NOW: &str = "NOT_ALLOWED_NOW";
    /// The idempotency key was used with another input.
    pub const KEY_REUSED: &str = "KEY_REUSED";
    /// A field must be filled in.
    pub const REQUIRED: &str = "REQUIRED";
    /// A field's value makes no sense.
    pub const INVALID: &str = "INVALID";
    /// More than one thing may have.
    pub const TOO_MANY: &str = "TOO_MANY";
    /// The value is taken.
    pub const NOT_UNIQUE: &str = "NOT_UNIQUE";
    /// Sign in first.
    pub const UNAUTHENTICATED: &str = "UNAUTHENTICATED";
    /// The query is too deep, too complex or too large.
    pub const LIMIT_EXCEEDED: &str = "LIMIT_EXCEEDED";
    /// The query does not parse or does not fit the schema.
    pub const BAD_QUERY: &str = "BAD_QUERY";
    /// Our fault; the request id finds it in the log.
    pub const INTERNAL: &str = "INTERNAL";
}

/// Why a use case did not succeed. Nothing was saved.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input or the present state does not allow it.
    #[error("refused: {}", .0.iter().map(|p| p.code.as_str()).collect::<Vec<_>>().join(", "))]
    Refused(Vec<Problem>),
    /// Something of ours broke.
    #[error(transparent)]
    Fault(#[from] anyhow::Error),
}

impl Error {
    /// A refusal with one problem.
    pub fn refused(code: &str, field: &str, message: impl Into<String>) -> Self {
        Self::Refused(vec![Problem::new(code, field, message)])
    }

    /// Unknown or invisible.
    pub fn not_found(field: &str) -> Self {
        Self::refused(
            code::NOT_FOUND,
            field,
            "This does not exist, or you cannot see it.",
        )
    }

    /// Visible but not allowed.
    pub fn forbidden() -> Self {
        Self::refused(code::FORBIDDEN, "", "You may not do this.")
    }

    /// Changed meanwhile.
    pub fn version_conflict() -> Self {
        Self::refused(
            code::VERSION_CONFLICT,
            "expectedVersion",
            "Somebody changed this meanwhile. Look at the newest version and try again.",
        )
    }

    /// Not from the present state.
    pub fn not_allowed_now(message: impl Into<String>) -> Self {
        Self::refused(code::NOT_ALLOWED_NOW, "", message)
    }

    /// An id that is none, in `field`.
    pub fn invalid_id(field: &str, id: &InvalidId) -> Self {
        Self::refused(code::INVALID_ID, field, id.to_string())
    }

    /// The codes of a refusal.
    pub fn codes(&self) -> Vec<&str> {
        match self {
            Self::Refused(problems) => problems.iter().map(|p| p.code.as_str()).collect(),
            Self::Fault(_) => vec![code::INTERNAL],
        }
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Fault(error.into())
    }
}

impl From<Vec<Problem>> for Error {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Refused(problems)
    }
}
