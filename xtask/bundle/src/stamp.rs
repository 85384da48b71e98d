//! Tells whether `dist/` still is what these inputs gave the last time.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::{
    Mode,
    description::{Asset, Description},
    dist::{self, Staged},
};

/// SHA-256 of all parts together, in hexadecimal; where one part ends matters.
pub fn digest_of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Digest of everything the built client depends on, this tool included.
pub fn inputs(faces: &[Description], modules: &[PathBuf], mode: Mode) -> Result<String> {
    let read = |path: &Path| fs::read(path).with_context(|| format!("reading {}", path.display()));
    let tool = std::env::current_exe().context("asking for this executable's path")?;
    let mut parts = vec![format!("{mode:?}").into_bytes(), read(&tool)?];
    for (face, module) in faces.iter().zip(modules) {
        parts.extend([
            face.trunk_toml.clone().into_bytes(),
            face.index_html.clone().into_bytes(),
            read(module)?,
        ]);
        for (_, asset) in &face.links {
            let files = match asset {
                Asset::RustApp(_) => Vec::new(),
                Asset::Css(path) | Asset::Icon(path) | Asset::CopyFile(path) => vec![path.clone()],
                Asset::CopyDir(path) => dist::files_below(path)?,
            };
            for file in files {
                parts.push(file.to_string_lossy().into_owned().into_bytes());
                parts.push(read(&file)?);
            }
        }
    }
    Ok(digest_of(parts.iter().map(Vec::as_slice)))
}

/// The built client's digest if the stamp is of these inputs and `dist/` is untouched since.
pub fn still_holds(stamp: &Path, inputs: &str, dist: &Path) -> Result<Option<String>> {
    let Ok(text) = fs::read_to_string(stamp) else {
        return Ok(None);
    };
    let mut lines = text.lines();
    let (Some(digest), Some(stamped_inputs)) = (lines.next(), lines.next()) else {
        return Ok(None);
    };
    if stamped_inputs != inputs {
        return Ok(None);
    }
    let expected: BTreeMap<_, _> = lines
        .filter_map(|line| line.split_once(' '))
        .map(|(digest, path)| (path, digest))
        .collect();
    let found = match dist::names_in(dist) {
        Ok(found) => found,
        Err(_) => return Ok(None),
    };
    if found.len() != expected.len() {
        return Ok(None);
    }
    for name in found {
        let file = dist.join(&name);
        let content = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
        if expected.get(name.as_str()) != Some(&digest_of([content.as_slice()]).as_str()) {
            return Ok(None);
        }
    }
    Ok(Some(digest.to_owned()))
}

/// Writes the stamp: the client's digest, the inputs', then one line per file. Returns the first.
pub fn write(stamp: &Path, inputs: &str, staged: &Staged) -> Result<String> {
    let files: String = staged
        .digests()
        .map(|(path, digest)| format!("{digest} {path}\n"))
        .collect();
    let digest = digest_of([files.as_bytes()]);
    fs::write(stamp, format!("{digest}\n{inputs}\n{files}"))
        .with_context(|| format!("writing {}", stamp.display()))?;
    Ok(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_tells_where_a_part_ends() {
        assert_ne!(
            digest_of([b"ab".as_slice(), b"c"]),
            digest_of([b"a".as_slice(), b"bc"])
        );
    }

    #[test]
    fn a_stamp_holds_until_inputs_or_files_change() {
        let root = std::env::temp_dir().join(format!("bundle-stamp-{}", std::process::id()));
        let dist = root.join("dist");
        let stamp = root.join("stamp");
        let mut staged = Staged::default();
        staged.add("index.html", b"<p>".to_vec()).unwrap();
        // Same content twice: the stamp must not lose one of them.
        staged.add("copy.html", b"<p>".to_vec()).unwrap();
        staged.write(&dist).unwrap();
        let digest = write(&stamp, "inputs", &staged).unwrap();

        assert_eq!(still_holds(&stamp, "inputs", &dist).unwrap(), Some(digest));
        assert_eq!(still_holds(&stamp, "others", &dist).unwrap(), None);
        fs::write(dist.join("index.html"), "<b>").unwrap();
        assert_eq!(still_holds(&stamp, "inputs", &dist).unwrap(), None);
        fs::write(dist.join("index.html"), "<p>").unwrap();
        fs::write(dist.join("extra.js"), "1").unwrap();
        assert_eq!(still_holds(&stamp, "inputs", &dist).unwrap(), None);
        fs::remove_dir_all(&root).unwrap();
    }
}
