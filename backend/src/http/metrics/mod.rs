//! Figures for Prometheus, at an address of their own: counts, sizes and times, no names.

mod counters;
mod text;

pub use counters::{Counters, Kind};

use super::answer;
use super::graphql::bearer;
use super::server::Server;
use crate::operations::figures::{self, Figures};
use crate::platform::error::{Error, code};
use crate::platform::event_log;
use actix_web::http::StatusCode;
use actix_web::{App as WebApp, HttpRequest, HttpResponse, HttpServer, web};
use counters::BOUNDS;
use sha2::{Digest, Sha256};
use shared::service_level::ClockState;
use std::net::{SocketAddr, TcpListener};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use text::{Is, Text};

/// How long counts of the database stand before they are made anew.
const FRESH: Duration = Duration::from_secs(10);
/// The database must count within this time.
const PATIENCE: Duration = Duration::from_secs(5);

/// Who may read the figures, and what of them is kept for a moment.
pub struct Reader {
    server: web::Data<Server>,
    /// Digest of the token that readers show; whoever can reach the address may read without one.
    token: Option<[u8; 32]>,
    kept: Mutex<Option<(Instant, Counted)>>,
}

/// What the database says of itself.
#[derive(Clone, Copy)]
struct Counted {
    figures: Figures,
    /// Events that this node has not read yet.
    lag: i64,
}

/// Serves the figures at `listener`, at `/metrics`.
pub fn start(
    server: web::Data<Server>,
    listener: TcpListener,
    token: Option<&str>,
) -> std::io::Result<(SocketAddr, actix_web::dev::Server)> {
    let address = listener.local_addr()?;
    let reader = web::Data::new(Reader {
        server: server.clone(),
        token: token.map(|token| Sha256::digest(token).into()),
        kept: Mutex::new(None),
    });
    let http = HttpServer::new(move || {
        WebApp::new()
            .app_data(server.clone())
            .app_data(reader.clone())
            .service(web::resource("/metrics").route(web::get().to(metrics)))
    })
    .workers(1)
    .shutdown_timeout(1)
    .client_request_timeout(Duration::from_secs(5))
    .disable_signals()
    .listen(listener)?
    .run();
    Ok((address, http))
}

/// `GET /metrics`.
async fn metrics(reader: web::Data<Reader>, request: HttpRequest) -> HttpResponse {
    if !reader.knows(bearer(&request)) {
        return answer::plain(
            &request,
            StatusCode::UNAUTHORIZED,
            code::UNAUTHENTICATED,
            "Send the token of the metrics as a bearer token.",
            serde_json::Value::Null,
        );
    }
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(reader.page().await)
}

impl Reader {
    /// Digests are compared, so that the time it takes says nothing about the token.
    fn knows(&self, token: Option<&str>) -> bool {
        match (&self.token, token) {
            (None, _) => true,
            (Some(wanted), Some(token)) => <[u8; 32]>::from(Sha256::digest(token)) == *wanted,
            (Some(_), None) => false,
        }
    }

    async fn page(&self) -> String {
        let mut text = Text::default();
        let platform = &self.server.app.platform;
        text.metric("bellhop_info", Is::Gauge, "The program.")
            .value(
                "bellhop_info",
                &[
                    ("version", &env!("CARGO_PKG_VERSION")),
                    ("database", &platform.db.name()),
                ],
                1,
            );
        requests(&mut text, &self.server.counters);
        live(&mut text, &self.server);
        let counted = self.counted().await;
        text.single(
            "bellhop_database_up",
            Is::Gauge,
            "Whether the database counts in time.",
            i32::from(counted.is_some()),
        );
        if let Some(counted) = counted {
            database(&mut text, &counted);
        }
        let name = "bellhop_database_connections";
        text.metric(name, Is::Gauge, "Connections by pool and state.");
        for pool in platform.db.pools() {
            for (state, count) in [
                ("idle", pool.idle),
                ("busy", pool.open.saturating_sub(pool.idle)),
            ] {
                text.value(name, &[("pool", &pool.name), ("state", &state)], count);
            }
        }
        if let Some(shared) = platform.db.shared_commits() {
            text.single(
                "bellhop_database_shared_commits_total",
                Is::Counter,
                "Commits that saved more than one act.",
                shared,
            );
        }
        if let Some(bytes) = resident_memory() {
            text.single(
                "process_resident_memory_bytes",
                Is::Gauge,
                "Memory that the process really holds.",
                bytes,
            );
        }
        text.finish()
    }

    /// Counts of the last moments; `None` when the database does not answer.
    async fn counted(&self) -> Option<Counted> {
        let kept = *self.kept();
        if let Some((at, counted)) = kept
            && at.elapsed() < FRESH
        {
            return Some(counted);
        }
        let platform = &self.server.app.platform;
        let count = async {
            let db = platform.db.reader();
            let figures = figures::read(db, platform.clock.now()).await?;
            let end = event_log::last_sequence(db).await?;
            let lag = (end - platform.feed.pulse().position()).max(0);
            Ok::<_, Error>(Counted { figures, lag })
        };
        match tokio::time::timeout(PATIENCE, count).await {
            Ok(Ok(counted)) => {
                *self.kept() = Some((Instant::now(), counted));
                Some(counted)
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "the database cannot be counted");
                None
            }
            Err(_) => {
                tracing::error!("the database does not count in time");
                None
            }
        }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Option<(Instant, Counted)>> {
        self.kept
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn requests(text: &mut Text, counters: &Counters) {
    let name = "bellhop_requests_total";
    text.metric(name, Is::Counter, "Answered requests by kind and status.");
    for kind in Kind::ALL {
        for (digit, count) in (1..).zip(counters.requests(kind).by_status()) {
            let status = format!("{digit}xx");
            text.value(name, &[("kind", &kind.name()), ("status", &status)], count);
        }
    }
    let name = "bellhop_request_seconds";
    text.metric(name, Is::Histogram, "Time until the answer's head.");
    let (bucket, sum, count) = (
        format!("{name}_bucket"),
        format!("{name}_sum"),
        format!("{name}_count"),
    );
    for kind in Kind::ALL {
        let requests = counters.requests(kind);
        let all: u64 = requests.by_status().iter().sum();
        for (bound, up_to) in BOUNDS.iter().zip(requests.up_to()) {
            text.value(&bucket, &[("kind", &kind.name()), ("le", bound)], up_to);
        }
        text.value(&bucket, &[("kind", &kind.name()), ("le", &"+Inf")], all);
        text.value(&sum, &[("kind", &kind.name())], requests.seconds());
        text.value(&count, &[("kind", &kind.name())], all);
    }
    let name = "bellhop_errors_total";
    text.metric(
        name,
        Is::Counter,
        "Errors in answers by code; what acts refuse is no error.",
    );
    for (code, count) in counters.errors() {
        text.value(name, &[("code", &code)], count);
    }
    text.single(
        "bellhop_slow_requests_total",
        Is::Counter,
        "Queries and mutations that took longer than --slow-request-ms.",
        counters.slow_requests(),
    );
}

fn live(text: &mut Text, server: &Server) {
    let pulse = server.app.platform.feed.pulse();
    text.single(
        "bellhop_events_total",
        Is::Counter,
        "Events that the live feed of this node has read.",
        pulse.events(),
    )
    .single(
        "bellhop_feed_age_seconds",
        Is::Gauge,
        "Time since the live feed last read the log.",
        pulse.age().map_or(f64::INFINITY, |age| age.as_secs_f64()),
    )
    .single(
        "bellhop_sockets",
        Is::Gauge,
        "Open websockets that said who they are.",
        server.sockets.open(),
    )
    .single(
        "bellhop_subscriptions",
        Is::Gauge,
        "Running subscriptions.",
        server.sockets.subscriptions(),
    );
}

fn database(text: &mut Text, counted: &Counted) {
    let figures = &counted.figures;
    text.single(
        "bellhop_feed_lag_events",
        Is::Gauge,
        "Committed events that the live feed has not read.",
        counted.lag,
    );
    for (name, due) in [("jobs", figures.jobs), ("timers", figures.timers)] {
        text.single(
            &format!("bellhop_{name}_waiting"),
            Is::Gauge,
            "Not done yet.",
            due.waiting,
        )
        .single(
            &format!("bellhop_{name}_overdue"),
            Is::Gauge,
            "Due and not done.",
            due.overdue,
        )
        .single(
            &format!("bellhop_{name}_late_seconds"),
            Is::Gauge,
            "For how long the first is due.",
            due.late_seconds,
        );
    }
    text.single(
        "bellhop_jobs_dead",
        Is::Gauge,
        "Given up; somebody should look at them.",
        figures.jobs_dead,
    );
    text.single(
        "bellhop_search_lag_events",
        Is::Gauge,
        "Committed events that the search index lacks.",
        figures.search.events,
    )
    .single(
        "bellhop_search_late_seconds",
        Is::Gauge,
        "For how long the first of them waits.",
        figures.search.seconds,
    )
    .single(
        "bellhop_search_tickets_to_index",
        Is::Gauge,
        "Older tickets that are still to be indexed, while the index is built.",
        figures.search.tickets,
    );
    let name = "bellhop_clocks";
    text.metric(name, Is::Gauge, "Promises that are not met yet, by state.");
    for (state, count) in figures.clocks {
        let state = match state {
            ClockState::Paused => "paused",
            ClockState::Breached => "breached",
            _ => "running",
        };
        text.value(name, &[("state", &state)], count);
    }
}

/// Resident memory in bytes, where the system tells.
fn resident_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}
