//! `cargo xtask test` and `cargo xtask check`: every check, one after the other, whatever fails.

mod browser;
mod conformance;
mod counts;
mod licences;
mod rust;
mod tree;

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::{
    console::{Console, seconds},
    job::Outcome,
    machine,
};
use counts::Counts;

/// What a check found.
pub enum Verdict {
    /// A check that holds or not as a whole.
    Holds,
    /// A check that could not be made here, and why that is no failure.
    LeftOut(String),
    /// So many tests ran; at least one failed if there is output.
    Tests(Counts, Option<String>),
    /// It does not hold; the output says what is wrong.
    Broken(String),
}

impl Verdict {
    /// Holds if the command succeeded.
    fn of(outcome: Outcome) -> Self {
        if outcome.success {
            Self::Holds
        } else {
            Self::Broken(outcome.output)
        }
    }

    /// The counts a test runner printed; a failure without counts is one failure.
    fn tests(outcome: Outcome, read: fn(&str) -> Option<Counts>) -> Self {
        match (read(&outcome.output), outcome.success) {
            (Some(counts), true) if counts.failed == 0 => Self::Tests(counts, None),
            (Some(counts), _) if counts.failed > 0 => Self::Tests(counts, Some(outcome.output)),
            (None, true) => Self::Broken(format!(
                "the number of tests could not be read from this:\n{}",
                outcome.output
            )),
            _ => Self::Broken(outcome.output),
        }
    }
}

/// What checks have in common.
struct Bench {
    console: Console,
    tree_before: tree::State,
}

type Check = (&'static str, fn(&mut Bench) -> Result<Verdict>);

const QUICK: [Check; 3] = [
    ("format", rust::format),
    ("clippy, server and tools", rust::clippy_host),
    ("clippy, browser", rust::clippy_browser),
];

const CONFORMANCE: Check = (
    "GraphQL over HTTP, and other people's clients",
    conformance::run,
);

const ALL: [Check; 14] = [
    QUICK[0],
    QUICK[1],
    QUICK[2],
    ("licences of dependencies", licences::check),
    ("cargo-deny", rust::deny),
    ("tests on SQLite and PostgreSQL", rust::tests),
    ("tests of the client's logic", rust::client_tests),
    ("examples in the documentation", rust::doc_tests),
    ("schema.graphql is what the server offers", tree::schema),
    CONFORMANCE,
    ("release client", browser::client),
    ("types of the browser journeys", browser::types),
    ("browser journeys", browser::journeys),
    ("generated and tracked files unchanged", tree::unchanged),
];

/// `cargo xtask test`.
pub fn run_all() -> Result<ExitCode> {
    run(&ALL)
}

/// `cargo xtask conformance`.
pub fn run_conformance() -> Result<ExitCode> {
    run(&[CONFORMANCE])
}

/// `cargo xtask check`.
pub fn run_quick() -> Result<ExitCode> {
    run(&QUICK)
}

fn run(checks: &[Check]) -> Result<ExitCode> {
    let mut bench = Bench {
        console: Console::new(checks.len()),
        tree_before: tree::State::now()?,
    };
    machine::rust_components(&mut bench.console)?;
    machine::wasm_target(&mut bench.console)?;

    let mut total = Counts::default();
    let mut rows: Vec<(&str, String, Duration)> = Vec::new();
    for (name, check) in checks {
        bench.console.step(name);
        let started = Instant::now();
        // A check that cannot be made is a failed check, not the end of the others.
        let verdict =
            check(&mut bench).unwrap_or_else(|error| Verdict::Broken(format!("{error:#}")));
        let (counts, word, output) = match verdict {
            Verdict::Holds => (Counts::one_passed(), "passed".to_owned(), None),
            Verdict::LeftOut(why) => (Counts::default(), format!("left out: {why}"), None),
            Verdict::Tests(counts, output) => (counts, counts.to_string(), output),
            Verdict::Broken(output) => (Counts::one_failed(), "FAILED".to_owned(), Some(output)),
        };
        total.passed += counts.passed;
        total.failed += counts.failed;
        bench.console.done(&word);
        if let Some(output) = output {
            bench.console.line(&format!("\n{}\n", output.trim_end()));
        }
        rows.push((name, word, started.elapsed()));
    }

    println!();
    for (name, word, took) in rows {
        println!("{:>12}  {name}: {word}", seconds(took));
    }
    println!("{:>12}  in all", seconds(bench.console.elapsed()));
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(if total.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
