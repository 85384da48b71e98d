//! `bellhop demo`: what to do with a demo that has been looked at.

use super::settings::Storage;
use crate::first_hour::removal;
use crate::organisation::settings::organisation;
use crate::platform::error::Error;
use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use std::io::{BufRead as _, IsTerminal as _};

/// The demo organisation.
#[derive(Args, Debug)]
pub struct Demo {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand, Debug)]
enum Act {
    /// Removes the demo and everything in it, what was made by hand too; the set-up page opens again.
    Remove {
        #[command(flatten)]
        storage: Storage,
        /// Name of the organisation, to say that it is meant; asked for on a terminal.
        #[arg(long, value_name = "NAME")]
        organisation: Option<String>,
    },
}

impl Demo {
    /// Does it.
    pub async fn run(self) -> Result<()> {
        let Act::Remove {
            storage,
            organisation: typed,
        } = self.act;
        let platform = storage.open().await?;
        let present = organisation(platform.db.reader()).await?;
        if !present.demo {
            bail!("this is not the demo organisation: nothing was removed");
        }
        let typed = match typed {
            Some(typed) => typed,
            None => ask(&present.name)?,
        };
        let gone = removal::remove_as_operator(&platform, &typed)
            .await
            .map_err(Error::in_words)?;
        platform.db.checkpoint().await?;
        let counts = gone.counts;
        println!(
            "{} is gone: {} people, {} departments, {} tickets, {} messages, {} files.",
            gone.organisation,
            counts.people,
            counts.departments,
            counts.tickets,
            counts.messages,
            counts.files
        );
        println!(
            "A running server prints the code of its set-up page now, others when they start."
        );
        Ok(())
    }
}

fn ask(name: &str) -> Result<String> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        bail!("say --organisation \"{name}\" to remove it with everything in it");
    }
    println!("Everything goes: people, departments, tickets, files, what was made by hand too.");
    println!("Type the organisation's name to remove it ({name}):");
    let mut line = String::new();
    input.lock().read_line(&mut line).context("no name came")?;
    Ok(line)
}
