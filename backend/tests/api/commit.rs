//! Several acts at once: on SQLite they share a commit, on PostgreSQL they meet at the counters.
//! Either way each is saved as a whole or not at all, and answered accordingly.

use crate::support::actor::Actor;
use crate::support::organisation::department;
use crate::support::{Backend, TestApp, json};
use backend::platform::context::Context;
use backend::platform::unit_of_work::UnitOfWork;
use futures_util::future::join_all;
use sea_orm::sea_query::{Alias, Query};
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::Value;
use std::collections::BTreeSet;

const REPORT: &str = "mutation($input: IncidentReportInput!) {
    incidentReport(input: $input) { ticket { reference } userErrors { code } } }";

/// A category that does not exist.
const NOWHERE: &str = "category_00000000000000000000000000";

/// Reports; gives the reference, or the code of what went wrong.
async fn report(actor: &Actor, title: &str, more: Value) -> Result<String, String> {
    let mut input =
        json!({ "title": title, "description": "x", "department": department("it").to_string() });
    for (name, value) in more.as_object().into_iter().flatten() {
        input[name] = value.clone();
    }
    let answer = actor.ask(REPORT, json!({ "input": input })).await;
    let json = answer.json();
    match json.pointer("/data/incidentReport/ticket/reference") {
        Some(Value::String(reference)) => Ok(reference.clone()),
        _ => {
            let refused = json.pointer("/data/incidentReport/userErrors/0/code");
            Err(refused
                .and_then(Value::as_str)
                .map_or_else(|| answer.code(), str::to_owned))
        }
    }
}

async fn number(app: &TestApp, sql: &str) -> i64 {
    let db = &app.platform().db;
    let row = db
        .reader()
        .query_one_raw(Statement::from_string(db.backend(), sql))
        .await
        .expect("an answer")
        .expect("a row");
    row.try_get_by_index(0).expect("a number")
}

async fn tickets(app: &TestApp) -> i64 {
    number(app, "SELECT COUNT(*) FROM tickets").await
}

/// The log has no gap, no event without its payload, and ends where its counter stands.
async fn assert_log_is_whole(app: &TestApp) {
    let events = number(app, "SELECT COUNT(*) FROM events").await;
    let payloads = number(
        app,
        "SELECT COUNT(*) FROM events e JOIN event_payloads p ON p.sequence = e.sequence",
    )
    .await;
    let span = number(app, "SELECT MAX(sequence) - MIN(sequence) + 1 FROM events").await;
    let last = number(app, "SELECT value FROM counters WHERE name = 'event'").await;
    let end = number(app, "SELECT MAX(sequence) FROM events").await;
    assert_eq!((payloads, span, last), (events, events, end));
}

on_both_databases! {
    async fn acts_at_once_are_all_saved_and_share_commits(app) {
        let ana = app.employee().await;
        let before = tickets(app).await;
        let titles: Vec<String> = (0..24).map(|n| format!("Number {n}")).collect();
        let answers = join_all(titles.iter().map(|title| report(&ana, title, json!({})))).await;
        let references: BTreeSet<String> = answers.into_iter().map(|a| a.expect("a ticket")).collect();
        assert_eq!(references.len(), 24, "references are unique");
        assert_eq!(tickets(app).await, before + 24);
        assert_log_is_whole(app).await;
        if let Some(shared) = app.platform().db.shared_commits() {
            assert!((1..24).contains(&shared), "{shared} commits were shared");
        }
    }

    async fn what_is_refused_among_others_is_left_out_alone(app) {
        let ana = app.employee().await;
        let before = tickets(app).await;
        let answers = join_all((0..24).map(|n| {
            let more = if n % 3 == 1 { json!({ "category": NOWHERE }) } else { json!({}) };
            let ana = &ana;
            async move { report(ana, &format!("Number {n}"), more).await }
        }))
        .await;
        for (n, answer) in answers.iter().enumerate() {
            if n % 3 == 1 {
                assert_eq!(answer.as_ref().unwrap_err(), "NOT_FOUND");
            } else {
                assert!(answer.is_ok(), "{answer:?}");
            }
        }
        assert_eq!(tickets(app).await, before + 16);
        assert_log_is_whole(app).await;
    }

    async fn the_same_act_sent_many_times_at_once_is_done_once(app) {
        let ana = app.employee().await;
        let before = tickets(app).await;
        let key = json!({ "idempotencyKey": "the same" });
        let answers = join_all((0..12).map(|_| report(&ana, "Once", key.clone()))).await;
        let references: BTreeSet<String> = answers.into_iter().map(|a| a.expect("a ticket")).collect();
        assert_eq!(references.len(), 1);
        assert_eq!(tickets(app).await, before + 1);
        assert_log_is_whole(app).await;
    }

    async fn an_act_that_is_given_up_holds_up_nobody(app) {
        let ana = app.employee().await;
        let before = tickets(app).await;
        for _ in 0..3 {
            let platform = app.platform().clone();
            let context = Context::system(app.now(), "given up");
            let (begun, has_begun) = tokio::sync::oneshot::channel();
            let idle = actix_web::rt::spawn(async move {
                let uow = UnitOfWork::begin(&platform, &context).await.expect("a turn");
                let number = uow.next_number("given up").await.expect("a number");
                begun.send(number).expect("somebody listens");
                std::future::pending::<()>().await;
                drop(uow);
            });
            has_begun.await.expect("a number");
            let (answers, ()) = tokio::join!(
                join_all((0..6).map(|_| report(&ana, "Behind it", json!({})))),
                async { idle.abort() },
            );
            assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        }
        assert_eq!(tickets(app).await, before + 18);
        assert_eq!(number(app, "SELECT COUNT(*) FROM counters WHERE name = 'given up'").await, 0);
        assert_log_is_whole(app).await;
    }

    async fn acts_given_up_at_any_instant_disturb_no_other(app) {
        let act = |name: &'static str| {
            let platform = app.platform().clone();
            let context = Context::system(app.now(), "at once");
            tokio::spawn(async move {
                let uow = UnitOfWork::begin_shared(&platform, &context).await?;
                uow.next_number(name).await?;
                uow.commit().await
            })
        };
        for round in 0..80 {
            let mut kept = Vec::new();
            for _ in 0..4 {
                kept.push(act("kept"));
                let given_up = act("given up");
                actix_web::rt::spawn(async move {
                    for _ in 0..round {
                        tokio::task::yield_now().await;
                    }
                    given_up.abort();
                });
            }
            for done in join_all(kept).await {
                done.expect("an end").expect("a commit");
            }
        }
        assert_eq!(number(app, "SELECT value FROM counters WHERE name = 'kept'").await, 320);
    }
}

/// Rolls back no more than itself, whatever a failure before it left behind.
async fn refuse_one(ana: &Actor) {
    let refused = report(ana, "Refused", json!({ "category": NOWHERE })).await;
    assert_eq!(refused.unwrap_err(), "NOT_FOUND");
}

/// On SQLite alone: PostgreSQL shares no commits.
#[test]
fn a_value_that_cannot_be_written_fails_its_own_act_alone() {
    crate::support::run(
        Backend::Sqlite,
        |_| {},
        async |app| {
            let app = &*app;
            // The number is asked for with it, sent ahead of what is asked for, or part of the end.
            let act = |way: usize| {
                let platform = app.platform().clone();
                let context = Context::system(app.now(), "at once");
                tokio::spawn(async move {
                    let uow = UnitOfWork::begin_shared(&platform, &context).await?;
                    let bad = || {
                        let mut insertion = Query::insert();
                        insertion
                            .into_table(Alias::new("counters"))
                            .columns([Alias::new("name"), Alias::new("value")])
                            .values_panic(["bad".into(), u64::MAX.into()]);
                        insertion
                    };
                    if way == 1 {
                        uow.tx().execute(&bad()).await?;
                    }
                    if way == 2 {
                        uow.insert([bad()]).await?;
                    }
                    uow.next_number("kept").await?;
                    if way == 3 {
                        uow.insert([bad()]).await?;
                    }
                    if way == 4 {
                        uow.tx().execute(&bad()).await?;
                    }
                    uow.commit().await
                })
            };
            let mut kept = 0;
            for round in 0..10 {
                let acts: Vec<_> = (0..12)
                    .map(|n| {
                        if n % 3 == 1 {
                            1 + (n / 3 + round) % 4
                        } else {
                            0
                        }
                    })
                    .collect();
                let answers = join_all(acts.iter().map(|way| act(*way))).await;
                for (way, answer) in acts.into_iter().zip(answers) {
                    let saved = matches!(&answer, Ok(Ok(_)));
                    assert_eq!(saved, way == 0, "{way}: {answer:?}");
                    kept += i64::from(saved);
                }
            }
            let there = number(app, "SELECT value FROM counters WHERE name = 'kept'").await;
            assert_eq!(there, kept);
            assert_eq!(
                number(app, "SELECT COUNT(*) FROM counters WHERE name = 'bad'").await,
                0
            );
            assert!(
                app.platform()
                    .db
                    .shared_commits()
                    .is_some_and(|shared| shared > 0)
            );
        },
    );
}

/// On SQLite alone: PostgreSQL shares no commits.
#[test]
fn when_the_disk_is_full_everybody_hears_what_became_of_their_own_act() {
    crate::support::run(
        Backend::Sqlite,
        |_| {},
        async |app| {
            let app = &*app;
            let ana = app.employee().await;
            let limit = async |pages: i64| {
                let tx = app.platform().db.begin().await.expect("a transaction");
                let statement = format!("PRAGMA max_page_count = {pages}");
                tx.execute_unprepared(&statement).await.expect("a limit");
                tx.commit().await.expect("a commit");
            };
            let pages = number(app, "PRAGMA page_count").await;
            let mut saved = tickets(app).await;
            let (mut good, mut bad) = (0, 0);
            for round in 0..6 {
                // The limit is the connection's, and one that failed may have been given up.
                limit(pages + 12).await;
                let text = "y ".repeat(1_500);
                // Two of them are the same act, sent twice at once.
                let key = format!("round {round}");
                let answers = join_all((0..8).map(|n| {
                    let twin = n == 3 || n == 4;
                    let mut more = json!({ "description": text.as_str() });
                    if twin {
                        more["idempotencyKey"] = json!(key.as_str());
                    }
                    let title = format!("{round}.{}", if twin { 3 } else { n });
                    let ana = &ana;
                    async move { report(ana, &title, more).await }
                }))
                .await;
                let done: BTreeSet<&String> = answers.iter().flatten().collect();
                for answer in answers.iter().filter_map(|answer| answer.as_ref().err()) {
                    assert_eq!(answer, "UNAVAILABLE");
                    bad += 1;
                }
                good += done.len();
                saved += i64::try_from(done.len()).expect("a small number");
                assert_eq!(tickets(app).await, saved, "as many as were told so");
                assert_log_is_whole(app).await;
                refuse_one(&ana).await;
                assert_eq!(tickets(app).await, saved, "what was told stays");
            }
            assert!(good > 0 && bad > 0, "{good} were saved, {bad} were not");
            limit(pages + 10_000).await;
            for round in 1..=3 {
                report(&ana, "There is room again", json!({}))
                    .await
                    .expect("a ticket");
                refuse_one(&ana).await;
                let there = tickets(app).await;
                assert_eq!(there, saved + round, "saved, and not only told so");
            }
            assert_log_is_whole(app).await;
        },
    );
}
