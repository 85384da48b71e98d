//! What the spine costs: a page of the queue beside a hand-written statement, a report beside bare
//! rows, reports by many at once, one change to thousands of listeners, memory. Figures go to the
//! standard output, one a line: name, value and goal with tabs between them; `cargo xtask bench`
//! puts them into its table.
//!
//! ```sh
//! cargo bench --package backend --bench spine -- page DATABASE
//! cargo bench --package backend --bench spine -- report DATABASE
//! cargo bench --package backend --bench spine -- start SERVER DATABASE
//! cargo bench --package backend --bench spine -- durable SERVER DATABASE
//! cargo bench --package backend --bench spine -- live SERVER DATABASE
//! ```
//!
//! `DATABASE` is `sqlite:PATH` or `postgres://…`, filled with the demo organisation or by `bellhop
//! seed load`; `SERVER` is the executable that answers over HTTP.

#![recursion_limit = "256"]

mod client;
mod durable;
mod figure;
mod ground;
mod live;
mod page;
mod process;
mod report;
mod start;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    // Cargo adds a word of its own.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    actix_web::rt::System::new().block_on(async {
        match words[..] {
            ["page", database] => page::measure(database).await,
            ["report", database] => report::measure(database).await,
            ["start", server, database] => start::measure(server, database).await,
            ["durable", server, database] => durable::measure(server, database).await,
            ["live", server, database] => live::measure(server, database).await,
            // `cargo test --benches` and the like: nothing is measured unless it is asked for.
            [] => Ok(()),
            _ => bail!("see the head of benches/spine/main.rs for what can be measured"),
        }
    })
}
