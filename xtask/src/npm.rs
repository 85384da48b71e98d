//! npm's packages, exactly as a lock file names them.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use crate::{console::Console, job, machine};

/// Installs the packages of this folder if its lock file changed since.
pub fn install(console: &mut Console, folder: &Path) -> Result<()> {
    let lock = read(&folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/.bellhop-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let npm = machine::need(console, &["nodejs", "npm"], || machine::find("npm"))?;
    let mut install = std::process::Command::new(npm);
    install
        .args(["ci", "--no-audit", "--no-fund"])
        .current_dir(folder)
        // The journeys use the distribution's Chromium.
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    let outcome = job::run_one(console, install)?;
    if !outcome.success {
        bail!(
            "npm could not install the packages of {}:\n{}",
            folder.display(),
            outcome.output
        );
    }
    fs::write(&stamp, lock).with_context(|| format!("writing {}", stamp.display()))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("reading {}", path.display()))
}
