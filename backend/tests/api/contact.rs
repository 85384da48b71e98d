//! Contacts that an agent writes down and resolves in one step.

use crate::support::actor::Actor;
use crate::support::organisation::{department, service, team};
use crate::support::{TestApp, json};
use serde_json::Value;

async fn log(who: &Actor, caller: &Actor, more: Value) -> Value {
    let mut input =
        json!({ "requester": caller.person.to_string(), "channel": "PHONE", "title": "No sound" });
    input
        .as_object_mut()
        .expect("an object")
        .extend(more.as_object().cloned().unwrap_or_default());
    who.mutate(
        "mutation($input: ContactLogInput!) { contactLog(input: $input) { ticket {
            id reference state channel version resolutionCode resolutionMessage openedBy { id } requester { id }
            assignee { id } team { id } department { key }
            clocks { target state elapsedSeconds } timeline { nodes { kind } }
            attachments { name } } userErrors { code field } } }",
        json!({ "input": input }),
    )
    .await["contactLog"]
        .clone()
}

async fn count(who: &Actor) -> Value {
    who.query("{ tickets { totalCount { value } } }", json!({}))
        .await["tickets"]["totalCount"]["value"]
        .clone()
}

fn kinds(ticket: &Value) -> Vec<&str> {
    let nodes = ticket["timeline"]["nodes"].as_array().expect("a timeline");
    nodes.iter().filter_map(|e| e["kind"].as_str()).collect()
}

fn in_it(app: &TestApp, more: Value) -> Value {
    let _ = app;
    let mut input = json!({ "department": department("it").to_string() });
    input
        .as_object_mut()
        .expect("an object")
        .extend(more.as_object().cloned().unwrap_or_default());
    input
}

const SOLVED: &str = "The headset was muted.";

on_both_databases! {
    async fn a_call_is_opened_and_resolved_in_one_act(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let more = in_it(app, json!({ "team": team("service-desk").to_string(), "description": "In a meeting.", "resolution": { "code": "SOLVED", "message": SOLVED } }));
        let made = log(&marta, &ana, more).await;
        assert_eq!(made["userErrors"], json!([]));
        let ticket = &made["ticket"];
        assert_eq!((&ticket["state"], &ticket["channel"], &ticket["resolutionMessage"]), (&json!("RESOLVED"), &json!("PHONE"), &json!(SOLVED)));
        assert_eq!(ticket["assignee"]["id"], marta.person.to_string());
        assert_eq!(ticket["openedBy"]["id"], marta.person.to_string());
        assert_eq!(ticket["requester"]["id"], ana.person.to_string());
        assert_eq!(ticket["team"]["id"], team("service-desk").to_string(), "the named team, not the routed one");
        for clock in ticket["clocks"].as_array().expect("clocks") {
            assert_eq!((&clock["state"], &clock["elapsedSeconds"]), (&json!("MET"), &json!(0)), "{clock}");
        }
        assert_eq!(ticket["clocks"].as_array().map(Vec::len), Some(2));
        let kinds = kinds(ticket);
        assert_eq!((kinds.first(), kinds.last()), (Some(&"TicketCreated"), Some(&"TicketResolved")), "{kinds:?}");
        // The requester sees it among theirs, is told once, and can say that it is not solved.
        let hers = ana.query("query($id: ID!) { ticket(id: $id) { state availableTransitions } notifications { nodes { kind } } }", json!({ "id": ticket["id"] })).await;
        assert_eq!(hers["ticket"]["availableTransitions"], json!(["CONFIRM", "REOPEN"]));
        assert_eq!(hers["notifications"]["nodes"], json!([{ "kind": "TicketResolved" }]));
        app.advance(6 * 86_400).await;
        marta.refresh().await;
        let later = marta.query("query($id: ID!) { ticket(id: $id) { state } }", json!({ "id": ticket["id"] })).await;
        assert_eq!(later["ticket"]["state"], "CLOSED", "it closes by itself as any other");
    }

    async fn a_contact_can_be_kept_or_left_to_the_queue(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let kept = log(&marta, &ana, in_it(app, json!({ "mine": true, "channel": "WALK_UP" }))).await;
        assert_eq!((&kept["ticket"]["state"], &kept["ticket"]["assignee"]["id"]), (&json!("ASSIGNED"), &json!(marta.person.to_string())));
        let left = log(&marta, &ana, json!({ "service": service("email").to_string(), "channel": "CHAT" })).await;
        assert_eq!((&left["ticket"]["state"], &left["ticket"]["assignee"]), (&json!("NEW"), &Value::Null));
        assert_eq!(left["ticket"]["team"]["id"], team("service-desk").to_string(), "routed by the service");
        let answered = left["ticket"]["clocks"].as_array().expect("clocks").iter().find(|c| c["target"] == "FIRST_RESPONSE").expect("a clock")["state"].clone();
        assert_eq!(answered, "MET", "who writes a chat down has answered it");
        // An agent may write down what is for another department, and leaves it there.
        let elsewhere = log(&marta, &ana, json!({ "department": department("facilities").to_string() })).await;
        assert_eq!(elsewhere["ticket"]["department"]["key"], "facilities");
    }

    async fn all_of_a_contact_happens_or_nothing(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let resolution = json!({ "code": "SOLVED", "message": SOLVED });
        let before = count(&marta).await;
        for (more, code) in [
            (in_it(app, json!({ "resolution": { "code": "SOLVED", "message": " " } })), "REQUIRED"),
            (in_it(app, json!({ "title": "" })), "REQUIRED"),
            (in_it(app, json!({ "channel": "MONITORING" })), "INVALID"),
            (in_it(app, json!({ "team": team("building").to_string() })), "NOT_FOUND"),
            (json!({ "department": department("facilities").to_string(), "resolution": resolution }), "FORBIDDEN"),
            (json!({ "department": department("facilities").to_string(), "mine": true }), "FORBIDDEN"),
            (in_it(app, json!({ "attachments": ["attachment_00000000000000000000000000"] })), "NOT_FOUND"),
        ] {
            let made = log(&marta, &ana, more.clone()).await;
            assert!(made["ticket"].is_null(), "{made}");
            let found = made["userErrors"][0]["code"].as_str().expect("a code");
            assert!(found == code || (code == "NOT_FOUND" && found == "INVALID"), "{more}: {made}");
        }
        assert_eq!(count(&marta).await, before, "nothing is half there");
        let refused = log(&ana, &marta, in_it(app, json!({}))).await;
        assert_eq!(refused["userErrors"][0]["code"], "FORBIDDEN", "employees report");
    }

    async fn a_repeated_contact_is_the_same_contact(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let once = || in_it(app, json!({ "idempotencyKey": "call-1", "resolution": { "code": "SOLVED", "message": SOLVED } }));
        let both = futures_util::future::join(log(&marta, &ana, once()), log(&marta, &ana, once())).await;
        assert_eq!(both.0["ticket"]["id"], both.1["ticket"]["id"]);
        assert!(both.0["ticket"]["id"].is_string(), "{both:?}");
        assert_eq!(count(&marta).await, 1);
        let other = log(&marta, &ana, in_it(app, json!({ "idempotencyKey": "call-1" }))).await;
        assert_eq!(other["userErrors"][0]["code"], "KEY_REUSED");
    }
}
