//! A database as an earlier release left it is migrated, keeps what it held, and works.

use crate::support::database::Own;
use crate::support::{Backend, TestApp, json};
use backend::operations::doctor::{self, Patient, State};
use backend::platform::database::Database;
use sea_orm::{ConnectionTrait as _, Statement};
use std::path::PathBuf;

/// Password of the demo organisation's people.
const PASSWORD: &str = "welcome aboard";

/// Tables whose rows no migration may lose.
const KEPT: [&str; 16] = [
    "agreement_versions",
    "agreements",
    "calendars",
    "catalog_items",
    "categories",
    "clocks",
    "departments",
    "event_payloads",
    "events",
    "messages",
    "notifications",
    "people",
    "role_grants",
    "ticket_participants",
    "tickets",
    "timers",
];

/// Rows of each table, and a digest of what people would miss.
async fn held(url: &str) -> Vec<String> {
    let url = match url.strip_prefix("sqlite:") {
        Some(path) => format!("sqlite://{path}?mode=ro"),
        None => url.to_owned(),
    };
    let db = sea_orm::Database::connect(&url)
        .await
        .expect("the database");
    let backend = db.get_database_backend();
    let one = async |question: String| {
        let statement = Statement::from_string(backend, question);
        let row = db.query_one_raw(statement).await.expect("an answer");
        let row = row.expect("a row");
        row.try_get_by_index::<i64>(0).expect("a number")
    };
    let mut found = Vec::new();
    for table in KEPT {
        let rows = one(format!("SELECT COUNT(*) FROM {table}")).await;
        found.push(format!("{table}: {rows}"));
    }
    for (table, column) in [
        ("tickets", "title"),
        ("messages", "body"),
        ("events", "kind"),
        ("people", "name"),
    ] {
        let letters = one(format!(
            "SELECT CAST(SUM(LENGTH({column})) AS BIGINT) FROM {table}"
        ))
        .await;
        found.push(format!("{table}.{column}: {letters}"));
    }
    db.close().await.expect("closed");
    found
}

fn upgrade(backend: Backend, release: &'static str) {
    actix_web::rt::System::new().block_on(async move {
        let Some(own) = Own::released(backend, release).await else {
            println!("skipped: BELLHOP_TEST_POSTGRES_URL is not set");
            return;
        };
        let before = held(&own.url).await;
        let app = TestApp::on(own, |_| {}).await;
        assert_eq!(held(app.database_url()).await, before);
        // Long after whatever the release recorded: what was due meanwhile is done now.
        app.advance_to("2027-02-01T09:00:00Z").await;

        let client = app.stranger();
        let answer = client.sign_in("marta", PASSWORD).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let token = answer.json()["accessToken"]
            .as_str()
            .expect("a token")
            .to_owned();
        works(&client, &token).await;

        let patient = Patient {
            data: PathBuf::from(env!("CARGO_TARGET_TMPDIR")),
            files: PathBuf::from(env!("CARGO_TARGET_TMPDIR")),
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
        app.stop().await;
    });
}

/// An agent finds their old tickets with all that belongs to them, and goes on working.
async fn works(client: &crate::support::http::Client, token: &str) {
    let list = "{ tickets(first: 50) { nodes { id reference title state clocks { target state }
        conversation(first: 10) { nodes { bodyHtml } } timeline(first: 50) { nodes { __typename } } } } }";
    let answer = client.graphql(Some(token), list, json!({})).await;
    let data = answer.json();
    assert!(data.get("errors").is_none(), "{}", answer.text);
    let tickets = data["data"]["tickets"]["nodes"]
        .as_array()
        .expect("tickets");
    assert!(!tickets.is_empty(), "{}", answer.text);
    // Of tickets that they only asked for themselves they read no timeline.
    let mut timelines = tickets
        .iter()
        .filter_map(|ticket| ticket["timeline"]["nodes"].as_array())
        .peekable();
    assert!(timelines.peek().is_some(), "{}", answer.text);
    assert!(timelines.all(|entries| !entries.is_empty()));
    // What was a word with each person is a site now, in the zone that its people have.
    let sites = client
        .graphql(
            Some(token),
            "{ sites { name timezone } viewer { person { site { name } } } }",
            json!({}),
        )
        .await
        .json();
    assert_eq!(
        sites["data"]["sites"],
        json!([
            { "name": "Berlin", "timezone": "Europe/Berlin" },
            { "name": "Lisbon", "timezone": "Europe/Lisbon" },
            { "name": "New York", "timezone": "America/New_York" },
        ])
    );
    assert!(
        sites["data"]["viewer"]["person"]["site"]["name"].is_string(),
        "{sites}"
    );
    // What stood with their requesters then, old tickets have as their own.
    let places = "{ tickets(first: 50) { nodes { site { name } requester { site { name } } } } }";
    let answer = client.graphql(Some(token), places, json!({})).await.json();
    let tickets = answer["data"]["tickets"]["nodes"].as_array();
    for ticket in tickets.expect("tickets") {
        assert!(ticket["site"]["name"].is_string(), "{answer}");
        assert_eq!(ticket["site"], ticket["requester"]["site"]);
    }
    let report = "mutation($input: IncidentReportInput!) { incidentReport(input: $input) { ticket { reference clocks { target } } userErrors { code } } }";
    let departments = client
        .graphql(Some(token), "{ departments { id key } }", json!({}))
        .await
        .json();
    let it = departments["data"]["departments"]
        .as_array()
        .expect("departments")
        .iter()
        .find(|department| {
            department["key"]
                .as_str()
                .is_some_and(|key| key.eq_ignore_ascii_case("it"))
        })
        .expect("IT")["id"]
        .clone();
    let input = json!({ "title": "After the upgrade", "description": "Works.", "department": it });
    let answer = client
        .graphql(Some(token), report, json!({ "input": input }))
        .await;
    let ticket = &answer.json()["data"]["incidentReport"]["ticket"];
    assert!(
        ticket["reference"]
            .as_str()
            .is_some_and(|text| text.starts_with("INC-")),
        "{}",
        answer.text
    );
    assert!(
        !ticket["clocks"].as_array().expect("clocks").is_empty(),
        "{}",
        answer.text
    );
}

/// A disk that is full, or a server that is stopped because it seems not to start: a step that was begun
/// is as if it never was, and the next start makes it.
fn broken_off(backend: Backend) {
    actix_web::rt::System::new().block_on(async move {
        let Some(own) = Own::released(backend, "m0005").await else {
            println!("skipped: BELLHOP_TEST_POSTGRES_URL is not set");
            return;
        };
        let (breaks, mends) = match backend {
            Backend::Sqlite => (
                "CREATE TRIGGER breaks BEFORE UPDATE ON tickets BEGIN SELECT RAISE(ABORT, 'no room'); END",
                "DROP TRIGGER breaks",
            ),
            Backend::Postgres => (
                "CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no room'; END $$;
                 CREATE TRIGGER breaks BEFORE UPDATE ON tickets FOR EACH ROW EXECUTE FUNCTION breaks()",
                "DROP TRIGGER breaks ON tickets; DROP FUNCTION breaks",
            ),
        };
        own.execute(breaks).await;
        let broken = Database::open(&own.url).await.err().expect("a step breaks off");
        assert!(format!("{broken:#}").contains("no room"), "{broken:#}");
        own.execute(mends).await;
        let opened = Database::open(&own.url).await.expect("the next start makes it");
        assert_eq!(opened.missing_migrations().await.expect("an answer"), [""; 0]);
        opened.close().await.expect("closed");
        own.remove().await;
    });
}

mod a_step_that_is_broken_off_begins_anew {
    use super::*;

    #[test]
    fn sqlite() {
        broken_off(Backend::Sqlite);
    }

    #[test]
    fn postgres() {
        broken_off(Backend::Postgres);
    }
}

mod from_m0005 {
    use super::*;

    #[test]
    fn sqlite() {
        upgrade(Backend::Sqlite, "m0005");
    }

    #[test]
    fn postgres() {
        upgrade(Backend::Postgres, "m0005");
    }
}
