//! `schema.graphql`, the API's contract as the client's build reads it.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};

use crate::{console::Console, job, workspace};

/// `cargo xtask schema`: writes it from the server's code.
pub fn write() -> Result<()> {
    let mut console = Console::new(1);
    console.step("writing schema.graphql");
    let text = export(&mut console)?;
    let path = file();
    let changed = fs::read_to_string(&path).ok().as_deref() != Some(text.as_str());
    if changed {
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    console.done(if changed { "changed" } else { "unchanged" });
    Ok(())
}

/// Where the committed contract lies.
pub fn file() -> PathBuf {
    workspace::root().join("schema.graphql")
}

/// The contract as the server's code has it now.
pub fn export(console: &mut Console) -> Result<String> {
    job::must(console, build_server())?;
    let output = std::process::Command::new(workspace::target().join("debug/bellhop"))
        .arg("schema")
        .current_dir(workspace::root())
        .output()
        .context("starting `bellhop schema`")?;
    if !output.status.success() {
        bail!(
            "`bellhop schema` failed ({}):\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let text = String::from_utf8(output.stdout).context("the schema is no UTF-8")?;
    if text.trim().is_empty() {
        bail!("`bellhop schema` printed nothing");
    }
    Ok(text)
}

/// Builds the server as the tests do, with the features of the whole workspace.
pub fn build_server() -> std::process::Command {
    workspace::cargo([
        "build",
        "--workspace",
        "--exclude",
        "frontend",
        "--bin",
        "bellhop",
    ])
}
