//! Two ways to fail: refused (data, for the person who asked) and fault (ours, for the log).

use sea_orm::{DbErr, RuntimeErr, SqlxError};
use shared::id::InvalidId;
use shared::validation::Problem;
use std::sync::Arc;

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
    /// The database is away, locked or full; the same again may well succeed.
    pub const UNAVAILABLE: &str = "UNAVAILABLE";
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

/// The commit that a unit of work shared with others failed; why is the same for all.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the commit failed: {0}")]
pub(super) struct CommitFailed(pub Arc<Error>);

/// The database gave a transaction up by itself: it was full, or its disk failed.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the database rolled the transaction back by itself")]
pub(super) struct RolledBack;

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

    /// A refusal as whoever typed a command reads it; a fault as it is.
    pub fn in_words(self) -> anyhow::Error {
        match self {
            Self::Refused(problems) => {
                let words: Vec<String> = problems.into_iter().map(|p| p.message).collect();
                anyhow::anyhow!(words.join(" "))
            }
            Self::Fault(fault) => fault,
        }
    }

    /// Whether this is no fault of ours: the database is away, locked or full, and the same again
    /// may well succeed.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Refused(_) => false,
            Self::Fault(fault) => fault.chain().any(|cause| {
                let shared = cause.downcast_ref::<CommitFailed>();
                cause.is::<RolledBack>()
                    || cause.downcast_ref::<DbErr>().is_some_and(is_away)
                    || shared.is_some_and(|shared| shared.0.is_unavailable())
            }),
        }
    }

    /// The codes of a refusal.
    pub fn codes(&self) -> Vec<&str> {
        match self {
            Self::Refused(problems) => problems.iter().map(|p| p.code.as_str()).collect(),
            Self::Fault(_) => vec![code::INTERNAL],
        }
    }
}

fn is_away(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) => true,
        DbErr::Conn(error) | DbErr::Exec(error) | DbErr::Query(error) => match error {
            RuntimeErr::SqlxError(error) => match error.as_ref() {
                SqlxError::Io(_)
                | SqlxError::PoolTimedOut
                | SqlxError::PoolClosed
                | SqlxError::WorkerCrashed => true,
                SqlxError::Database(error) => error.code().is_some_and(|code| says_away(&code)),
                _ => false,
            },
            RuntimeErr::Internal(_) => false,
        },
        _ => false,
    }
}

/// SQLite's result codes are numbers of which the last byte counts (busy, locked, read-only, fault
/// of the disk, full); PostgreSQL's are five characters (connection, resources, shutting down).
fn says_away(code: &str) -> bool {
    match code.parse::<u32>() {
        Ok(number) if code.len() < 5 => matches!(number & 0xff, 5 | 6 | 8 | 10 | 13),
        _ => code.starts_with("08") || code.starts_with("53") || code.starts_with("57P"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_is_away_is_told_apart_from_our_own_faults() {
        for code in [
            "5", "261", "517", "13", "778", "8", "53100", "57P01", "08006",
        ] {
            assert!(says_away(code), "{code}");
        }
        for code in ["1", "19", "787", "2067", "23505", "40001", "42P01", ""] {
            assert!(!says_away(code), "{code}");
        }
        let away = Error::from(DbErr::ConnectionAcquire(
            sea_orm::error::ConnAcquireErr::Timeout,
        ));
        assert!(away.is_unavailable());
        assert!(!Error::from(DbErr::Custom("x".into())).is_unavailable());
        let given_up = Error::Fault(RolledBack.into());
        assert!(given_up.is_unavailable());
        let told = Error::Fault(CommitFailed(Arc::new(given_up)).into());
        assert!(
            told.is_unavailable(),
            "those who shared the commit hear the same"
        );
        assert!(!Error::forbidden().is_unavailable());
    }
}
