//! Where mail goes, as the command line says.

use crate::channel::mail::outbox::{Outbox, Settings};
use anyhow::{Context as _, Result};
use clap::Args;
use std::path::PathBuf;

/// Outgoing mail. Without any of these, mail is off.
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
        };
        Ok(Some(Outbox::open(&settings)?))
    }
}
