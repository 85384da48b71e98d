//! Building the browser client.

use std::{fs, process::Command};

use anyhow::{Context, Result};

use crate::{
    console::Console,
    job::{self, Job},
    machine, workspace,
};

/// Which form of the client.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Small and compressed, as shipped.
    Release,
    /// Quick to build.
    Dev,
}

/// The commands that build the client: first its bundler, then itself by that.
pub fn job(mode: Mode) -> Job {
    let bundler = workspace::cargo(["build", "--profile", "tools", "--package", "client-bundle"]);
    let mut bundle = Command::new(workspace::target().join("tools/client-bundle"));
    bundle
        .arg(match mode {
            Mode::Release => "--release",
            Mode::Dev => "--dev",
        })
        .current_dir(workspace::root())
        .env("CARGO_TERM_PROGRESS_WHEN", "always")
        .env("CARGO_TERM_PROGRESS_WIDTH", "100");
    Job::new("client", vec![bundler, bundle])
}

/// `cargo xtask client`.
pub fn build(mode: Mode) -> Result<()> {
    let mut console = Console::new(1);
    console.step("building the browser client");
    machine::wasm_target(&mut console)?;
    let outcome = job::run(&mut console, vec![job(mode)])?
        .pop()
        .context("one job gives one outcome")?;
    if !outcome.success {
        console.line(outcome.output.trim_end());
        anyhow::bail!("the client could not be built");
    }
    console.done(outcome.output.lines().last().unwrap_or("built"));
    Ok(())
}

/// Digest of the client in `dist/`, for the server's build to notice a change.
pub fn digest() -> Result<String> {
    let stamp = workspace::target().join("client/stamp");
    let text =
        fs::read_to_string(&stamp).with_context(|| format!("reading {}", stamp.display()))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
