//! `cargo xtask fuzz --minutes N [target]`: the fuzz targets of the test command, for longer.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::workspace;

/// Runs them and says where the inputs begin, so that a finding can be repeated.
pub fn run(arguments: &[String]) -> Result<ExitCode> {
    let (minutes, target) = match arguments {
        [minutes, number] if minutes == "--minutes" => (number, ""),
        [minutes, number, target] if minutes == "--minutes" => (number, target.as_str()),
        _ => bail!("`cargo xtask fuzz` takes --minutes N, and the name of a target if not all"),
    };
    let minutes: u64 = minutes.parse().context("--minutes takes a whole number")?;
    let seed =
        std::env::var("BELLHOP_FUZZ_SEED").unwrap_or_else(|_| std::process::id().to_string());
    println!("each target for {minutes} min from BELLHOP_FUZZ_SEED={seed}");
    let status = workspace::cargo(["test", "--package", "backend", "--test", "fuzz"])
        .args([target, "--", "--nocapture"])
        .env("BELLHOP_FUZZ_SECONDS", (minutes * 60).to_string())
        .env("BELLHOP_FUZZ_SEED", seed)
        .status()
        .context("starting cargo")?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
