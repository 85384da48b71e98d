//! What whoever runs a server asks it: is it alive, is it ready, what does it count.

use crate::support::http::Client;
use crate::support::organisation::department;
use crate::support::socket::Heard;
use crate::support::{TestApp, json};
use awc::http::Method;
use sea_orm::ConnectionTrait as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

const TOKEN: &str = "a token for the figures";

/// Status and word of a probe.
async fn probe(app: &TestApp, path: &str) -> (u16, String) {
    let answer = app.stranger().send(Method::GET, path, &[], vec![]).await;
    let status = answer.json()["status"].as_str().expect("a word").to_owned();
    (answer.status, status)
}

fn is(status: u16, word: &str) -> (u16, String) {
    (status, word.to_owned())
}

/// The figures' text.
async fn figures(address: SocketAddr) -> String {
    let client = Client::new(address, IpAddr::V4(Ipv4Addr::LOCALHOST));
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("authorization", bearer.as_str())];
    let answer = client.send(Method::GET, "/metrics", &headers, vec![]).await;
    assert_eq!(answer.status, 200);
    answer.text
}

/// The value of one line.
fn value(text: &str, name: &str) -> f64 {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
        .unwrap_or_else(|| panic!("no {name} in\n{text}"));
    line.parse().expect("a number")
}

on_both_databases! {
    async fn a_server_that_is_told_to_end_is_alive_and_not_ready(app) {
        assert_eq!(probe(app, "/healthz").await, is(200, "ok"));
        // The live feed reads the log for the first time right after the start.
        while probe(app, "/readyz").await == is(503, "FEED_LAGGING") {}
        assert_eq!(probe(app, "/readyz").await, is(200, "ready"));
        app.begin_to_stop();
        assert_eq!(probe(app, "/readyz").await, is(503, "STOPPING"));
        assert_eq!(probe(app, "/healthz").await, is(200, "ok"));
        let ana = app.employee().await;
        assert_eq!(ana.ask("{ now }", json!({})).await.status, 200, "what still comes is answered");
    }

    async fn a_server_without_its_database_or_its_tables_is_not_ready(app) {
        let db = &app.platform().db;
        let forget = "DELETE FROM seaql_migrations WHERE version = 'm0005_report'";
        let tx = db.begin().await.expect("a transaction");
        tx.execute_unprepared(forget).await.expect("forgotten");
        tx.commit().await.expect("a commit");
        assert_eq!(probe(app, "/readyz").await, is(503, "MIGRATIONS_MISSING"));
        db.clone().close().await.expect("closed");
        assert_eq!(probe(app, "/readyz").await, is(503, "DATABASE_UNAVAILABLE"));
        assert_eq!(probe(app, "/healthz").await, is(200, "ok"));
    }

    async fn figures_count_what_happens_and_name_nobody(app) {
        let ana = app.agent("it").await;
        let address = app.serve_metrics(TOKEN);
        let mut queue = ana.subscribe("subscription { queueChanged { __typename } }", json!({})).await;
        // Messages of a socket are taken in their order.
        queue.0.say(&json!({ "type": "ping" })).await;
        assert_eq!(queue.0.hear().await, Heard::Message(json!({ "type": "pong" })));
        let report = "mutation($input: IncidentReportInput!) { incidentReport(input: $input) { ticket { id } userErrors { code } } }";
        let input = json!({ "title": "Nobody else's business", "description": "Secret.", "department": department("it").to_string() });
        ana.ask(report, json!({ "input": input })).await;
        ana.ask("{ now }", json!({})).await;
        ana.ask("{ nosuch }", json!({})).await;
        app.stranger().send(Method::GET, "/no/such/page", &[], vec![]).await;
        let text = figures(address).await;
        assert_eq!(value(&text, "bellhop_requests_total{kind=\"mutation\",status=\"2xx\"}"), 1.0);
        assert!(value(&text, "bellhop_request_seconds_count{kind=\"query\"}") >= 1.0);
        assert!(value(&text, "bellhop_request_seconds_bucket{kind=\"query\",le=\"+Inf\"}") >= 1.0);
        assert!(value(&text, "bellhop_requests_total{kind=\"session\",status=\"2xx\"}") >= 1.0);
        assert_eq!(value(&text, "bellhop_errors_total{code=\"BAD_QUERY\"}"), 1.0);
        assert_eq!(value(&text, "bellhop_sockets"), 1.0);
        assert_eq!(value(&text, "bellhop_subscriptions"), 1.0);
        assert_eq!(value(&text, "bellhop_database_up"), 1.0);
        assert!(value(&text, "bellhop_clocks{state=\"running\"}") >= 0.0);
        assert!(value(&text, "process_resident_memory_bytes") > 1_000_000.0);
        for secret in ["Nobody", "Secret", "agent-it", "nosuch", "example.org"] {
            assert!(!text.contains(secret), "{secret}");
        }
        assert!(text.lines().count() < 400, "few labels");
    }

    async fn figures_are_for_those_who_show_the_token(app) {
        let address = app.serve_metrics(TOKEN);
        let client = Client::new(address, IpAddr::V4(Ipv4Addr::LOCALHOST));
        for headers in [vec![], vec![("authorization", "Bearer another token, no shorter")]] {
            let answer = client.send(Method::GET, "/metrics", &headers, vec![]).await;
            assert_eq!((answer.status, answer.code().as_str()), (401, "UNAUTHENTICATED"));
        }
        let answer = client.send(Method::GET, "/graphql?query=%7Bnow%7D", &[], vec![]).await;
        assert_eq!(answer.status, 404, "nothing but figures is told there");
        let elsewhere = app.stranger().send(Method::GET, "/metrics", &[], vec![]).await;
        assert!(!elsewhere.text.contains("bellhop_"), "an address of their own alone");
    }

    async fn without_a_proxy_nobody_names_their_own_requests(app) {
        let answer = app.stranger().send(Method::GET, "/healthz", &[("x-request-id", "mine")], vec![]).await;
        assert_eq!(answer.headers["x-request-id"].len(), 36);
    }
}

on_both_databases! { with |settings| { settings.behind_proxy = true; settings.slow = std::time::Duration::ZERO; };
    async fn a_proxy_names_requests_and_the_name_comes_back(app) {
        let client = app.stranger();
        let long = "x".repeat(65);
        for (given, kept) in [("abc-1.2_Z", true), ("two words", false), ("", false), ("a\"b", false), (long.as_str(), false)] {
            let headers = [("x-request-id", given), ("content-type", "application/json")];
            let answer = client.send(Method::POST, "/graphql", &headers, br#"{"query": "{ nosuch }"}"#.to_vec()).await;
            let id = &answer.headers["x-request-id"];
            assert_eq!(id == given, kept, "{given}");
            assert_eq!(answer.json()["errors"][0]["extensions"]["requestId"], json!(id));
        }
    }

    async fn slow_requests_are_counted(app) {
        let address = app.serve_metrics(TOKEN);
        let ana = app.employee().await;
        ana.ask("{ now }", json!({})).await;
        ana.ask("{ nosuch }", json!({})).await;
        let text = figures(address).await;
        assert_eq!(value(&text, "bellhop_slow_requests_total"), 1.0, "a request that was not executed is not slow");
    }
}
