//! The files of the built client, gathered in memory and then written at once.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::stamp::digest_of;

/// File endings whose content compresses.
const COMPRESSIBLE: [&str; 9] = [
    "css",
    "ftl",
    "html",
    "js",
    "json",
    "svg",
    "txt",
    "wasm",
    "webmanifest",
];

/// Files by their path below `dist/`, with `/` between folders.
#[derive(Default)]
pub struct Staged {
    files: BTreeMap<String, Vec<u8>>,
    folder: String,
}

impl Staged {
    /// What is added from now on lies in this folder: empty, or with `/` behind it.
    pub fn enter(&mut self, folder: &str) {
        self.folder = folder.to_owned();
    }

    /// Adds a file and returns its path; two of one name are an error.
    pub fn add(&mut self, name: &str, content: Vec<u8>) -> Result<String> {
        let path = format!("{}{name}", self.folder);
        if self.files.insert(path.clone(), content).is_some() {
            bail!("two files of the client are called {path}");
        }
        Ok(path)
    }

    /// Adds a file as `name-<hash>.ending` and returns its path.
    pub fn add_hashed(&mut self, path: &Path) -> Result<String> {
        let content = read(path)?;
        let part = |part: Option<&std::ffi::OsStr>| {
            part.and_then(|part| part.to_str())
                .map(str::to_owned)
                .with_context(|| format!("{} needs a plain name with an ending", path.display()))
        };
        let stem = part(path.file_stem())?;
        let ending = part(path.extension())?;
        let name = format!("{stem}-{}.{ending}", &digest_of([content.as_slice()])[..16]);
        self.add(&name, content)
    }

    /// Adds the files, one after the other, as one with a name like `name-<hash>.ending`; returns its path.
    pub fn add_joined(&mut self, name: &str, paths: &[&PathBuf]) -> Result<String> {
        let mut content = Vec::new();
        for path in paths {
            content.extend(read(path)?);
            content.push(b'\n');
        }
        let (stem, ending) = name
            .rsplit_once('.')
            .with_context(|| format!("{name} needs an ending"))?;
        let name = format!("{stem}-{}.{ending}", &digest_of([content.as_slice()])[..16]);
        self.add(&name, content)
    }

    /// Adds a file under its own name.
    pub fn add_copy(&mut self, path: &Path) -> Result<()> {
        self.add(&file_name(path)?, read(path)?)?;
        Ok(())
    }

    /// Adds a folder with all below it under its own name.
    pub fn add_directory(&mut self, path: &Path) -> Result<()> {
        let name = file_name(path)?;
        for file in files_below(path)? {
            let inner = file.strip_prefix(path).expect("found below this path");
            let inner = inner
                .to_str()
                .with_context(|| format!("{} is no plain name", file.display()))?;
            self.add(&format!("{name}/{inner}"), read(&file)?)?;
        }
        Ok(())
    }

    /// Adds a brotli form of each file that gains by it.
    ///
    /// `cache` keeps compressed forms by their content, since the strongest level takes seconds.
    pub fn compress(&mut self, cache: &Path) -> Result<()> {
        fs::create_dir_all(cache).with_context(|| format!("creating {}", cache.display()))?;
        let mut compressed = Vec::new();
        let mut kept = Vec::new();
        for (path, content) in &self.files {
            let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
            if !COMPRESSIBLE.contains(&ending) {
                continue;
            }
            let cached = cache.join(digest_of([content.as_slice()]));
            kept.push(cached.clone());
            let small = match fs::read(&cached) {
                Ok(small) => small,
                Err(_) => {
                    let small = brotli_11(content)?;
                    fs::write(&cached, &small)
                        .with_context(|| format!("writing {}", cached.display()))?;
                    small
                }
            };
            if small.len() < content.len() {
                compressed.push((format!("{path}.br"), small));
            }
        }
        self.files.extend(compressed);
        for file in files_below(cache)? {
            if !kept.contains(&file) {
                fs::remove_file(&file).with_context(|| format!("removing {}", file.display()))?;
            }
        }
        Ok(())
    }

    /// Bytes of a folder's own files without the compressed forms, and as they go over the wire.
    pub fn weight(&self, folder: &str) -> (usize, usize) {
        let mut weight = (0, 0);
        for (path, content) in &self.files {
            let own = path
                .strip_prefix(folder)
                .is_some_and(|name| !name.contains('/'));
            if own && !path.ends_with(".br") {
                let small = self.files.get(&format!("{path}.br")).unwrap_or(content);
                weight.0 += content.len();
                weight.1 += small.len();
            }
        }
        weight
    }

    /// Each file's path and digest.
    pub fn digests(&self) -> impl Iterator<Item = (&str, String)> {
        self.files
            .iter()
            .map(|(path, content)| (path.as_str(), digest_of([content.as_slice()])))
    }

    /// Makes the folder hold exactly these files, the index pages written last.
    pub fn write(&self, dist: &Path) -> Result<()> {
        fs::create_dir_all(dist).with_context(|| format!("creating {}", dist.display()))?;
        let is_index = |path: &str| path.contains("index.html");
        let (last, first): (Vec<_>, Vec<_>) =
            self.files.iter().partition(|(path, _)| is_index(path));
        for (path, content) in first.into_iter().chain(last) {
            let file = dist.join(path);
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder)
                    .with_context(|| format!("creating {}", folder.display()))?;
            }
            fs::write(&file, content).with_context(|| format!("writing {}", file.display()))?;
        }
        for path in names_in(dist)? {
            if !self.files.contains_key(&path) {
                let file = dist.join(&path);
                fs::remove_file(&file).with_context(|| format!("removing {}", file.display()))?;
            }
        }
        Ok(())
    }
}

/// Names of the client's files in `dist/`, as [`Staged`] calls them.
pub fn names_in(dist: &Path) -> Result<Vec<String>> {
    Ok(files_below(dist)?
        .iter()
        .filter_map(|file| file.strip_prefix(dist).ok()?.to_str().map(str::to_owned))
        .collect())
}

/// All files below a folder, in a stable order.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))?;
        for entry in entries {
            let path = entry
                .with_context(|| format!("reading {}", folder.display()))?
                .path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn file_name(path: &Path) -> Result<String> {
    path.file_name()
        .and_then(|name| name.to_str())
        .map(str::to_owned)
        .with_context(|| format!("{} has no plain name", path.display()))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("reading {}", path.display()))
}

fn brotli_11(content: &[u8]) -> Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, 11, 24);
    writer.write_all(content).context("compressing")?;
    writer.flush().context("compressing")?;
    Ok(writer.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own below the system's temporary one, removed at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("bundle-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).expect("the test's own folder can be removed");
        }
    }

    #[test]
    fn a_hashed_name_changes_with_the_content_and_only_then() {
        let folder = Folder::new("hashed");
        let style = folder.0.join("app.css");
        let name = |content: &str| {
            fs::write(&style, content).unwrap();
            Staged::default().add_hashed(&style).unwrap()
        };
        let first = name("a{}");
        assert!(
            first.starts_with("app-") && first.ends_with(".css"),
            "{first}"
        );
        assert_eq!(first, name("a{}"));
        assert_ne!(first, name("b{}"));
    }

    #[test]
    fn writing_leaves_exactly_the_staged_files() {
        let folder = Folder::new("exact");
        fs::create_dir_all(folder.0.join("old")).unwrap();
        fs::write(folder.0.join("old/gone.js"), "x").unwrap();
        let mut staged = Staged::default();
        staged
            .add("locales/en.ftl", b"hello = Hello".to_vec())
            .unwrap();
        staged.write(&folder.0).unwrap();
        assert_eq!(names_in(&folder.0).unwrap(), ["locales/en.ftl"]);
    }

    #[test]
    fn what_is_compressed_comes_back_the_same_and_the_cache_keeps_only_what_is_used() {
        let folder = Folder::new("brotli");
        fs::write(folder.0.join("stale"), "x").unwrap();
        let text = "calm and kind ".repeat(200);
        let mut staged = Staged::default();
        staged.add("words.txt", text.clone().into_bytes()).unwrap();
        staged.add("tiny.js", b"1".to_vec()).unwrap();
        staged.add("photo.png", vec![7; 50]).unwrap();
        staged.compress(&folder.0).unwrap();
        let small = &staged.files["words.txt.br"];
        let plain = text.len() + 1 + 50;
        assert_eq!(staged.weight(""), (plain, small.len() + 1 + 50));
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut small.as_slice(), &mut plain).unwrap();
        assert_eq!(plain, text.as_bytes());
        assert!(!staged.files.contains_key("tiny.js.br"));
        assert_eq!(files_below(&folder.0).unwrap().len(), 2);
    }

    #[test]
    fn two_files_of_one_name_are_refused() {
        let mut staged = Staged::default();
        staged.add("a", vec![]).unwrap();
        assert!(staged.add("a", vec![]).is_err());
    }

    #[test]
    fn each_face_has_a_folder_and_a_weight_of_its_own() {
        let mut staged = Staged::default();
        staged.add("a.js", vec![0; 3]).unwrap();
        staged.enter("second/");
        assert_eq!(staged.add("a.js", vec![0; 5]).unwrap(), "second/a.js");
        assert_eq!(staged.weight(""), (3, 3));
        assert_eq!(staged.weight("second/"), (5, 5));
    }
}
