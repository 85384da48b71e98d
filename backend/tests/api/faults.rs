//! The database is locked, full, cut off; the clock jumps: a coded error meanwhile, nothing half
//! saved, and recovery by itself.

use crate::support::actor::Actor;
use crate::support::app::PASSWORD;
use crate::support::database::Own;
use crate::support::organisation::department;
use crate::support::{Backend, TestApp, json};
use backend::operations::doctor::{self, Patient, State};
use sea_orm::{ConnectionTrait as _, DatabaseBackend, TransactionTrait as _};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

const REPORT: &str = "mutation($input: IncidentReportInput!) {
    incidentReport(input: $input) { ticket { id reference } userErrors { code } } }";

/// Reports, and gives the code of what went wrong or the reference.
async fn report(actor: &Actor, title: &str, key: &str) -> Result<String, String> {
    let input = json!({ "title": title, "description": "x ".repeat(2_000), "idempotencyKey": key, "department": department("it").to_string() });
    let answer = actor.ask(REPORT, json!({ "input": input })).await;
    let json = answer.json();
    match json.pointer("/data/incidentReport/ticket/reference") {
        Some(Value::String(reference)) => Ok(reference.clone()),
        _ => Err(answer.code()),
    }
}

/// How many tickets, messages and events there are.
async fn rows(app: &TestApp) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in [
        "tickets",
        "messages",
        "clocks",
        "events",
        "event_payloads",
        "idempotency_keys",
    ] {
        let statement = sea_orm::Statement::from_string(
            app.platform().db.backend(),
            format!("SELECT COUNT(*) FROM {table}"),
        );
        let row = app.platform().db.reader().query_one_raw(statement).await;
        let row = row.expect("an answer").expect("a row");
        counts.push(row.try_get_by_index(0).expect("a number"));
    }
    counts
}

/// Nothing is half saved: the log fits its counter, and clocks their histories.
async fn assert_whole(app: &TestApp) {
    let patient = Patient {
        data: PathBuf::from(env!("CARGO_TARGET_TMPDIR")),
        files: PathBuf::from(env!("CARGO_TARGET_TMPDIR")),
        url: app.database_url().to_owned(),
        clock: app.clock(),
        sample: 50,
    };
    for finding in doctor::examine(&patient).await {
        if ["integrity", "log", "participants", "promises"].contains(&finding.check) {
            assert!(finding.state < State::Warning, "{finding:?}");
        }
    }
}

on_both_databases! {
    async fn a_clock_that_jumps_stops_nobody(app) {
        let ana = app.agent("it").await;
        let first = report(&ana, "Before", "k1").await.expect("a ticket");
        let mut queue = ana.subscribe("subscription($since: Sequence) { queueChanged(since: $since) { ... on QueueUpsert { ticket { reference } sequence } } }", json!({ "since": crate::live::present(&ana).await })).await;
        // A day back: tokens are of the future now, promises are further away.
        app.advance(-86_400).await;
        let second = report(&ana, "Yesterday", "k2").await.expect("a ticket");
        let event = queue.next().await;
        assert_eq!(event["queueChanged"]["ticket"]["reference"], json!(second));
        assert!(second > first, "references go on");
        assert_eq!(report(&ana, "Before", "k1").await.as_ref(), Ok(&first), "a repetition is still known");
        assert_whole(app).await;
        // Two years on: everything that was due is due at once, and everybody signs in again.
        app.advance(2 * 365 * 86_400).await;
        assert_eq!(ana.ask("{ now }", json!({})).await.status, 401);
        let again = Actor::sign_in(app.stranger(), ana.person, &ana.login).await;
        report(&again, "Much later", "k3").await.expect("a ticket");
        assert_whole(app).await;
        // And back to the present.
        app.advance(-2 * 365 * 86_400 + 86_400).await;
        let back = Actor::sign_in(app.stranger(), ana.person, &ana.login).await;
        report(&back, "Now again", "k4").await.expect("a ticket");
        assert_whole(app).await;
    }
}

/// On SQLite alone: PostgreSQL locks rows, not databases.
fn on_sqlite<Body: Future<Output = ()>>(body: impl FnOnce(std::rc::Rc<TestApp>) -> Body) {
    crate::support::run(Backend::Sqlite, |_| {}, body);
}

#[test]
fn a_database_that_another_process_holds_is_told_as_unavailable() {
    on_sqlite(async |app| {
        let ana = app.employee().await;
        let before = rows(&app).await;
        let path = app.database_url().replace("sqlite:", "sqlite://");
        let other = sea_orm::Database::connect(path).await.expect("another");
        let held = other
            .begin_with_options(sea_orm::TransactionOptions {
                sqlite_transaction_mode: Some(sea_orm::SqliteTransactionMode::Immediate),
                ..Default::default()
            })
            .await
            .expect("the lock");
        let refused = report(&ana, "While it is held", "k1").await;
        assert_eq!(refused, Err("UNAVAILABLE".to_owned()));
        assert_eq!(
            ana.ask("{ now }", json!({})).await.code(),
            "",
            "reading goes on"
        );
        held.rollback().await.expect("given up");
        other.close().await.expect("closed");
        assert_eq!(rows(&app).await, before);
        report(&ana, "While it is held", "k1")
            .await
            .expect("a ticket");
        assert_whole(&app).await;
    });
}

#[test]
fn a_disk_that_is_full_is_told_as_unavailable_and_saves_nothing_by_halves() {
    on_sqlite(async |app| {
        let ana = app.employee().await;
        let most = async |pages: u32| {
            let tx = app.platform().db.begin().await.expect("a transaction");
            let statement = format!("PRAGMA max_page_count = {pages}");
            tx.execute_unprepared(&statement).await.expect("a limit");
            tx.commit().await.expect("a commit");
        };
        // SQLite takes no less than what is there: from now on the file cannot grow.
        most(1).await;
        let mut saved = Vec::new();
        let refused = loop {
            match report(&ana, "Filling it", &format!("fill{}", saved.len())).await {
                Ok(reference) => saved.push(reference),
                Err(code) => break code,
            }
            assert!(saved.len() < 5_000, "it never fills");
        };
        assert_eq!(refused, "UNAVAILABLE");
        let full = rows(&app).await;
        // The limit was the connection's, and one that failed like this is not used again.
        most(1).await;
        assert!(report(&ana, "Still full", "full").await.is_err());
        assert_eq!(rows(&app).await, full, "nothing by halves");
        assert_eq!(
            ana.ask("{ tickets { nodes { id } } }", json!({}))
                .await
                .code(),
            "",
            "reading goes on"
        );
        most(1_000_000).await;
        report(&ana, "Still full", "full").await.expect("a ticket");
        assert_whole(&app).await;
    });
}

/// A line to PostgreSQL that can be cut.
struct Line {
    address: std::net::SocketAddr,
    open: Arc<AtomicBool>,
    cut: Arc<tokio::sync::Notify>,
}

impl Line {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (open, cut) = (
            Arc::new(AtomicBool::new(true)),
            Arc::new(tokio::sync::Notify::new()),
        );
        let line = Self {
            address,
            open: open.clone(),
            cut: cut.clone(),
        };
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                if !open.load(Ordering::SeqCst) {
                    continue;
                }
                let (server, cut) = (server.clone(), cut.clone());
                tokio::spawn(async move {
                    let ended = cut.notified();
                    if let Ok(mut server) = TcpStream::connect(server).await {
                        // Either end may go first; both are what a cut looks like.
                        tokio::select! {
                            _ = copy_bidirectional(&mut client, &mut server) => {}
                            () = ended => {}
                        }
                    }
                });
            }
        });
        line
    }

    fn cut(&self) {
        self.open.store(false, Ordering::SeqCst);
        self.cut.notify_waiters();
    }

    fn mend(&self) {
        self.open.store(true, Ordering::SeqCst);
    }
}

#[test]
fn a_postgresql_that_goes_and_comes_back_is_found_again() {
    actix_web::rt::System::new().block_on(async {
        let Some(mut own) = Own::create(Backend::Postgres).await else {
            println!("skipped: BELLHOP_TEST_POSTGRES_URL is not set");
            return;
        };
        let direct = own.url.clone();
        let (start, rest) = direct.split_once('@').expect("a sign-in");
        let (server, name) = rest.split_once('/').expect("a name");
        let line = Line::to(server.to_owned()).await;
        own.url = format!("{start}@{}/{name}", line.address);
        let app = TestApp::on(own, |_| {}).await;
        assert_eq!(app.platform().db.backend(), DatabaseBackend::Postgres);
        let ana = app.employee().await;
        let first = report(&ana, "Before", "k1").await.expect("a ticket");
        line.cut();
        let away = report(&ana, "Meanwhile", "k2").await;
        assert_eq!(away, Err("UNAVAILABLE".to_owned()));
        assert_eq!(
            app.stranger().sign_in(&ana.login, PASSWORD).await.status,
            503
        );
        assert_eq!(
            app.stranger()
                .send(awc::http::Method::GET, "/healthz", &[], vec![])
                .await
                .status,
            200
        );
        line.mend();
        let second = loop {
            // The pool may hold a dead connection or two.
            match report(&ana, "Meanwhile", "k2").await {
                Ok(reference) => break reference,
                Err(code) => assert_eq!(code, "UNAVAILABLE"),
            }
        };
        assert!(second > first);
        assert_eq!(
            report(&ana, "Meanwhile", "k2").await,
            Ok(second),
            "once, whatever was tried"
        );
        assert_whole(&app).await;
        app.stop().await;
    });
}
