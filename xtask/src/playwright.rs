//! Playwright with the distribution's Chromium.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{console::Console, job, machine, server::Server, workspace};

/// Playwright's command, to be run against this server.
pub fn command(console: &mut Console, server: &Server) -> Result<Command> {
    let chromium = machine::need(console, &["chromium"], || {
        machine::find("chromium").or_else(|| machine::find("chromium-browser"))
    })?;
    let folder = packages(console)?;
    let mut command = Command::new(folder.join("node_modules/.bin/playwright"));
    command
        .current_dir(&folder)
        .env("BELLHOP_URL", server.url())
        .env("BELLHOP_CHROMIUM", chromium);
    Ok(command)
}

/// Installs the journeys' npm packages if the lock file changed since; returns their folder.
pub fn packages(console: &mut Console) -> Result<PathBuf> {
    let folder = workspace::root().join("e2e");
    let lock = read(&folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/.bellhop-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(folder);
    }
    let npm = machine::need(console, &["nodejs", "npm"], || machine::find("npm"))?;
    let mut install = Command::new(npm);
    install
        .args(["ci", "--no-audit", "--no-fund"])
        .current_dir(&folder)
        // The journeys use the distribution's Chromium.
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    let outcome = job::run_one(console, install)?;
    if !outcome.success {
        bail!(
            "npm could not install the journeys' packages:\n{}",
            outcome.output
        );
    }
    fs::write(&stamp, lock).with_context(|| format!("writing {}", stamp.display()))?;
    Ok(folder)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("reading {}", path.display()))
}
