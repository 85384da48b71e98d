//! The only build tool to learn: `cargo xtask serve | test | check | bench | schema | client | postgres`.

mod bench;
mod checks;
mod client;
mod conformance;
mod console;
mod endurance;
mod fuzz;
mod job;
mod machine;
mod npm;
mod playwright;
mod postgres;
mod schema;
mod serve;
mod server;
mod workspace;

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

const HELP: &str = "\
cargo xtask serve [ARGUMENTS]     build whatever is missing or changed, then `bellhop serve ARGUMENTS`
cargo xtask build                 build the executable as it is shipped, `target/release/bellhop`
cargo xtask test                  every check there is; the last line sums up
cargo xtask check                 format and clippy, for the server and for the browser
cargo xtask conformance           other people's GraphQL clients and tools against a running server
cargo xtask fuzz --minutes N [T]  throw odd inputs at whatever reads what others wrote
cargo xtask endurance [T]         kill and cut off servers under load, 200 times each
cargo xtask bench                 measure every figure that the documents name, on release builds
cargo xtask client [--dev]        build the browser client into dist/
cargo xtask schema                write schema.graphql from the server's code
cargo xtask postgres COMMAND …    run a command with a private PostgreSQL in BELLHOP_TEST_POSTGRES_URL
";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    match command.as_str() {
        "serve" => serve::run(&rest),
        "build" => {
            none(&rest)?;
            serve::build(&mut console::Console::new(serve::STEPS))?;
            println!("{}", serve::executable().display());
            Ok(ExitCode::SUCCESS)
        }
        "test" => {
            none(&rest)?;
            checks::run_all()
        }
        "check" => {
            none(&rest)?;
            checks::run_quick()
        }
        "conformance" => {
            none(&rest)?;
            checks::run_conformance()
        }
        "fuzz" => fuzz::run(&rest),
        "endurance" => endurance::run(&rest),
        "bench" => {
            none(&rest)?;
            bench::run()
        }
        "schema" => {
            none(&rest)?;
            schema::write()?;
            Ok(ExitCode::SUCCESS)
        }
        "client" => {
            let mode = match rest.as_slice() {
                [] => client::Mode::Release,
                [dev] if dev == "--dev" => client::Mode::Dev,
                _ => bail!("`cargo xtask client` takes only --dev"),
            };
            client::build(mode)?;
            Ok(ExitCode::SUCCESS)
        }
        "postgres" => with_postgres(&rest),
        "" | "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        other => bail!("there is no `cargo xtask {other}`\n\n{HELP}"),
    }
}

fn none(rest: &[String]) -> Result<()> {
    match rest.first() {
        None => Ok(()),
        Some(argument) => bail!("unexpected argument {argument}\n\n{HELP}"),
    }
}

fn with_postgres(command: &[String]) -> Result<ExitCode> {
    let [program, arguments @ ..] = command else {
        bail!("name a command to run, such as `cargo xtask postgres cargo test`");
    };
    let server = postgres::Postgres::start(postgres::Purpose::Tests)?;
    let status = Command::new(program)
        .args(arguments)
        .env(postgres::URL_VARIABLE, server.url())
        .status()
        .with_context(|| format!("starting {program}"))?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
