//! Checks that committed files agree with the code, and that checking changes nothing.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{Bench, Verdict};
use crate::{schema, workspace};

/// Tracked changes and untracked files, as git sees them.
#[derive(PartialEq, Eq)]
pub struct State {
    status: String,
    diff: String,
}

impl State {
    /// The working tree at this moment.
    pub fn now() -> Result<Self> {
        Ok(Self {
            status: git(&["status", "--porcelain"])?,
            diff: git(&["diff", "HEAD"])?,
        })
    }
}

fn git(arguments: &[&str]) -> Result<String> {
    let output = Command::new("git")
        .args(arguments)
        .current_dir(workspace::root())
        .output()
        .context("starting git")?;
    ensure!(
        output.status.success(),
        "git {}: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

pub fn schema(bench: &mut Bench) -> Result<Verdict> {
    let offered = schema::export(&mut bench.console)?;
    let path = schema::file();
    let committed =
        std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    if offered == committed {
        return Ok(Verdict::Holds);
    }
    let fresh = workspace::target().join("schema.graphql");
    std::fs::write(&fresh, &offered).with_context(|| format!("writing {}", fresh.display()))?;
    let difference = Command::new("git")
        .args(["diff", "--no-index", "--no-color"])
        .args([&path, &fresh])
        .output()
        .context("starting git")?;
    Ok(Verdict::Broken(format!(
        "schema.graphql is not what `bellhop schema` prints; `cargo xtask schema` writes it:\n{}",
        String::from_utf8_lossy(&difference.stdout)
    )))
}

/// No check and no test may write into the tree: snapshots, lock files, generated code.
pub fn unchanged(bench: &mut Bench) -> Result<Verdict> {
    let after = State::now()?;
    if after == bench.tree_before {
        return Ok(Verdict::Holds);
    }
    Ok(Verdict::Broken(format!(
        "the checks changed files of the repository. Before:\n{}\nafter:\n{}",
        bench.tree_before.status, after.status
    )))
}
