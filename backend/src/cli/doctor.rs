//! `bellhop doctor`.

use super::mail::MailOut;
use super::settings::Storage;
use crate::operations::doctor::{self, Finding, Patient, State};
use crate::platform::clock::SystemClock;
use clap::Args;
use std::process::ExitCode;

/// Looks whether everything is well, and changes nothing.
#[derive(Args, Debug)]
pub struct Doctor {
    #[command(flatten)]
    storage: Storage,
    #[command(flatten)]
    mail: MailOut,
    /// Writes JSON: an array of {check, state, words}.
    #[arg(long)]
    json: bool,
    /// Tickets whose service-level clocks are worked out anew; 0 for none.
    #[arg(long, default_value_t = doctor::SAMPLE)]
    sample: u64,
}

impl Doctor {
    /// Looks and tells. Fails when something is broken, not for warnings.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let patient = Patient {
            data: self.storage.data.clone(),
            files: self.storage.files(),
            url: self.storage.url(),
            clock: &SystemClock,
            sample: self.sample,
        };
        let mut findings = doctor::examine(&patient).await;
        findings.push(self.mail().await);
        if self.json {
            println!("{}", serde_json::to_string_pretty(&findings)?);
        } else {
            print(&findings);
        }
        let broken = findings.iter().any(|found| found.state == State::Broken);
        Ok(if broken {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }

    async fn mail(&self) -> Finding {
        const CHECK: &str = "mail";
        let outbox = match self.mail.open("http://localhost") {
            Ok(Some(outbox)) => outbox,
            Ok(None) => return Finding::skipped(CHECK, "Mail is off: no --smtp-url is given."),
            Err(error) => return Finding::broken(CHECK, format!("{error:#}.")),
        };
        match outbox.reachable().await {
            Ok(()) => Finding::well(CHECK, "The way out is open."),
            Err(words) => Finding::broken(CHECK, words),
        }
    }
}

fn print(findings: &[Finding]) {
    let width = findings.iter().map(|found| found.check.len()).max();
    for found in findings {
        let word = match found.state {
            State::Well => "well",
            State::Skipped => "-",
            State::Warning => "WARNING",
            State::Broken => "BROKEN",
        };
        println!(
            "{word:<8} {:<width$}  {}",
            found.check,
            found.words,
            width = width.unwrap_or_default()
        );
    }
}
