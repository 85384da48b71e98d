//! The audit log: what is in it, who reads it, how it is looked through and downloaded.

use crate::support::actor::Actor;
use crate::support::app::PASSWORD;
use crate::support::organisation::department;
use crate::support::{TestApp, json};
use crate::ticket::{act, report};
use awc::http::Method;
use serde_json::Value;
use shared::event::EventKind;

const LOG: &str = "query($filter: AuditFilter, $first: Int, $after: String) { auditLog(filter: $filter, first: $first, after: $after) {
    nodes { id sequence kind topic actorKind actor { id } tokenName subject subjectKind subjectName department { key } changes { field before after } }
    pageInfo { hasNextPage hasPreviousPage endCursor } } }";

async fn log(who: &Actor, filter: Value) -> Vec<Value> {
    let found = who
        .query(LOG, json!({ "filter": filter, "first": 200 }))
        .await;
    found["auditLog"]["nodes"]
        .as_array()
        .expect("a list")
        .clone()
}

fn kinds(entries: &[Value]) -> Vec<&str> {
    entries
        .iter()
        .map(|entry| entry["kind"].as_str().expect("a kind"))
        .collect()
}

async fn grant(who: &Actor, person: &Actor, role: &str, of: &str) -> Value {
    let input = json!({ "person": person.person.to_string(), "role": role, "department": department(of).to_string() });
    who.mutate(
        "mutation($input: RoleInput!) { roleGrant(input: $input) { userErrors { code } } }",
        json!({ "input": input }),
    )
    .await["roleGrant"]["userErrors"]
        .take()
}

/// Waits until something of this kind was committed.
async fn happens(app: &TestApp, kind: EventKind, work: impl Future<Output = ()>) {
    let mut feed = app.platform().feed.listen();
    work.await;
    while !feed
        .recv()
        .await
        .expect("the log")
        .iter()
        .any(|event| event.kind == kind)
    {}
}

on_both_databases! {
    async fn administrative_acts_are_in_it_with_names(app) {
        let admin = app.admin().await;
        let marta = app.agent("it").await;
        assert_eq!(grant(&admin, &marta, "APPROVER", "facilities").await, json!([]));
        let found = log(&admin, json!({ "topics": ["ROLE"] })).await;
        assert_eq!(kinds(&found), ["RoleGranted"]);
        let entry = &found[0];
        assert_eq!(entry["actor"]["id"], admin.person.to_string());
        assert_eq!(entry["subject"], marta.person.to_string());
        assert_eq!(entry["subjectName"], format!("Person {}", marta.login));
        assert_eq!(entry["department"]["key"], "facilities");
        assert_eq!(entry["changes"], json!([{ "field": "role", "before": null, "after": "approver" }]));
        let signed_in = log(&admin, json!({ "topics": ["SIGN_IN"], "actor": marta.person.to_string() })).await;
        assert_eq!(kinds(&signed_in), ["SessionStarted"]);
        assert_eq!(signed_in[0]["changes"][0]["after"], format!("Person {}", marta.login));
        let edit = json!({ "input": { "person": marta.person.to_string(), "expectedVersion": 1, "manager": admin.person.to_string() } });
        admin.mutate("mutation($input: PersonEditInput!) { personEdit(input: $input) { userErrors { code } } }", edit).await;
        let about = log(&admin, json!({ "subject": marta.person.to_string(), "kinds": ["PersonEdited"] })).await;
        assert_eq!(about[0]["changes"], json!([{ "field": "manager", "before": null, "after": format!("Person {}", admin.login) }]));
    }

    async fn nothing_of_tickets_is_in_it(app) {
        let admin = app.admin().await;
        let auditor = app.auditor().await;
        let ana = app.employee().await;
        let nora = app.agent("hr").await;
        let secret = report(&ana, "My manager shouts at me", json!({ "department": department("hr").to_string() })).await;
        act(&nora, "ticketStart", &secret["id"], json!({})).await;
        for who in [&admin, &auditor] {
            let all = format!("{:?}", log(who, json!({})).await);
            for sign in ["My manager", "Ticket", "It **fails**", secret["id"].as_str().expect("an id")] {
                assert!(!all.contains(sign), "{sign}: {all}");
            }
            assert_eq!(log(who, json!({ "subject": secret["id"] })).await, Vec::<Value>::new());
            assert_eq!(log(who, json!({ "kinds": ["TicketStarted", "NotificationSent"] })).await, Vec::<Value>::new());
        }
    }

    async fn it_is_for_administrators_and_auditors_and_contacts_for_the_former(app) {
        let admin = app.admin().await;
        let new = json!({ "input": { "login": "new", "email": "new@example.org", "phone": "+351 1", "name": "Somebody New", "timezone": "UTC" } });
        admin.mutate("mutation($input: PersonCreateInput!) { personCreate(input: $input) { userErrors { code } } }", new).await;
        let shown = |entries: &[Value]| format!("{:?}", entries).contains("new@example.org");
        assert!(shown(&log(&admin, json!({ "kinds": ["PersonCreated"] })).await));
        let auditor = app.auditor().await;
        let seen = log(&auditor, json!({ "kinds": ["PersonCreated"] })).await;
        assert_eq!(seen.len(), 1);
        assert!(!shown(&seen) && !format!("{seen:?}").contains("+351"));
        for who in [app.lead("hr").await, app.agent("it").await, app.reporter().await, app.employee().await] {
            assert_eq!(who.refused(LOG, json!({})).await, "FORBIDDEN");
            let bearer = format!("Bearer {}", who.token());
            let file = who.client.send(Method::GET, "/export/audit.csv", &[("authorization", &bearer)], Vec::new()).await;
            assert_eq!(file.status, 403);
        }
    }

    async fn it_is_read_page_by_page(app) {
        let admin = app.admin().await;
        for n in 0..7 {
            let edit = json!({ "input": { "name": format!("Name {n}"), "expectedVersion": n + 1 } });
            admin.mutate("mutation($input: OrganisationEditInput!) { organisationEdit(input: $input) { userErrors { code } } }", edit).await;
        }
        let filter = json!({ "topics": ["SET_UP"] });
        let all = log(&admin, filter.clone()).await;
        assert_eq!(all.len(), 7);
        assert_eq!(all[0]["changes"][0]["after"], "Name 6");
        let mut pages = Vec::new();
        let mut after = Value::Null;
        loop {
            let page = admin.query(LOG, json!({ "filter": filter, "first": 3, "after": after })).await["auditLog"].take();
            pages.extend(page["nodes"].as_array().expect("a list").clone());
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
        assert_eq!(pages, all);
        for bad in [json!({ "after": "nonsense" }), json!({ "first": 0 }), json!({ "filter": { "kinds": ["Nonsense"] } }), json!({ "filter": { "subject": "nonsense" } })] {
            let code = admin.refused(LOG, bad.clone()).await;
            assert!(["INVALID", "INVALID_ID"].contains(&code.as_str()), "{bad}: {code}");
        }
        let later = log(&admin, json!({ "topics": ["SET_UP"], "from": "2026-03-02T09:00:01Z" })).await;
        let until = log(&admin, json!({ "topics": ["SET_UP"], "to": "2026-03-02T09:00:01Z" })).await;
        assert_eq!((later.len(), until.len()), (0, 7));
    }

    async fn guesses_at_a_password_are_in_it_once(app) {
        let admin = app.admin().await;
        let (person, login) = app.person("ana", crate::support::app::Is::default()).await;
        let stranger = app.stranger();
        happens(app, EventKind::SignInHeldUp, async {
            for _ in 0..5 {
                assert_eq!(stranger.sign_in(&login, "not the password").await.code(), "WRONG_CREDENTIALS");
            }
        }).await;
        for _ in 0..3 {
            assert_eq!(stranger.sign_in(&login, "not the password").await.code(), "TOO_MANY_ATTEMPTS");
        }
        let found = log(&admin, json!({ "kinds": ["SignInHeldUp"] })).await;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0]["subject"], person.to_string());
        assert_eq!(found[0]["changes"], json!([
            { "field": "how", "before": null, "after": "held_up" },
            { "field": "source", "before": null, "after": "127.0.0.0/24" },
        ]));
    }

    async fn roles_that_were_not_theirs_to_give_are_in_it(app) {
        let admin = app.admin().await;
        let _lead = app.lead("hr").await;
        let ana = app.employee().await;
        assert_eq!(grant(&admin, &ana, "AGENT", "hr").await[0]["code"], "FORBIDDEN");
        let found = log(&admin, json!({ "topics": ["ROLE"] })).await;
        assert_eq!(kinds(&found), ["RoleRefused"]);
        assert_eq!(found[0]["department"]["key"], "hr");
        // Whoever gives no roles at all fills no log.
        assert_eq!(grant(&ana, &ana, "LEAD", "it").await[0]["code"], "FORBIDDEN");
        assert_eq!(log(&admin, json!({ "topics": ["ROLE"] })).await.len(), 1);
    }

    async fn a_download_is_in_it_and_it_is_a_download(app) {
        let admin = app.admin().await;
        let edit = json!({ "input": { "name": "=cmd|'/c calc'!A1", "expectedVersion": 1 } });
        admin.mutate("mutation($input: OrganisationEditInput!) { organisationEdit(input: $input) { userErrors { code } } }", edit).await;
        let get = async |path: &str, bearer: String| {
            admin.client.send(Method::GET, path, &[("authorization", &bearer)], Vec::new()).await
        };
        let session = format!("Bearer {}", admin.token());
        let file = get("/export/audit.csv?topics=set_up,sign_in", session.clone()).await;
        assert_eq!(file.status, 200, "{}", file.text);
        let lines: Vec<&str> = file.text.lines().collect();
        assert!(lines[0].starts_with("sequence,occurred_at,"));
        assert!(lines[1].contains("SettingChanged") && lines[2].contains("SessionStarted"), "{}", file.text);
        assert_eq!(lines.len(), 3);
        // A name that looks like a formula stands behind its field's name.
        assert!(lines[1].contains("name: Bellhop → =cmd"), "{}", lines[1]);
        assert_eq!(get("/export/audit.csv?topics=nonsense", session.clone()).await.status, 400);
        assert_eq!(get("/export/audit.csv?colour=red", session.clone()).await.status, 400);
        let taken = log(&admin, json!({ "topics": ["EXPORT"] })).await;
        assert_eq!(taken.len(), 3);
        assert_eq!(taken[2]["changes"], json!([
            { "field": "file", "before": null, "after": "audit.csv" },
            { "field": "question", "before": null, "after": "topics=set_up,sign_in" },
        ]));

        let new = json!({ "input": { "name": "Watcher of logs", "scopes": ["READ_AUDIT"], "expiresAt": "2026-06-01T00:00:00Z", "currentPassword": PASSWORD } });
        let made = admin.mutate("mutation($input: ApiTokenCreateInput!) { apiTokenCreate(input: $input) { secret userErrors { code } } }", new).await;
        let token = format!("Bearer {}", made["apiTokenCreate"]["secret"].as_str().expect("a secret"));
        assert_eq!(get("/export/audit.csv", token.clone()).await.status, 200);
        assert_eq!(get("/export/ticket-facts.csv", token).await.status, 403);
        let found = log(&admin, json!({ "topics": ["EXPORT", "TOKEN"] })).await;
        assert_eq!(kinds(&found), ["ExportTaken", "ApiTokenCreated", "ExportTaken", "ExportTaken", "ExportTaken"]);
        assert_eq!(found[0]["tokenName"], "Watcher of logs");
        assert_eq!(found[1]["tokenName"], Value::Null);
        assert!(!format!("{found:?}").contains("bhp_"));
    }
}
