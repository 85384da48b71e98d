//! Reads the description of the client's build: for each of its faces a file for Trunk and an index page.
//!
//! Only what we use is understood; anything else is an error rather than a
//! build that differs from Trunk's in silence.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use toml::{Table, Value};

use crate::html::{self, Link};

/// What one `data-trunk` link asks for. Paths are absolute.
#[derive(Debug, PartialEq, Eq)]
pub enum Asset {
    /// The client itself.
    RustApp(RustApp),
    /// A style sheet, served under a hashed name.
    Css(PathBuf),
    /// The page's icon, served under a hashed name.
    Icon(PathBuf),
    /// A file copied under its own name.
    CopyFile(PathBuf),
    /// A folder copied under its own name.
    CopyDir(PathBuf),
}

/// The crate that becomes the client.
#[derive(Debug, PartialEq, Eq, Clone)]
pub struct RustApp {
    /// Its `Cargo.toml`.
    pub manifest: PathBuf,
    /// Its binary, which also names the files.
    pub bin: String,
    /// Cargo profile of a release build.
    pub profile_release: String,
}

/// The descriptions of the client's faces, the one that owns the root of the site first.
const FACES: [&str; 2] = ["Trunk.toml", "Trunk.administration.toml"];

/// One face of the client as described: a page, its files, its WebAssembly module.
pub struct Description {
    /// Where its files lie below the site's root: empty, or a folder with `/` behind it.
    pub folder: String,
    /// Text of the index page.
    pub index_html: String,
    /// Its links for Trunk, in order.
    pub links: Vec<(Link, Asset)>,
    /// Where this face goes.
    pub dist: PathBuf,
    /// Whether cargo must leave the lock file alone.
    pub locked: bool,
    /// Text of the file for Trunk.
    pub trunk_toml: String,
}

impl Description {
    /// Reads the descriptions of all faces below the workspace root.
    pub fn read_all(root: &Path) -> Result<Vec<Self>> {
        let faces = FACES
            .into_iter()
            .map(|file| Self::read(root, file))
            .collect::<Result<Vec<_>>>()?;
        for (face, file) in faces.iter().zip(FACES) {
            ensure!(
                face.dist == faces[0].dist.join(&face.folder),
                "{file}: its files must lie where its public_url says, below {}",
                faces[0].dist.display()
            );
        }
        Ok(faces)
    }

    fn read(root: &Path, file: &str) -> Result<Self> {
        let path = root.join(file);
        let trunk_toml = std::fs::read_to_string(&path)
            .with_context(|| format!("reading {}", path.display()))?;
        let settings = Settings::parse(&trunk_toml).with_context(|| file.to_owned())?;
        let index = root.join(&settings.target);
        let index_html = std::fs::read_to_string(&index)
            .with_context(|| format!("reading {}", index.display()))?;
        let folder = index.parent().context("the index page lies in a folder")?;
        let links = html::trunk_links(&index_html)?
            .into_iter()
            .map(|link| {
                let asset = asset(&link, folder)?;
                Ok((link, asset))
            })
            .collect::<Result<Vec<_>>>()
            .with_context(|| settings.target.clone())?;
        let apps = links
            .iter()
            .filter(|(_, asset)| matches!(asset, Asset::RustApp(_)))
            .count();
        ensure!(
            apps == 1,
            "{} has {apps} rust links, expected one",
            settings.target
        );
        Ok(Self {
            folder: settings.public_url.trim_start_matches('/').to_owned(),
            index_html,
            links,
            dist: root.join(settings.dist),
            locked: settings.locked,
            trunk_toml,
        })
    }

    /// The client's crate.
    pub fn rust_app(&self) -> &RustApp {
        self.links
            .iter()
            .find_map(|(_, asset)| match asset {
                Asset::RustApp(app) => Some(app),
                _ => None,
            })
            .expect("read() made sure that there is exactly one")
    }
}

struct Settings {
    target: String,
    dist: String,
    public_url: String,
    locked: bool,
}

impl Settings {
    fn parse(text: &str) -> Result<Self> {
        let mut settings = Self {
            target: "index.html".to_owned(),
            dist: "dist".to_owned(),
            public_url: "/".to_owned(),
            locked: false,
        };
        for (section, value) in text.parse::<Table>()? {
            match (section.as_str(), value) {
                ("build", Value::Table(build)) => {
                    for (key, value) in build {
                        match (key.as_str(), value) {
                            ("target", Value::String(value)) => settings.target = value,
                            ("dist", Value::String(value)) => settings.dist = value,
                            ("public_url", Value::String(value)) => {
                                ensure!(
                                    value.starts_with('/') && value.ends_with('/'),
                                    "build.public_url must begin and end with /"
                                );
                                settings.public_url = value;
                            }
                            ("locked", Value::Boolean(value)) => settings.locked = value,
                            (key, value) => {
                                bail!("build.{key} = {value} is not known to xtask/bundle")
                            }
                        }
                    }
                }
                // Trunk's own development server and the tools it calls: no part of the build.
                ("tools" | "watch" | "serve" | "proxy", _) => {}
                (section, _) => bail!("section {section} is not known to xtask/bundle"),
            }
        }
        Ok(settings)
    }
}

fn asset(link: &Link, folder: &Path) -> Result<Asset> {
    let attribute = |name: &str| link.attributes.get(name).map(String::as_str);
    let rel = attribute("rel").context("a data-trunk link without rel")?;
    let known: &[&str] = match rel {
        "rust" => &["data-bin", "data-wasm-opt", "data-cargo-profile-release"],
        "css" | "icon" | "copy-file" | "copy-dir" => &[],
        _ => bail!("rel=\"{rel}\" is not known to xtask/bundle"),
    };
    for name in link.attributes.keys() {
        ensure!(
            matches!(name.as_str(), "data-trunk" | "rel" | "href")
                || known.contains(&name.as_str()),
            "attribute {name} of rel=\"{rel}\" is not known to xtask/bundle"
        );
    }
    let href = attribute("href").with_context(|| format!("rel=\"{rel}\" without href"))?;
    let path = folder.join(href);
    ensure!(
        path.exists(),
        "rel=\"{rel}\": {} does not exist",
        path.display()
    );
    Ok(match rel {
        "rust" => {
            let level = attribute("data-wasm-opt");
            ensure!(
                level == Some("0"),
                "data-wasm-opt must be \"0\": wasm-opt is not run, it gains one per cent"
            );
            Asset::RustApp(RustApp {
                manifest: path,
                bin: attribute("data-bin")
                    .context("rel=\"rust\" needs data-bin")?
                    .to_owned(),
                profile_release: attribute("data-cargo-profile-release")
                    .unwrap_or("release")
                    .to_owned(),
            })
        }
        "css" => Asset::Css(path),
        "icon" => Asset::Icon(path),
        "copy-file" => Asset::CopyFile(path),
        _ => Asset::CopyDir(path),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_of_this_client_is_understood() {
        let root = crate::workspace_root().unwrap();
        let faces = Description::read_all(&root).unwrap();
        let known = |number: usize| {
            (
                faces[number].rust_app().bin.as_str(),
                faces[number].folder.as_str(),
            )
        };
        assert_eq!(known(0), ("frontend", ""));
        assert_eq!(known(1), ("administration", "administration/"));
        assert_eq!(faces[0].dist, root.join("dist"));
    }

    #[test]
    fn trunk_is_told_the_wasm_bindgen_version_that_cargo_builds_with() {
        let root = crate::workspace_root().unwrap();
        let read = |name| std::fs::read_to_string(root.join(name)).unwrap();
        let cargo = read("Cargo.toml").parse::<Table>().unwrap();
        let dependencies = &cargo["workspace"]["dependencies"];
        for face in FACES {
            let trunk = read(face).parse::<Table>().unwrap();
            let pinned = format!("={}", trunk["tools"]["wasm_bindgen"].as_str().unwrap());
            for name in ["wasm-bindgen", "wasm-bindgen-cli-support"] {
                assert_eq!(dependencies[name].as_str(), Some(pinned.as_str()), "{face}");
            }
        }
    }

    #[test]
    fn unknown_settings_are_refused_by_name() {
        for (text, named) in [
            ("[build]\nminify = \"always\"", "build.minify"),
            ("[[hooks]]\nstage = \"pre_build\"", "hooks"),
        ] {
            let error = Settings::parse(text).err().expect("refused").to_string();
            assert!(error.contains(named), "{error}");
        }
    }

    #[test]
    fn unknown_links_and_attributes_are_refused_by_name() {
        let folder = crate::workspace_root().unwrap().join("frontend");
        for (html, named) in [
            (r#"<link data-trunk rel="sass" href="index.html">"#, "sass"),
            (
                r#"<link data-trunk rel="css" href="index.html" data-inline>"#,
                "data-inline",
            ),
            (
                r#"<link data-trunk rel="css" href="missing.css">"#,
                "missing.css",
            ),
            (
                r#"<link data-trunk rel="rust" href="Cargo.toml" data-wasm-opt="z">"#,
                "wasm-opt",
            ),
        ] {
            let links = html::trunk_links(html).unwrap();
            let error = asset(&links[0], &folder).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
    }
}
