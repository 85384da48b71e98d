//! The conformance checker: runs cases from a file through the arithmetic that the product uses.
//!
//! [`check_file`] reads a file of cases and says which fail, with what was expected and what came
//! out. The format is described in `docs/SERVICE-LEVELS.md`.

mod case;

use std::fmt;

use serde_json::Value;

use case::Case;

/// Why a file cannot be checked at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not JSON.
    #[error("the file is not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    /// It is JSON, but no list of cases.
    #[error("the file is not a list of cases, nor an object with a list `cases`")]
    NoCases,
}

/// Something that came out otherwise than expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What was asked, such as `due`.
    pub what: String,
    /// What the case expects.
    pub expected: String,
    /// What came out.
    pub actual: String,
}

/// A case that fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The case's id, or its place in the file.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What is wrong, at least one.
    pub mismatches: Vec<Mismatch>,
}

/// What a file gave. Displays each failing case, then `N passed, M failed`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many cases passed.
    pub passed: usize,
    /// Those that failed.
    pub failures: Vec<Failure>,
}

impl Report {
    /// Whether no case failed.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.failures.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failures {
            writeln!(f, "FAILED {}: {}", failure.id, failure.title)?;
            for mismatch in &failure.mismatches {
                writeln!(
                    f,
                    "  {}: expected {}, actual {}",
                    mismatch.what, mismatch.expected, mismatch.actual
                )?;
            }
        }
        write!(f, "{} passed, {} failed", self.passed, self.failures.len())
    }
}

/// Runs all cases of a file, given as its text. A case that cannot be read counts as failed.
///
/// # Errors
/// The text is not JSON or holds no list of cases.
pub fn check_file(json: &str) -> Result<Report, Error> {
    let cases = match serde_json::from_str(json.trim_start_matches('\u{feff}'))? {
        Value::Array(cases) => cases,
        Value::Object(mut file) => match file.remove("cases") {
            Some(Value::Array(cases)) => cases,
            _ => return Err(Error::NoCases),
        },
        _ => return Err(Error::NoCases),
    };
    let mut report = Report::default();
    for (index, value) in cases.into_iter().enumerate() {
        let text = |field: &str| value.get(field).and_then(Value::as_str).map(str::to_owned);
        let id = text("id").unwrap_or_else(|| format!("case {}", index + 1));
        let title = text("title").unwrap_or_default();
        let mismatches = match serde_json::from_value::<Case>(value) {
            Ok(case) => case.run(),
            Err(error) => vec![Mismatch {
                what: "case".to_owned(),
                expected: "a readable case".to_owned(),
                actual: error.to_string(),
            }],
        };
        if mismatches.is_empty() {
            report.passed += 1;
        } else {
            report.failures.push(Failure {
                id,
                title,
                mismatches,
            });
        }
    }
    Ok(report)
}
