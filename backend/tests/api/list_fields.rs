//! Tickets of a list are resolved in a way of their own, and show the same as a ticket alone.

use crate::support::organisation::{category, service};
use crate::support::{TestApp, json};
use crate::ticket::{act, report};
use crate::ticket_site::works_at;
use serde_json::Value;

const FIELDS: &str = "__typename other: id reference kind title description descriptionHtml state stateKind \
    impact urgency priority channel holdReason wakeUpAt resolutionCode resolutionMessage createdAt \
    updatedAt resolvedAt closedAt dueAt risk expectedBy unanswered reopenCount reassignmentCount version \
    department { __typename id name teams { name members { name } } } \
    team { id name department { name } } assignee { id name email } \
    requester { id name initials site { name } department { name } } requestedFor { name } openedBy { name } \
    service { name } site { name timezone } category { name parent { name } } watchers { name } links { kind } attachments { name } \
    conversation(last: 5) { nodes { bodyHtml author { name } } } timeline(last: 5) { nodes { id } } \
    clocks { target state dueAt } nextClock { target state dueAt remainingSeconds ticket { id } } \
    viewerCan { reply assign } availableTransitions";

/// The same with other names, fragments, directives and a field asked for twice.
const TWISTED: &str = "one: title two: title title requester { id } requester { name } \
    ... on Incident { reference } ... on Case { kind } ...Rest dueAt @skip(if: true) team @include(if: true) { name } \
    nextClock { ... on Clock { target } target }";
const REST: &str = "fragment Rest on Ticket { version department { id } ... { state } }";

async fn everybody_shows_the_same(app: &TestApp, fields: &str, fragment: &str) {
    let ana = app.employee().await;
    works_at(app, &ana, "Lisbon").await;
    let marta = app.agent("it").await;
    let more = json!({ "service": service("wifi").to_string(), "category": category("laptop").to_string() });
    let first = report(&ana, "First", more).await;
    let second = report(
        &marta,
        "Second",
        json!({ "requestedFor": ana.person.to_string() }),
    )
    .await;
    act(&marta, "ticketStart", &first["id"], json!({})).await;
    for who in [&marta, &ana] {
        let ids = json!([second["id"], first["id"]]);
        let one = format!("query($id: ID!) {{ ticket(id: $id) {{ {fields} }} }} {fragment}");
        let mut alone = Vec::new();
        for id in ids.as_array().expect("a list") {
            alone.push(who.query(&one, json!({ "id": id })).await["ticket"].take());
        }
        assert!(alone.iter().all(Value::is_object), "{alone:?}");
        let by_ids =
            format!("query($ids: [ID!]!) {{ ticketsByIds(ids: $ids) {{ {fields} }} }} {fragment}");
        let listed = who.query(&by_ids, json!({ "ids": ids })).await["ticketsByIds"].take();
        assert_eq!(listed, json!(alone));
        let list = format!(
            "{{ tickets(first: 10, orderBy: CREATED) {{ nodes {{ {fields} }} edges {{ node {{ {fields} }} }} }} }} {fragment}"
        );
        let page = who.query(&list, json!({})).await["tickets"].take();
        let by_id = |tickets: &[Value]| {
            let mut tickets = tickets.to_vec();
            tickets.sort_by_key(|ticket| ticket["reference"].to_string());
            tickets
        };
        let nodes = page["nodes"].as_array().expect("nodes");
        let edges = page["edges"].as_array().expect("edges");
        let edges: Vec<Value> = edges.iter().map(|edge| edge["node"].clone()).collect();
        assert_eq!(by_id(nodes), by_id(&alone));
        assert_eq!(by_id(&edges), by_id(&alone));
    }
}

on_both_databases! {
    async fn a_list_shows_of_a_ticket_what_the_ticket_alone_shows(app) {
        everybody_shows_the_same(app, FIELDS, "").await;
    }

    async fn a_list_takes_fragments_aliases_and_directives(app) {
        everybody_shows_the_same(app, TWISTED, REST).await;
    }
}
