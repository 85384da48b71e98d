//! A copy of an installation in one file: the database as of one instant, and the folder of files.
//!
//! The file is a tar archive (packed when its name ends in `.gz`) with a manifest that names the
//! digest of everything else in it. For SQLite; PostgreSQL has `pg_dump`.

mod archive;
mod make;
mod restore;

pub use make::make;
pub use restore::{Place, restore};

use crate::platform::database::Database;
use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use shared::time::Timestamp;
use std::path::Path;

/// The form of the archive.
const FORMAT: u32 = 1;
/// Name of the manifest in the archive; it comes first.
const MANIFEST: &str = "manifest.json";
/// Name of the database in the archive.
const DATABASE: &str = "bellhop.sqlite3";
/// Folder of files, below the data folder and in the archive.
const FILES: &str = "files";

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The form of the archive.
    pub format: u32,
    /// The version of Bellhop that made it.
    pub program: String,
    /// When.
    pub made_at: Timestamp,
    /// The last event in it.
    pub last_sequence: i64,
    /// The steps that its tables were made by.
    pub migrations: Vec<String>,
    /// Everything in it but this.
    pub content: Vec<Item>,
}

/// Something in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its name in the archive.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Digest of its content, in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Bytes of everything.
    pub fn bytes(&self) -> u64 {
        self.content.iter().map(|item| item.bytes).sum()
    }

    /// Files beside the database.
    pub fn files(&self) -> usize {
        self.content.len().saturating_sub(1)
    }
}

/// A database file that nobody writes: its last event and its steps, if it is whole.
async fn look_at(file: &Path) -> Result<(i64, Vec<String>)> {
    let db = Database::look_at(file).await?;
    let looked = async {
        let problems = super::doctor::sqlite_problems(&db).await?;
        ensure!(
            problems.is_empty(),
            "the copy is not whole: {}",
            problems.join("; ")
        );
        let sequence = crate::platform::event_log::last_sequence(db.reader()).await?;
        Ok((sequence, db.migrations().await?))
    };
    let looked = looked.await;
    db.close().await?;
    looked
}
