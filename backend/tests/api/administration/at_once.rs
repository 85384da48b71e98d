//! What two administrators do at the same time.

use super::{call, done, faults};
use crate::support::json;
use crate::support::organisation::{category, department, team};
use futures_util::future::join_all;
use serde_json::Value;

/// How many succeeded; all others were refused with this code and field, and none failed.
fn winners(answers: &[Value], code: &str, field: &str) -> usize {
    let refused: Vec<_> = answers
        .iter()
        .map(faults)
        .filter(|f| !f.is_empty())
        .collect();
    for fault in &refused {
        assert_eq!(*fault, [(code.to_owned(), field.to_owned())]);
    }
    answers.len() - refused.len()
}

on_both_databases! {
    async fn a_sign_in_name_and_a_key_are_given_once(app) {
        let admin = app.admin().await;
        let people = (0..4).map(|n| {
            let input = json!({ "login": "gerda", "email": "gerda@example.org", "name": format!("Gerda {n}"), "timezone": "UTC" });
            call(&admin, "personCreate", "person { id }", input)
        });
        assert_eq!(winners(&join_all(people).await, "NOT_UNIQUE", "login"), 1);
        let departments = (0..4).map(|n| {
            let input = json!({ "key": "garden", "name": format!("Garden {n}"), "icon": "laptop", "hue": n });
            call(&admin, "departmentCreate", "department { id }", input)
        });
        assert_eq!(winners(&join_all(departments).await, "NOT_UNIQUE", "key"), 1);
    }

    async fn of_edits_of_one_version_one_wins(app) {
        let admin = app.admin().await;
        for thing in super::things::all() {
            let shows = thing.shows();
            let made = done(&admin, thing.create, &shows, thing.input.clone()).await;
            let edits = (0..4).map(|n| {
                let edit = thing.edit_input(&made[thing.name]["id"], 1, json!({ "name": format!("Meadow {n}") }));
                call(&admin, thing.edit, &shows, edit)
            });
            let answers = join_all(edits).await;
            assert_eq!(winners(&answers, "VERSION_CONFLICT", "expectedVersion"), 1, "{}", thing.edit);
            assert!(answers.iter().all(|a| a[thing.name] == answers[0][thing.name]), "{answers:?}");
        }
    }

    async fn members_that_are_set_at_once_are_set_once(app) {
        let admin = app.admin().await;
        let marta = app.agent("it").await;
        let sets = (0..4).map(|_| {
            let input = json!({ "team": team("network").to_string(), "expectedVersion": 1, "members": [marta.person.to_string()] });
            call(&admin, "teamSetMembers", "team { version members { id } }", input)
        });
        let answers = join_all(sets).await;
        assert_eq!(winners(&answers, "VERSION_CONFLICT", "expectedVersion"), 1);
        assert!(answers.iter().all(|a| a["team"] == json!({ "version": 2, "members": [{ "id": marta.person.to_string() }] })));
    }

    async fn a_role_given_at_once_is_given_once(app) {
        let admin = app.admin().await;
        let ana = app.employee().await;
        for role in [json!({ "role": "AGENT", "department": department("it").to_string() }), json!({ "siteRole": "AUDITOR" })] {
            let input = super::with(&json!({ "person": ana.person.to_string() }), role);
            let grants = (0..4).map(|_| call(&admin, "roleGrant", "person { id }", input.clone()));
            assert_eq!(winners(&join_all(grants).await, "", ""), 4);
        }
    }

    async fn one_calendar_is_the_default(app) {
        let admin = app.admin().await;
        let calendars = (0..4).map(|n| {
            let input = json!({ "name": format!("Calendar {n}"), "isDefault": true, "hours": { "zone": "UTC", "weekly": [{ "weekday": "MONDAY", "hours": [{ "start": "09:00", "end": "17:00" }] }] } });
            call(&admin, "calendarCreate", "calendar { id }", input)
        });
        assert_eq!(winners(&join_all(calendars).await, "", ""), 4);
        let all = admin.query("{ calendars { isDefault } }", json!({})).await;
        let defaults = all["calendars"].as_array().expect("a list").iter().filter(|c| c["isDefault"] == true).count();
        assert_eq!(defaults, 1, "{all}");
    }

    async fn two_categories_cannot_come_below_each_other(app) {
        let admin = app.admin().await;
        let made = done(&admin, "categoryCreate", "category { id }", json!({ "department": department("it").to_string(), "name": "Garden" })).await;
        let garden = made["category"]["id"].as_str().expect("an id").to_owned();
        let access = category("access").to_string();
        let below = |one: &str, other: &str| json!({ "category": one, "expectedVersion": 1, "parent": other });
        let answers = join_all([
            call(&admin, "categoryEdit", "category { id }", below(&garden, &access)),
            call(&admin, "categoryEdit", "category { id }", below(&access, &garden)),
        ]).await;
        assert_eq!(winners(&answers, "INVALID", "parent"), 1);
    }
}
