//! Administration: what every set-up mutation promises, and what none of them may give away.

mod administrators;
mod agreements;
mod at_once;
mod calendars;
mod confidential;
mod default_department;
mod keys;
mod leaving;
mod refusals;
mod settings;
mod sites;
mod things;
mod versions;

use crate::support::TestApp;
use crate::support::actor::Actor;
use crate::support::json;
use backend::platform::event_log;
use serde_json::Value;

/// Calls a mutation that takes `input`; `shows` is what the payload is asked for besides its errors.
/// Settings of the organisation are edited at their present version, unless the input names one.
async fn call(who: &Actor, mutation: &str, shows: &str, mut input: Value) -> Value {
    let version = match mutation {
        "organisationEdit" => Some("version"),
        "priorityMatrixSet" => Some("priorityMatrixVersion"),
        _ => None,
    };
    if let Some(version) = version
        && input.get("expectedVersion").is_none()
    {
        let question = format!("{{ organisation {{ {version} }} }}");
        let mut found = who.query(&question, json!({})).await;
        input["expectedVersion"] = found["organisation"][version].take();
    }
    let kind = match mutation {
        "roleGrant" | "roleRevoke" => "RoleInput".to_owned(),
        _ => format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]),
    };
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {shows} userErrors {{ code field message }} }} }}"
    );
    who.mutate(&query, json!({ "input": input })).await[mutation].take()
}

/// The same, and it must succeed.
pub async fn done(who: &Actor, mutation: &str, shows: &str, input: Value) -> Value {
    let payload = call(who, mutation, shows, input).await;
    assert_eq!(payload["userErrors"], json!([]), "{mutation}: {payload}");
    payload
}

/// Code and field of each error.
fn faults(payload: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    payload["userErrors"]
        .as_array()
        .unwrap_or_else(|| panic!("no errors: {payload}"))
        .iter()
        .map(|error| {
            assert_ne!(text(&error["message"]), "", "an error says what is wrong");
            (text(&error["code"]), text(&error["field"]))
        })
        .collect()
}

/// One error with this code and field, and nothing else.
fn assert_fault(payload: &Value, code: &str, field: &str) {
    assert_eq!(
        faults(payload),
        [(code.to_owned(), field.to_owned())],
        "{payload}"
    );
}

/// `more` laid over `base`.
fn with(base: &Value, more: Value) -> Value {
    let mut all = base.clone();
    all.as_object_mut()
        .expect("an object")
        .extend(more.as_object().cloned().unwrap_or_default());
    all
}

/// The whole set-up and the log's last sequence: what an act that was refused must leave as it was.
async fn set_up(app: &TestApp, admin: &Actor) -> Value {
    let mut all = admin
        .query(
            "{
                organisation { name demo defaultDepartment { id } }
                priorityMatrix { impact urgency priority }
                departments(includeInactive: true) { id key name description icon hue confidential active position version }
                teams(includeInactive: true) { id name active version department { id } members { id } }
                people(first: 200, includeInactive: true) { nodes { id login email name title phone site { id } timezone locale vip active version department { id } manager { id } } }
                sites(includeInactive: true) { id name address timezone active version }
                services(includeInactive: true) { id name description active version department { id } team { id } }
                categories(includeInactive: true) { id name active version department { id } parent { id } team { id } }
                catalogItems(includeInactive: true) { id name description icon category deliveryPromise active version fields { key label } service { id } team { id } }
                roles { person { id } role department { id } siteRole }
            }",
            json!({}),
        )
        .await;
    let promises = admin
        .query(
            "{
                calendars { id name zone isDefault active version weekly { weekday hours { start end } } closed { on name } openings { date name } }
                agreements { id name position active version calendar { id } conditions { kinds priorities } targets { target workingSeconds points { key } } }
                routingRules { id name position active version team { id } assignment conditions { words } }
            }",
            json!({}),
        )
        .await;
    all["promises"] = promises;
    all["sequence"] = event_log::last_sequence(app.platform().db.reader())
        .await
        .expect("a sequence")
        .into();
    all
}

/// Kinds of the events after a sequence.
async fn events_since(app: &TestApp, sequence: i64) -> Vec<String> {
    event_log::after(app.platform().db.reader(), sequence, 100)
        .await
        .expect("events")
        .into_iter()
        .map(|event| event.kind.as_str().to_owned())
        .collect()
}

async fn sequence(app: &TestApp) -> i64 {
    event_log::last_sequence(app.platform().db.reader())
        .await
        .expect("a sequence")
}
