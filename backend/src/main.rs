//! The `bellhop` command.

mod embedded_client;

use std::process::ExitCode;

fn main() -> ExitCode {
    backend::cli::run(embedded_client::FILES)
}
