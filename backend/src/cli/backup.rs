//! `bellhop backup` and `bellhop restore`.

use super::settings::Storage;
use crate::operations::backup::{self, Manifest, Place};
use crate::platform::clock::SystemClock;
use crate::platform::database::Database;
use anyhow::{Context as _, Result, ensure};
use clap::Args;
use std::path::PathBuf;

/// Copies database and files into one file, beside a running server. SQLite only.
#[derive(Args, Debug)]
pub struct Backup {
    /// The file to write, such as `bellhop-monday.tar`, or `….tar.gz` for a packed one.
    file: PathBuf,
    #[command(flatten)]
    storage: Storage,
}

/// Puts a backup in place. The server must not run. SQLite only.
#[derive(Args, Debug)]
pub struct Restore {
    /// What `bellhop backup` wrote.
    file: PathBuf,
    #[command(flatten)]
    storage: Storage,
    /// Replaces what is there; it is kept beside under another name.
    #[arg(long)]
    force: bool,
}

impl Backup {
    /// Makes one.
    pub async fn run(self) -> Result<()> {
        let url = self.storage.url();
        let file = sqlite_file(&url)?;
        ensure!(file.exists(), "there is no database at {}", file.display());
        let db = Database::connect(&url).await?;
        let made = backup::make(&db, &self.storage.files(), &self.file, &SystemClock).await;
        db.close().await?;
        tell("Backed up to", &self.file, &made?);
        Ok(())
    }
}

impl Restore {
    /// Restores it.
    pub async fn run(self) -> Result<()> {
        let place = Place {
            database: sqlite_file(&self.storage.url())?,
            files: self.storage.files(),
            data: self.storage.data,
        };
        let manifest = backup::restore(&self.file, &place, self.force, &SystemClock).await?;
        tell("Restored from", &self.file, &manifest);
        println!("`bellhop serve` brings its tables up to date.");
        Ok(())
    }
}

fn sqlite_file(url: &str) -> Result<PathBuf> {
    Database::file_of(url)
        .context("PostgreSQL is backed up by pg_dump; docs/OPERATIONS.md tells how")
}

fn tell(what: &str, file: &std::path::Path, manifest: &Manifest) {
    println!(
        "{what} {}: the database up to event {}, {} files, {} bytes, of {}, by Bellhop {}.",
        file.display(),
        manifest.last_sequence,
        manifest.files(),
        manifest.bytes(),
        manifest.made_at,
        manifest.program
    );
}
