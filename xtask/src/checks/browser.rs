//! The release client in headless Chromium.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::{Bench, Verdict, counts};
use crate::{client, job, machine, schema, server, workspace};

/// Builds the client as it is shipped.
pub fn client(bench: &mut Bench) -> Result<Verdict> {
    let outcomes = job::run(&mut bench.console, vec![client::job(client::Mode::Release)])?;
    let outcome = outcomes
        .into_iter()
        .next()
        .context("one job gives one outcome")?;
    if outcome.success
        && let Some(size) = outcome.output.lines().last()
    {
        bench.console.line(size);
    }
    Ok(Verdict::of(outcome))
}

pub fn types(bench: &mut Bench) -> Result<Verdict> {
    let folder = packages(bench)?;
    let mut command = Command::new(folder.join("node_modules/.bin/tsc"));
    command.arg("--noEmit").current_dir(&folder);
    Ok(Verdict::of(job::run_one(&mut bench.console, command)?))
}

/// The journeys against a server of their own, on the demo organisation.
pub fn journeys(bench: &mut Bench) -> Result<Verdict> {
    let chromium = machine::need(&mut bench.console, &["chromium"], || {
        machine::find("chromium").or_else(|| machine::find("chromium-browser"))
    })?;
    let folder = packages(bench)?;
    let mut build = schema::build_server();
    // Built before there was a client, the executable would not know of it.
    build.env("BELLHOP_CLIENT_DIGEST", client::digest()?);
    job::must(&mut bench.console, build)?;
    let server = server::Server::start(&workspace::target().join("debug/bellhop"))?;
    let mut command = Command::new(folder.join("node_modules/.bin/playwright"));
    command
        .arg("test")
        .current_dir(&folder)
        .env("BELLHOP_URL", server.url())
        .env("BELLHOP_CHROMIUM", chromium);
    let outcome = job::run_one(&mut bench.console, command)?;
    Ok(match Verdict::tests(outcome, counts::playwright) {
        Verdict::Tests(counts, Some(output)) => {
            Verdict::Tests(counts, Some(format!("{output}\nserver:\n{}", server.log())))
        }
        Verdict::Broken(output) => Verdict::Broken(format!("{output}\nserver:\n{}", server.log())),
        verdict => verdict,
    })
}

/// Installs the journeys' npm packages if the lock file changed since; returns their folder.
fn packages(bench: &mut Bench) -> Result<PathBuf> {
    let folder = workspace::root().join("e2e");
    let lock = read(&folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/.bellhop-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(folder);
    }
    let npm = machine::need(&mut bench.console, &["nodejs", "npm"], || {
        machine::find("npm")
    })?;
    let mut install = Command::new(npm);
    install
        .args(["ci", "--no-audit", "--no-fund"])
        .current_dir(&folder)
        // The journeys use the distribution's Chromium.
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    let outcome = job::run_one(&mut bench.console, install)?;
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
