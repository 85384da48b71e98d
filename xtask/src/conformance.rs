//! Other people's GraphQL clients and tools: where they lie and how they are started.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{console::Console, job, machine, npm, server::Server, workspace};

/// The tests of npm's packages, in TAP.
pub fn node(console: &mut Console, server: &Server) -> Result<Command> {
    let folder = folder();
    npm::install(console, &folder)?;
    let node = machine::need(console, &["nodejs", "npm"], || machine::find("node"))?;
    let mut tests: Vec<PathBuf> = fs::read_dir(folder.join("tests"))
        .context("looking for the tests")?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<_>>()
        .context("looking for the tests")?;
    tests.sort();
    let mut command = Command::new(node);
    command
        // A client that stays connected must not keep the tests from ending.
        .args(["--test", "--test-force-exit", "--test-reporter=tap"])
        .args(tests);
    Ok(prepared(command, server))
}

/// The tests of Python's packages, by unittest.
pub fn python(console: &mut Console, server: &Server) -> Result<Command> {
    let program = environment(console)?;
    let mut command = Command::new(program);
    command
        .args(["-m", "unittest", "discover", "-s", "python"])
        .env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(prepared(command, server))
}

fn prepared(mut command: Command, server: &Server) -> Command {
    command
        .current_dir(folder())
        .env("BELLHOP_URL", server.url())
        .env("BELLHOP_CONFORMANCE_TARGET", scratch());
    command
}

/// A Python of our own with the pinned packages; made anew when the pins change.
fn environment(console: &mut Console) -> Result<PathBuf> {
    let pins = folder().join("python/requirements.txt");
    let wanted = fs::read(&pins).with_context(|| format!("reading {}", pins.display()))?;
    let home = scratch().join("python");
    let program = home.join("bin/python");
    let stamp = home.join("requirements.txt");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(program);
    }
    let python = machine::need(console, &["python3", "python3-venv"], python_with_venv)?;
    let mut create = Command::new(python);
    create.args(["-m", "venv", "--clear"]).arg(&home);
    job::must(console, create).context("making a Python environment")?;
    let mut install = Command::new(&program);
    install
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .arg("--requirement")
        .arg(&pins);
    job::must(console, install).context("installing Python's packages")?;
    fs::write(&stamp, wanted).with_context(|| format!("writing {}", stamp.display()))?;
    Ok(program)
}

/// Python, if it can make environments: on Debian that is a package of its own.
fn python_with_venv() -> Option<PathBuf> {
    let python = machine::find("python3")?;
    let complete = Command::new(&python)
        .args(["-c", "import ensurepip, venv"])
        .output()
        .is_ok_and(|output| output.status.success());
    complete.then_some(python)
}

fn folder() -> PathBuf {
    workspace::root().join("e2e/conformance")
}

fn scratch() -> PathBuf {
    Path::new(workspace::target()).join("conformance")
}
