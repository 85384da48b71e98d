//! `cargo xtask bench`: every figure that the documents name, measured on release builds.

mod log;
mod spine;
mod volume;

use std::{
    fs,
    path::Path,
    process::{Command, ExitCode, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{client, console::Console, job, machine, playwright, serve, server::Server, workspace};

/// Tickets of the large database; the report's goal is stated for so many.
const INCIDENTS: u64 = 100_000;
/// Who the import's figures are asked by.
const LOGIN: &str = "bench";
const PASSWORD: &str = "a password for measuring";

/// A figure with its goal, as it is printed.
struct Figure {
    name: String,
    value: String,
    goal: String,
}

impl Figure {
    fn new(name: &str, value: String, goal: &str) -> Self {
        Self {
            name: name.to_owned(),
            value,
            goal: goal.to_owned(),
        }
    }

    /// A line of the form `name, tab, value, tab, goal`; of another nothing.
    fn read(line: &str) -> Option<Self> {
        let mut parts = line.split('\t');
        let (name, value) = (parts.next()?, parts.next()?);
        Some(Self::new(
            name,
            value.to_owned(),
            parts.next().unwrap_or_default(),
        ))
    }
}

/// Builds what is missing, measures everything, prints a table.
pub fn run() -> Result<ExitCode> {
    let mut console = Console::new(serve::STEPS + 6);
    serve::build(&mut console)?;
    let server = serve::executable();
    let folder = workspace::target().join("bench");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    let mut figures = client_sizes()?;

    console.step("service-level engine");
    figures.extend(engine(&mut console)?);
    console.done("measured");

    console.step("import");
    figures.extend(import(&server, &folder)?);
    console.done("measured");

    console.step("reports");
    add_reporter(&server, &folder)?;
    let imported = Server::over(&server, &folder, &["--no-demo"])?;
    figures.extend(in_browser(
        &mut console,
        &imported,
        &folder,
        "reports",
        &[],
    )?);
    drop(imported);
    console.done("measured");

    console.step("the spine, and a hundred times as many tickets, on both databases");
    figures.extend(volume::measure(&mut console, &server, &folder)?);
    console.done("measured");

    console.step("an empty database");
    figures.extend(empty(&mut console, &server, &folder)?);
    console.done("measured");

    console.step("demo organisation, two browsers");
    let started = Instant::now();
    let demo = Server::fresh(&server)?;
    let seeded = started.elapsed();
    figures.push(Figure::new(
        "start on an empty folder, demo seeded",
        format!("{:.1} s", seeded.as_secs_f64()),
        "",
    ));
    figures.extend(in_browser(&mut console, &demo, &folder, "journeys", &[])?);
    console.done("measured");

    fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
    print(&figures);
    Ok(ExitCode::SUCCESS)
}

fn empty(console: &mut Console, server: &Path, folder: &Path) -> Result<Vec<Figure>> {
    let url = format!("sqlite:{}", folder.join("empty.sqlite3").display());
    spine::measure(console, "start", &[&server.display().to_string(), &url])
}

fn print(figures: &[Figure]) {
    let width = figures
        .iter()
        .map(|figure| figure.name.chars().count())
        .max()
        .unwrap_or_default();
    println!();
    for Figure { name, value, goal } in figures {
        match goal.as_str() {
            "" => println!("{name:width$}  {value}"),
            goal => println!("{name:width$}  {value:<14} goal: {goal}"),
        }
    }
}

fn client_sizes() -> Result<Vec<Figure>> {
    client::FACES
        .into_iter()
        .map(|(name, folder)| {
            Ok(Figure::new(
                &format!("client over the wire, brotli: {name}"),
                format!("{} KiB", client::size_over_the_wire(folder)?),
                &format!("{} KiB", client::BUDGET_KIB),
            ))
        })
        .collect()
}

fn engine(console: &mut Console) -> Result<Vec<Figure>> {
    let output = job::must(
        console,
        workspace::cargo([
            "run",
            "--release",
            "--package",
            "shared",
            "--features",
            "zones",
            "--example",
            "service_level_bench",
        ]),
    )?;
    Ok(output
        .lines()
        // A name, at least two spaces, and a figure with its unit.
        .filter_map(|line| line.trim().split_once("  "))
        .map(|(name, value)| Figure::new(name, value.trim().to_owned(), ""))
        .collect())
}

fn import(server: &Path, folder: &Path) -> Result<Vec<Figure>> {
    let file = folder.join("log.csv");
    log::write(&file, INCIDENTS)?;
    let record = folder.join("import.log");
    let errors = fs::File::create(&record).context("creating the import's log")?;
    let started = Instant::now();
    let mut process = machine::child(server, None)?
        .args(["import", "servicenow-log"])
        .arg(&file)
        .arg("--data")
        .arg(folder.join("data"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(errors)
        .spawn()
        .context("starting the import")?;
    let mut peak = 0;
    let status = loop {
        peak = memory_peak(process.id()).unwrap_or(peak);
        if let Some(status) = process.try_wait().context("watching the import")? {
            break status;
        }
        thread::sleep(Duration::from_millis(20));
    };
    let took = started.elapsed().as_secs_f64();
    if !status.success() {
        let said = fs::read_to_string(&record).unwrap_or_default();
        bail!("the import ended with {status}:\n{said}");
    }
    let rows = INCIDENTS * log::ROWS_EACH as u64;
    Ok(vec![
        Figure::new(
            &format!("import of {rows} rows"),
            format!("{took:.1} s"),
            "",
        ),
        Figure::new(
            "import, time for 140,000 rows",
            format!("{:.1} s", took * 140_000.0 / rows as f64),
            "60 s",
        ),
        Figure::new(
            "import, peak of memory",
            format!("{} MB", peak / 1_000),
            "300 MB",
        ),
    ])
}

/// The most memory the process ever held, in kB, as Linux counts it.
fn memory_peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn add_reporter(server: &Path, folder: &Path) -> Result<()> {
    use std::io::Write;
    let mut process = Command::new(server)
        .args(["user", "--data"])
        .arg(folder.join("data"))
        .args(["add", LOGIN, "--administrator", "--name", "Bench"])
        .args(["--email", "bench@example.org"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .context("adding a person")?;
    let mut input = process.stdin.take().context("no standard input")?;
    writeln!(input, "{PASSWORD}").context("saying the password")?;
    drop(input);
    let status = process.wait().context("adding a person")?;
    if !status.success() {
        bail!("adding a person ended with {status}");
    }
    Ok(())
}

/// Runs one file of `e2e/bench`, whose tests write `name, tab, value, tab, goal` to a file.
fn in_browser(
    console: &mut Console,
    server: &Server,
    folder: &Path,
    file: &str,
    environment: &[(&str, &str)],
) -> Result<Vec<Figure>> {
    let figures = folder.join("figures");
    if figures.exists() {
        fs::remove_file(&figures).context("removing older figures")?;
    }
    let mut command = playwright::command(console, server)?;
    command
        .args(["test", "--config", "bench.config.ts", file])
        .env("BELLHOP_FIGURES", &figures)
        .env("BELLHOP_LOGIN", LOGIN)
        .env("BELLHOP_PASSWORD", PASSWORD)
        .envs(environment.iter().copied());
    job::must(console, command)?;
    let text = fs::read_to_string(&figures).context("reading the figures")?;
    Ok(text.lines().filter_map(Figure::read).collect())
}
