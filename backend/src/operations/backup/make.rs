//! Makes a backup beside a running server.

use super::{DATABASE, FORMAT, Manifest, archive, look_at};
use crate::platform::clock::Clock;
use crate::platform::database::Database;
use anyhow::{Context as _, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// Copies database and files into `target`, which must not exist yet. Nothing is left of an attempt
/// that fails.
pub async fn make(
    db: &Database,
    files: &Path,
    target: &Path,
    clock: &dyn Clock,
) -> Result<Manifest> {
    ensure!(!target.exists(), "{} exists already", target.display());
    let copy = beside(target, "database");
    let partial = beside(target, "partial");
    let made = attempt(db, files, &copy, &partial, target, clock).await;
    for leftover in [&copy, &partial] {
        if leftover.exists() {
            fs::remove_file(leftover)
                .with_context(|| format!("removing {}", leftover.display()))?;
        }
    }
    made
}

async fn attempt(
    db: &Database,
    files: &Path,
    copy: &Path,
    partial: &Path,
    target: &Path,
    clock: &dyn Clock,
) -> Result<Manifest> {
    let made_at = clock.now();
    // An empty file is taken; made here, nobody else may ever read it.
    drop(archive::create(copy)?);
    db.copy_into(copy).await?;
    let (last_sequence, migrations) = look_at(copy).await?;
    // Files are there before the database names them, so none of the copied database is missed.
    let mut content = vec![(DATABASE.to_owned(), copy.to_owned())];
    content.extend(archive::files_below(files)?);
    let mut items = Vec::with_capacity(content.len());
    let mut kept = Vec::with_capacity(content.len());
    for (name, path) in content {
        // Somebody may remove a file meanwhile.
        if path.exists() {
            items.push(archive::item(&name, &path)?);
            kept.push((name, path));
        }
    }
    let manifest = Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        made_at,
        last_sequence,
        migrations,
        content: items,
    };
    let packed = target.extension().is_some_and(|end| end == "gz");
    archive::write(archive::create(partial)?, packed, &manifest, &kept)?;
    fs::rename(partial, target).with_context(|| format!("writing {}", target.display()))?;
    Ok(manifest)
}

/// A name for what is not finished yet, in the same folder.
fn beside(target: &Path, what: &str) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{what}-{}", std::process::id()));
    target.with_file_name(name)
}
