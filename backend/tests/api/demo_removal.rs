//! A demo is removed in one act, with everything in it, and the first hour begins anew.

use crate::support::app::{Is, PASSWORD};
use crate::support::{TestApp, json};
use backend::first_hour::removal_store::{EMPTIED, KEPT};
use backend::first_hour::{Announce, removal};
use backend::operations::doctor::{self, Patient, State};
use backend::seed::simulate::{Simulation, Wish};
use sea_orm::{ConnectionTrait as _, DatabaseBackend, Statement};
use serde_json::Value;
use shared::permission::{Role, SiteRole};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

const DATA: &str = "{ demoData { organisation departments people tickets messages files } }";
const REMOVE: &str = "mutation($input: DemoRemoveInput!) { demoRemove(input: $input) { removed { organisation people tickets files } userErrors { code field } } }";
const REPORT: &str = "mutation($input: IncidentReportInput!) { incidentReport(input: $input) { ticket { id reference } userErrors { code field } } }";
const BEGIN: &str = "mutation($input: SetUpBeginInput!) { setUpBegin(input: $input) { done userErrors { code field } } }";
const NAME: &str = "Alder & Quay";

fn input(organisation: &str, password: &str) -> Value {
    json!({ "input": { "organisation": organisation, "currentPassword": password } })
}

async fn number(app: &TestApp, question: &str) -> i64 {
    let db = app.platform().db.reader();
    let statement = Statement::from_string(app.platform().db.backend(), question.to_owned());
    let row = db
        .query_one_raw(statement)
        .await
        .expect("an answer")
        .expect("a row");
    row.try_get_by_index(0).expect("a number")
}

async fn tables(app: &TestApp) -> BTreeSet<String> {
    let question = match app.platform().db.backend() {
        DatabaseBackend::Postgres => {
            "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"
        }
        _ => {
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'"
        }
    };
    let statement = Statement::from_string(app.platform().db.backend(), question);
    let rows = app
        .platform()
        .db
        .reader()
        .query_all_raw(statement)
        .await
        .expect("tables");
    rows.iter()
        .map(|row| row.try_get_by_index(0).expect("a name"))
        .collect()
}

/// What the server prints.
fn console(app: &TestApp) -> Arc<Mutex<Vec<String>>> {
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let own = told.clone();
    let announce: Announce =
        Arc::new(move |code: &str| own.lock().expect("a lock").push(code.to_owned()));
    app.app.first_hour.prepare(None, announce);
    told
}

async fn is_well(app: &TestApp) {
    let patient = Patient {
        data: PathBuf::from(env!("CARGO_TARGET_TMPDIR")),
        files: app.files_folder().to_owned(),
        url: app.database_url().to_owned(),
        clock: app.clock(),
        sample: 50,
    };
    for finding in doctor::examine(&patient).await {
        // The clock of a test is not the machine's, which PostgreSQL reads.
        if finding.check != "clock" && finding.check != "disk" {
            assert!(finding.state < State::Warning, "{finding:?}");
        }
    }
}

on_both_demos! {
    async fn everything_goes_and_the_set_up_page_opens(app) {
        let told = console(app);
        let (admin, ana) = (app.admin().await, app.employee().await);
        let file = ana.upload("a.txt", b"of the demo").await;
        let reported = ana.mutate(REPORT, json!({ "input": { "title": "Broken", "description": "It is", "attachments": [file] } })).await;
        assert_eq!(reported["incidentReport"]["userErrors"], json!([]), "{reported}");
        let simulation = Simulation::begin(app.platform(), Wish::default()).await.expect("a start");
        let mut socket = ana.socket().await;
        let before = number(app, "SELECT MAX(sequence) FROM events").await;
        let data = admin.query(DATA, json!({})).await["demoData"].take();
        let people = number(app, "SELECT COUNT(*) FROM people").await;
        assert_eq!(data, json!({ "organisation": NAME, "departments": 6, "people": people, "tickets": 1, "messages": 0, "files": 1 }));
        assert_eq!(app.files().len(), 1);

        for (wrong, code) in [
            (input("Alder", PASSWORD), "NOT_THE_NAME"),
            (input("", PASSWORD), "NOT_THE_NAME"),
            (input(NAME, "not my password"), "WRONG_PASSWORD"),
        ] {
            let refused = admin.mutate(REMOVE, wrong).await;
            assert_eq!(refused["demoRemove"]["userErrors"][0]["code"], code);
            assert_eq!(refused["demoRemove"]["removed"], Value::Null);
        }
        assert_eq!(number(app, "SELECT COUNT(*) FROM tickets").await, 1);

        let removed = admin.mutate(REMOVE, input(NAME, PASSWORD)).await;
        assert_eq!(removed["demoRemove"], json!({ "removed": { "organisation": NAME, "people": people, "tickets": 1, "files": 1 }, "userErrors": [] }));
        assert_eq!(socket.closed().await, 4401, "sessions end");
        for gone in [&admin, &ana] {
            assert_eq!(gone.ask("{ viewer { person { id } } }", json!({})).await.status, 401);
            assert_eq!(gone.refresh().await.status, 401);
        }
        assert!(app.files().is_empty());

        // Each table was thought of.
        let known: BTreeSet<String> = EMPTIED.iter().chain(&KEPT).chain(&["seaql_migrations"]).map(|name| (*name).to_owned()).collect();
        assert_eq!(tables(app).await, known);
        for table in EMPTIED {
            let left = number(app, &format!("SELECT COUNT(*) FROM {table}")).await;
            assert_eq!(left, i64::from(matches!(table, "events" | "event_payloads")), "{table}");
        }
        assert_eq!(number(app, "SELECT COUNT(*) FROM settings").await, 2, "the secret, and that a demo was removed");
        assert!(removal::was_removed(app.platform().db.reader()).await.expect("an answer"));
        assert!(number(app, "SELECT sequence FROM events").await > before + 10_000, "nobody takes it for a difference");
        is_well(app).await;

        // The code is told on the console alone.
        let codes = told.lock().expect("a lock").clone();
        assert_eq!(codes.len(), 1);
        assert!(!removed.to_string().contains(&codes[0]));
        let first = json!({ "input": { "code": codes[0], "organisation": "Example Ltd", "name": "Ada Admin", "login": "ada", "email": "ada@example.org", "timezone": "Europe/Lisbon", "password": PASSWORD } });
        let begun = app.stranger().graphql(None, BEGIN, first).await.json();
        assert_eq!(begun["data"]["setUpBegin"], json!({ "done": true, "userErrors": [] }));
        let client = app.stranger();
        let token = client.sign_in("ada", PASSWORD).await.json()["accessToken"].as_str().expect("a token").to_owned();
        let log = "{ auditLog(first: 20) { nodes { kind changes { field after } } } demoData { people } organisation { name demo } }";
        let seen = client.graphql(Some(&token), log, json!({})).await.json();
        assert!(seen.get("errors").is_none(), "{seen}");
        let entries = seen["data"]["auditLog"]["nodes"].as_array().expect("entries").clone();
        let entry = entries.iter().find(|entry| entry["kind"] == "DemoRemoved").expect("an entry");
        assert!(entry["changes"].to_string().contains(&format!("Person {}", admin.login)), "{entry}");
        assert_eq!(seen["data"]["demoData"], Value::Null);
        assert_eq!(seen["data"]["organisation"], json!({ "name": "Example Ltd", "demo": false }));
        // A client that knew the demo starts over.
        let person = number(app, "SELECT COUNT(*) FROM people").await;
        assert_eq!(person, 1);
        let lost = simulation.end().await;
        assert!(lost.is_ok(), "{lost:?}");
        is_well(app).await;
    }

    async fn an_act_that_is_under_way_comes_to_its_end_and_the_removal_to_its(app) {
        // It holds tickets, and will want people, whom the removal takes first.
        let act = app.platform().db.begin().await.expect("a transaction");
        let touch = |table: &str| format!("UPDATE {table} SET version = version");
        act.execute_unprepared(&touch("tickets")).await.expect("rows");
        let rest = async {
            if app.platform().db.backend() == DatabaseBackend::Postgres {
                let waiting = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
                let held_up = async { while number(app, waiting).await == 0 {} };
                tokio::time::timeout(std::time::Duration::from_secs(30), held_up).await.expect("the removal waits");
            }
            act.execute_unprepared(&touch("people")).await.expect("rows");
            act.commit().await.expect("a commit");
        };
        let (gone, ()) = tokio::join!(removal::remove_as_operator(app.platform(), NAME), rest);
        assert!(gone.expect("a removal").counts.people > 60);
        is_well(app).await;
    }

    async fn nobody_but_an_administrator_in_a_session_removes_a_demo(app) {
        console(app);
        let admin = app.admin().await;
        let lead = app.somebody("lead", Is { site: vec![SiteRole::Auditor, SiteRole::Reporter], ..Is::default() }).await;
        for other in [&lead, &app.employee().await] {
            let refused = other.mutate(REMOVE, input(NAME, PASSWORD)).await;
            assert_eq!(refused["demoRemove"]["userErrors"], json!([{ "code": "FORBIDDEN", "field": null }]));
            assert_eq!(other.refused(DATA, json!({})).await, "FORBIDDEN");
        }
        let nobody = app.stranger().graphql(None, REMOVE, input(NAME, PASSWORD)).await;
        assert_eq!(nobody.code(), "UNAUTHENTICATED");
        let create = "mutation($input: ApiTokenCreateInput!) { apiTokenCreate(input: $input) { secret userErrors { code } } }";
        let made = admin.mutate(create, json!({ "input": { "name": "tool", "scopes": ["ADMINISTER"], "expiresAt": app.now().plus_seconds(86_400).to_string(), "currentPassword": PASSWORD } })).await;
        let secret = made["apiTokenCreate"]["secret"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
        let tool = app.stranger().graphql(Some(&secret), REMOVE, input(NAME, PASSWORD)).await;
        assert!(tool.json().get("errors").is_some(), "{}", tool.text);
        // Passwords cannot be tried at speed.
        let mut codes = Vec::new();
        for _ in 0..12 {
            let refused = admin.mutate(REMOVE, input(NAME, "a wrong guess")).await;
            codes.push(refused["demoRemove"]["userErrors"][0]["code"].as_str().unwrap_or_default().to_owned());
        }
        assert_eq!(codes.last().map(String::as_str), Some("TOO_MANY_ATTEMPTS"), "{codes:?}");
        assert!(number(app, "SELECT COUNT(*) FROM people").await > 60);
        assert!(!app.app.first_hour.is_open());
    }

    async fn an_operator_removes_it_beside_a_running_server(app) {
        let ana = app.employee().await;
        let mut socket = ana.socket().await;
        let refused = removal::remove_as_operator(app.platform(), "Quay").await;
        assert_eq!(refused.expect_err("a refusal").codes(), ["NOT_THE_NAME"]);
        let gone = removal::remove_as_operator(app.platform(), " Alder & Quay\n").await.expect("a removal");
        assert!(gone.counts.people > 60);
        assert_eq!(socket.closed().await, 4401);
        let again = removal::remove_as_operator(app.platform(), NAME).await;
        assert_eq!(again.expect_err("a refusal").codes(), ["NOT_A_DEMO"]);
        is_well(app).await;
    }
}

on_both_databases! {
    async fn an_organisation_of_ones_own_cannot_be_removed(app) {
        let admin = app.admin().await;
        app.somebody("agent", Is { roles: vec![("it", Role::Agent)], ..Is::default() }).await;
        assert_eq!(admin.query(DATA, json!({})).await["demoData"], Value::Null);
        let name = admin.query("{ organisation { name } }", json!({})).await["organisation"]["name"].as_str().expect("a name").to_owned();
        let refused = admin.mutate(REMOVE, input(&name, PASSWORD)).await;
        assert_eq!(refused["demoRemove"]["userErrors"], json!([{ "code": "NOT_A_DEMO", "field": null }]));
        let refused = removal::remove_as_operator(app.platform(), &name).await;
        assert_eq!(refused.expect_err("a refusal").codes(), ["NOT_A_DEMO"]);
        assert!(number(app, "SELECT COUNT(*) FROM departments").await > 0);
        assert!(number(app, "SELECT COUNT(*) FROM people").await >= 2);
        assert_eq!(admin.query("{ organisation { name } }", json!({})).await["organisation"]["name"], name.as_str(), "sessions go on");
    }
}
