//! `bellhop import …`.

use super::settings::{Storage, start_log};
use crate::import::servicenow_log::{self, DEPARTMENT, Options, Phase, Progress, Summary};
use crate::report::history;
use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
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
        }
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
        history::catch_up(&platform.db).await?;
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
