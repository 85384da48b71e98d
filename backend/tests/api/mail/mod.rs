//! Mail to people, received by a real mail server.

mod administration;
mod content;
mod delivery;
mod password;

use crate::support::actor::Actor;
use crate::support::json;
use crate::support::organisation::department;
use crate::ticket::act;
use serde_json::Value;

/// Replies to a ticket, or fails.
pub async fn reply(who: &Actor, id: &Value, body: &str) -> Value {
    let query = "mutation($input: TicketReplyInput!) { ticketReply(input: $input) { message { id } userErrors { code field } } }";
    let done = who
        .mutate(query, json!({ "input": { "ticket": id, "body": body } }))
        .await["ticketReply"]
        .clone();
    assert_eq!(done["userErrors"], json!([]), "{done}");
    done
}

/// What somebody reports to a department; gives the ticket.
pub async fn report_to(who: &Actor, key: &str, title: &str, more: Value) -> Value {
    crate::ticket::report(who, title, {
        let mut input = json!({ "department": department(key).to_string() });
        let fields = more.as_object().cloned().unwrap_or_default();
        input.as_object_mut().expect("an object").extend(fields);
        input
    })
    .await
}

/// Resolves a ticket.
pub async fn resolve(who: &Actor, id: &Value, message: &str) {
    let done = act(
        who,
        "ticketResolve",
        id,
        json!({ "code": "SOLVED", "message": message }),
    )
    .await;
    assert_eq!(done["ticket"]["state"], "RESOLVED", "{done}");
}

/// Lets somebody watch.
pub async fn watch(who: &Actor, id: &Value, person: &Actor) {
    let query = "mutation($input: TicketWatchInput!) { ticketWatch(input: $input) { userErrors { code field } } }";
    let input = json!({ "ticket": id, "person": person.person.to_string() });
    let done = who.mutate(query, json!({ "input": input })).await["ticketWatch"].clone();
    assert_eq!(done["userErrors"], json!([]), "{done}");
}
