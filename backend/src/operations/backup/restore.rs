//! Puts a backup in the place of what is there.

use super::{DATABASE, FILES, Manifest, archive, look_at};
use crate::platform::clock::Clock;
use crate::platform::database::Alone;
use anyhow::{Context as _, Result, bail, ensure};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Where an installation lies.
pub struct Place {
    /// Its data folder.
    pub data: PathBuf,
    /// Its folder of files.
    pub files: PathBuf,
    /// Its database.
    pub database: PathBuf,
}

/// Restores `source`. What was there is refused, or kept beside under another name with `force`.
/// Everything is unpacked and proved before anything is moved.
pub async fn restore(
    source: &Path,
    place: &Place,
    force: bool,
    clock: &dyn Clock,
) -> Result<Manifest> {
    fs::create_dir_all(&place.data)
        .with_context(|| format!("creating {}", place.data.display()))?;
    let _alone = Alone::with(&place.database)?;
    let there: Vec<&Path> = [place.database.as_path(), place.files.as_path()]
        .into_iter()
        .filter(|path| path.exists())
        .collect();
    if let (false, Some(first)) = (force, there.first()) {
        bail!(
            "{} exists; with --force it is kept under another name and replaced",
            first.display()
        );
    }
    let folder = place.data.join(format!("restore-{}", std::process::id()));
    fs::create_dir(&folder).with_context(|| format!("creating {}", folder.display()))?;
    let restored = replace(source, place, &folder, clock).await;
    fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
    restored
}

async fn replace(
    source: &Path,
    place: &Place,
    folder: &Path,
    clock: &dyn Clock,
) -> Result<Manifest> {
    let manifest = archive::unpack(source, folder)?;
    let database = folder.join(DATABASE);
    let (sequence, made) = look_at(&database).await?;
    ensure!(
        sequence == manifest.last_sequence,
        "the database ends at event {sequence}, the manifest says {}",
        manifest.last_sequence
    );
    let known = migrations::names();
    if let Some(newer) = made.iter().find(|name| !known.contains(name)) {
        bail!("the backup was made by a newer Bellhop: this program does not know {newer}");
    }
    let end = format!("before-restore-{}", clock.now().as_millis());
    for kept in ["", "-wal", "-shm"] {
        let mut name = place.database.clone().into_os_string();
        name.push(kept);
        let old = PathBuf::from(name);
        if old.exists() {
            // The write-ahead log belongs to its database: `-wal` stays the end of the name.
            let mut name = place.database.clone().into_os_string();
            name.push(format!(".{end}{kept}"));
            rename(&old, Path::new(&name))?;
        }
    }
    if place.files.exists() {
        let mut name = place.files.clone().into_os_string();
        name.push(format!(".{end}"));
        rename(&place.files, Path::new(&name))?;
    }
    let unpacked = folder.join(FILES);
    if unpacked.exists() {
        match fs::rename(&unpacked, &place.files) {
            // The folder of files may lie on another disk.
            Err(error) if error.kind() == ErrorKind::CrossesDevices => {
                copy_all(&unpacked, &place.files)?;
            }
            moved => moved.with_context(|| format!("moving {}", place.files.display()))?,
        }
    }
    rename(&database, &place.database)?;
    Ok(manifest)
}

fn copy_all(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("creating {}", to.display()))?;
    let entries = fs::read_dir(from).with_context(|| format!("reading {}", from.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("reading {}", from.display()))?;
        let (old, new) = (entry.path(), to.join(entry.file_name()));
        if old.is_dir() {
            copy_all(&old, &new)?;
        } else {
            fs::copy(&old, &new).with_context(|| format!("copying {}", new.display()))?;
        }
    }
    Ok(())
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).with_context(|| format!("moving {} to {}", from.display(), to.display()))
}
