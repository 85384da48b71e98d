//! `bellhop simulate`: a demo that lives.

use super::serve::wait_for_end;
use super::settings::{Storage, start_log};
use crate::app::App;
use crate::organisation::settings::organisation;
use crate::platform::Platform;
use crate::seed::simulate::{self, SEED, SPEED, Tally, Wish};
use anyhow::{Result, bail};
use clap::Args;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A server tries again so often while another simulation runs, or one was killed just now.
const AGAIN: Duration = Duration::from_secs(15);

/// Lets tickets arrive and be worked in the demo organisation, until it is interrupted.
#[derive(Args, Debug)]
pub struct Simulate {
    #[command(flatten)]
    storage: Storage,
    /// So many times as fast as in life: at 600, ten minutes pass in a second.
    #[arg(long, default_value_t = SPEED, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    speed: u32,
    /// Imported tickets are lived again, each as a new one, in place of invented ones.
    #[arg(long)]
    from_import: bool,
    /// Ends by itself after so long, such as 90s, 10m or 2h.
    #[arg(long = "for", value_name = "DURATION", value_parser = duration)]
    lasts: Option<Duration>,
    /// Another number gives other tickets.
    #[arg(long, default_value_t = SEED)]
    seed: u64,
}

impl Simulate {
    /// Simulates, with a line on standard error every few seconds.
    pub async fn run(self) -> Result<()> {
        start_log();
        let app = App::new(self.storage.open().await?);
        let wish = Wish {
            speed: self.speed,
            seed: self.seed,
            from_import: self.from_import,
        };
        let (stop, stopping) = watch::channel(false);
        let lasts = self.lasts;
        let ending = tokio::spawn(async move {
            match lasts {
                Some(lasts) => tokio::select! {
                    ended = wait_for_end() => ended,
                    () = tokio::time::sleep(lasts) => Ok(()),
                },
                None => wait_for_end().await,
            }
            .and_then(|()| Ok(stop.send(true)?))
        });
        // Promises are broken at their instant, whether a server runs or not; both may fire timers.
        let timers = app.start(true);
        let began = Instant::now();
        let simulated = simulate::run(&app.platform, wish, stopping, &|tally| {
            tell(began.elapsed(), tally);
        })
        .await;
        if let Some(timers) = timers {
            timers.stop().await;
        }
        ending.abort();
        app.platform.db.checkpoint().await?;
        tell(began.elapsed(), &simulated?);
        eprintln!("The simulation is over; its agreements are out of use.");
        Ok(())
    }
}

/// A simulation beside a server that serves the same data.
pub(super) struct Beside {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Beside {
    /// Begins, and begins again while another one has the lease.
    pub(super) fn start(platform: Platform, speed: u32) -> Self {
        let (stop, stopping) = watch::channel(false);
        let task = tokio::spawn(async move {
            let wish = Wish {
                speed,
                ..Wish::default()
            };
            let mut signal = stopping.clone();
            while !*signal.borrow() {
                let began = Instant::now();
                let tell = |tally: &Tally| tell(began.elapsed(), tally);
                match simulate::run(&platform, wish, stopping.clone(), &tell).await {
                    Ok(_) => return,
                    Err(error) => {
                        tracing::warn!(%error, "no simulation");
                        if !is_demo(&platform).await {
                            return;
                        }
                    }
                }
                tokio::select! {
                    // An error says that the server ends.
                    _ = signal.changed() => {}
                    () = tokio::time::sleep(AGAIN) => {}
                }
            }
        });
        Self { stop, task }
    }

    /// Ends it, and waits until its agreements are out of use.
    pub(super) async fn stop(self) {
        // An error only says that it has ended.
        let _ = self.stop.send(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the simulation ended badly");
        }
    }
}

/// Whether there still is something to simulate; a database that is away may be back later.
async fn is_demo(platform: &Platform) -> bool {
    organisation(platform.db.reader())
        .await
        .map_or(true, |organisation| organisation.demo)
}

fn tell(since: Duration, tally: &Tally) {
    let seconds = since.as_secs();
    eprintln!("{:>3}:{:02}  {tally}", seconds / 60, seconds % 60);
}

/// `90s`, `10m`, `2h`, or seconds.
fn duration(text: &str) -> Result<Duration> {
    let text = text.trim();
    let (number, unit) = match text.find(|c: char| !c.is_ascii_digit()) {
        Some(at) => text.split_at(at),
        None => (text, "s"),
    };
    let seconds = match unit.trim() {
        "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        _ => bail!("a duration is like 90s, 10m or 2h"),
    };
    match number
        .parse::<u64>()
        .ok()
        .and_then(|n| n.checked_mul(seconds))
    {
        Some(whole) if (1..=366 * 86_400).contains(&whole) => Ok(Duration::from_secs(whole)),
        _ => bail!("a duration is like 90s, 10m or 2h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        for (text, seconds) in [
            ("90s", 90),
            ("10m", 600),
            ("2h", 7200),
            ("45", 45),
            (" 5 min ", 300),
        ] {
            assert_eq!(
                duration(text).expect("a duration").as_secs(),
                seconds,
                "{text}"
            );
        }
        for text in ["", "m", "0s", "-5s", "5d", "99999999999999999999h", "1.5h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
