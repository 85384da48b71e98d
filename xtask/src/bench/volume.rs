//! What a large database costs: the same questions beside ten thousand tickets and beside a million.

use std::{fs, path::Path, process::Stdio, time::Instant};

use anyhow::{Context, Result, bail};

use super::{Figure, in_browser};
use crate::{console::Console, machine, server::Server};

const SMALL: u64 = 10_000;
const LARGE: u64 = 1_000_000;
/// How much dearer a page of the queue may be beside so many more tickets.
const GOAL: &str = "1.3 ×";

/// Writes both databases and asks both.
pub fn measure(console: &mut Console, server: &Path, folder: &Path) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let mut asked = Vec::new();
    for size in [SMALL, LARGE] {
        let own = folder.join(format!("tickets-{size}"));
        fs::create_dir_all(&own).with_context(|| format!("creating {}", own.display()))?;
        let rate = load(server, &own, size)?;
        let started = Instant::now();
        let running = Server::over(server, &own, &[])?;
        let ready = started.elapsed();
        if size == LARGE {
            figures.push(Figure::new(
                &format!("seed load, {size} tickets"),
                format!("{rate:.0} a second"),
                "5,000 a second",
            ));
            figures.push(Figure::new(
                &format!("start to first answer, {size} tickets (polled every 100 ms)"),
                format!("{} ms", ready.as_millis()),
                "200 ms",
            ));
        }
        let label = size.to_string();
        let environment = [("BELLHOP_SIZE", label.as_str())];
        asked.push(in_browser(console, &running, &own, "volume", &environment)?);
        drop(running);
        fs::remove_dir_all(&own).with_context(|| format!("removing {}", own.display()))?;
    }
    let large = asked.pop().unwrap_or_default();
    let small = asked.pop().unwrap_or_default();
    figures.extend(small.into_iter().zip(large).map(|(small, large)| {
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
            &format!("{name}: median at {SMALL}, at {LARGE}, ratio"),
            format!("{}, {}, {ratio}", small.value, large.value),
            goal,
        )
    }));
    Ok(figures)
}

fn milliseconds(figure: &Figure) -> Option<f64> {
    figure.value.strip_suffix(" ms")?.parse().ok()
}

/// Fills the folder's database; gives tickets a second.
fn load(server: &Path, folder: &Path, tickets: u64) -> Result<f64> {
    let output = machine::child(server, None)?
        .args(["seed", "load", "--tickets", &tickets.to_string(), "--data"])
        .arg(folder.join("data"))
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
