//! Who makes rules, of what, and in which order.

use super::{call, done, fault, rule, with};
use crate::support::actor::Actor;
use crate::support::json;
use crate::support::organisation::{category, department, service, team};
use futures_util::future::join_all;
use serde_json::Value;
use shared::routing::RULES_MAX;

const LIST: &str = "query($department: ID) { routingRules(department: $department) { name position department { key } } }";

async fn names(who: &Actor, key: &str) -> Vec<String> {
    let asked = json!({ "department": department(key).to_string() });
    let all = who.query(LIST, asked).await;
    let rules = all["routingRules"].as_array().expect("a list").clone();
    for (place, rule) in rules.iter().enumerate() {
        assert_eq!(rule["position"], place, "counted from 0 without a gap");
    }
    rules
        .iter()
        .map(|rule| rule["name"].as_str().expect("a name").to_owned())
        .collect()
}

on_both_databases! {
    async fn rules_stand_in_an_order_of_their_department(app) {
        let admin = app.admin().await;
        let a = rule(&admin, "A", json!({})).await;
        rule(&admin, "B", json!({})).await;
        let people = json!({ "department": department("hr").to_string(), "team": team("people").to_string() });
        rule(&admin, "HR", people).await;
        rule(&admin, "First", json!({ "position": 0 })).await;
        assert_eq!(names(&admin, "it").await, ["First", "A", "B"]);
        assert_eq!(names(&admin, "hr").await, ["HR"]);
        let moved = done(&admin, "routingRuleEdit", json!({ "rule": a, "expectedVersion": 1, "position": 99 })).await;
        assert_eq!((&moved["position"], &moved["version"]), (&json!(2), &json!(2)));
        assert_eq!(names(&admin, "it").await, ["First", "B", "A"]);
        done(&admin, "routingRuleDelete", json!({ "rule": a, "expectedVersion": 2 })).await;
        assert_eq!(names(&admin, "it").await, ["First", "B"]);
        assert_eq!(fault(&call(&admin, "routingRuleDelete", json!({ "rule": a, "expectedVersion": 2 })).await), ("NOT_FOUND", "rule"));
    }

    async fn rules_moved_and_deleted_at_once_still_have_places_of_their_own(app) {
        let admin = app.admin().await;
        let mut ids = Vec::new();
        for name in ["A", "B", "C", "D", "E"] {
            ids.push(rule(&admin, name, json!({})).await);
        }
        let moves = ids[1..].iter().map(|id| done(&admin, "routingRuleEdit", json!({ "rule": id, "expectedVersion": 1, "position": 0 })));
        let delete = done(&admin, "routingRuleDelete", json!({ "rule": ids[0], "expectedVersion": 1 }));
        futures_util::future::join(join_all(moves), delete).await;
        assert_eq!(names(&admin, "it").await.len(), 4);
    }

    async fn a_stale_deletion_deletes_nothing_and_shows_what_is(app) {
        let admin = app.admin().await;
        let id = rule(&admin, "A", json!({})).await;
        done(&admin, "routingRuleEdit", json!({ "rule": id, "expectedVersion": 1, "name": "B" })).await;
        let stale = call(&admin, "routingRuleDelete", json!({ "rule": id, "expectedVersion": 1 })).await;
        assert_eq!(fault(&stale), ("VERSION_CONFLICT", "expectedVersion"));
        assert_eq!(stale["rule"]["name"], "B");
        assert_eq!(names(&admin, "it").await, ["B"]);
    }

    async fn leads_set_up_their_own_department_and_no_other(app) {
        let admin = app.admin().await;
        let lead = app.lead("it").await;
        let hr = json!({ "department": department("hr").to_string(), "team": team("people").to_string() });
        let secret = rule(&admin, "Secret words", with(&hr, json!({ "conditions": { "words": ["shouts"] } }))).await;
        rule(&lead, "Ours", json!({})).await;
        let all = lead.query(LIST, json!({})).await;
        assert_eq!(all["routingRules"], json!([{ "name": "Ours", "position": 0, "department": { "key": "it" } }]));
        assert_eq!(lead.refused(LIST, json!({ "department": department("hr").to_string() })).await, "FORBIDDEN");
        let create = with(&hr, json!({ "name": "Mine" }));
        assert_eq!(fault(&call(&lead, "routingRuleCreate", create).await), ("FORBIDDEN", ""));
        for (mutation, input) in [
            ("routingRuleEdit", json!({ "rule": secret, "expectedVersion": 1, "active": false })),
            ("routingRuleEdit", json!({ "rule": secret, "expectedVersion": 9, "active": false })),
            ("routingRuleDelete", json!({ "rule": secret, "expectedVersion": 1 })),
        ] {
            let refused = call(&lead, mutation, input).await;
            assert_eq!(fault(&refused), ("FORBIDDEN", ""));
            assert_eq!(refused["rule"], Value::Null);
        }
        for who in [app.agent("it").await, app.employee().await, app.reporter().await] {
            assert_eq!(who.refused(LIST, json!({})).await, "FORBIDDEN");
        }
        let auditor = app.auditor().await;
        assert_eq!(names(&auditor, "hr").await, ["Secret words"], "as the audit log shows it");
        assert_eq!(fault(&call(&auditor, "routingRuleEdit", json!({ "rule": secret, "expectedVersion": 1, "active": false })).await), ("FORBIDDEN", ""));
    }

    async fn a_rule_names_what_belongs_to_its_department_alone(app) {
        let admin = app.admin().await;
        let base = json!({ "department": department("it").to_string(), "name": "A", "team": team("network").to_string() });
        let hr = json!({ "department": department("hr").to_string(), "name": "A", "team": team("people").to_string() });
        let id = rule(&admin, "Kept", json!({})).await;
        for (input, code, field) in [
            (with(&base, json!({ "team": team("people").to_string() })), "INVALID", "team"),
            (with(&hr, json!({ "conditions": { "services": [service("email").to_string()] } })), "INVALID", "conditions.services"),
            (with(&hr, json!({ "conditions": { "categories": [category("access").to_string()] } })), "INVALID", "conditions.categories"),
            (with(&base, json!({ "conditions": { "services": [service("none").to_string()] } })), "NOT_FOUND", "conditions.services"),
            (with(&base, json!({ "conditions": { "items": ["catalogitem_00000000000000000000000001"] } })), "NOT_FOUND", "conditions.items"),
            (with(&base, json!({ "conditions": { "requesterDepartments": [department("none").to_string()] } })), "NOT_FOUND", "conditions.requesterDepartments"),
            (with(&base, json!({ "conditions": { "categories": ["nonsense"] } })), "INVALID_ID", "conditions.categories"),
            (with(&base, json!({ "conditions": { "words": ["vpn", " ? "] } })), "INVALID", "conditions.words"),
            (with(&base, json!({ "conditions": { "words": ["w".repeat(61)] } })), "TOO_LONG", "conditions.words"),
            (with(&base, json!({ "conditions": { "words": (0..51).map(|n| format!("w{n}")).collect::<Vec<_>>() } })), "TOO_MANY", "conditions.words"),
            (with(&base, json!({ "name": "" })), "REQUIRED", "name"),
            (with(&base, json!({ "position": -1 })), "OUT_OF_RANGE", "position"),
        ] {
            assert_eq!(fault(&call(&admin, "routingRuleCreate", input.clone()).await), (code, field), "{input}");
            if input["department"] == base["department"] {
                let mut edit = with(&input, json!({ "rule": id, "expectedVersion": 1 }));
                edit.as_object_mut().expect("an object").remove("department");
                assert_eq!(fault(&call(&admin, "routingRuleEdit", edit).await), (code, field));
            }
        }
        assert_eq!(names(&admin, "it").await, ["Kept"]);
    }

    async fn a_department_has_so_many_rules_and_no_more(app) {
        let admin = app.admin().await;
        for number in 0..RULES_MAX {
            rule(&admin, &format!("Rule {number}"), json!({ "conditions": { "words": [format!("w{number}")] } })).await;
        }
        let more = json!({ "department": department("it").to_string(), "name": "More", "team": team("network").to_string() });
        assert_eq!(fault(&call(&admin, "routingRuleCreate", more).await), ("TOO_MANY", "department"));
    }

    async fn a_rule_that_is_never_reached_says_which_one_is_to_blame(app) {
        let admin = app.admin().await;
        let vpn = json!({ "conditions": { "words": ["vpn"] } });
        let hardware = json!({ "conditions": { "categories": [category("hardware").to_string()] } });
        let laptop = json!({ "conditions": { "categories": [category("laptop").to_string()] } });
        let first = rule(&admin, "VPN", vpn).await;
        rule(&admin, "VPN again", json!({ "conditions": { "words": ["vpn tunnel"], "kinds": ["INCIDENT"] } })).await;
        let wide = rule(&admin, "Hardware", hardware).await;
        rule(&admin, "Laptop", laptop).await;
        let seen = admin.query("{ routingRules { name troubles { kind because } } }", json!({})).await;
        let never = |because: &str| json!([{ "kind": "NEVER_REACHED", "because": because }]);
        assert_eq!(seen["routingRules"], json!([
            { "name": "VPN", "troubles": [] },
            { "name": "VPN again", "troubles": never(&first) },
            { "name": "Hardware", "troubles": [] },
            { "name": "Laptop", "troubles": never(&wide) },
        ]));
        let off = done(&admin, "routingRuleEdit", json!({ "rule": wide, "expectedVersion": 1, "active": false })).await;
        assert_eq!(off["troubles"], json!([]));
        let close = "mutation($input: CategoryEditInput!) { categoryEdit(input: $input) { userErrors { code } } }";
        admin.mutate(close, json!({ "input": { "category": category("laptop").to_string(), "expectedVersion": 1, "active": false } })).await;
        let seen = admin.query("{ routingRules { troubles { kind } } }", json!({})).await;
        assert_eq!(seen["routingRules"][3], json!({ "troubles": [{ "kind": "NOTHING_FITS" }] }));
    }
}
