//! Routing: which team a new ticket goes to and to whom in it, who sets that up, and what it would have done.

mod deciding;
mod fairness;
mod setting_up;
mod trial;

use crate::support::TestApp;
use crate::support::actor::Actor;
use crate::support::app::Is;
use crate::support::json;
use crate::support::organisation::{department, team};
use serde_json::Value;
use shared::id::PersonId;
use shared::permission::Role;

/// `more` laid over `base`.
fn with(base: &Value, more: Value) -> Value {
    let mut all = base.clone();
    all.as_object_mut()
        .expect("an object")
        .extend(more.as_object().cloned().unwrap_or_default());
    all
}

/// Calls a mutation of rules.
async fn call(who: &Actor, mutation: &str, input: Value) -> Value {
    let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ rule {{ id name position version active assignment troubles {{ kind because }} }} userErrors {{ code field message }} }} }}"
    );
    who.mutate(&query, json!({ "input": input })).await[mutation].take()
}

/// The same, and it must succeed; gives the rule.
async fn done(who: &Actor, mutation: &str, input: Value) -> Value {
    let payload = call(who, mutation, input).await;
    assert_eq!(payload["userErrors"], json!([]), "{mutation}: {payload}");
    payload["rule"].clone()
}

/// Code and field of the one error.
fn fault(payload: &Value) -> (&str, &str) {
    let errors = payload["userErrors"].as_array().expect("errors");
    assert_eq!(errors.len(), 1, "{payload}");
    let text = |field: &str| errors[0][field].as_str().unwrap_or_default();
    (text("code"), text("field"))
}

/// Makes a rule of IT that sends to the network team, with more or other fields; gives its id.
async fn rule(who: &Actor, name: &str, more: Value) -> String {
    let base = json!({ "department": department("it").to_string(), "team": team("network").to_string(), "name": name });
    let made = done(who, "routingRuleCreate", with(&base, more)).await;
    made["id"].as_str().expect("an id").to_owned()
}

/// Reports and gives the ticket with what routing did.
async fn report(who: &Actor, title: &str, more: Value) -> Value {
    let query = "mutation($input: IncidentReportInput!) { incidentReport(input: $input) { ticket { id state team { name } assignee { id } } userErrors { code field } } }";
    let base =
        json!({ "title": title, "description": "", "department": department("it").to_string() });
    let data = who
        .mutate(query, json!({ "input": with(&base, more) }))
        .await;
    let payload = &data["incidentReport"];
    assert_eq!(payload["userErrors"], json!([]), "{data}");
    payload["ticket"].clone()
}

/// The team that a new ticket goes to.
async fn goes_to(who: &Actor, title: &str, more: Value) -> String {
    let ticket = report(who, title, more).await;
    let name = ticket["team"]["name"].as_str();
    name.unwrap_or_else(|| panic!("no team: {ticket}"))
        .to_owned()
}

/// Somebody who works in the network team and has not signed in.
async fn networker(app: &TestApp, role: Role) -> PersonId {
    let is = Is {
        roles: vec![("it", role)],
        teams: vec!["network"],
        ..Is::default()
    };
    app.person("networker", is).await.0
}

/// The event of routing in a ticket's timeline, as its readers see it; null without one.
async fn routed(reader: &Actor, ticket: &Value) -> Value {
    let query = "query($id: ID!) { ticket(id: $id) { timeline { nodes { kind actorName actor { name } changes { field after } } } } }";
    let seen = reader.query(query, json!({ "id": ticket["id"] })).await;
    let events = seen["ticket"]["timeline"]["nodes"]
        .as_array()
        .expect("events");
    let found = events.iter().find(|event| event["kind"] == "TicketRouted");
    found.cloned().unwrap_or_default()
}
