//! Building the browser client.

use std::{fs, process::Command};

use anyhow::{Context, Result};

use crate::{
    console::Console,
    job::{self, Job},
    machine, workspace,
};

/// Which form of the client.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Small and compressed, as shipped.
    Release,
    /// Quick to build.
    Dev,
}

/// The commands that build the client: first its bundler, then itself by that.
pub fn job(mode: Mode) -> Job {
    let bundler = workspace::cargo(["build", "--profile", "tools", "--package", "client-bundle"]);
    let mut bundle = Command::new(workspace::target().join("tools/client-bundle"));
    bundle
        .arg(match mode {
            Mode::Release => "--release",
            Mode::Dev => "--dev",
        })
        .current_dir(workspace::root())
        .env("CARGO_TERM_PROGRESS_WHEN", "always")
        .env("CARGO_TERM_PROGRESS_WIDTH", "100");
    Job::new("client", vec![bundler, bundle])
}

/// `cargo xtask client`.
pub fn build(mode: Mode) -> Result<()> {
    let mut console = Console::new(1);
    console.step("building the browser client");
    machine::wasm_target(&mut console)?;
    let outcome = job::run(&mut console, vec![job(mode)])?
        .pop()
        .context("one job gives one outcome")?;
    if !outcome.success {
        console.line(outcome.output.trim_end());
        anyhow::bail!("the client could not be built");
    }
    console.done(outcome.output.lines().last().unwrap_or("built"));
    Ok(())
}

/// What a face of the client may weigh over the wire: WebAssembly, scripts and style sheets, compressed with brotli.
pub const BUDGET_KIB: u64 = 700;

/// The faces of the client, by what they are called and where they lie in `dist/`. Each is loaded by itself.
pub const FACES: [(&str, &str); 2] = [
    ("portal, workspace and dashboards", ""),
    ("administration", "administration"),
];

/// The size of a face as it goes over the wire, in KiB.
pub fn size_over_the_wire(folder: &str) -> Result<u64> {
    let dist = workspace::root().join("dist").join(folder);
    let mut bytes = 0;
    for entry in fs::read_dir(&dist).with_context(|| format!("reading {}", dist.display()))? {
        let entry = entry.context("reading the client's files")?;
        if entry.path().extension().is_some_and(|kind| kind == "br") {
            bytes += entry.metadata().context("reading a file's size")?.len();
        }
    }
    Ok(bytes.div_ceil(1024))
}

/// Digest of the client in `dist/`, for the server's build to notice a change.
pub fn digest() -> Result<String> {
    let stamp = workspace::target().join("client/stamp");
    let text =
        fs::read_to_string(&stamp).with_context(|| format!("reading {}", stamp.display()))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
