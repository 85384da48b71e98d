//! `bellhop service-level`: proving the clocks.

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use shared::service_level::check::check_file;
use std::path::PathBuf;

/// Proves service-level clocks.
#[derive(Args)]
pub struct ServiceLevel {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Checks the clocks' arithmetic against a file of cases; docs/SERVICE-LEVELS.md tells the format.
    Check {
        /// JSON file of cases.
        file: PathBuf,
    },
}

impl ServiceLevel {
    /// Prints each case that fails with expected and actual, then `N passed, M failed`.
    pub fn run(self) -> Result<()> {
        let Command::Check { file } = self.command;
        let json = std::fs::read_to_string(&file)
            .with_context(|| format!("cannot read {}", file.display()))?;
        let report = check_file(&json)
            .with_context(|| format!("{} is not a file of cases", file.display()))?;
        println!("{report}");
        if !report.is_success() {
            bail!("some cases fail");
        }
        Ok(())
    }
}
