//! The order of agreements: the first that matches wins.

use super::{assert_fault, call, done, set_up};
use crate::support::actor::Actor;
use crate::support::json;
use crate::support::organisation::{agreement, calendar, category, department, service};
use crate::ticket::report;
use futures_util::future::join_all;
use serde_json::Value;
use shared::id::CalendarId;
use uuid::Uuid;

const SHOWS: &str = "agreement { id name position version }";

fn input(name: &str, more: Value) -> Value {
    let base = json!({ "name": name, "calendar": calendar().to_string(), "conditions": { "kinds": ["INCIDENT"] }, "targets": [{ "target": "RESOLUTION", "workingSeconds": 7200 }] });
    super::with(&base, more)
}

async fn make(who: &Actor, name: &str, more: Value) -> String {
    let made = done(who, "agreementCreate", SHOWS, input(name, more)).await;
    made["agreement"]["id"].as_str().expect("an id").to_owned()
}

async fn listed(who: &Actor) -> Vec<(String, i64, i64)> {
    let all = who
        .query("{ agreements { name position version } }", json!({}))
        .await;
    all["agreements"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|a| {
            let number = |field: &str| a[field].as_i64().expect("a number");
            (
                a["name"].as_str().expect("a name").to_owned(),
                number("position"),
                number("version"),
            )
        })
        .collect()
}

async fn names(who: &Actor) -> Vec<String> {
    let all = listed(who).await;
    let places: Vec<i64> = all.iter().map(|(_, place, _)| *place).collect();
    let counted: Vec<i64> = (0..).take(all.len()).collect();
    assert_eq!(places, counted, "places are counted from 0 without a gap");
    all.into_iter().map(|(name, ..)| name).collect()
}

fn moved(id: &str, version: i64, place: i64) -> Value {
    json!({ "agreement": id, "expectedVersion": version, "position": place })
}

async fn chosen(who: &Actor, title: &str) -> String {
    let ticket = report(who, title, json!({})).await;
    let id = &ticket["id"];
    let query = "query($id: ID!) { ticket(id: $id) { timeline { nodes { kind } } clocks { explanation { agreementName } } } }";
    let seen = who.query(query, json!({ "id": id })).await;
    seen["ticket"]["clocks"][0]["explanation"]["agreementName"]
        .as_str()
        .unwrap_or_else(|| panic!("no agreement: {seen}"))
        .to_owned()
}

on_both_databases! {
    async fn agreements_are_put_in_order(app) {
        let admin = app.admin().await;
        let gold = make(&admin, "Gold", json!({})).await;
        let silver = make(&admin, "Silver", json!({})).await;
        make(&admin, "First", json!({ "position": 0 })).await;
        make(&admin, "Third", json!({ "position": 2 })).await;
        assert_eq!(names(&admin).await, ["First", "Standard", "Third", "Gold", "Silver"]);
        let answer = done(&admin, "agreementEdit", SHOWS, moved(&silver, 1, 0)).await;
        assert_eq!(answer["agreement"], json!({ "id": silver, "name": "Silver", "position": 0, "version": 2 }));
        assert_eq!(names(&admin).await, ["Silver", "First", "Standard", "Third", "Gold"]);
        done(&admin, "agreementEdit", SHOWS, moved(&silver, 2, 3)).await;
        assert_eq!(names(&admin).await, ["First", "Standard", "Third", "Silver", "Gold"]);
        done(&admin, "agreementEdit", SHOWS, moved(&gold, 1, 1)).await;
        assert_eq!(names(&admin).await, ["First", "Gold", "Standard", "Third", "Silver"]);
        done(&admin, "agreementEdit", SHOWS, moved(&gold, 2, 99)).await;
        assert_eq!(names(&admin).await, ["First", "Standard", "Third", "Silver", "Gold"], "beyond the end is the end");
    }

    async fn moving_one_is_no_edit_of_the_others(app) {
        let admin = app.admin().await;
        make(&admin, "Gold", json!({})).await;
        let silver = make(&admin, "Silver", json!({})).await;
        done(&admin, "agreementEdit", SHOWS, moved(&silver, 1, 0)).await;
        let versions: Vec<(String, i64)> = listed(&admin).await.into_iter().map(|(name, _, version)| (name, version)).collect();
        assert_eq!(versions, [("Silver".into(), 2), ("Standard".into(), 1), ("Gold".into(), 1)]);
        let before = set_up(app, &admin).await;
        done(&admin, "agreementEdit", SHOWS, moved(&silver, 2, 0)).await;
        assert_eq!(set_up(app, &admin).await, before, "it stands there already");
    }

    async fn a_refused_move_moves_nothing(app) {
        let admin = app.admin().await;
        let gold = make(&admin, "Gold", json!({})).await;
        let before = set_up(app, &admin).await;
        assert_fault(&call(&admin, "agreementEdit", SHOWS, moved(&gold, 2, 0)).await, "VERSION_CONFLICT", "expectedVersion");
        assert_fault(&call(&admin, "agreementEdit", SHOWS, moved(&gold, 1, -1)).await, "OUT_OF_RANGE", "position");
        assert_fault(&call(&admin, "agreementCreate", SHOWS, input("X", json!({ "position": -1 }))).await, "OUT_OF_RANGE", "position");
        let bad = super::with(&moved(&gold, 1, 0), json!({ "name": " " }));
        assert_fault(&call(&admin, "agreementEdit", SHOWS, bad).await, "REQUIRED", "name");
        let elsewhere = super::with(&moved(&gold, 1, 0), json!({ "calendar": CalendarId(Uuid::from_u128(7)).to_string() }));
        assert_fault(&call(&admin, "agreementEdit", SHOWS, elsewhere).await, "NOT_FOUND", "calendar");
        assert_eq!(set_up(app, &admin).await, before);
    }

    async fn agreements_moved_at_once_still_have_places_of_their_own(app) {
        let admin = app.admin().await;
        let mut ids = Vec::new();
        for name in ["A", "B", "C", "D"] {
            ids.push(make(&admin, name, json!({})).await);
        }
        for round in 1..=3 {
            let moves = ids.iter().map(|id| done(&admin, "agreementEdit", SHOWS, moved(id, round, if round % 2 == 1 { 0 } else { 4 })));
            join_all(moves).await;
            assert_eq!(names(&admin).await.len(), 5);
            // Whoever did not move kept its version, so all are brought to the same one.
            for id in &ids {
                let current = listed_version(&admin, id).await;
                if current == round {
                    let rename = json!({ "agreement": id, "expectedVersion": current, "name": format!("{id} {round}") });
                    done(&admin, "agreementEdit", SHOWS, rename).await;
                }
            }
        }
        let more = (0..4).map(|n| make_at(&admin, n));
        join_all(more).await;
        assert_eq!(names(&admin).await.len(), 9);
    }

    async fn the_first_that_matches_counts_for_new_tickets(app) {
        let admin = app.admin().await;
        let marta = app.agent("it").await;
        assert_eq!(chosen(&marta, "One").await, "Standard");
        let gold = make(&admin, "Gold", json!({ "position": 0 })).await;
        assert_eq!(chosen(&marta, "Two").await, "Gold");
        done(&admin, "agreementEdit", SHOWS, moved(&gold, 1, 1)).await;
        assert_eq!(chosen(&marta, "Three").await, "Standard");
        done(&admin, "agreementEdit", SHOWS, moved(&gold, 2, 0)).await;
        done(&admin, "agreementEdit", SHOWS, json!({ "agreement": gold, "expectedVersion": 3, "active": false })).await;
        assert_eq!(chosen(&marta, "Four").await, "Standard", "one out of force is passed over");
    }

    async fn what_an_agreement_must_be(app) {
        let admin = app.admin().await;
        let target = |more: Value| json!({ "targets": [super::with(&json!({ "target": "RESOLUTION" }), more)] });
        let before = set_up(app, &admin).await;
        for (more, code, field) in [
            (json!({ "name": "" }), "REQUIRED", "name"),
            (json!({ "name": "n".repeat(121) }), "TOO_LONG", "name"),
            (json!({ "targets": [] }), "OUT_OF_RANGE", "targets"),
            (target(json!({})), "INVALID", "targets.0"),
            (target(json!({ "workingSeconds": 60, "workingDays": 1 })), "INVALID", "targets.0"),
            (target(json!({ "workingSeconds": 59 })), "OUT_OF_RANGE", "targets.0.allowance"),
            (target(json!({ "workingDays": -1 })), "OUT_OF_RANGE", "targets.0"),
            (target(json!({ "workingDays": 0 })), "OUT_OF_RANGE", "targets.0.allowance"),
            (target(json!({ "workingSeconds": 60, "points": [{ "key": "Bad Key", "percentUsed": 50 }] })), "INVALID", "targets.0.points.0.key"),
            (target(json!({ "workingSeconds": 60, "points": [{ "key": "a" }] })), "INVALID", "targets.0.points.0"),
            (target(json!({ "workingSeconds": 60, "points": [{ "key": "a", "percentUsed": 0 }] })), "OUT_OF_RANGE", "targets.0.points.0.offset"),
            (json!({ "targets": [{ "target": "RESOLUTION", "workingDays": 1 }, { "target": "RESOLUTION", "workingDays": 2 }] }), "NEVER_REACHED", "targets.1"),
            (json!({ "conditions": { "departments": ["nonsense"] } }), "INVALID_ID", "conditions.departments"),
            (json!({ "conditions": { "departments": [service("email").to_string()] } }), "INVALID_ID", "conditions.departments"),
            (json!({ "conditions": { "services": [service("none").to_string()] } }), "NOT_FOUND", "conditions.services"),
            (json!({ "conditions": { "categories": [category("none").to_string()] } }), "NOT_FOUND", "conditions.categories"),
            (json!({ "conditions": { "departments": [department("none").to_string()] } }), "NOT_FOUND", "conditions.departments"),
        ] {
            let refused = call(&admin, "agreementCreate", SHOWS, input("Gold", more.clone())).await;
            assert_fault(&refused, code, field);
            let edit = super::with(&json!({ "agreement": agreement().to_string(), "expectedVersion": 1, "position": 0 }), more);
            assert_fault(&call(&admin, "agreementEdit", SHOWS, edit).await, code, field);
        }
        assert_eq!(set_up(app, &admin).await, before);
    }
}

async fn listed_version(who: &Actor, id: &str) -> i64 {
    let all = who.query("{ agreements { id version } }", json!({})).await;
    let list = all["agreements"].as_array().expect("a list");
    let one = list.iter().find(|a| a["id"] == id).expect("the agreement");
    one["version"].as_i64().expect("a version")
}

async fn make_at(who: &Actor, place: i64) -> String {
    make(who, &format!("At {place}"), json!({ "position": place })).await
}
