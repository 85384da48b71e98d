//! Checks of the Rust code.

use anyhow::{Context, Result};

use super::{Bench, Verdict, counts};
use crate::{job, machine, postgres, workspace};

pub fn format(bench: &mut Bench) -> Result<Verdict> {
    let command = workspace::cargo(["fmt", "--all", "--check", "--", "--files-with-diff"]);
    let outcome = job::run_one(&mut bench.console, command)?;
    if outcome.success {
        return Ok(Verdict::Holds);
    }
    Ok(Verdict::Broken(format!(
        "`cargo fmt --all` would change:\n{}",
        outcome.output
    )))
}

pub fn clippy_host(bench: &mut Bench) -> Result<Verdict> {
    let command = workspace::cargo([
        "clippy",
        "--workspace",
        "--exclude",
        "frontend",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]);
    Ok(Verdict::of(job::run_one(&mut bench.console, command)?))
}

pub fn clippy_browser(bench: &mut Bench) -> Result<Verdict> {
    let command = workspace::cargo([
        "clippy",
        "--package",
        "frontend",
        "--package",
        "shared",
        "--target",
        "wasm32-unknown-unknown",
        "--",
        "-D",
        "warnings",
    ]);
    Ok(Verdict::of(job::run_one(&mut bench.console, command)?))
}

/// cargo-deny takes longer to compile than all other checks; it runs where it is installed.
pub fn deny(bench: &mut Bench) -> Result<Verdict> {
    if machine::find("cargo-deny").is_none() {
        return Ok(Verdict::LeftOut("cargo-deny is not installed".to_owned()));
    }
    let command = workspace::cargo(["deny", "check", "bans", "licenses", "sources"]);
    Ok(Verdict::of(job::run_one(&mut bench.console, command)?))
}

/// Unit, property and integration tests; the latter find PostgreSQL through the environment.
pub fn tests(bench: &mut Bench) -> Result<Verdict> {
    let server =
        postgres::Postgres::start(postgres::Purpose::Tests).context("PostgreSQL for the tests")?;
    let selection = [
        "--workspace",
        "--exclude",
        "frontend",
        "--lib",
        "--bins",
        "--tests",
    ];
    run_tests(bench, &selection, Some(&server.url()))
}

/// What of the client can be tested without a browser runs on this machine's own processor.
pub fn client_tests(bench: &mut Bench) -> Result<Verdict> {
    run_tests(bench, &["--package", "frontend", "--lib"], None)
}

fn run_tests(bench: &mut Bench, selection: &[&str], postgres: Option<&str>) -> Result<Verdict> {
    // Not nextest: it gives each test a process, and so each its own migrated
    // template of a database, which costs more than it gains.
    let mut command = workspace::cargo(["test", "--no-fail-fast"]);
    command.args(selection);
    if let Some(url) = postgres {
        command.env(postgres::URL_VARIABLE, url);
    }
    let outcome = job::run_one(&mut bench.console, command)?;
    Ok(Verdict::tests(outcome, counts::cargo_test))
}

pub fn doc_tests(bench: &mut Bench) -> Result<Verdict> {
    let command = workspace::cargo(["test", "--doc", "--workspace", "--exclude", "frontend"]);
    let outcome = job::run_one(&mut bench.console, command)?;
    Ok(Verdict::tests(outcome, counts::cargo_test))
}
