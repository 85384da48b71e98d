//! `bellhop seed`: filling a database.

use super::settings::Storage;
use crate::app::App;
use crate::platform::database::Database;
use crate::report::history::{self, Pace};
use crate::seed::demo::{self, SEED};
use crate::seed::load;
use anyhow::Result;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use shared::time::Timestamp;
use std::time::{Duration, Instant};

/// Fills a database.
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
    /// Tickets by the million, spread over the last year, to see how Bellhop carries them. An empty
    /// database gets the demo organisation first. Stop the server meanwhile.
    Load {
        #[command(flatten)]
        storage: Storage,
        /// How many tickets.
        #[arg(long, default_value_t = 100_000)]
        tickets: u64,
        /// Another number gives other tickets.
        #[arg(long, default_value_t = load::SEED)]
        seed: u64,
    },
}

impl Seed {
    /// Seeds, with progress on standard error.
    pub async fn run(self) -> Result<()> {
        match self.command {
            Command::Demo { storage, seed } => {
                let platform = storage.open().await?;
                plant(&platform.db, platform.clock.now(), seed).await?;
                platform.db.checkpoint().await?;
                print_sign_ins()
            }
            Command::Load {
                storage,
                tickets,
                seed,
            } => pour(&App::new(storage.open().await?), tickets, seed).await,
        }
    }
}

/// Writes tickets into the organisation that is there, saying how far it is and how fast.
async fn pour(app: &App, tickets: u64, seed: u64) -> Result<()> {
    let platform = &app.platform;
    let now = platform.clock.now();
    if demo::is_empty(&platform.db).await? {
        plant(&platform.db, now, SEED).await?;
    }
    let bar = ProgressBar::new(tickets).with_style(ProgressStyle::with_template(
        "Writing tickets {bar:30} {human_pos} of {human_len}, {per_sec}, {eta} left",
    )?);
    let started = Instant::now();
    load::load(app, tickets, seed, now, &|done| bar.set_position(done)).await?;
    let took = started.elapsed().as_secs_f64();
    bar.finish_and_clear();
    // Otherwise the server would do it when it starts, beside its first requests.
    let spinner = ProgressBar::new_spinner().with_message("Counting their steps for reports");
    spinner.enable_steady_tick(Duration::from_millis(100));
    history::catch_up(&platform.db, Pace::AtOnce).await?;
    spinner.finish_and_clear();
    platform.db.checkpoint().await?;
    println!(
        "{tickets} tickets in {took:.1} s: {:.0} a second",
        tickets as f64 / took.max(f64::EPSILON)
    );
    Ok(())
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
