//! Inputs that make no sense: a code, the field, and nothing saved.

use super::{assert_fault, call, done, set_up, things, with};
use crate::support::json;
use crate::support::organisation::{category, department, service, team};
use crate::ticket::{act, report};
use serde_json::Value;
use shared::id::{
    AgreementId, CalendarId, CatalogItemId, CategoryId, DepartmentId, PersonId, RoutingRuleId,
    ServiceId, SiteId, TeamId, TicketId,
};
use uuid::Uuid;

/// A well-formed id of what such a field names, which nothing has.
fn unknown(field: &str) -> String {
    let id = Uuid::from_u128(7);
    match field {
        "department" => DepartmentId(id).to_string(),
        "team" => TeamId(id).to_string(),
        "person" | "manager" => PersonId(id).to_string(),
        "site" => SiteId(id).to_string(),
        "service" => ServiceId(id).to_string(),
        "category" | "parent" => CategoryId(id).to_string(),
        "catalogItem" => CatalogItemId(id).to_string(),
        "calendar" => CalendarId(id).to_string(),
        "agreement" => AgreementId(id).to_string(),
        "rule" => RoutingRuleId(id).to_string(),
        _ => panic!("what is {field}?"),
    }
}

fn long(length: usize) -> String {
    "n".repeat(length)
}

on_both_databases! {
    async fn an_id_that_is_none_or_unknown_is_refused_in_its_field(app) {
        let admin = app.admin().await;
        for thing in things::all() {
            let made = done(&admin, thing.create, &thing.shows(), thing.input.clone()).await;
            let before = set_up(app, &admin).await;
            let fresh = match thing.name {
                "person" => with(&thing.input, json!({ "login": "other" })),
                "department" => with(&thing.input, json!({ "key": "other" })),
                "site" => with(&thing.input, json!({ "name": "Other" })),
                _ => thing.input.clone(),
            };
            for (fields, create) in [(thing.ids, true), (thing.edited_ids, false)] {
                for field in fields {
                    let ticket = TicketId(Uuid::from_u128(7)).to_string();
                    for (id, code) in [("nonsense", "INVALID_ID"), ("", "INVALID_ID"), (&ticket, "INVALID_ID"), (&unknown(field), "NOT_FOUND")] {
                        let bad = json!({ *field: id });
                        let (mutation, input) = if create {
                            (thing.create, with(&fresh, bad))
                        } else {
                            (thing.edit, with(&thing.edit_input(&made[thing.name]["id"], 1, json!({ "name": "Meadow" })), bad))
                        };
                        let refused = call(&admin, mutation, &thing.shows(), input).await;
                        assert_fault(&refused, code, field);
                        assert!(refused[thing.name].is_null(), "{mutation} {field} {id}: {refused}");
                    }
                }
            }
            assert_eq!(set_up(app, &admin).await, before, "{} or {} saved something", thing.create, thing.edit);
        }
    }

    async fn what_each_thing_must_be(app) {
        let admin = app.admin().await;
        let things = things::all();
        let rows: Vec<(&str, Value, &str, &str)> = vec![
            ("department", json!({ "key": "" }), "INVALID", "key"),
            ("department", json!({ "key": "It" }), "INVALID", "key"),
            ("department", json!({ "key": long(41) }), "INVALID", "key"),
            ("department", json!({ "key": "it" }), "NOT_UNIQUE", "key"),
            ("department", json!({ "name": "  " }), "REQUIRED", "name"),
            ("department", json!({ "name": long(121) }), "TOO_LONG", "name"),
            ("department", json!({ "description": long(2_001) }), "TOO_LONG", "description"),
            ("department", json!({ "icon": "No Icon" }), "INVALID", "icon"),
            ("department", json!({ "hue": 360 }), "OUT_OF_RANGE", "hue"),
            ("department", json!({ "hue": -1 }), "OUT_OF_RANGE", "hue"),
            ("team", json!({ "name": "" }), "REQUIRED", "name"),
            ("team", json!({ "name": long(121) }), "TOO_LONG", "name"),
            ("person", json!({ "login": "" }), "INVALID", "login"),
            ("person", json!({ "login": "two words" }), "INVALID", "login"),
            ("person", json!({ "login": "taken" }), "NOT_UNIQUE", "login"),
            ("person", json!({ "login": "Taken" }), "NOT_UNIQUE", "login"),
            ("person", json!({ "email": "nobody" }), "INVALID", "email"),
            ("person", json!({ "email": format!("a@{}.org", long(250)) }), "INVALID", "email"),
            ("person", json!({ "name": "" }), "REQUIRED", "name"),
            ("person", json!({ "title": long(121) }), "TOO_LONG", "title"),
            ("person", json!({ "phone": long(41) }), "TOO_LONG", "phone"),
            ("person", json!({ "locale": "English" }), "INVALID", "locale"),
            ("person", json!({ "timezone": "Mars/Base" }), "UNKNOWN_ZONE", "timezone"),
            ("site", json!({ "name": "" }), "REQUIRED", "name"),
            ("site", json!({ "name": long(121) }), "TOO_LONG", "name"),
            ("site", json!({ "name": "  taken SITE " }), "NOT_UNIQUE", "name"),
            ("site", json!({ "address": long(2_001) }), "TOO_LONG", "address"),
            ("site", json!({ "timezone": "Mars/Base" }), "UNKNOWN_ZONE", "timezone"),
            ("service", json!({ "name": "" }), "REQUIRED", "name"),
            ("service", json!({ "description": long(2_001) }), "TOO_LONG", "description"),
            ("service", json!({ "team": team("building").to_string() }), "INVALID", "team"),
            ("category", json!({ "name": "" }), "REQUIRED", "name"),
            ("category", json!({ "team": team("building").to_string() }), "INVALID", "team"),
            ("category", json!({ "parent": category("laptop").to_string() }), "INVALID", "parent"),
            ("catalogItem", json!({ "name": "" }), "REQUIRED", "name"),
            ("catalogItem", json!({ "category": "" }), "REQUIRED", "category"),
            ("catalogItem", json!({ "icon": "" }), "INVALID", "icon"),
            ("catalogItem", json!({ "deliveryPromise": long(121) }), "TOO_LONG", "deliveryPromise"),
            ("catalogItem", json!({ "team": team("people").to_string() }), "INVALID", "team"),
            ("catalogItem", json!({ "fields": [{ "key": "Bad Key", "label": "A", "kind": "TEXT" }] }), "INVALID", "fields.0.key"),
            ("catalogItem", json!({ "fields": [{ "key": "a", "label": "A", "kind": "TEXT" }, { "key": "a", "label": "B", "kind": "TEXT" }] }), "NOT_UNIQUE", "fields.1.key"),
            ("catalogItem", json!({ "fields": [{ "key": "a", "label": "", "kind": "TEXT" }] }), "REQUIRED", "fields.0.label"),
            ("catalogItem", json!({ "fields": [{ "key": "a", "label": "A", "kind": "CHOICE" }] }), "OUT_OF_RANGE", "fields.0.options"),
            ("catalogItem", json!({ "fields": [{ "key": "a", "label": "A", "kind": "TEXT", "maxLength": 0 }] }), "OUT_OF_RANGE", "fields.0.maxLength"),
            ("catalogItem", json!({ "fields": [{ "key": "a", "label": "A", "kind": "NUMBER", "minimum": 2, "maximum": 1 }] }), "OUT_OF_RANGE", "fields.0.minimum"),
        ];
        let taken = json!({ "login": "taken", "email": "taken@example.org", "name": "Taken", "timezone": "UTC" });
        done(&admin, "personCreate", "person { id }", taken).await;
        let taken = json!({ "name": "Taken site", "timezone": "UTC" });
        done(&admin, "siteCreate", "site { id }", taken).await;
        let mut made = Vec::new();
        for thing in &things {
            let one = done(&admin, thing.create, &thing.shows(), thing.input.clone()).await;
            made.push((thing, one[thing.name]["id"].clone()));
        }
        let before = set_up(app, &admin).await;
        for (name, bad, code, field) in rows {
            let (thing, id) = made.iter().find(|(thing, _)| thing.name == name).expect("a thing");
            let fresh = match name {
                "person" => with(&thing.input, json!({ "login": "other" })),
                "department" => with(&thing.input, json!({ "key": "other" })),
                _ => thing.input.clone(),
            };
            let refused = call(&admin, thing.create, &thing.shows(), with(&fresh, bad.clone())).await;
            assert_fault(&refused, code, field);
            let refused = call(&admin, thing.edit, &thing.shows(), thing.edit_input(id, 1, bad)).await;
            assert_fault(&refused, code, field);
        }
        assert_eq!(set_up(app, &admin).await, before, "something was saved");
    }

    async fn all_that_is_wrong_with_an_input_is_said_at_once(app) {
        let admin = app.admin().await;
        let bad = json!({ "login": "A B", "email": "x", "name": "", "title": long(121), "timezone": "Mars/Base", "locale": "?" });
        let refused = call(&admin, "personCreate", "person { id }", bad).await;
        let mut fields: Vec<String> = super::faults(&refused).into_iter().map(|(_, field)| field).collect();
        fields.sort();
        assert_eq!(fields, ["email", "locale", "login", "name", "timezone", "title"]);
        let bad = json!({ "key": "?", "name": "", "icon": "?", "hue": 400 });
        let refused = call(&admin, "departmentCreate", "department { id }", bad).await;
        assert_eq!(super::faults(&refused).len(), 4, "{refused}");
    }

    async fn what_is_out_of_use_is_not_referred_to_anew(app) {
        let admin = app.admin().await;
        let wifi = json!({ "service": service("wifi").to_string(), "expectedVersion": 1, "active": false });
        done(&admin, "serviceEdit", "service { id }", wifi).await;
        let network = json!({ "team": team("network").to_string(), "expectedVersion": 1, "active": false });
        done(&admin, "teamEdit", "team { id }", network).await;
        let hardware = json!({ "category": category("hardware").to_string(), "expectedVersion": 1, "active": false });
        done(&admin, "categoryEdit", "category { id }", hardware).await;
        let facilities = json!({ "department": department("facilities").to_string(), "expectedVersion": 1, "active": false });
        done(&admin, "departmentEdit", "department { id }", facilities).await;
        let it = department("it").to_string();
        let before = set_up(app, &admin).await;
        for (mutation, input, field) in [
            ("serviceCreate", json!({ "department": it, "name": "S", "team": team("network").to_string() }), "team"),
            ("categoryCreate", json!({ "department": it, "name": "C", "parent": category("hardware").to_string() }), "parent"),
            ("catalogItemCreate", json!({ "department": it, "name": "I", "icon": "laptop", "category": "C", "service": service("wifi").to_string() }), "service"),
            ("teamCreate", json!({ "department": department("facilities").to_string(), "name": "T" }), "department"),
            ("roleGrant", json!({ "person": admin.person.to_string(), "role": "AGENT", "department": department("facilities").to_string() }), "department"),
        ] {
            let refused = call(&admin, mutation, "userErrors { code }", input).await;
            assert_fault(&refused, "NOT_FOUND", field);
        }
        assert_eq!(set_up(app, &admin).await, before);
        // What refers to it already can be edited all the same.
        let email = json!({ "category": category("laptop").to_string(), "expectedVersion": 1, "name": "Notebook" });
        done(&admin, "categoryEdit", "category { id }", email).await;
    }

    async fn a_role_is_one_in_a_department_or_one_for_the_site(app) {
        let admin = app.admin().await;
        let ana = app.employee().await.person.to_string();
        let it = department("it").to_string();
        let before = set_up(app, &admin).await;
        for mutation in ["roleGrant", "roleRevoke"] {
            for (input, code, field) in [
                (json!({ "person": ana }), "INVALID", "role"),
                (json!({ "person": ana, "role": "AGENT" }), "REQUIRED", "department"),
                (json!({ "person": ana, "department": it }), "INVALID", "role"),
                (json!({ "person": ana, "role": "AGENT", "department": it, "siteRole": "AUDITOR" }), "INVALID", "role"),
                (json!({ "person": ana, "role": "AGENT", "department": "nonsense" }), "INVALID_ID", "department"),
                (json!({ "person": it, "siteRole": "AUDITOR" }), "INVALID_ID", "person"),
                (json!({ "person": unknown("person"), "siteRole": "AUDITOR" }), "NOT_FOUND", "person"),
                (json!({ "person": ana, "role": "AGENT", "department": unknown("department") }), "NOT_FOUND", "department"),
            ] {
                let refused = call(&admin, mutation, "person { id }", input).await;
                assert_fault(&refused, code, field);
                assert!(refused["person"].is_null());
            }
        }
        assert_eq!(set_up(app, &admin).await, before);
    }

    async fn members_are_those_who_work_there(app) {
        let admin = app.admin().await;
        let marta = app.agent("it").await.person.to_string();
        let ana = app.employee().await.person.to_string();
        let fritz = app.agent("facilities").await.person.to_string();
        let before = set_up(app, &admin).await;
        for (members, code) in [
            (json!([marta, ana]), "INVALID"),
            (json!([marta, fritz]), "INVALID"),
            (json!([marta, "nonsense"]), "INVALID_ID"),
            (json!([marta, team("network").to_string()]), "INVALID_ID"),
            (json!([marta, unknown("person")]), "NOT_FOUND"),
            (json!((0..501).map(|n| PersonId(Uuid::from_u128(n)).to_string()).collect::<Vec<_>>()), "TOO_MANY"),
        ] {
            let input = json!({ "team": team("network").to_string(), "expectedVersion": 1, "members": members });
            assert_fault(&call(&admin, "teamSetMembers", "team { id }", input).await, code, "members");
        }
        assert_eq!(set_up(app, &admin).await, before, "a list with one fault sets nobody");
        let twice = json!({ "team": team("network").to_string(), "expectedVersion": 1, "members": [marta, marta] });
        let set = done(&admin, "teamSetMembers", "team { members { id } }", twice).await;
        assert_eq!(set["team"]["members"], json!([{ "id": marta }]));
    }

    async fn nobody_reports_to_themselves_and_no_category_stands_below_itself(app) {
        let admin = app.admin().await;
        let ana = app.employee().await.person.to_string();
        let ben = app.employee().await.person.to_string();
        let manages = |who: &str, manager: &str| json!({ "person": who, "expectedVersion": 1, "manager": manager });
        assert_fault(&call(&admin, "personEdit", "person { id }", manages(&ana, &ana)).await, "INVALID", "manager");
        done(&admin, "personEdit", "person { id }", manages(&ana, &ben)).await;
        assert_fault(&call(&admin, "personEdit", "person { id }", manages(&ben, &ana)).await, "INVALID", "manager");
        let below = |one: &str, other: &str| json!({ "category": category(one).to_string(), "expectedVersion": 1, "parent": category(other).to_string() });
        for (one, other) in [("access", "access"), ("access", "laptop"), ("hardware", "access")] {
            assert_fault(&call(&admin, "categoryEdit", "category { id }", below(one, other)).await, "INVALID", "parent");
        }
    }

    async fn a_password_follows_the_rule_and_ends_the_sessions(app) {
        let admin = app.admin().await;
        let ana = app.employee().await;
        let before = set_up(app, &admin).await;
        for (password, code) in [("short", "TOO_SHORT".to_owned()), (&long(257), "TOO_LONG".to_owned()), ("xxxxxxxxxxxx", "TOO_WEAK".to_owned()), (&format!("I am {} you know", ana.login), "TOO_WEAK".to_owned())] {
            let input = json!({ "person": ana.person.to_string(), "password": password });
            let refused = call(&admin, "personSetPassword", "person { id }", input).await;
            assert_fault(&refused, &code, "password");
        }
        let nobody = json!({ "person": unknown("person"), "password": "a sentence is fine" });
        assert_fault(&call(&admin, "personSetPassword", "person { id }", nobody).await, "NOT_FOUND", "person");
        let weak = json!({ "login": "gerda", "email": "g@example.org", "name": "Gerda", "timezone": "UTC", "password": "short" });
        assert_fault(&call(&admin, "personCreate", "person { id }", weak).await, "TOO_SHORT", "password");
        assert_eq!(set_up(app, &admin).await, before);
        assert_eq!(ana.ask("{ now }", json!({})).await.status, 200);

        let sequence = super::sequence(app).await;
        let input = json!({ "person": ana.person.to_string(), "password": "a sentence is fine" });
        done(&admin, "personSetPassword", "person { id }", input).await;
        assert_eq!(super::events_since(app, sequence).await, ["PasswordSet", "SessionEnded"]);
        assert_eq!(ana.ask("{ now }", json!({})).await.status, 401);
        assert_eq!(ana.client.sign_in(&ana.login, "a sentence is fine").await.status, 200);
    }

    async fn tickets_go_to_no_team_and_take_no_service_or_category_out_of_use(app) {
        let admin = app.admin().await;
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let wifi = json!({ "service": service("wifi").to_string() });
        let first = report(&ana, "No signal", wifi.clone()).await;
        assert_eq!(first["team"]["id"], team("network").to_string());
        let off = json!({ "team": team("network").to_string(), "expectedVersion": 1, "active": false });
        done(&admin, "teamEdit", "team { id }", off).await;
        let second = report(&ana, "Still no signal", wifi).await;
        assert_eq!(second["team"]["id"], team("service-desk").to_string(), "the next best team");

        let off = json!({ "service": service("wifi").to_string(), "expectedVersion": 1, "active": false });
        done(&admin, "serviceEdit", "service { id }", off).await;
        let off = json!({ "category": category("access").to_string(), "expectedVersion": 1, "active": false });
        done(&admin, "categoryEdit", "category { id }", off).await;
        let other = report(&ana, "Something else", json!({})).await;
        for (edit, field) in [
            (json!({ "service": service("wifi").to_string() }), "service"),
            (json!({ "category": category("access").to_string() }), "category"),
        ] {
            assert_fault(&act(&marta, "ticketEdit", &other["id"], edit).await, "NOT_FOUND", field);
        }
        // What a ticket has already it keeps.
        let kept = json!({ "title": "No signal at all", "service": service("wifi").to_string() });
        let kept = act(&marta, "ticketEdit", &first["id"], kept).await;
        assert_eq!(kept["userErrors"], json!([]));
    }

    async fn a_subcategory_out_of_use_is_in_nobodys_way_until_it_returns(app) {
        let admin = app.admin().await;
        let edit = async |key: &str, version: i32, more: Value| {
            let base = json!({ "category": category(key).to_string(), "expectedVersion": version });
            call(&admin, "categoryEdit", "category { id }", with(&base, more)).await
        };
        let below = || json!({ "parent": category("access").to_string() });
        assert_ne!(edit("hardware", 1, below()).await["userErrors"], json!([]));
        assert_eq!(edit("laptop", 1, json!({ "active": false })).await["userErrors"], json!([]));
        assert_eq!(edit("hardware", 1, below()).await["userErrors"], json!([]));
        assert_ne!(edit("laptop", 2, json!({ "active": true })).await["userErrors"], json!([]));
        let moved = json!({ "active": true, "parent": category("access").to_string() });
        assert_eq!(edit("laptop", 2, moved).await["userErrors"], json!([]));
    }
}
