//! The parts of `backend/benches/spine`, each a process of its own.

use anyhow::Result;

use super::Figure;
use crate::{console::Console, job, workspace};

/// Measures one part; `arguments` are what it takes.
pub fn measure(console: &mut Console, part: &str, arguments: &[&str]) -> Result<Vec<Figure>> {
    let mut command = workspace::cargo(["bench", "--package", "backend", "--bench", "spine", "--"]);
    command.arg(part).args(arguments);
    let output = job::must(console, command)?;
    Ok(output.lines().filter_map(Figure::read).collect())
}
