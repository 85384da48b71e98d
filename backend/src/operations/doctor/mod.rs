//! Looks at an installation from outside: what is well, what will hurt soon, what is broken.
//!
//! It changes nothing, and works beside a running server as well as without one.

mod data;
mod machine;
mod promises;

use crate::platform::clock::Clock;
use crate::platform::database::Database;
use serde::Serialize;
use std::path::PathBuf;

pub use data::connect;
pub(super) use data::sqlite_problems;
pub use promises::SAMPLE;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Well.
    Well,
    /// Could not be looked at, because something before it is broken, or not asked for.
    Skipped,
    /// Works, and wants to be looked at.
    Warning,
    /// Broken.
    Broken,
}

/// What one look found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at; stable, for programs.
    pub check: &'static str,
    /// How it is.
    pub state: State,
    /// In words, with what to do about it.
    pub words: String,
}

impl Finding {
    /// It is well.
    pub fn well(check: &'static str, words: impl Into<String>) -> Self {
        Self::of(check, State::Well, words)
    }

    /// It wants to be looked at.
    pub fn warning(check: &'static str, words: impl Into<String>) -> Self {
        Self::of(check, State::Warning, words)
    }

    /// It is broken.
    pub fn broken(check: &'static str, words: impl Into<String>) -> Self {
        Self::of(check, State::Broken, words)
    }

    /// It was not looked at.
    pub fn skipped(check: &'static str, words: impl Into<String>) -> Self {
        Self::of(check, State::Skipped, words)
    }

    fn of(check: &'static str, state: State, words: impl Into<String>) -> Self {
        Self {
            check,
            state,
            words: words.into(),
        }
    }
}

/// What to look at.
pub struct Patient<'a> {
    /// The data folder.
    pub data: PathBuf,
    /// The folder of files.
    pub files: PathBuf,
    /// The database's address.
    pub url: String,
    /// The machine's clock.
    pub clock: &'a dyn Clock,
    /// Tickets whose promises are worked out anew.
    pub sample: u64,
}

/// Looks at everything, in an order in which one thing rests on those before it.
pub async fn examine(patient: &Patient<'_>) -> Vec<Finding> {
    let mut findings = vec![machine::room(&patient.data), machine::files(&patient.files)];
    let db = match data::connect(&patient.url).await {
        Ok(db) => db,
        Err(finding) => {
            findings.insert(0, finding);
            return findings;
        }
    };
    let mut all = look_into(&db, patient).await;
    all.append(&mut findings);
    if let Err(error) = db.close().await {
        all.push(Finding::warning(
            "database",
            format!("The connections could not be closed: {error}."),
        ));
    }
    all
}

async fn look_into(db: &Database, patient: &Patient<'_>) -> Vec<Finding> {
    let mut findings = vec![data::answers(db).await];
    let migrations = data::migrations(db).await;
    let known = migrations.state == State::Well;
    findings.push(migrations);
    findings.push(data::integrity(db).await);
    findings.push(data::write_ahead_log(&patient.url));
    if !known {
        // Tables may look different from what this program knows.
        for check in ["log", "clock", "jobs", "timers", "search", "promises"] {
            findings.push(Finding::skipped(
                check,
                "Not looked at: the tables are of another version.",
            ));
        }
        return findings;
    }
    let now = patient.clock.now();
    findings.push(data::log(db).await);
    findings.push(data::participants(db).await);
    findings.push(data::skew(db, patient.clock).await);
    findings.extend(data::waiting(db, now).await);
    findings.push(data::search(db, now).await);
    findings.push(promises::check(db, patient.sample).await);
    findings
}
