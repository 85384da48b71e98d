//! The same act sent twice.

use super::{assert_fault, call, done, set_up, things, with};
use crate::support::actor::Actor;
use crate::support::json;
use futures_util::future::join_all;
use serde_json::Value;

async fn count(who: &Actor, thing: &things::Thing) -> usize {
    let all = who.query(thing.list, json!({})).await;
    let list = all.pointer(thing.place).and_then(Value::as_array);
    list.unwrap_or_else(|| panic!("no list: {all}")).len()
}

on_both_databases! {
    async fn a_repeated_key_gives_the_same_object_and_no_second_row(app) {
        let admin = app.admin().await;
        for thing in things::all() {
            let before = count(&admin, &thing).await;
            let input = with(&thing.input, json!({ "idempotencyKey": format!("key of {}", thing.name) }));
            let first = done(&admin, thing.create, &thing.shows(), input.clone()).await;
            let after = set_up(app, &admin).await;
            let second = done(&admin, thing.create, &thing.shows(), input.clone()).await;
            assert_eq!(first, second, "{}", thing.create);
            assert_eq!(set_up(app, &admin).await, after, "{} saved something", thing.create);
            assert_eq!(count(&admin, &thing).await, before + 1);

            let edit = thing.edit_input(&first[thing.name]["id"], 1, json!({ "name": "Meadow" }));
            done(&admin, thing.edit, &thing.shows(), edit).await;
            let third = done(&admin, thing.create, &thing.shows(), input).await;
            assert_eq!(third[thing.name]["id"], first[thing.name]["id"]);
            assert_eq!(third[thing.name]["name"], "Meadow", "as it is now");
        }
    }

    async fn a_key_is_good_for_one_input_of_one_mutation_alone(app) {
        let admin = app.admin().await;
        let mut keys = Vec::new();
        for thing in things::all() {
            let key = format!("key of {}", thing.name);
            let input = with(&thing.input, json!({ "idempotencyKey": key }));
            done(&admin, thing.create, &thing.shows(), input.clone()).await;
            keys.push(key);
            let before = set_up(app, &admin).await;
            let other = with(&input, json!({ "name": "Another" }));
            let refused = call(&admin, thing.create, &thing.shows(), other).await;
            assert_fault(&refused, "KEY_REUSED", "idempotencyKey");
            assert!(refused[thing.name].is_null());
            for key in &keys[..keys.len() - 1] {
                let elsewhere = with(&thing.input, json!({ "idempotencyKey": key }));
                let refused = call(&admin, thing.create, &thing.shows(), elsewhere).await;
                assert_fault(&refused, "KEY_REUSED", "idempotencyKey");
            }
            for key in [String::new(), "k".repeat(201)] {
                let bad = with(&thing.input, json!({ "idempotencyKey": key }));
                assert_fault(&call(&admin, thing.create, &thing.shows(), bad).await, "INVALID", "idempotencyKey");
            }
            assert_eq!(set_up(app, &admin).await, before, "{} saved something", thing.create);
        }
    }

    async fn a_key_belongs_to_whoever_sent_it(app) {
        let first = app.admin().await;
        let second = app.admin().await;
        let input = json!({ "department": crate::support::organisation::department("it").to_string(), "name": "Garden", "idempotencyKey": "k" });
        let one = done(&first, "teamCreate", "team { id }", input.clone()).await;
        let two = done(&second, "teamCreate", "team { id }", input).await;
        assert_ne!(one, two);
    }

    async fn a_refused_act_leaves_its_key_free(app) {
        let admin = app.admin().await;
        for thing in things::all() {
            let key = json!({ "idempotencyKey": format!("key of {}", thing.name) });
            let bad = with(&with(&thing.input, json!({ "name": "" })), key.clone());
            assert_fault(&call(&admin, thing.create, &thing.shows(), bad).await, "REQUIRED", "name");
            done(&admin, thing.create, &thing.shows(), with(&thing.input, key)).await;
        }
    }

    async fn a_key_sent_many_times_at_once_makes_one_thing(app) {
        let admin = app.admin().await;
        for thing in things::all() {
            let before = count(&admin, &thing).await;
            let input = with(&thing.input, json!({ "idempotencyKey": format!("key of {}", thing.name) }));
            let shows = thing.shows();
            let calls = (0..4).map(|_| done(&admin, thing.create, &shows, input.clone()));
            let made = join_all(calls).await;
            assert!(made.iter().all(|one| *one == made[0]), "{made:?}");
            assert_eq!(count(&admin, &thing).await, before + 1, "{}", thing.create);
        }
    }
}
