//! `bellhop import …`.

use super::settings::{Storage, start_log};
use crate::desk::handover::HandOver;
use crate::import::people;
use crate::import::servicenow_log::{self, DEPARTMENT, Options, Phase, Progress, Summary};
use crate::platform::context::{Actor, Context};
use crate::platform::error::Error;
use crate::report::history::{self, Pace};
use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use shared::id::PersonId;
use shared::permission::Grants;
use std::path::PathBuf;
use std::time::Instant;

/// Loads what another system kept.
#[derive(Args, Debug)]
pub struct Import {
    #[command(subcommand)]
    source: Source,
}

#[derive(Subcommand, Debug)]
enum Source {
    /// The audit log of a ServiceNow instance's incidents: one row for each change.
    ServicenowLog(ServicenowLog),
    /// People from a CSV file; docs/OPERATIONS.md names its columns.
    People(People),
}

#[derive(Args, Debug)]
struct ServicenowLog {
    /// CSV file, plain or packed with gzip.
    file: PathBuf,
    /// Key of the department that the incidents go to; created when missing.
    #[arg(long, default_value = DEPARTMENT)]
    department: String,
    /// Where rows go that cannot be read; by default FILE.rejects.csv.
    #[arg(long)]
    rejects: Option<PathBuf>,
    #[command(flatten)]
    storage: Storage,
}

impl Import {
    /// Loads, and says how far it is.
    pub async fn run(self) -> Result<()> {
        start_log();
        match self.source {
            Source::ServicenowLog(log) => log.run().await,
            Source::People(people) => people.run().await,
        }
    }
}

#[derive(Args, Debug)]
struct People {
    /// CSV file with a heading; comma, semicolon or tab; UTF-8 or Latin-1.
    file: PathBuf,
    /// Says what would be done, and changes nothing.
    #[arg(long)]
    dry_run: bool,
    /// Deactivates people whom an earlier import brought and who are not in the file.
    #[arg(long)]
    deactivate_missing: bool,
    /// IANA time zone of new people whose row names none.
    #[arg(long, default_value = "UTC")]
    timezone: String,
    /// Where rows go that were not taken; by default FILE.rejects.csv.
    #[arg(long)]
    rejects: Option<PathBuf>,
    #[command(flatten)]
    storage: Storage,
}

impl People {
    async fn run(self) -> Result<()> {
        let bytes = std::fs::read(&self.file)
            .with_context(|| format!("reading {}", self.file.display()))?;
        let app = self.storage.app().await?;
        let platform = &app.platform;
        let nobody = Grants::requester(PersonId(uuid::Uuid::nil()));
        let now = platform.clock.now();
        let ctx = Context::of(Actor::Import, nobody, &[], now, "command:import");
        let options = people::Options {
            dry_run: self.dry_run,
            deactivate_missing: self.deactivate_missing,
            timezone: self.timezone.clone(),
        };
        let hand_over = HandOver {
            desk: &app.desk,
            to: Vec::new(),
        };
        let began = Instant::now();
        let outcome = people::run(platform, &ctx, &bytes, &options, &hand_over)
            .await
            .map_err(Error::in_words)?;
        platform.db.checkpoint().await?;
        self.report(&outcome, began.elapsed().as_secs_f64())
    }

    fn report(&self, outcome: &people::Outcome, seconds: f64) -> Result<()> {
        let would = if self.dry_run { "Would be: " } else { "" };
        println!(
            "Read {} rows ({}) in {seconds:.1} s. {would}{} people new, {} changed, {} deactivated; {} as they were.",
            outcome.rows,
            outcome.encoding,
            outcome.created,
            outcome.changed,
            outcome.deactivated,
            outcome.unchanged,
        );
        if !outcome.ignored.is_empty() {
            println!("Columns passed over: {}.", outcome.ignored.join(", "));
        }
        if outcome.rejected.is_empty() {
            return Ok(());
        }
        let path = self.rejects.clone().unwrap_or_else(|| {
            let mut name = self.file.clone().into_os_string();
            name.push(".rejects.csv");
            name.into()
        });
        std::fs::write(&path, outcome.rejects_csv()?)
            .with_context(|| format!("writing {}", path.display()))?;
        for reject in outcome.rejected.iter().take(10) {
            println!("  line {}: {}", reject.line, reject.reason);
        }
        println!(
            "{} rows were not taken; they are in {}, each with its line and the reason.",
            outcome.rejected.len(),
            path.display()
        );
        Ok(())
    }
}

impl ServicenowLog {
    async fn run(self) -> Result<()> {
        let key = self.department.trim();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if key.is_empty() || key.len() > 40 || !key.chars().all(plain) {
            bail!(
                "--department is a key: small letters, digits, hyphens and underscores, at most 40"
            );
        }
        if !self.file.is_file() {
            bail!("{} is not a file", self.file.display());
        }
        let platform = self.storage.open().await?;
        let options = Options {
            department: key.to_owned(),
            rejects: self.rejects,
            ..Options::default()
        };
        let began = Instant::now();
        let mut bar = Bar::default();
        let summary = servicenow_log::run(&platform, &self.file, &options, &mut bar).await;
        bar.clear();
        let summary = summary?;
        history::catch_up(&platform.db, Pace::AtOnce).await?;
        platform.db.checkpoint().await?;
        report(&summary, began.elapsed().as_secs_f64());
        Ok(())
    }
}

fn report(summary: &Summary, seconds: f64) {
    println!(
        "Read {} rows of {} incidents in {seconds:.1} s: {} incidents new, {} extended, {} known already; {} events, {} people.",
        summary.rows,
        summary.incidents,
        summary.created,
        summary.extended,
        summary.unchanged,
        summary.events,
        summary.people
    );
    if let Some(path) = &summary.rejects {
        println!(
            "{} rows could not be read; they are in {}, each with its line and the reason.",
            summary.rejected,
            path.display()
        );
    }
}

/// A progress bar on a terminal; elsewhere a line now and then.
#[derive(Default)]
struct Bar {
    bar: Option<ProgressBar>,
    label: &'static str,
    total: u64,
    told: u64,
}

impl Bar {
    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Bar {
    fn begin(&mut self, phase: Phase, total: u64) {
        self.clear();
        let (label, template) = match phase {
            Phase::Reading => (
                "Reading",
                "{prefix} {wide_bar} {percent:>3} %  {bytes_per_sec}, {eta} left",
            ),
            Phase::Loading => (
                "Loading",
                "{prefix} {wide_bar} {human_pos}/{human_len} rows  {per_sec}, {eta} left",
            ),
        };
        self.label = label;
        self.total = total;
        self.told = 0;
        let target = ProgressDrawTarget::stderr_with_hz(8);
        let bar = ProgressBar::with_draw_target(Some(total), target).with_prefix(label);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        self.bar = Some(bar);
    }

    fn done(&mut self, done: u64) {
        let Some(bar) = &self.bar else {
            return;
        };
        bar.set_position(done.min(self.total));
        if bar.is_hidden() && self.total > 0 {
            let tenth = done * 10 / self.total;
            if tenth > self.told {
                self.told = tenth;
                eprintln!(
                    "{} {} %, {:.0} s left",
                    self.label,
                    tenth.min(10) * 10,
                    bar.eta().as_secs_f64()
                );
            }
        }
    }
}
