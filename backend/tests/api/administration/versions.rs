//! An edit of what somebody else edited meanwhile.

use super::{assert_fault, call, done, events_since, sequence, set_up, things};
use crate::support::json;
use crate::support::organisation::{department, team};

on_both_databases! {
    async fn a_stale_edit_is_refused_and_shows_what_there_is_now(app) {
        let admin = app.admin().await;
        for thing in things::all() {
            let made = done(&admin, thing.create, &thing.shows(), thing.input.clone()).await;
            let id = &made[thing.name]["id"];
            assert_eq!(made[thing.name]["version"], 1, "{}", thing.create);
            let edit = thing.edit_input(id, 1, json!({ "name": "Meadow" }));
            let edited = done(&admin, thing.edit, &thing.shows(), edit).await;
            assert_eq!(edited[thing.name], json!({ "id": id, "name": "Meadow", "version": 2 }));

            let before = set_up(app, &admin).await;
            for version in [1, 3, -1] {
                let stale = thing.edit_input(id, version, json!({ "name": "Desert" }));
                let refused = call(&admin, thing.edit, &thing.shows(), stale).await;
                assert_fault(&refused, "VERSION_CONFLICT", "expectedVersion");
                assert_eq!(refused[thing.name], json!({ "id": id, "name": "Meadow", "version": 2 }), "{}", thing.edit);
            }
            assert_eq!(set_up(app, &admin).await, before, "{} saved something", thing.edit);
        }
    }

    async fn an_edit_that_changes_nothing_makes_no_version_and_no_event(app) {
        let admin = app.admin().await;
        for thing in things::all() {
            let made = done(&admin, thing.create, &thing.shows(), thing.input.clone()).await;
            let before = sequence(app).await;
            let same = thing.edit_input(&made[thing.name]["id"], 1, json!({ "name": made[thing.name]["name"] }));
            let edited = done(&admin, thing.edit, &thing.shows(), same).await;
            assert_eq!(edited[thing.name]["version"], 1, "{}", thing.edit);
            assert_eq!(events_since(app, before).await, Vec::<String>::new());
        }
    }

    async fn each_act_leaves_one_event(app) {
        let admin = app.admin().await;
        for (thing, kind) in things::all().iter().zip(["Department", "Team", "Person", "Site", "Service", "Category", "CatalogItem", "Calendar", "Agreement", "RoutingRule"]) {
            let before = sequence(app).await;
            let made = done(&admin, thing.create, &thing.shows(), thing.input.clone()).await;
            assert_eq!(events_since(app, before).await, [format!("{kind}Created")]);
            let before = sequence(app).await;
            let edit = thing.edit_input(&made[thing.name]["id"], 1, json!({ "name": "Meadow", "active": false }));
            done(&admin, thing.edit, &thing.shows(), edit).await;
            assert_eq!(events_since(app, before).await, [format!("{kind}Edited")]);
        }
    }

    async fn members_are_set_upon_the_version_that_was_read(app) {
        let admin = app.admin().await;
        let marta = app.agent("it").await;
        let shows = "team { id version members { id } }";
        let network = team("network").to_string();
        let set = |version: i64, members: serde_json::Value| json!({ "team": network, "expectedVersion": version, "members": members });
        let first = done(&admin, "teamSetMembers", shows, set(1, json!([marta.person.to_string()]))).await;
        assert_eq!(first["team"]["version"], 2);
        let before = set_up(app, &admin).await;
        let stale = call(&admin, "teamSetMembers", shows, set(1, json!([]))).await;
        assert_fault(&stale, "VERSION_CONFLICT", "expectedVersion");
        assert_eq!(stale["team"]["members"], json!([{ "id": marta.person.to_string() }]));
        assert_eq!(set_up(app, &admin).await, before);
        let rename = json!({ "team": network, "expectedVersion": 1, "name": "Nets" });
        assert_fault(&call(&admin, "teamEdit", shows, rename).await, "VERSION_CONFLICT", "expectedVersion");
    }

    async fn nobody_learns_the_present_state_by_a_stale_edit_that_they_may_not_make(app) {
        let ana = app.employee().await;
        let lead = app.lead("facilities").await;
        let admin = app.admin().await;
        for thing in things::all() {
            let made = done(&admin, thing.create, &thing.shows(), thing.input.clone()).await;
            for who in [&ana, &lead] {
                let stale = thing.edit_input(&made[thing.name]["id"], 7, json!({ "name": "Desert" }));
                let refused = call(who, thing.edit, &thing.shows(), stale).await;
                assert_fault(&refused, "FORBIDDEN", "");
                assert!(refused[thing.name].is_null(), "{refused}");
                let other = call(who, thing.create, &thing.shows(), thing.input.clone()).await;
                assert_fault(&other, "FORBIDDEN", "");
            }
        }
        let members = json!({ "team": team("network").to_string(), "expectedVersion": 7, "members": [] });
        assert_fault(&call(&lead, "teamSetMembers", "team { id }", members).await, "FORBIDDEN", "");
    }

    async fn a_lead_sets_up_what_is_of_their_own_department_and_no_more(app) {
        let lead = app.lead("it").await;
        for thing in things::all() {
            let answer = call(&lead, thing.create, &thing.shows(), thing.input.clone()).await;
            let own = matches!(thing.name, "service" | "category" | "catalogItem" | "rule");
            assert_eq!(answer["userErrors"] == json!([]), own, "{}: {answer}", thing.create);
            if own {
                let elsewhere = super::with(&thing.input, json!({ "department": department("facilities").to_string() }));
                assert_fault(&call(&lead, thing.create, &thing.shows(), elsewhere).await, "FORBIDDEN", "");
            }
        }
    }
}
