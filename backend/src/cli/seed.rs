//! `bellhop seed`: filling an empty database.

use super::settings::Storage;
use crate::platform::database::Database;
use crate::seed::demo::{self, SEED};
use anyhow::Result;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use shared::time::Timestamp;

/// Fills an empty database.
#[derive(Args)]
pub struct Seed {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// A believable organisation with the last sixty days of its tickets, as of now.
    Demo {
        #[command(flatten)]
        storage: Storage,
        /// Another number gives another sixty days; the same one at the same instant the same.
        #[arg(long, default_value_t = SEED)]
        seed: u64,
    },
}

impl Seed {
    /// Seeds, with progress on standard error.
    pub async fn run(self) -> Result<()> {
        let Command::Demo { storage, seed } = self.command;
        let platform = storage.open().await?;
        plant(&platform.db, platform.clock.now(), seed).await?;
        platform.db.checkpoint().await?;
        print_sign_ins()
    }
}

/// Fills the database with the demo, saying how far it is.
pub(super) async fn plant(db: &Database, now: Timestamp, seed: u64) -> Result<()> {
    let bar = ProgressBar::no_length().with_style(ProgressStyle::with_template(
        "Seeding the demo organisation {bar:30} {percent:>3} %",
    )?);
    let tell = |done: usize, of: usize| {
        bar.set_length(of as u64);
        bar.set_position(done as u64);
    };
    let seeded = demo::seed(db, now, seed, &tell).await?;
    bar.finish_and_clear();
    println!(
        "{}: a demo organisation of {} people with {} tickets of the last {} days",
        seeded.organisation,
        seeded.people,
        seeded.tickets,
        demo::plan::DAYS
    );
    Ok(())
}

/// Prints whom to sign in as.
pub(super) fn print_sign_ins() -> Result<()> {
    let (sign_ins, password) = demo::sign_ins()?;
    println!("Sign in as one of these, with the password `{password}`:");
    for person in sign_ins {
        println!("  {:<8} {}, {}", person.login, person.name, person.title);
    }
    Ok(())
}
