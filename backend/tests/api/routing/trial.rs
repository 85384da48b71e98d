//! What rules would have done.

use super::{goes_to, report, rule};
use crate::support::actor::Actor;
use crate::support::json;
use crate::support::organisation::{category, department, service, team};
use serde_json::Value;

const TRY: &str = "query($department: ID!, $rules: [RoutingTrialRuleInput!], $last: Int) { routingTrial(department: $department, rules: $rules, last: $last) {
    tickets moved outcomes { name tickets moved samples { ticket { id title } now { name } then { name } } } teams { team { name } now then } } }";

async fn run(who: &Actor, key: &str, rules: Value, last: i64) -> Value {
    let asked = json!({ "department": department(key).to_string(), "rules": rules, "last": last });
    who.query(TRY, asked).await["routingTrial"].take()
}

fn network(name: &str, conditions: Value) -> Value {
    json!({ "name": name, "team": team("network").to_string(), "conditions": conditions })
}

on_both_databases! {
    async fn a_trial_says_what_then_really_happens(app) {
        let lead = app.lead("it").await;
        let ana = app.employee().await;
        let all = [
            ("VPN is slow", json!({ "service": service("email").to_string() })),
            ("Mail is slow", json!({ "service": service("email").to_string() })),
            ("Screen is dark", json!({ "category": category("laptop").to_string() })),
            ("No badge", json!({ "category": category("access").to_string(), "impact": "ORGANISATION", "urgency": "HIGH" })),
            ("Whatever", json!({})),
        ];
        let mut wanted = Vec::new();
        for (title, more) in &all {
            report(&ana, title, more.clone()).await;
        }
        let desk = json!({ "name": "Urgent", "team": team("service-desk").to_string(), "conditions": { "priorities": ["CRITICAL"] } });
        let rules = json!([
            network("VPN", json!({ "words": ["vpn"] })),
            desk,
            network("Hardware", json!({ "categories": [category("hardware").to_string()] })),
        ]);
        let trial = run(&lead, "it", rules.clone(), 100).await;
        assert_eq!((&trial["tickets"], &trial["moved"]), (&json!(5), &json!(2)), "{trial}");
        for outcome in trial["outcomes"].as_array().expect("outcomes") {
            for sample in outcome["samples"].as_array().expect("samples") {
                let text = |value: &Value| value.as_str().expect("a text").to_owned();
                wanted.push((text(&sample["ticket"]["title"]), text(&sample["then"]["name"])));
            }
        }
        assert_eq!(wanted.len(), all.len());
        let counts: Vec<_> = trial["outcomes"].as_array().expect("outcomes").iter()
            .map(|o| (o["name"].clone(), o["tickets"].clone(), o["moved"].clone())).collect();
        assert_eq!(counts, [
            (json!("VPN"), json!(1), json!(1)), (json!("Urgent"), json!(1), json!(0)),
            (json!("Hardware"), json!(1), json!(1)), (Value::Null, json!(2), json!(0)),
        ]);
        for input in rules.as_array().expect("rules") {
            rule(&lead, input["name"].as_str().expect("a name"), json!({ "team": input["team"], "conditions": input["conditions"] })).await;
        }
        assert_eq!(run(&lead, "it", Value::Null, 100).await, trial, "saved or not");
        for (title, more) in &all {
            let (_, team) = wanted.iter().find(|(known, _)| known == title).expect("tried");
            assert_eq!(goes_to(&ana, title, more.clone()).await, *team, "{title}");
        }
    }

    async fn a_trial_shows_only_what_its_viewer_sees(app) {
        let admin = app.admin().await;
        let auditor = app.auditor().await;
        let lead = app.lead("hr").await;
        let ana = app.employee().await;
        report(&ana, "My manager shouts at me", json!({ "department": department("hr").to_string() })).await;
        let shouting = json!([{ "name": "Shouting", "team": team("people").to_string(), "conditions": { "words": ["shouts"] } }]);
        for who in [&admin, &auditor] {
            let seen = run(who, "hr", shouting.clone(), 100).await;
            assert_eq!(seen["tickets"], 0, "{seen}");
            assert_eq!(seen["teams"], json!([]));
            assert!(!seen.to_string().contains("manager"), "{seen}");
        }
        assert_eq!(run(&lead, "hr", shouting.clone(), 100).await["outcomes"][0]["tickets"], 1);
        let asked = json!({ "department": department("hr").to_string(), "rules": shouting });
        for who in [app.lead("it").await, app.agent("hr").await, ana] {
            assert_eq!(who.refused(TRY, asked.clone()).await, "FORBIDDEN");
        }
    }

    async fn a_trial_is_of_so_many_tickets_and_rules(app) {
        let lead = app.lead("it").await;
        for n in 0..3 {
            report(&lead, &format!("Ticket {n}"), json!({})).await;
            app.advance(60).await;
        }
        let trial = run(&lead, "it", json!([]), 2).await;
        let titles: Vec<_> = trial["outcomes"][0]["samples"].as_array().expect("samples").iter().map(|s| s["ticket"]["title"].clone()).collect();
        assert_eq!(titles, ["Ticket 2", "Ticket 1"], "the newest");
        for (rules, last, code) in [
            (json!([]), 0, "OUT_OF_RANGE"),
            (json!([]), -1, "OUT_OF_RANGE"),
            (json!([]), 1_001, "OUT_OF_RANGE"),
            (Value::from(vec![network("R", json!({})); 101]), 10, "TOO_MANY"),
            (json!([network("R", json!({ "words": ["!"] }))]), 10, "INVALID"),
            (json!([network("", json!({}))]), 10, "REQUIRED"),
        ] {
            let asked = json!({ "department": department("it").to_string(), "rules": rules, "last": last });
            assert_eq!(lead.refused(TRY, asked).await, code);
        }
        let elsewhere = json!([{ "name": "R", "team": team("building").to_string() }]);
        let trial = run(&lead, "it", elsewhere, 10).await;
        assert_eq!(trial["outcomes"][0]["tickets"], 0, "a team of another department is never gone to");
    }

    async fn a_trial_writes_nothing(app) {
        let lead = app.lead("it").await;
        report(&lead, "VPN", json!({})).await;
        let before = lead.query("{ tickets { asOf nodes { version team { name } } } }", json!({})).await;
        run(&lead, "it", json!([network("All", json!({}))]), 100).await;
        assert_eq!(lead.query("{ tickets { asOf nodes { version team { name } } } }", json!({})).await, before);
    }
}
