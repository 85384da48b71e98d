//! What a report and an edit must satisfy; the form and the API ask here.

use crate::text::{BODY_MAX, TITLE_MAX};
use crate::validation::{Problem, Problems};

/// Checks a title alone.
pub fn check_title(field: &str, title: &str) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    problems.text(field, title, TITLE_MAX);
    problems.finish()
}

/// Checks a report: a title, and a description that may be empty.
pub fn check_report(title: &str, description: &str) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    problems.text("title", title, TITLE_MAX);
    problems.optional_text("description", description, BODY_MAX);
    problems.finish()
}
