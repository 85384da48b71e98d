//! `cargo xtask endurance [--kills N] [--cuts N] [--seed N] [test]`: kills and cuts of the test command, for long.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::{postgres, workspace};

/// Numbers that may be given, with what they are without that, and the variable that tests read.
const NUMBERS: [(&str, &str, &str); 3] = [
    ("--kills", "200", "BELLHOP_ENDURANCE_KILLS"),
    ("--cuts", "200", "BELLHOP_ENDURANCE_CUTS"),
    ("--seed", "", "BELLHOP_ENDURANCE_SEED"),
];

/// Runs them one after the other, and says where random choices begin, so that a finding can be
/// looked for again.
pub fn run(arguments: &[String]) -> Result<ExitCode> {
    let mut numbers = NUMBERS.map(|(_, number, variable)| (variable, number.to_owned()));
    numbers[2].1 = std::process::id().to_string();
    let mut filter = "";
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if let Some(index) = NUMBERS.iter().position(|(name, ..)| name == argument) {
            let number = rest
                .next()
                .with_context(|| format!("{argument} takes a number"))?;
            let number: u64 = number
                .parse()
                .with_context(|| format!("{argument} takes a whole number"))?;
            numbers[index].1 = number.to_string();
        } else if argument.starts_with("--") || !filter.is_empty() {
            bail!(
                "`cargo xtask endurance` takes --kills N, --cuts N, --seed N, and a part of a test's name"
            );
        } else {
            filter = argument;
        }
    }
    for (variable, number) in &numbers {
        println!("{variable}={number}");
    }
    let server = postgres::Postgres::start(postgres::Purpose::Tests)?;
    let status = workspace::cargo(["test", "--package", "backend", "--test", "endurance"])
        .args([filter, "--", "--nocapture", "--test-threads=1"])
        .env(postgres::URL_VARIABLE, server.url())
        .envs(numbers)
        // One test after the other on a server of their own: that may crash, too.
        .env("BELLHOP_ENDURANCE_ALONE", "1")
        .status()
        .context("starting cargo")?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
