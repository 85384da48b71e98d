//! Working calendars: one is the default, and what is in use stays.

use super::{assert_fault, call, done, set_up, with};
use crate::support::json;
use crate::support::organisation::{agreement, calendar};
use serde_json::Value;

const SHOWS: &str = "calendar { id version isDefault active }";

fn hours(more: Value) -> Value {
    with(
        &json!({ "zone": "UTC", "weekly": [{ "weekday": "MONDAY", "hours": [{ "start": "09:00", "end": "17:00" }] }] }),
        more,
    )
}

fn edit(id: &str, version: i64, more: Value) -> Value {
    with(&json!({ "calendar": id, "expectedVersion": version }), more)
}

on_both_databases! {
    async fn the_default_is_replaced_and_never_just_dropped(app) {
        let admin = app.admin().await;
        let office = calendar().to_string();
        let before = set_up(app, &admin).await;
        assert_fault(&call(&admin, "calendarEdit", SHOWS, edit(&office, 1, json!({ "isDefault": false }))).await, "INVALID", "isDefault");
        assert_fault(&call(&admin, "calendarEdit", SHOWS, edit(&office, 1, json!({ "active": false }))).await, "IN_USE", "active");
        assert_eq!(set_up(app, &admin).await, before);
        let made = done(&admin, "calendarCreate", SHOWS, json!({ "name": "Shift", "hours": hours(json!({})) })).await;
        let shift = made["calendar"]["id"].as_str().expect("an id");
        done(&admin, "calendarEdit", SHOWS, edit(shift, 1, json!({ "isDefault": true }))).await;
        let all = admin.query("{ calendars { id isDefault } }", json!({})).await;
        assert_eq!(all["calendars"], json!([{ "id": shift, "isDefault": true }, { "id": office, "isDefault": false }]));
    }

    async fn a_calendar_out_of_use_cannot_be_the_default(app) {
        let admin = app.admin().await;
        let made = done(&admin, "calendarCreate", SHOWS, json!({ "name": "Shift", "hours": hours(json!({})) })).await;
        let shift = made["calendar"]["id"].as_str().expect("an id");
        assert_fault(&call(&admin, "calendarEdit", SHOWS, edit(shift, 1, json!({ "isDefault": true, "active": false }))).await, "IN_USE", "active");
        done(&admin, "calendarEdit", SHOWS, edit(shift, 1, json!({ "active": false }))).await;
        let before = set_up(app, &admin).await;
        assert_fault(&call(&admin, "calendarEdit", SHOWS, edit(shift, 2, json!({ "isDefault": true }))).await, "INVALID", "isDefault");
        assert_eq!(set_up(app, &admin).await, before);
        done(&admin, "calendarEdit", SHOWS, edit(shift, 2, json!({ "isDefault": true, "active": true }))).await;
    }

    async fn a_calendar_that_an_agreement_counts_in_stays_in_use(app) {
        let admin = app.admin().await;
        let made = done(&admin, "calendarCreate", SHOWS, json!({ "name": "Shift", "isDefault": true, "hours": hours(json!({})) })).await;
        let shift = made["calendar"]["id"].as_str().expect("an id");
        let office = calendar().to_string();
        let refused = call(&admin, "calendarEdit", SHOWS, edit(&office, 1, json!({ "active": false }))).await;
        assert_fault(&refused, "IN_USE", "active");
        assert_eq!(refused["userErrors"][0]["message"], "In use by: Standard.");
        let elsewhere = json!({ "agreement": agreement().to_string(), "expectedVersion": 1, "calendar": shift });
        done(&admin, "agreementEdit", "agreement { id }", elsewhere).await;
        done(&admin, "calendarEdit", SHOWS, edit(&office, 1, json!({ "active": false }))).await;
        let back = json!({ "agreement": agreement().to_string(), "expectedVersion": 2, "calendar": office });
        assert_fault(&call(&admin, "agreementEdit", "agreement { id }", back).await, "NOT_FOUND", "calendar");
    }

    async fn what_a_calendar_must_be(app) {
        let admin = app.admin().await;
        let monday = |start: &str, end: &str| json!({ "weekly": [{ "weekday": "MONDAY", "hours": [{ "start": start, "end": end }] }] });
        let before = set_up(app, &admin).await;
        for (more, code, field) in [
            (json!({ "name": "" }), "REQUIRED", "name"),
            (json!({ "hours": hours(json!({ "zone": "" })) }), "REQUIRED", "zone"),
            (json!({ "hours": hours(json!({ "zone": "Mars/Base" })) }), "UNKNOWN_ZONE", "zone"),
            (json!({ "hours": hours(json!({ "weekly": [] })) }), "NO_OPEN_TIME", "weekly"),
            (json!({ "hours": hours(monday("9:00", "17:00")) }), "INVALID", "hours.weekly.0"),
            (json!({ "hours": hours(monday("17:00", "09:00")) }), "END_NOT_AFTER_START", "weekly.monday"),
            (json!({ "hours": hours(json!({ "closed": [{ "on": "Easter" }] })) }), "INVALID", "hours.closed.0"),
            (json!({ "hours": hours(json!({ "closed": [{ "on": "2026-12-24" }, { "on": "2026-12-24" }] })) }), "DUPLICATE", "closed.1"),
            (json!({ "hours": hours(json!({ "openings": [{ "date": "2026-02-30", "hours": [] }] })) }), "INVALID", "hours.openings.0"),
        ] {
            let create = with(&json!({ "name": "Shift", "hours": hours(json!({})) }), more.clone());
            assert_fault(&call(&admin, "calendarCreate", SHOWS, create).await, code, field);
            let office = edit(&calendar().to_string(), 1, more);
            assert_fault(&call(&admin, "calendarEdit", SHOWS, office).await, code, field);
        }
        assert_eq!(set_up(app, &admin).await, before);
    }
}
