//! The command line.

mod backup;
mod demo;
mod doctor;
mod import;
mod mail;
mod operating;
mod search;
mod seed;
mod serve;
mod service_level;
mod settings;
mod simulate;
mod user;

use crate::http::client_files::ClientFiles;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Bellhop: service management.
#[derive(Parser)]
#[command(name = "bellhop", version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves the API and the browser client; creates and migrates the database.
    Serve(serve::Serve),
    /// Creates or migrates the database and ends.
    Migrate(settings::Storage),
    /// Prints the GraphQL schema.
    Schema,
    /// Fills an empty database with demo data.
    Seed(seed::Seed),
    /// Removes the demo organisation.
    Demo(demo::Demo),
    /// Lets tickets arrive and be worked in the demo organisation, many times as fast as in life.
    Simulate(simulate::Simulate),
    /// Proves service-level clocks.
    ServiceLevel(service_level::ServiceLevel),
    /// Loads what another system kept.
    Import(import::Import),
    /// Looks whether everything is well.
    Doctor(doctor::Doctor),
    /// The index that search uses.
    Search(search::Search),
    /// Copies database and files into one file, beside a running server.
    Backup(backup::Backup),
    /// Puts a backup in place.
    Restore(backup::Restore),
    /// Adds people, sets passwords, lists people.
    User(user::User),
}

/// Runs the command that the process was started with. `files` are the browser client's.
pub fn run(files: ClientFiles) -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("bellhop: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(execute(cli.command, files)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("bellhop: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn execute(command: Command, files: ClientFiles) -> anyhow::Result<ExitCode> {
    let done = match command {
        Command::Serve(serve) => serve.run(files).await,
        Command::Migrate(storage) => {
            storage.open().await?;
            println!("The database is up to date.");
            Ok(())
        }
        Command::Schema => {
            print!("{}", crate::graphql::schema::sdl());
            Ok(())
        }
        Command::Seed(seed) => seed.run().await,
        Command::Demo(demo) => demo.run().await,
        Command::Simulate(simulate) => simulate.run().await,
        Command::ServiceLevel(levels) => levels.run(),
        Command::Import(import) => import.run().await,
        Command::Doctor(doctor) => return doctor.run().await,
        Command::Search(search) => search.run().await,
        Command::Backup(backup) => backup.run().await,
        Command::Restore(restore) => restore.run().await,
        Command::User(user) => user.run().await,
    };
    done.map(|()| ExitCode::SUCCESS)
}
