//! What a large database costs, on both databases: the same questions beside ten thousand tickets and
//! beside a million; and the spine, beside as many as its goals are stated for.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result, bail};

use super::{Figure, in_browser, spine};
use crate::{
    console::Console,
    machine,
    postgres::{Postgres, Purpose},
    server::Server,
};

const SMALL: u64 = 10_000;
/// For how many tickets the goal of a page of the queue beside a hand-written statement is stated.
const MIDDLE: u64 = 100_000;
const LARGE: u64 = 1_000_000;
/// How much dearer a page of the queue may be beside so many more tickets.
const GOAL: &str = "1.3 ×";

/// A database that is filled.
struct Filled {
    name: &'static str,
    folder: PathBuf,
    /// Its address, as every command of the server takes it.
    url: String,
}

impl fmt::Display for Filled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Fills both databases with all sizes and asks them.
pub fn measure(console: &mut Console, server: &Path, folder: &Path) -> Result<Vec<Figure>> {
    let mut figures = on_sqlite(console, server, folder)?;
    figures.extend(on_postgres(console, server, folder)?);
    Ok(figures)
}

fn on_sqlite(console: &mut Console, server: &Path, folder: &Path) -> Result<Vec<Figure>> {
    all(console, server, &|size| {
        let folder = folder.join(format!("sqlite-{size}"));
        fs::create_dir_all(folder.join("data"))
            .with_context(|| format!("creating {}", folder.display()))?;
        Ok(Filled {
            name: "SQLite",
            url: format!("sqlite:{}", folder.join("data/bellhop.sqlite3").display()),
            folder,
        })
    })
}

fn on_postgres(console: &mut Console, server: &Path, folder: &Path) -> Result<Vec<Figure>> {
    let postgres = Postgres::start(Purpose::Measuring)?;
    all(console, server, &|size| {
        let folder = folder.join(format!("postgres-{size}"));
        fs::create_dir_all(folder.join("data"))
            .with_context(|| format!("creating {}", folder.display()))?;
        Ok(Filled {
            name: "PostgreSQL",
            url: postgres.create(&format!("tickets_{size}"))?,
            folder,
        })
    })
}

fn all(
    console: &mut Console,
    server: &Path,
    create: &dyn Fn(u64) -> Result<Filled>,
) -> Result<Vec<Figure>> {
    let executable = server.display().to_string();
    let mut figures = Vec::new();

    let small = create(SMALL)?;
    load(server, &small, SMALL)?;
    let asked_small = ask(console, server, &small, SMALL)?;
    for part in ["durable", "live"] {
        figures.extend(spine::measure(console, part, &[&executable, &small.url])?);
    }
    figures.extend(spine::measure(console, "report", &[&small.url])?);
    drop_files(&small)?;

    let middle = create(MIDDLE)?;
    load(server, &middle, MIDDLE)?;
    figures.extend(spine::measure(console, "page", &[&middle.url])?);
    drop_files(&middle)?;

    let large = create(LARGE)?;
    let rate = load(server, &large, LARGE)?;
    figures.push(Figure::new(
        &format!("seed load, {LARGE} tickets, {large}"),
        format!("{rate:.0} a second"),
        "5,000 a second",
    ));
    figures.extend(spine::measure(
        console,
        "start",
        &[&executable, &large.url],
    )?);
    let asked_large = ask(console, server, &large, LARGE)?;
    drop_files(&large)?;

    figures.extend(compare(&large, asked_small, asked_large));
    Ok(figures)
}

fn drop_files(filled: &Filled) -> Result<()> {
    fs::remove_dir_all(&filled.folder)
        .with_context(|| format!("removing {}", filled.folder.display()))
}

fn ask(console: &mut Console, server: &Path, filled: &Filled, size: u64) -> Result<Vec<Figure>> {
    let running = Server::over(server, &filled.folder, &["--database-url", &filled.url])?;
    let label = size.to_string();
    let environment = [("BELLHOP_SIZE", label.as_str())];
    in_browser(console, &running, &filled.folder, "volume", &environment)
}

fn compare(filled: &Filled, small: Vec<Figure>, large: Vec<Figure>) -> Vec<Figure> {
    let pairs = small.into_iter().zip(large);
    let compared = pairs.map(|(small, large)| {
        let name = large.name.split('|').next().unwrap_or_default();
        let ratio = match (milliseconds(&small), milliseconds(&large)) {
            (Some(before), Some(after)) if before > 0.0 => format!("{:.2} ×", after / before),
            _ => "?".to_owned(),
        };
        let goal = if large.goal.is_empty() {
            GOAL
        } else {
            &large.goal
        };
        Figure::new(
            &format!("{name}, {filled}: median at {SMALL}, at {LARGE}, ratio"),
            format!("{}, {}, {ratio}", small.value, large.value),
            goal,
        )
    });
    compared.collect()
}

fn milliseconds(figure: &Figure) -> Option<f64> {
    figure.value.strip_suffix(" ms")?.parse().ok()
}

/// Fills a database; gives tickets a second.
fn load(server: &Path, filled: &Filled, tickets: u64) -> Result<f64> {
    let output = machine::child(server, None)?
        .args(["seed", "load", "--tickets", &tickets.to_string()])
        .args(["--database-url", &filled.url, "--data"])
        .arg(filled.folder.join("data"))
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .context("starting the load")?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        bail!("the load ended with {}:\n{said}", output.status);
    }
    // The last line: "N tickets in S s: R a second".
    let rate = said
        .lines()
        .filter_map(|line| line.strip_suffix(" a second")?.rsplit(' ').next())
        .next_back();
    rate.and_then(|rate| rate.parse().ok())
        .with_context(|| format!("the load did not say how fast it was:\n{said}"))
}
