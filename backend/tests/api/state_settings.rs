//! What departments set about states.

use crate::support::actor::Actor;
use crate::support::json;
use crate::support::organisation::department;
use crate::ticket::{act, report};
use backend::platform::event_log;
use serde_json::Value;

const DAY: i64 = 86_400;

/// Sets what is told of a department's states.
async fn set(who: &Actor, key: &str, version: i64, what: Value) -> Value {
    let mut input =
        json!({ "department": department(key).to_string(), "expectedVersion": version });
    input
        .as_object_mut()
        .expect("an object")
        .extend(what.as_object().expect("an object").clone());
    let mutation = "mutation($input: StateSettingsEditInput!) { stateSettingsEdit(input: $input) {
        stateSettings { departmentId closeAfterDays reopenWithinDays holdReasons { reason wakeUpDays } resolutionCodes version }
        userErrors { code field } } }";
    who.mutate(mutation, json!({ "input": input })).await["stateSettingsEdit"].take()
}

/// The same, and it must succeed.
async fn done(who: &Actor, version: i64, what: Value) -> Value {
    let mut payload = set(who, "it", version, what).await;
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    payload["stateSettings"].take()
}

fn fault(payload: &Value) -> (&str, &str) {
    let error = &payload["userErrors"][0];
    (
        error["code"].as_str().unwrap_or_default(),
        error["field"].as_str().unwrap_or_default(),
    )
}

async fn state(who: &Actor, id: &Value) -> Value {
    let query =
        "query($id: ID!) { ticket(id: $id) { state holdReason wakeUpAt availableTransitions } }";
    who.query(query, json!({ "id": id })).await["ticket"].take()
}

on_both_databases! {
    async fn what_is_resolved_closes_after_the_days_of_its_department_and_keeps_them(app) {
        let (ana, marta, lead) = (app.employee().await, app.agent("it").await, app.lead("it").await);
        let before = report(&ana, "Before", json!({})).await;
        act(&marta, "ticketResolve", &before["id"], json!({ "code": "SOLVED", "message": "Done" })).await;
        let set = done(&lead, 1, json!({ "closeAfterDays": 2 })).await;
        assert_eq!((&set["closeAfterDays"], &set["version"]), (&json!(2), &json!(2)));
        let after = report(&ana, "After", json!({})).await;
        act(&marta, "ticketResolve", &after["id"], json!({ "code": "SOLVED", "message": "Done" })).await;

        app.advance(2 * DAY - 60).await;
        assert_eq!(state(&marta, &after["id"]).await["state"], "RESOLVED");
        app.advance(120).await;
        assert_eq!(state(&marta, &after["id"]).await["state"], "CLOSED");
        // What was resolved before keeps its day.
        assert_eq!(state(&marta, &before["id"]).await["state"], "RESOLVED");
        app.advance(3 * DAY).await;
        assert_eq!(state(&marta, &before["id"]).await["state"], "CLOSED");
    }

    async fn what_was_closed_keeps_the_time_in_which_it_can_be_reopened(app) {
        let (ana, marta, lead) = (app.employee().await, app.agent("it").await, app.lead("it").await);
        let close = async |title: &str| {
            let ticket = report(&ana, title, json!({})).await;
            act(&marta, "ticketResolve", &ticket["id"], json!({ "code": "SOLVED", "message": "Done" })).await;
            act(&ana, "ticketConfirm", &ticket["id"], json!({})).await;
            ticket["id"].clone()
        };
        let early = close("Early").await;
        app.advance(60).await;
        done(&lead, 1, json!({ "reopenWithinDays": 3 })).await;
        app.advance(60).await;
        let late = close("Late").await;
        let may = async |id: &Value| {
            let found = state(&ana, id).await["availableTransitions"].clone();
            found.as_array().expect("transitions").contains(&json!("REOPEN"))
        };
        assert!(may(&early).await && may(&late).await);
        app.advance(3 * DAY + 60).await;
        assert!(may(&early).await && !may(&late).await);
        let refused = act(&ana, "ticketReopen", &late, json!({ "reason": "Still" })).await;
        assert_eq!(fault(&refused).0, "NOT_ALLOWED_NOW", "{refused}");
        let reopened = act(&ana, "ticketReopen", &early, json!({ "reason": "Still" })).await;
        assert_eq!(reopened["userErrors"], json!([]));
        // None at all: closed is closed.
        done(&lead, 2, json!({ "reopenWithinDays": 0 })).await;
        app.advance(60).await;
        let never = close("Never").await;
        app.advance(1).await;
        assert!(!may(&never).await);
    }

    async fn only_reasons_that_are_offered_hold_a_ticket_and_each_for_its_days(app) {
        let (ana, marta, lead) = (app.employee().await, app.agent("it").await, app.lead("it").await);
        let held = report(&ana, "Held", json!({})).await;
        act(&marta, "ticketPutOnHold", &held["id"], json!({ "reason": "WAITING_FOR_TEAM" })).await;
        let offers = json!([{ "reason": "WAITING_FOR_SUPPLIER", "wakeUpDays": 7 }, { "reason": "WAITING_FOR_REQUESTER" }]);
        let set = done(&lead, 1, json!({ "holdReasons": offers })).await;
        assert_eq!(set["holdReasons"], json!([
            { "reason": "WAITING_FOR_REQUESTER", "wakeUpDays": 1 },
            { "reason": "WAITING_FOR_SUPPLIER", "wakeUpDays": 7 },
        ]));

        let ticket = report(&ana, "Waits", json!({})).await;
        let refused = act(&marta, "ticketPutOnHold", &ticket["id"], json!({ "reason": "WAITING_FOR_TEAM" })).await;
        assert_eq!(fault(&refused), ("INVALID", "reason"));
        act(&marta, "ticketPutOnHold", &ticket["id"], json!({ "reason": "WAITING_FOR_SUPPLIER" })).await;
        // What waits for a reason that is offered no longer goes on waiting for it, and wakes up.
        assert_eq!(state(&marta, &held["id"]).await["holdReason"], "WAITING_FOR_TEAM");
        app.advance(DAY + 60).await;
        assert_ne!(state(&marta, &held["id"]).await["state"], "ON_HOLD");
        app.advance(6 * DAY - 120).await;
        assert_eq!(state(&marta, &ticket["id"]).await["state"], "ON_HOLD");
        app.advance(120).await;
        assert_ne!(state(&marta, &ticket["id"]).await["state"], "ON_HOLD");
    }

    async fn only_codes_that_are_offered_resolve_a_ticket(app) {
        let (ana, marta, lead) = (app.employee().await, app.agent("it").await, app.lead("it").await);
        done(&lead, 1, json!({ "resolutionCodes": ["WORKAROUND", "SOLVED"] })).await;
        let ticket = report(&ana, "Question", json!({})).await;
        let refused = act(&marta, "ticketResolve", &ticket["id"], json!({ "code": "ANSWERED", "message": "Yes" })).await;
        assert_eq!(fault(&refused), ("INVALID", "code"));
        let mutation = "mutation($input: ContactLogInput!) { contactLog(input: $input) { ticket { id } userErrors { code } } }";
        let contact = json!({ "requester": ana.person.to_string(), "channel": "PHONE", "title": "Called", "department": department("it").to_string(),
            "resolution": { "code": "ANSWERED", "message": "Yes" } });
        let refused = marta.mutate(mutation, json!({ "input": contact })).await;
        assert_eq!(refused["contactLog"]["userErrors"][0]["code"], "INVALID", "{refused}");
        let resolved = act(&marta, "ticketResolve", &ticket["id"], json!({ "code": "SOLVED", "message": "Yes" })).await;
        assert_eq!(resolved["userErrors"], json!([]));
    }

    async fn settings_are_checked_versioned_logged_and_of_one_department(app) {
        let (lead, other, agent) = (app.lead("it").await, app.lead("facilities").await, app.agent("it").await);
        for (bad, code, field) in [
            (json!({ "closeAfterDays": 0 }), "OUT_OF_RANGE", "closeAfterDays"),
            (json!({ "closeAfterDays": 91 }), "OUT_OF_RANGE", "closeAfterDays"),
            (json!({ "reopenWithinDays": 366 }), "OUT_OF_RANGE", "reopenWithinDays"),
            (json!({ "holdReasons": [] }), "REQUIRED", "holdReasons"),
            (json!({ "holdReasons": [{ "reason": "REQUESTED_DATE", "wakeUpDays": 0 }] }), "OUT_OF_RANGE", "holdReasons.0.wakeUpDays"),
            (json!({ "resolutionCodes": [] }), "REQUIRED", "resolutionCodes"),
            (json!({ "resolutionCodes": ["SOLVED", "SOLVED"] }), "NOT_UNIQUE", "resolutionCodes.1"),
        ] {
            let refused = set(&lead, "it", 1, bad).await;
            assert_eq!(fault(&refused), (code, field));
        }
        for (who, key) in [(&other, "it"), (&agent, "it"), (&lead, "facilities")] {
            assert_eq!(fault(&set(who, key, 1, json!({ "closeAfterDays": 3 })).await).0, "FORBIDDEN");
        }
        let position = event_log::last_sequence(app.platform().db.reader()).await.expect("a sequence");
        let kept = done(&lead, 1, json!({ "closeAfterDays": 5 })).await;
        assert_eq!(kept["version"], 1, "nothing has changed");
        done(&lead, 1, json!({ "closeAfterDays": 3 })).await;
        let stale = set(&lead, "it", 1, json!({ "closeAfterDays": 9 })).await;
        assert_eq!(fault(&stale), ("VERSION_CONFLICT", "expectedVersion"));
        assert_eq!(stale["stateSettings"]["closeAfterDays"], 3);
        let events = event_log::after(app.platform().db.reader(), position, 100).await.expect("events");
        let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds, ["StateSettingsEdited"]);

        let query = "{ departments { key stateSettings { closeAfterDays version } } }";
        let all = agent.query(query, json!({})).await;
        for found in all["departments"].as_array().expect("departments") {
            let (days, version) = if found["key"] == "it" { (3, 2) } else { (5, 1) };
            assert_eq!(found["stateSettings"], json!({ "closeAfterDays": days, "version": version }), "{found}");
        }
    }
}
