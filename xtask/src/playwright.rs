//! Playwright with the distribution's Chromium.

use std::{path::PathBuf, process::Command};

use anyhow::Result;

use crate::{console::Console, machine, npm, server::Server, workspace};

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
        .env("BELLHOP_OUTBOX", server.outbox())
        .env("BELLHOP_PROGRAM", server.executable())
        .env("BELLHOP_CHROMIUM", chromium);
    Ok(command)
}

/// Installs the journeys' npm packages if the lock file changed since; returns their folder.
pub fn packages(console: &mut Console) -> Result<PathBuf> {
    let folder = workspace::root().join("e2e");
    npm::install(console, &folder)?;
    Ok(folder)
}
