//! `bellhop doctor`.

use super::mail::MailOut;
use super::settings::Storage;
use crate::channel::mail::outbox::Outbox;
use crate::channel::mail::{Mail, Way};
use crate::operations::doctor::{self, Finding, Patient, State};
use crate::platform::Platform;
use crate::platform::clock::SystemClock;
use crate::platform::database::Database;
use crate::platform::error::Error;
use crate::platform::ids::Ids;
use crate::platform::vault::KeyFile;
use clap::Args;
use std::process::ExitCode;
use std::sync::Arc;

/// The name of the look at mail.
const MAIL: &str = "mail";
/// What links would begin with, in mails that are not sent.
const LINKS: &str = "http://localhost";

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
        findings.extend(self.mail().await);
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

    /// How mail goes out, and the key by which its password is kept.
    async fn mail(&self) -> Vec<Finding> {
        match self.mail.open(LINKS) {
            Ok(Some(outbox)) => vec![reachable(&outbox).await],
            Ok(None) => self.mail_as_kept().await,
            Err(error) => vec![Finding::broken(MAIL, format!("{error:#}."))],
        }
    }

    async fn mail_as_kept(&self) -> Vec<Finding> {
        // What is wrong with the database is told once, by those who look at it.
        let Ok(db) = doctor::connect(&self.storage.url()).await else {
            return vec![Finding::skipped(
                MAIL,
                "Not looked at: there is no database.",
            )];
        };
        let looked = self.look_into(db.clone()).await;
        let mut findings =
            looked.unwrap_or_else(|error| vec![Finding::broken(MAIL, format!("{:#}.", error))]);
        if let Err(error) = db.close().await {
            let words = format!("The connections could not be closed: {error}.");
            findings.push(Finding::warning(MAIL, words));
        }
        findings
    }

    async fn look_into(&self, db: Database) -> anyhow::Result<Vec<Finding>> {
        let vault = self.storage.vault()?;
        let mail = Mail::default();
        mail.stand(self.mail.surroundings(LINKS)?);
        let platform = Platform::new(db, Arc::new(SystemClock), Ids::random());
        let platform = platform.with_vault(vault.clone());
        let way = mail.way(&platform).await.map_err(Error::in_words)?;
        let mut findings = vec![match &way {
            Way::Off => Finding::skipped(MAIL, "Mail is off."),
            Way::Open(outbox) => reachable(outbox).await,
            Way::Shut(shut) => Finding::broken(
                MAIL,
                format!(
                    "The mail server's password must be entered again, under Mail in the administration: {shut}. Mail waits."
                ),
            ),
        }];
        if let KeyFile::There { path, open: true } = vault.file() {
            let words = format!("{0} can be read by others: chmod 600 {0}", path.display());
            findings.push(Finding::warning("secret key", words));
        }
        Ok(findings)
    }
}

async fn reachable(outbox: &Outbox) -> Finding {
    match outbox.reachable().await {
        Ok(()) => Finding::well(MAIL, "The way out is open."),
        Err(words) => Finding::broken(MAIL, words),
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
