//! `bellhop serve`.

use super::mail::MailOut;
use super::operating::Operating;
use super::seed;
use super::settings::{Storage, start_log};
use super::simulate::Beside;
use crate::app::App;
use crate::desk::attachment::sweep;
use crate::first_hour::{Announce, Plant, removal};
use crate::http::client_files::ClientFiles;
use crate::http::{self, Server, Settings};
use crate::organisation::password_link;
use crate::organisation::settings::organisation;
use crate::organisation::store;
use crate::platform::feed::Batch;
use crate::platform::{Platform, idempotency, job};
use crate::report::history::{self, Pace};
use crate::seed::{demo, simulate};
use crate::session;
use anyhow::{Context as _, Result, bail};
use clap::Args;
use shared::event::EventKind;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;

/// Pause between two rounds of housekeeping.
const HOUSEKEEPING: Duration = Duration::from_secs(60);

/// Rounds of housekeeping from one look at all files to the next: an hour.
const ROUNDS_BETWEEN_STRAYS: u64 = 60;

/// Serves the API and the browser client.
#[derive(Args, Debug)]
pub struct Serve {
    /// Address and port to listen at.
    #[arg(long, env = "BELLHOP_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    #[command(flatten)]
    storage: Storage,
    #[command(flatten)]
    mail: MailOut,
    #[command(flatten)]
    operating: Operating,
    /// Address that browsers use, such as `https://help.example.org`; needed behind a proxy.
    #[arg(long, env = "BELLHOP_PUBLIC_URL")]
    public_url: Option<String>,
    /// A proxy stands in front and sets X-Forwarded-For.
    #[arg(long, env = "BELLHOP_BEHIND_PROXY")]
    behind_proxy: bool,
    /// An empty database gets the demo organisation at once, without the set-up page.
    #[arg(long, env = "BELLHOP_DEMO", conflicts_with = "no_demo")]
    demo: bool,
    /// Tickets of the demo arrive and are worked while the server runs, so many times as fast as in
    /// life: 600 is a good speed to show.
    #[arg(long, env = "BELLHOP_SIMULATE", value_name = "SPEED", requires = "demo", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    simulate: Option<u32>,
    /// The set-up page offers no demo.
    #[arg(long, env = "BELLHOP_NO_DEMO")]
    no_demo: bool,
    /// Requests that one person may send per second in the long run (30 times as many at once).
    #[arg(long, env = "BELLHOP_REQUESTS_PER_SECOND", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    requests_per_second: u32,
}

impl Serve {
    /// Serves until the process is told to end.
    pub async fn run(self, files: ClientFiles) -> Result<()> {
        start_log();
        let settings = self.settings()?;
        // First the port: a second server must not touch the first one's database.
        let listener = TcpListener::bind(self.listen)
            .with_context(|| format!("cannot listen at {}", self.listen))?;
        listener.set_nonblocking(true)?;
        let metrics = self.operating.bind_metrics()?;
        let app = self.storage.app().await?;
        let platform = &app.platform;
        // After a demo was removed none comes by itself, whatever the service's settings say.
        let removed = removal::was_removed(platform.db.reader()).await?;
        if self.demo && !removed && demo::is_empty(&platform.db).await? {
            seed::plant(&platform.db, platform.clock.now(), demo::SEED).await?;
            platform.db.checkpoint().await?;
        }
        let organisation_is_demo = organisation(platform.db.reader()).await?.demo;
        if self.simulate.is_some() && !organisation_is_demo && !removed {
            bail!(
                "--simulate writes tickets that nobody asked for, and this data is not the demo's: choose an empty folder with --data"
            );
        }
        // A sender that is none is said before anything runs.
        let url = self.url(listener.local_addr()?);
        app.mail.switch(self.mail.open(&url)?);
        app.mail.stand(self.mail.surroundings(&url)?);
        let timers = app.start(true);
        let jobs = app.start_jobs();
        let indexer = app.start_indexer();
        let housekeeping = tokio::spawn(housekeeping(app.platform.clone()));
        let counting = tokio::spawn(count_steps(app.platform.clone()));
        let server = Server::new(app.clone(), settings).await?;
        let workers = std::thread::available_parallelism()
            .map_or(2, usize::from)
            .max(2);
        let mut running = http::start(server, listener, files, workers)?;
        if let Some(metrics) = metrics {
            let address = running.serve_metrics(metrics, self.operating.metrics_token())?;
            tracing::info!(%address, "figures at /metrics");
        }
        self.announce(running.address, &files);
        self.prepare_first_hour(&app, running.address);
        // Listens before it looks: a demo that is removed in between is not missed.
        let reopening = tokio::spawn(reopen(app.clone(), app.platform.feed.listen()));
        open_first_hour(&app).await?;
        if organisation_is_demo {
            seed::print_sign_ins()?;
        }
        let simulated = self.simulate.filter(|_| organisation_is_demo);
        let simulation = simulated.map(|speed| {
            say(&format!(
                "Tickets arrive and are worked, {speed} times as fast as in life."
            ));
            Beside::start(app.platform.clone(), speed)
        });

        wait_for_end().await?;
        eprintln!("bellhop: stopping");
        running.begin_to_stop();
        if let Some(simulation) = simulation {
            simulation.stop().await;
        }
        tokio::time::sleep(self.operating.drain()).await;
        running.stop().await?;
        if let Some(timers) = timers {
            timers.stop().await;
        }
        jobs.stop().await;
        indexer.stop().await;
        reopening.abort();
        housekeeping.abort();
        counting.abort();
        app.platform.db.checkpoint().await?;
        Ok(())
    }

    fn settings(&self) -> Result<Settings> {
        let public_url = self
            .public_url
            .as_deref()
            .map(|url| url.trim_end_matches('/').to_owned());
        if let Some(url) = &public_url {
            let authority = url
                .strip_prefix("https://")
                .or_else(|| url.strip_prefix("http://"));
            if !authority.is_some_and(|a| !a.is_empty() && !a.contains('/')) {
                bail!(
                    "--public-url is like https://help.example.org, without a path; this is `{url}`"
                );
            }
        }
        Ok(Settings {
            public_url,
            behind_proxy: self.behind_proxy,
            slow: self.operating.slow(),
            burst: self.requests_per_second.saturating_mul(30),
            per_second: f64::from(self.requests_per_second),
            ..Settings::default()
        })
    }

    /// Address that browsers use.
    fn url(&self, address: SocketAddr) -> String {
        self.public_url
            .clone()
            .unwrap_or_else(|| format!("http://{address}"))
    }

    /// Says what the set-up page offers when it opens, and how its code is told.
    fn prepare_first_hour(&self, app: &App, address: SocketAddr) {
        let (db, clock) = (app.platform.db.clone(), app.platform.clock.clone());
        let plant: Plant = Arc::new(move || {
            let (db, now) = (db.clone(), clock.now());
            Box::pin(async move {
                demo::seed(&db, now, demo::SEED, &|_, _| {}).await?;
                db.checkpoint().await?;
                Ok(())
            })
        });
        let url = self.url(address);
        let announce: Announce = Arc::new(move |code| {
            say("Nobody can sign in yet. Open this address to set Bellhop up:");
            say(&format!("  {url}/set-up#{code}"));
            say(&format!(
                "The page asks for the code {code}, which is good until somebody is administrator."
            ));
        });
        let plant = (!self.no_demo).then_some(plant);
        app.first_hour.prepare(plant, announce);
    }

    fn announce(&self, address: SocketAddr, files: &ClientFiles) {
        let url = self.url(address);
        say(&format!("Bellhop is ready at {url}"));
        if !files.present() {
            say(&format!(
                "The browser client is not built into this server; the API is at {url}/graphql"
            ));
        }
        if self.public_url.is_none() && !address.ip().is_loopback() {
            say(
                "Browsers on other machines keep a sign-in only over https: put a proxy with a certificate in front and set --public-url",
            );
        }
    }
}

/// Where nobody can set things up yet: opens the set-up page and prints its code. The demo is offered
/// while there is nothing else.
async fn open_first_hour(app: &App) -> Result<()> {
    let db = &app.platform.db;
    if store::administrators(db.reader()).await? == 0 {
        let empty = demo::is_empty(db).await?;
        app.first_hour.open_again(&app.platform.ids, empty);
    }
    Ok(())
}

/// Opens the set-up page again when the demo is removed, on this server or by anybody else.
async fn reopen(app: App, mut feed: broadcast::Receiver<Batch>) {
    loop {
        let removed = match feed.recv().await {
            Ok(batch) => batch
                .iter()
                .any(|event| event.kind == EventKind::DemoRemoved),
            // What was missed may have been it.
            Err(broadcast::error::RecvError::Lagged(_)) => true,
            Err(broadcast::error::RecvError::Closed) => return,
        };
        if removed && let Err(error) = open_first_hour(&app).await {
            tracing::error!(%error, "the set-up page could not be opened");
        }
    }
}

/// A line for whoever started the server; one who does not read it is no reason to stop.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Keeps the database tidy, for ever.
async fn housekeeping(platform: Platform) {
    let mut ticks = tokio::time::interval(HOUSEKEEPING);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut round = 0_u64;
    loop {
        ticks.tick().await;
        if let Err(error) = session::sweep(&platform).await {
            tracing::error!(%error, "sessions could not be swept");
        }
        if let Err(error) = sweep::sweep(&platform).await {
            tracing::error!(%error, "uploads that were not sent could not be removed");
        }
        if round.is_multiple_of(ROUNDS_BETWEEN_STRAYS)
            && let Err(error) = sweep::sweep_strays(&platform).await
        {
            tracing::error!(%error, "files without a row could not be removed");
        }
        round = round.wrapping_add(1);
        match simulate::sweep(&platform).await {
            Ok(false) => {}
            Ok(true) => tracing::info!("cleaned up after a simulation that was killed"),
            Err(error) => tracing::error!(%error, "a simulation could not be cleaned up after"),
        }
        if let Err(error) = forget_keys(&platform).await {
            tracing::error!(%error, "old idempotency keys could not be removed");
        }
        if let Err(error) = password_link::sweep(&platform).await {
            tracing::error!(%error, "old links could not be removed");
        }
        if let Err(error) = job::sweep(&platform).await {
            tracing::error!(%error, "old jobs could not be removed");
        }
        if let Err(error) = platform.db.checkpoint().await {
            tracing::error!(%error, "the write-ahead log could not be moved");
        }
    }
}

/// Counts the steps of tickets for reports, for ever. After a large import that takes long.
async fn count_steps(platform: Platform) {
    let mut ticks = tokio::time::interval(HOUSEKEEPING);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = history::catch_up(&platform.db, Pace::Restful).await {
            tracing::error!(%error, "the steps of tickets could not be counted");
        }
    }
}

async fn forget_keys(platform: &Platform) -> crate::platform::error::Result<()> {
    let tx = platform.db.begin().await?;
    idempotency::forget_old(&tx, platform.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Waits for SIGINT or SIGTERM.
pub(super) async fn wait_for_end() -> Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted?,
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    Ok(())
}
