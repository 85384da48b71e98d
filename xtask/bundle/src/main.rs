//! Builds the browser client into `dist/`, as `Trunk.toml`, `Trunk.administration.toml`
//! and the `data-trunk` links of their index pages describe it.
//!
//! Trunk and wasm-bindgen's command-line tool take longer to compile than the
//! client itself; this performs the part of Trunk's work that we use, from the
//! same description, and refuses whatever it does not know. On top of Trunk it
//! names files by their final content and stores a brotli form next to each.

mod description;
mod dist;
mod html;
mod rust_app;
mod stamp;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use description::{Asset, Description};
use dist::Staged;

/// Which of the two builds: small and compressed, or quick.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// As shipped.
    Release,
    /// Unoptimised, with names and debug assertions, nothing compressed.
    Dev,
}

fn main() -> Result<()> {
    let mut mode = Mode::Release;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--release" => mode = Mode::Release,
            "--dev" => mode = Mode::Dev,
            other => bail!("unknown argument {other}; known are --release (default) and --dev"),
        }
    }
    let root = workspace_root()?;
    let target = target_directory()?;
    build(&Description::read_all(&root)?, &target, mode)
}

fn build(faces: &[Description], target: &Path, mode: Mode) -> Result<()> {
    let apps: Vec<_> = faces.iter().map(Description::rust_app).collect();
    let locked = faces.iter().any(|face| face.locked);
    let modules = rust_app::compile(&apps, locked, mode, target)?;

    let inputs = stamp::inputs(faces, &modules, mode)?;
    let work = target.join("client");
    std::fs::create_dir_all(&work).with_context(|| format!("creating {}", work.display()))?;
    let stamp_file = work.join("stamp");
    let dist = &faces[0].dist;
    if let Some(digest) = stamp::still_holds(&stamp_file, &inputs, dist)? {
        println!("client unchanged ({})", &digest[..12]);
        return Ok(());
    }

    let mut staged = Staged::default();
    for (face, module) in faces.iter().zip(&modules) {
        stage(face, module, mode, &mut staged)?;
    }
    if mode == Mode::Release {
        staged.compress(&work.join("brotli"))?;
    }
    staged.write(dist)?;
    let digest = stamp::write(&stamp_file, &inputs, &staged)?;

    let weights: Vec<_> = faces
        .iter()
        .map(|face| {
            let (plain, wire) = staged.weight(&face.folder);
            let name = &face.rust_app().bin;
            match mode {
                Mode::Release => format!("{name} {} KiB over the wire", wire.div_ceil(1024)),
                Mode::Dev => format!("{name} {} KiB for development", plain.div_ceil(1024)),
            }
        })
        .collect();
    println!("client built: {} ({})", weights.join(", "), &digest[..12]);
    Ok(())
}

/// Puts one face's files and its page among the staged ones.
fn stage(face: &Description, module: &Path, mode: Mode, staged: &mut Staged) -> Result<()> {
    staged.enter(&face.folder);
    let mut replacements = Vec::with_capacity(face.links.len());
    // One style sheet is one request, and compresses better than its parts. It stands where the last one stood.
    let mut styles = Vec::new();
    let is_style = |asset: &Asset| matches!(asset, Asset::Css(_));
    let all_styles = face
        .links
        .iter()
        .filter(|(_, asset)| is_style(asset))
        .count();
    for (link, asset) in &face.links {
        let html = match asset {
            Asset::RustApp(app) => rust_app::bind(app, module, mode, staged)?,
            Asset::Css(path) => {
                styles.push(path);
                if styles.len() < all_styles {
                    String::new()
                } else {
                    let path = staged.add_joined("style.css", &styles)?;
                    format!(r#"<link rel="stylesheet" href="/{path}">"#)
                }
            }
            Asset::Icon(path) => {
                let path = staged.add_hashed(path)?;
                format!(r#"<link rel="icon" href="/{path}">"#)
            }
            Asset::CopyFile(path) => {
                staged.add_copy(path)?;
                String::new()
            }
            Asset::CopyDir(path) => {
                staged.add_directory(path)?;
                String::new()
            }
        };
        replacements.push((link.span.clone(), html));
    }
    let index = html::replace(&face.index_html, &replacements);
    staged.add("index.html", index.into_bytes())?;
    Ok(())
}

/// The workspace this tool was compiled in.
fn workspace_root() -> Result<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .map(Path::to_path_buf)
        .context("the bundler's manifest lies two folders below the workspace root")
}

/// Cargo's target directory, from where this executable lies (`target/<profile>/client-bundle`).
fn target_directory() -> Result<PathBuf> {
    let executable = std::env::current_exe().context("asking for this executable's path")?;
    executable
        .ancestors()
        .nth(2)
        .map(Path::to_path_buf)
        .context("the bundler must run from cargo's target directory")
}
