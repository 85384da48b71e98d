//! A ticket becomes another kind of work, and back.

use crate::support::actor::Actor;
use crate::support::json;
use crate::support::organisation::{category, service};
use crate::ticket::{act, report};
use serde_json::Value;

const TICKET: &str = "query($id: ID, $reference: String) { ticket(id: $id, reference: $reference) {
    __typename id kind reference title state version service { id } category { id } createdAt impact urgency risk
    viewerCan { changeKind } clocks { target state elapsedSeconds }
    conversation { nodes { body } } timeline { nodes { kind changes { field before after } } }
    ... on ServiceRequest { catalogItem { id } answers { key text } } } }";

async fn see(who: &Actor, id: &Value) -> Value {
    who.query(TICKET, json!({ "id": id })).await["ticket"].clone()
}

async fn become_a(who: &Actor, id: &Value, kind: &str) -> Value {
    act(who, "ticketKindChange", id, json!({ "kind": kind })).await
}

fn clock<'a>(ticket: &'a Value, target: &str) -> &'a Value {
    let clocks = ticket["clocks"].as_array().expect("clocks");
    clocks
        .iter()
        .find(|c| c["target"] == target)
        .unwrap_or(&Value::Null)
}

on_both_databases! {
    async fn an_incident_becomes_a_case_and_back_and_loses_nothing(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "How do I print?", json!({ "service": service("email").to_string(), "category": category("access").to_string() })).await;
        let id = &ticket["id"];
        ana.mutate("mutation($input: TicketReplyInput!) { ticketReply(input: $input) { userErrors { code } } }", json!({ "input": { "ticket": id, "body": "Hello?" } })).await;
        app.advance(600).await;
        let before = see(&marta, id).await;
        assert_eq!(become_a(&marta, id, "CASE").await["userErrors"], json!([]));
        let case = see(&marta, id).await;
        assert_eq!((&case["__typename"], &case["kind"], &case["reference"]), (&json!("Case"), &json!("CASE"), &json!("CAS-000001")));
        for kept in ["id", "title", "state", "service", "category", "createdAt", "impact", "urgency", "conversation"] {
            assert_eq!(case[kept], before[kept], "{kept}");
        }
        // The only agreement is for incidents: nothing is promised for a case.
        for target in ["FIRST_RESPONSE", "RESOLUTION"] {
            assert!(["CANCELLED", "NOT_NEEDED"].contains(&clock(&case, target)["state"].as_str().unwrap_or("NOT_NEEDED")), "{case}");
        }
        let nodes = case["timeline"]["nodes"].as_array().expect("a timeline");
        let event = nodes.iter().find(|e| e["kind"] == "TicketKindChanged").expect("the event");
        let changed: Vec<_> = event["changes"].as_array().expect("changes").iter().filter(|c| c["field"] == "kind" || c["field"] == "reference").cloned().collect();
        assert_eq!(changed, [json!({ "field": "kind", "before": "incident", "after": "case" }), json!({ "field": "reference", "before": "INC-000001", "after": "CAS-000001" })]);
        // The old reference leads to it, for those who see it.
        let by_old = marta.query(TICKET, json!({ "reference": "INC-1" })).await;
        assert_eq!(by_old["ticket"]["reference"], "CAS-000001");
        let stranger = app.employee().await;
        assert_eq!(stranger.query(TICKET, json!({ "reference": "INC-1" })).await["ticket"], Value::Null);

        app.advance(600).await;
        assert_eq!(become_a(&marta, id, "INCIDENT").await["userErrors"], json!([]));
        let back = see(&marta, id).await;
        assert_eq!((&back["__typename"], &back["reference"]), (&json!("Incident"), &json!("INC-000001")), "its own number again");
        assert_eq!(clock(&back, "RESOLUTION")["elapsedSeconds"], 1_200, "the start stayed");
        assert_eq!(marta.query(TICKET, json!({ "reference": "CAS-1" })).await["ticket"]["reference"], "INC-000001");
        become_a(&marta, id, "CASE").await;
        assert_eq!(see(&marta, id).await["reference"], "CAS-000001", "no number is wasted");
        let next = report(&ana, "Another", json!({})).await;
        assert_eq!(next["reference"], "INC-000002", "no number is given twice");
    }

    async fn a_request_keeps_its_answers_aside(app) {
        let admin = app.admin().await;
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let input = json!({ "department": crate::support::organisation::department("it").to_string(), "name": "A desk", "icon": "package", "category": "Things",
            "fields": [{ "key": "colour", "label": "Which colour?", "kind": "TEXT", "required": true }] });
        let made = admin.mutate("mutation($input: CatalogItemCreateInput!) { catalogItemCreate(input: $input) { catalogItem { id } userErrors { code field } } }", json!({ "input": input })).await;
        let item = made["catalogItemCreate"]["catalogItem"]["id"].clone();
        assert!(item.is_string(), "{made}");
        let input = json!({ "catalogItem": item, "answers": [{ "key": "colour", "value": "Green" }] });
        let asked = ana.mutate("mutation($input: RequestSubmitInput!) { requestSubmit(input: $input) { ticket { id } userErrors { code field } } }", json!({ "input": input })).await;
        let id = &asked["requestSubmit"]["ticket"]["id"];
        assert!(id.is_string(), "{asked}");
        become_a(&marta, id, "INCIDENT").await;
        let incident = see(&marta, id).await;
        assert_eq!(incident["reference"], "INC-000001");
        assert_eq!(clock(&incident, "RESOLUTION")["state"], "RUNNING", "what is promised for incidents holds now");
        become_a(&marta, id, "SERVICE_REQUEST").await;
        let back = see(&marta, id).await;
        assert_eq!(back["answers"], json!([{ "key": "colour", "text": "Green" }]));
        assert_eq!(back["catalogItem"]["id"], item);
    }

    async fn who_may_not_and_when_not(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let bob = app.agent("facilities").await;
        let ticket = report(&ana, "It fails", json!({})).await;
        let id = &ticket["id"];
        for who in [&ana, &bob] {
            assert_eq!(become_a(who, id, "CASE").await["userErrors"][0]["code"], "FORBIDDEN");
            assert_eq!(see(who, id).await["viewerCan"]["changeKind"], false);
        }
        assert_eq!(see(&marta, id).await["viewerCan"]["changeKind"], true);
        let same = become_a(&marta, id, "INCIDENT").await;
        assert_eq!((&same["userErrors"], &same["ticket"]["version"]), (&json!([]), &json!(1)), "nothing to do");
        let stale = marta.mutate("mutation($input: TicketKindChangeInput!) { ticketKindChange(input: $input) { ticket { version } userErrors { code } } }", json!({ "input": { "ticket": id, "expectedVersion": 7, "kind": "CASE" } })).await;
        assert_eq!(stale["ticketKindChange"]["userErrors"][0]["code"], "VERSION_CONFLICT");
        act(&marta, "ticketResolve", id, json!({ "code": "SOLVED", "message": "Done." })).await;
        assert_eq!(become_a(&marta, id, "CASE").await["userErrors"][0]["code"], "NOT_ALLOWED_NOW");
        assert_eq!(see(&marta, id).await["reference"], "INC-000001", "nothing is half done");
    }

    async fn queues_follow_the_kind(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "It fails", json!({})).await;
        let queue = "query($filter: TicketFilter) { tickets(filter: $filter) { nodes { reference } asOf } }";
        let incidents = json!({ "filter": { "kind": { "in": ["INCIDENT"] } } });
        let since = marta.query(queue, incidents.clone()).await["tickets"]["asOf"].clone();
        let mut live = marta.subscribe("subscription($since: Sequence) { queueChanged(filter: { kind: { in: [INCIDENT] } }, since: $since) { __typename ... on QueueRemove { id } } }", json!({ "since": since })).await;
        become_a(&marta, &ticket["id"], "CASE").await;
        assert_eq!(marta.query(queue, incidents).await["tickets"]["nodes"], json!([]));
        let cases = json!({ "filter": { "kind": { "in": ["CASE"] } } });
        assert_eq!(marta.query(queue, cases).await["tickets"]["nodes"], json!([{ "reference": "CAS-000001" }]));
        let heard = live.next().await;
        assert_eq!(heard["queueChanged"], json!({ "__typename": "QueueRemove", "id": ticket["id"] }));
    }
}
