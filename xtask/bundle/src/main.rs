//! Builds the browser client into `dist/`, as `Trunk.toml` and the `data-trunk`
//! links of the index page describe it.
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
    let description = Description::read(&root)?;
    build(&description, &target, mode)
}

fn build(description: &Description, target: &Path, mode: Mode) -> Result<()> {
    let app = description.rust_app();
    let wasm = rust_app::compile(app, description.locked, mode, target)?;

    let inputs = stamp::inputs(description, &wasm, mode)?;
    let work = target.join("client");
    std::fs::create_dir_all(&work).with_context(|| format!("creating {}", work.display()))?;
    let stamp_file = work.join("stamp");
    if let Some(digest) = stamp::still_holds(&stamp_file, &inputs, &description.dist)? {
        println!("client unchanged ({})", &digest[..12]);
        return Ok(());
    }

    let mut staged = Staged::default();
    let mut replacements = Vec::with_capacity(description.links.len());
    // One style sheet is one request, and compresses better than its parts. It stands where the last one stood.
    let mut styles = Vec::new();
    let is_style = |asset: &Asset| matches!(asset, Asset::Css(_));
    let all_styles = description
        .links
        .iter()
        .filter(|(_, asset)| is_style(asset))
        .count();
    for (link, asset) in &description.links {
        let html = match asset {
            Asset::RustApp(app) => rust_app::bind(app, &wasm, mode, &mut staged)?,
            Asset::Css(path) => {
                styles.push(path);
                if styles.len() < all_styles {
                    String::new()
                } else {
                    let name = staged.add_joined("style.css", &styles)?;
                    format!(r#"<link rel="stylesheet" href="/{name}">"#)
                }
            }
            Asset::Icon(path) => {
                let name = staged.add_hashed(path)?;
                format!(r#"<link rel="icon" href="/{name}">"#)
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
    let index = html::replace(&description.index_html, &replacements);
    staged.add("index.html", index.into_bytes())?;

    let compressed = match mode {
        Mode::Release => staged.compress(&work.join("brotli"))?,
        Mode::Dev => 0,
    };
    staged.write(&description.dist)?;
    let digest = stamp::write(&stamp_file, &inputs, &staged)?;

    let plain = staged.plain_bytes();
    match mode {
        Mode::Release => println!(
            "client built: {} KiB, {} KiB over the wire with brotli ({})",
            plain.div_ceil(1024),
            compressed.div_ceil(1024),
            &digest[..12]
        ),
        Mode::Dev => println!("client built for development: {} KiB", plain.div_ceil(1024)),
    }
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
