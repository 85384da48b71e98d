//! The release client in headless Chromium.

use std::process::Command;

use anyhow::{Context, Result};

use super::{Bench, Verdict, counts};
use crate::{client, job, playwright, schema, server::Server, workspace};

/// Builds the client as it is shipped, and weighs it.
pub fn client(bench: &mut Bench) -> Result<Verdict> {
    let outcomes = job::run(&mut bench.console, vec![client::job(client::Mode::Release)])?;
    let outcome = outcomes
        .into_iter()
        .next()
        .context("one job gives one outcome")?;
    if !outcome.success {
        return Ok(Verdict::of(outcome));
    }
    for (name, folder) in client::FACES {
        let size = client::size_over_the_wire(folder)?;
        let budget = client::BUDGET_KIB;
        bench.console.line(&format!(
            "{name}: {size} KiB over the wire, budget {budget}"
        ));
        if size > budget {
            return Ok(Verdict::Broken(format!(
                "{name}: {size} KiB over the wire; the budget is {budget} KiB (docs/adr/0007)"
            )));
        }
    }
    Ok(Verdict::Holds)
}

pub fn types(bench: &mut Bench) -> Result<Verdict> {
    let folder = playwright::packages(&mut bench.console)?;
    let mut command = Command::new(folder.join("node_modules/.bin/tsc"));
    command.arg("--noEmit").current_dir(&folder);
    Ok(Verdict::of(job::run_one(&mut bench.console, command)?))
}

/// The journeys against a server of their own, on the demo organisation.
pub fn journeys(bench: &mut Bench) -> Result<Verdict> {
    let mut build = schema::build_server();
    // Built before there was a client, the executable would not know of it.
    build.env("BELLHOP_CLIENT_DIGEST", client::digest()?);
    job::must(&mut bench.console, build)?;
    let executable = workspace::target().join("debug/bellhop");
    let server = Server::fresh(&executable)?;
    let mut command = playwright::command(&mut bench.console, &server)?;
    // The set-up page needs a server of its own, on an empty folder.
    command.arg("test").env("BELLHOP_EXECUTABLE", &executable);
    let outcome = job::run_one(&mut bench.console, command)?;
    Ok(match Verdict::tests(outcome, counts::playwright) {
        Verdict::Tests(counts, Some(output)) => {
            Verdict::Tests(counts, Some(format!("{output}\nserver:\n{}", server.log())))
        }
        Verdict::Broken(output) => Verdict::Broken(format!("{output}\nserver:\n{}", server.log())),
        verdict => verdict,
    })
}
