//! Content that does not belong into the database: one file for each id, in a folder of its own.
//!
//! A file's path is made of its id alone, never of anything that a person wrote. A file is complete and on the disk
//! before its row is committed; a row is gone before its file is. So a row always has its content, and what a crash
//! leaves behind is a file without a row, which [`Files::made_before`] finds.

use super::error::{Error, Result};
use anyhow::Context as _;
use sha2::{Digest, Sha256};
use shared::time::Timestamp;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

/// The folder; cheap to clone. Without one (in tools that need none) nothing can be kept or read.
#[derive(Clone, Default)]
pub struct Files(Option<Arc<Path>>);

/// Where unfinished files lie.
const INCOMING: &str = "incoming";

/// A file that is being received. Dropped before it is finished, it vanishes.
pub struct Incoming {
    id: Uuid,
    root: Arc<Path>,
    path: PathBuf,
    file: File,
    digest: Sha256,
    bytes: u64,
    finished: bool,
}

/// A file that is on the disk, whole.
pub struct Received {
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its content, in hexadecimal.
    pub digest: String,
}

/// No room is left on the disk.
#[derive(Debug, thiserror::Error)]
#[error("no room is left for files")]
pub struct NoRoom;

impl Files {
    /// Keeps files in a folder, which is made when the first comes.
    pub fn at(folder: &Path) -> Self {
        Self(Some(folder.into()))
    }

    fn root(&self) -> Result<Arc<Path>> {
        let root = self.0.clone();
        root.ok_or_else(|| Error::Fault(anyhow::anyhow!("there is no folder for files")))
    }

    /// Begins to receive the content of `id`.
    pub async fn receive(&self, id: Uuid) -> Result<Incoming> {
        let root = self.root()?;
        let folder = root.join(INCOMING);
        let path = folder.join(id.simple().to_string());
        let opened = async {
            fs::create_dir_all(&folder).await?;
            File::create_new(&path).await
        };
        Ok(Incoming {
            file: opened.await.map_err(fault)?,
            id,
            root,
            path,
            digest: Sha256::new(),
            bytes: 0,
            finished: false,
        })
    }

    /// Opens the content of `id` for reading; `None` if there is none.
    pub async fn open(&self, id: Uuid) -> Result<Option<File>> {
        match File::open(place(&self.root()?, id)).await {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(fault(error)),
        }
    }

    /// Destroys the content of `id`; that there is none is fine.
    pub async fn destroy(&self, id: Uuid) -> Result<()> {
        let root = self.root()?;
        for path in [
            place(&root, id),
            root.join(INCOMING).join(id.simple().to_string()),
        ] {
            match fs::remove_file(path).await {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(fault(error)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Ids of all files made before an instant (an id tells its own). Whether rows know them is for the caller to find
    /// out.
    pub async fn made_before(&self, instant: Timestamp) -> Result<Vec<Uuid>> {
        let Some(root) = self.0.clone() else {
            return Ok(Vec::new());
        };
        tokio::task::spawn_blocking(move || listed(&root, instant))
            .await
            .map_err(anyhow::Error::from)?
            .map_err(fault)
    }
}

/// Folders by the last two digits, which are random, so that they fill evenly.
fn place(root: &Path, id: Uuid) -> PathBuf {
    let name = id.simple().to_string();
    root.join(&name[30..]).join(name)
}

fn listed(root: &Path, before: Timestamp) -> std::io::Result<Vec<Uuid>> {
    let mut found = Vec::new();
    let folders = match std::fs::read_dir(root) {
        Ok(folders) => folders,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(found),
        Err(error) => return Err(error),
    };
    for folder in folders {
        let folder = folder?;
        if !folder.file_type()?.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(folder.path())? {
            let name = file?.file_name();
            // Whatever else lies there is not ours to judge.
            let name = name.to_str().filter(|name| name.len() == 32);
            if let Some(id) = name.and_then(|name| name.parse().ok())
                && is_before(id, before)
            {
                found.push(id);
            }
        }
    }
    Ok(found)
}

/// Whether an id, which begins with its instant in milliseconds, was made before an instant.
fn is_before(id: Uuid, instant: Timestamp) -> bool {
    let millis = id.as_u128() >> 80;
    u128::try_from(instant.as_millis()).is_ok_and(|instant| millis < instant)
}

fn fault(error: std::io::Error) -> Error {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Error::Fault(NoRoom.into()),
        _ => Error::Fault(anyhow::Error::new(error).context("a file could not be read or written")),
    }
}

impl Incoming {
    /// How much came so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Takes the next piece.
    pub async fn write(&mut self, piece: &[u8]) -> Result<()> {
        self.file.write_all(piece).await.map_err(fault)?;
        self.digest.update(piece);
        self.bytes += piece.len() as u64;
        Ok(())
    }

    /// Puts it on the disk, under its final name. From here on it stays, whatever happens to this process.
    pub async fn finish(mut self) -> Result<Received> {
        self.file.flush().await.map_err(fault)?;
        self.file.sync_all().await.map_err(fault)?;
        let (from, to) = (self.path.clone(), place(&self.root, self.id));
        let root = self.root.clone();
        tokio::task::spawn_blocking(move || {
            let folder = to.parent().context("a file lies in a folder")?;
            if !folder.exists() {
                std::fs::create_dir_all(folder)?;
                std::fs::File::open(&root)?.sync_all()?;
            }
            std::fs::rename(&from, &to)?;
            // The name is on the disk when its folder is.
            std::fs::File::open(folder)?.sync_all()?;
            anyhow::Ok(())
        })
        .await
        .map_err(anyhow::Error::from)??;
        self.finished = true;
        Ok(Received {
            bytes: self.bytes,
            digest: format!("{:x}", self.digest.clone().finalize()),
        })
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.finished {
            // What cannot be removed now is found later: it is a file without a row.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
