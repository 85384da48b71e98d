//! Writing and reading the archive.

use super::{DATABASE, FILES, Item, MANIFEST, Manifest};
use anyhow::{Context as _, Result, bail, ensure};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Component, Path, PathBuf};

/// Folder of files that are still arriving.
const INCOMING: &str = "incoming";
/// A manifest of more bytes is none.
const MANIFEST_MOST: u64 = 256 * 1024 * 1024;

/// Digest and size of a file.
pub fn item(name: &str, file: &Path) -> Result<Item> {
    let mut reader = open(file)?;
    let mut digest = Sha256::new();
    let bytes = io::copy(&mut reader, &mut digest)
        .with_context(|| format!("reading {}", file.display()))?;
    Ok(Item {
        name: name.to_owned(),
        bytes,
        sha256: hex(&digest.finalize()),
    })
}

/// All files below a folder but those that are still arriving, by their names in the archive, in
/// the order of the names.
pub fn files_below(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    if folder.is_dir() {
        gather(folder, FILES, &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn gather(folder: &Path, name: &str, found: &mut Vec<(String, PathBuf)>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("reading {}", folder.display()))?;
        let path = entry.path();
        let own = entry.file_name();
        let own = own
            .to_str()
            .with_context(|| format!("{} has no readable name", path.display()))?;
        let name = format!("{name}/{own}");
        let kind = entry
            .file_type()
            .with_context(|| format!("reading {}", path.display()))?;
        if kind.is_dir() && own == INCOMING {
            continue;
        }
        if kind.is_dir() {
            gather(&path, &name, found)?;
        } else {
            ensure!(kind.is_file(), "{} is no ordinary file", path.display());
            found.push((name, path));
        }
    }
    Ok(())
}

/// Writes an archive; packed when `packed`.
pub fn write(
    target: File,
    packed: bool,
    manifest: &Manifest,
    content: &[(String, PathBuf)],
) -> Result<()> {
    let writer = BufWriter::new(target);
    let file = if packed {
        let writer = append(
            GzEncoder::new(writer, Compression::fast()),
            manifest,
            content,
        )?;
        writer.finish()?
    } else {
        append(writer, manifest, content)?
    };
    let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all().context("writing to the disk")
}

fn append<W: Write>(writer: W, manifest: &Manifest, content: &[(String, PathBuf)]) -> Result<W> {
    let mut archive = tar::Builder::new(writer);
    let text = serde_json::to_vec_pretty(manifest)?;
    let mut header = tar::Header::new_gnu();
    header.set_size(text.len() as u64);
    header.set_mode(0o600);
    archive.append_data(&mut header, MANIFEST, text.as_slice())?;
    for (item, (name, path)) in manifest.content.iter().zip(content) {
        let mut header = tar::Header::new_gnu();
        header.set_size(item.bytes);
        header.set_mode(0o600);
        // Shorter than it was, it would spoil what follows; `take` cuts what has grown.
        let mut reader = open(path)?.take(item.bytes);
        archive
            .append_data(&mut header, name, &mut reader)
            .with_context(|| format!("writing {name}; if it was removed just now, try again"))?;
    }
    Ok(archive.into_inner()?)
}

/// Unpacks an archive into an empty folder and proves every digest.
pub fn unpack(source: &Path, folder: &Path) -> Result<Manifest> {
    let reader = open(source)?;
    let mut peeked = [0; 2];
    let mut start = open(source)?;
    let packed = start.read_exact(&mut peeked).is_ok() && peeked == [0x1f, 0x8b];
    let reader: Box<dyn Read> = if packed {
        Box::new(BufReader::new(GzDecoder::new(reader)))
    } else {
        Box::new(reader)
    };
    let mut archive = tar::Archive::new(reader);
    let mut entries = archive.entries().context("reading the backup")?;
    let manifest = match entries.next() {
        Some(first) => read_manifest(first.context("this is no backup")?)?,
        None => bail!("this is no backup: it is empty"),
    };
    let mut awaited = manifest.content.iter();
    for entry in entries {
        let mut entry = entry.context("reading the backup")?;
        let item = awaited
            .next()
            .context("the backup holds more than it says")?;
        let name = entry.path().context("reading the backup")?.into_owned();
        ensure!(
            name == Path::new(&item.name) && entry.header().entry_type().is_file(),
            "the backup holds {} where {} should be",
            name.display(),
            item.name
        );
        let target = folder.join(inside(&item.name)?);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).with_context(|| format!("creating {}", parent.display()))?;
        }
        copy(&mut entry, item, &target)?;
    }
    if let Some(item) = awaited.next() {
        bail!("the backup is cut off before {}", item.name);
    }
    Ok(manifest)
}

fn read_manifest(entry: tar::Entry<'_, Box<dyn Read>>) -> Result<Manifest> {
    let name = entry.path().context("this is no backup")?;
    ensure!(name == Path::new(MANIFEST), "this is no backup of Bellhop");
    let mut text = Vec::new();
    entry
        .take(MANIFEST_MOST)
        .read_to_end(&mut text)
        .context("reading the backup")?;
    let manifest: Manifest = serde_json::from_slice(&text).context("reading the manifest")?;
    ensure!(
        manifest.format == super::FORMAT,
        "the backup has form {}; this program reads form {}",
        manifest.format,
        super::FORMAT
    );
    ensure!(
        manifest
            .content
            .first()
            .is_some_and(|first| first.name == DATABASE),
        "the backup holds no database"
    );
    Ok(manifest)
}

/// A name that stays below the folder: the database, or something among the files.
fn inside(name: &str) -> Result<&Path> {
    let path = Path::new(name);
    let plain = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    ensure!(
        plain && (name == DATABASE || path.starts_with(FILES)),
        "the backup names {name}, which does not belong there"
    );
    Ok(path)
}

fn copy(reader: &mut impl Read, item: &Item, target: &Path) -> Result<()> {
    let mut digest = Sha256::new();
    let mut file = create(target)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = reader
            .read(&mut buffer)
            .with_context(|| format!("the backup is cut off in {}", item.name))?;
        if length == 0 {
            break;
        }
        digest.update(&buffer[..length]);
        file.write_all(&buffer[..length])
            .with_context(|| format!("writing {}", target.display()))?;
    }
    file.sync_all()
        .with_context(|| format!("writing {}", target.display()))?;
    ensure!(
        hex(&digest.finalize()) == item.sha256,
        "{} in the backup is not what was backed up",
        item.name
    );
    Ok(())
}

/// A new file that nobody else may read.
pub fn create(path: &Path) -> Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
        .open(path)
        .with_context(|| format!("creating {}", path.display()))
}

fn open(path: &Path) -> Result<BufReader<File>> {
    let file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
    Ok(BufReader::new(file))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in ["files/a", "files/a/b.png", DATABASE] {
            assert!(inside(name).is_ok(), "{name}");
        }
        for name in [
            "../bellhop.sqlite3",
            "/etc/passwd",
            "files/../../x",
            "other",
            "filesystem/x",
            "",
        ] {
            assert!(inside(name).is_err(), "{name}");
        }
    }
}
