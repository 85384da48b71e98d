//! Where mail goes, as the command line says.

use crate::channel::mail::Surroundings;
use crate::channel::mail::outbox::{Outbox, Settings};
use crate::channel::mail::smtp::Trust;
use anyhow::{Context as _, Result};
use clap::Args;
use std::path::PathBuf;

/// Outgoing mail. With a mail server or a folder here, nothing of it is set in the browser; without,
/// administrators set it up there.
#[derive(Args, Clone, Debug)]
pub struct MailOut {
    /// Mail server, such as smtps://user:password@mail.example.org or
    /// smtp://mail.example.org:587 (which demands STARTTLS; `?tls=none` gives encryption up).
    #[arg(
        long,
        env = "BELLHOP_SMTP_URL",
        hide_env_values = true,
        conflicts_with = "mail_folder"
    )]
    smtp_url: Option<String>,
    /// A folder that gets a file a mail, in place of a mail server: for development.
    #[arg(long, env = "BELLHOP_MAIL_FOLDER")]
    mail_folder: Option<PathBuf>,
    /// Sender of all mail, such as "Help desk <help@example.org>".
    #[arg(long, env = "BELLHOP_MAIL_FROM")]
    mail_from: Option<String>,
    /// Certificates (PEM) of authorities that may certify mail servers, beside those that this machine trusts.
    #[arg(long, env = "BELLHOP_MAIL_CA_FILE")]
    mail_ca_file: Option<PathBuf>,
}

impl MailOut {
    /// The way out, if there is one; links in mails begin with `base_url`.
    pub fn open(&self, base_url: &str) -> Result<Option<Outbox>> {
        if self.smtp_url.is_none() && self.mail_folder.is_none() {
            return Ok(None);
        }
        let from = self
            .mail_from
            .clone()
            // Files go nowhere, so any sender will do.
            .or_else(|| {
                self.mail_folder
                    .as_ref()
                    .map(|_| "Bellhop <bellhop@localhost>".to_owned())
            })
            .context("--smtp-url needs --mail-from, the sender of all mail")?;
        let settings = Settings {
            smtp_url: self.smtp_url.clone(),
            folder: self.mail_folder.clone(),
            from,
            base_url: base_url.to_owned(),
            trust: self.trust()?,
        };
        Ok(Some(Outbox::open(&settings)?))
    }

    /// Where this server stands, for what is set up in the browser.
    pub fn surroundings(&self, base_url: &str) -> Result<Surroundings> {
        Ok(Surroundings {
            base_url: base_url.to_owned(),
            trust: self.trust()?,
        })
    }

    fn trust(&self) -> Result<Trust> {
        let Some(file) = &self.mail_ca_file else {
            return Ok(Trust::default());
        };
        let named = || format!("--mail-ca-file {}", file.display());
        let text = std::fs::read(file).with_context(named)?;
        Trust::read(&text).with_context(named)
    }
}
