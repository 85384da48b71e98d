//! `cargo xtask serve`: from a fresh clone to a running Bellhop.

use std::{
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Command, ExitCode},
};

use anyhow::{Context, Result, bail};

use crate::{
    client,
    console::{Console, seconds},
    job::{self, Job},
    machine, workspace,
};

/// Builds what is missing or changed and becomes `bellhop serve`.
pub fn run(arguments: &[String]) -> Result<ExitCode> {
    let mut console = Console::new(STEPS + 1);
    build(&mut console)?;

    console.step("starting the server");
    let total = console.elapsed();
    console.done(&format!("everything ready after {}", seconds(total)));
    let server = executable();
    let error = Command::new(&server)
        .arg("serve")
        .args(demo_unless_said(arguments))
        .args(arguments.iter().filter(|word| *word != SET_UP))
        .current_dir(workspace::root())
        .exec();
    Err(error).with_context(|| format!("starting {}", server.display()))
}

/// Says that an empty database is set up in the browser, as `bellhop serve` does by itself.
const SET_UP: &str = "--set-up";

/// A fresh clone shows something at once, unless it was said how an empty database begins.
fn demo_unless_said(arguments: &[String]) -> Option<&'static str> {
    let said = arguments
        .iter()
        .any(|word| ["--demo", "--no-demo", SET_UP].contains(&word.as_str()));
    let in_environment = ["BELLHOP_DEMO", "BELLHOP_NO_DEMO"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    (!said && !in_environment).then_some("--demo")
}

/// Steps that [`build`] announces.
pub const STEPS: usize = 3;

/// The server in release, with the client in it.
pub fn executable() -> PathBuf {
    workspace::target().join("release/bellhop")
}

/// Builds client and server in release, as far as anything is missing or changed.
pub fn build(console: &mut Console) -> Result<()> {
    if !executable().exists() {
        console.line(
            "The first build takes ten to fifteen minutes on two cores; later starts take seconds.",
        );
    }

    console.step("Rust for the browser");
    machine::wasm_target(console)?;
    console.done("ready");

    // The server's library does not contain the client, so both are compiled
    // at once; only the small executable has to wait for the client's files.
    console.step("compiling client and server");
    let library = workspace::cargo(["build", "--release", "--package", "backend", "--lib"]);
    let jobs = vec![
        client::job(client::Mode::Release),
        Job::new("server", vec![library]),
    ];
    let outcomes = job::run(console, jobs)?;
    if let Some(failed) = outcomes.iter().find(|outcome| !outcome.success) {
        console.line(failed.output.trim_end());
        bail!("the build failed");
    }
    console.done(outcomes[0].output.lines().last().unwrap_or("done"));

    console.step("putting them together");
    let mut link = workspace::cargo([
        "build",
        "--release",
        "--package",
        "backend",
        "--bin",
        "bellhop",
    ]);
    link.env("BELLHOP_CLIENT_DIGEST", client::digest()?);
    job::must(console, link)?;
    console.done("done");
    Ok(())
}
