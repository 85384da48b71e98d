//! Mail to people, received by a real mail server.

mod administration;
mod content;
mod delivery;
mod password;
mod secret;
mod settings;
mod trial;

use crate::support::actor::Actor;
use crate::support::json;
use crate::support::organisation::department;
use crate::support::smtp::SmtpServer;
use crate::ticket::act;
use serde_json::Value;

const MAIL: &str = "{ mail { on standing server sender links waiting failing dead settings { fixedBy on host port encryption user passwordSetAt passwordSetBy { id } senderAddress senderName replyTo version } } }";

/// How mail stands.
pub async fn mail(who: &Actor) -> Value {
    who.query(MAIL, json!({})).await["mail"].take()
}

/// What a form about a mail server sends.
pub fn server_at(server: &SmtpServer, encryption: &str, more: Value) -> Value {
    let address = server.address();
    let mut input = json!({ "host": address.ip().to_string(), "port": address.port(), "encryption": encryption,
        "senderAddress": "help@bellhop.example", "senderName": "Help desk" });
    let more = more.as_object().cloned().unwrap_or_default();
    input.as_object_mut().expect("an object").extend(more);
    input
}

/// Changes how mail goes out, at the present version.
pub async fn edit(who: &Actor, mut input: Value) -> Value {
    if input.get("expectedVersion").is_none() {
        input["expectedVersion"] = mail(who).await["settings"]["version"].take();
    }
    let query = "mutation($input: MailSettingsEditInput!) { mailSettingsEdit(input: $input) { mail { standing settings { on host version } } userErrors { code field message } } }";
    who.mutate(query, json!({ "input": input })).await["mailSettingsEdit"].take()
}

/// Sends mail by this server from now on.
pub async fn set_up(who: &Actor, server: Value) {
    let done = edit(who, json!({ "on": true, "server": server })).await;
    assert_eq!(
        (&done["userErrors"], &done["mail"]["standing"]),
        (&json!([]), &json!("ON")),
        "{done}"
    );
}

/// Tries a server.
pub async fn try_out(who: &Actor, server: Value) -> Value {
    let query = "mutation($input: MailSettingsTestInput!) { mailSettingsTest(input: $input) { test { sent problem message answer } userErrors { code field message } } }";
    who.mutate(query, json!({ "input": { "server": server } }))
        .await["mailSettingsTest"]
        .take()
}

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
