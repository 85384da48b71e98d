//! The set-up page: who becomes the first administrator, and departments from templates.

use crate::support::app::Is;
use crate::support::{TestApp, json};
use backend::first_hour::Plant;
use serde_json::Value;
use shared::permission::SiteRole;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const STATE: &str = "{ setUp { needed demoOffered } }";
const BEGIN: &str = "mutation($input: SetUpBeginInput!) { setUpBegin(input: $input) { login done userErrors { code field } } }";
const DEMO: &str = "mutation($input: SetUpDemoInput!) { setUpDemo(input: $input) { done userErrors { code field } } }";
const FOUND: &str = "mutation($input: DepartmentsFromTemplatesInput!) { departmentsFromTemplates(input: $input) { departments { key name confidential } userErrors { code field } } }";
const PASSWORD: &str = "a sentence is fine";

fn first(code: &str) -> Value {
    json!({ "input": { "code": code, "organisation": "Example Ltd", "name": "Ada Admin", "login": "ada", "email": "ada@example.org", "timezone": "Europe/Lisbon", "password": PASSWORD } })
}

async fn ask(app: &TestApp, query: &str, variables: Value) -> Value {
    let answer = app.stranger().graphql(None, query, variables).await.json();
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].clone()
}

async fn state(app: &TestApp) -> Value {
    ask(app, STATE, json!({})).await["setUp"].take()
}

/// Opens the page, with a demo that counts how often it is planted.
fn open(app: &TestApp) -> (String, Arc<AtomicUsize>) {
    let planted = Arc::new(AtomicUsize::new(0));
    let counter = planted.clone();
    let plant: Plant = Arc::new(move || {
        let counter = counter.clone();
        Box::pin(async move {
            counter.fetch_add(1, Ordering::SeqCst);
            Ok(())
        })
    });
    let code = app.app.first_hour.open(&app.platform().ids, Some(plant));
    (code, planted)
}

on_both_databases! {
    async fn a_server_that_waits_shows_its_page_and_takes_one_administrator(app) {
        assert_eq!(state(app).await, json!({ "needed": false, "demoOffered": false }));
        let (code, _) = open(app);
        assert_eq!(state(app).await, json!({ "needed": true, "demoOffered": true }));
        for path in ["/", "/sign-in"] {
            let page = app.stranger().send(awc::http::Method::GET, path, &[], Vec::new()).await;
            assert_eq!((page.status, page.headers["location"].as_str()), (302, "/set-up"));
        }
        let begun = ask(app, BEGIN, first(&code)).await;
        assert_eq!(begun["setUpBegin"], json!({ "login": "ada", "done": true, "userErrors": [] }));
        let client = app.stranger();
        let signed_in = client.sign_in("ada", PASSWORD).await;
        let token = signed_in.json()["accessToken"].as_str().expect("a token").to_owned();
        let seen = client.graphql(Some(&token), "{ organisation { name } viewer { canAdministerSite } }", json!({})).await.json();
        assert_eq!(seen["data"], json!({ "organisation": { "name": "Example Ltd" }, "viewer": { "canAdministerSite": true } }));
        assert_eq!(state(app).await["needed"], false);
        let mut second = first(&code);
        second["input"]["login"] = "eve".into();
        let refused = ask(app, BEGIN, second).await;
        assert_eq!(refused["setUpBegin"]["userErrors"][0]["code"], "NOT_ALLOWED_NOW");
        let page = app.stranger().send(awc::http::Method::GET, "/sign-in", &[], Vec::new()).await;
        assert_ne!(page.status, 302);
    }

    async fn nobody_wins_the_race_without_the_code(app) {
        let (code, planted) = open(app);
        for wrong in ["", "aaaa-aaaa-aaaa", &code[1..]] {
            let refused = ask(app, BEGIN, first(wrong)).await;
            assert_eq!(refused["setUpBegin"]["userErrors"], json!([{ "code": "WRONG_CODE", "field": "code" }]));
            let refused = ask(app, DEMO, json!({ "input": { "code": wrong } })).await;
            assert_eq!(refused["setUpDemo"]["userErrors"][0]["code"], "WRONG_CODE");
        }
        assert_eq!(planted.load(Ordering::SeqCst), 0);
        assert_eq!(state(app).await["needed"], true);
        // Two at once: one is administrator.
        let mut other = first(&code);
        other["input"]["login"] = "eve".into();
        let (one, two) = tokio::join!(ask(app, BEGIN, first(&code)), ask(app, BEGIN, other));
        let done = [one, two].iter().filter(|answer| answer["setUpBegin"]["done"] == true).count();
        assert_eq!(done, 1);
    }

    async fn a_beginning_that_is_refused_leaves_nothing_behind(app) {
        let (code, _) = open(app);
        for (field, value, error) in [
            ("organisation", " ", json!({ "code": "REQUIRED", "field": "organisation" })),
            ("password", "short", json!({ "code": "TOO_SHORT", "field": "password" })),
            ("login", "A B", json!({ "code": "INVALID", "field": "login" })),
            ("email", "ada", json!({ "code": "INVALID", "field": "email" })),
            ("timezone", "Nowhere", json!({ "code": "UNKNOWN_ZONE", "field": "timezone" })),
        ] {
            let mut bad = first(&code);
            bad["input"][field] = value.into();
            assert_eq!(ask(app, BEGIN, bad).await["setUpBegin"]["userErrors"], json!([error]), "{field}");
        }
        assert_eq!(state(app).await["needed"], true);
        let named = ask(app, "{ organisation { name } }", json!({})).await;
        assert_eq!(named["organisation"]["name"], "Bellhop");
        assert_eq!(ask(app, BEGIN, first(&code)).await["setUpBegin"]["done"], true);
    }

    async fn an_administrator_who_came_another_way_closes_the_page(app) {
        let (code, _) = open(app);
        app.person("admin", Is { site: vec![SiteRole::Administrator], ..Is::default() }).await;
        let refused = ask(app, BEGIN, first(&code)).await;
        assert_eq!(refused["setUpBegin"]["userErrors"][0]["code"], "NOT_ALLOWED_NOW");
        assert_eq!(state(app).await["needed"], false);
    }

    async fn the_demo_is_planted_once(app) {
        let (code, planted) = open(app);
        let answer = ask(app, DEMO, json!({ "input": { "code": code } })).await;
        assert_eq!(answer["setUpDemo"], json!({ "done": true, "userErrors": [] }));
        let again = ask(app, DEMO, json!({ "input": { "code": code } })).await;
        assert_eq!(again["setUpDemo"]["userErrors"][0]["code"], "NOT_ALLOWED_NOW");
        assert_eq!(planted.load(Ordering::SeqCst), 1);
    }

    async fn departments_are_founded_from_templates_and_again_changes_nothing(app) {
        let admin = app.admin().await;
        let hours = json!({ "zone": "Europe/Lisbon", "weekdays": ["MONDAY", "FRIDAY"], "start": "08:30", "end": "17:00" });
        let input = json!({ "input": { "templates": ["legal", "finance"], "hours": hours } });
        let founded = admin.mutate(FOUND, input.clone()).await;
        assert_eq!(founded["departmentsFromTemplates"], json!({
            "departments": [{ "key": "finance", "name": "Finance", "confidential": false }, { "key": "legal", "name": "Legal", "confidential": true }],
            "userErrors": [],
        }));
        let all = "{ departments { key teams { name } } services { name team { name } } categories { name } calendars { name } agreements { name } organisation { defaultDepartment { key } } }";
        let before = admin.query(all, json!({})).await;
        assert_eq!(before["organisation"]["defaultDepartment"]["key"], "finance");
        assert_eq!(before["agreements"].as_array().map(Vec::len), Some(5));
        admin.mutate(FOUND, input).await;
        assert_eq!(admin.query(all, json!({})).await, before);
        for bad in [json!({ "templates": ["nonsense"] }), json!({ "templates": [], "hours": { "zone": "UTC", "weekdays": ["MONDAY"], "start": "17:00", "end": "9:00" } })] {
            let refused = admin.mutate(FOUND, json!({ "input": bad })).await;
            assert_eq!(refused["departmentsFromTemplates"]["userErrors"][0]["code"], "INVALID");
        }
        let lead = app.lead("it").await;
        let refused = lead.mutate(FOUND, json!({ "input": { "templates": ["legal"] } })).await;
        assert_eq!(refused["departmentsFromTemplates"]["userErrors"][0]["code"], "FORBIDDEN");
    }
}
