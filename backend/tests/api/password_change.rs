//! People change their own password.

use crate::support::actor::Actor;
use crate::support::app::PASSWORD;
use crate::support::json;
use crate::support::socket::Heard;
use backend::platform::event_log;
use futures_util::future::join_all;
use serde_json::Value;

const NEW: &str = "a sentence is fine";
const CHANGE: &str = "mutation($input: PasswordChangeInput!) { passwordChange(input: $input) { person { id } userErrors { code field message } } }";

async fn change(who: &Actor, current: &str, new: &str) -> Value {
    let input = json!({ "currentPassword": current, "newPassword": new });
    who.mutate(CHANGE, json!({ "input": input })).await["passwordChange"].take()
}

fn fault(payload: &Value) -> (&str, &str) {
    assert!(payload["person"].is_null(), "{payload}");
    let one = &payload["userErrors"][0];
    (
        one["code"].as_str().unwrap_or_default(),
        one["field"].as_str().unwrap_or_default(),
    )
}

const WRONG: (&str, &str) = ("WRONG_PASSWORD", "currentPassword");
const TOO_MANY: (&str, &str) = ("TOO_MANY_ATTEMPTS", "currentPassword");

on_both_databases! {
    async fn the_new_password_counts_and_this_session_goes_on(app) {
        let ana = app.employee().await;
        let sequence = event_log::last_sequence(app.platform().db.reader()).await.expect("a sequence");
        let done = change(&ana, PASSWORD, NEW).await;
        assert_eq!(done, json!({ "person": { "id": ana.person.to_string() }, "userErrors": [] }));
        assert_eq!(ana.ask("{ now }", json!({})).await.status, 200);
        assert_eq!(ana.refresh().await.status, 200);
        assert_eq!(ana.client.sign_in(&ana.login, PASSWORD).await.status, 401);
        assert_eq!(ana.client.sign_in(&ana.login, NEW).await.status, 200);
        assert_eq!(fault(&change(&ana, PASSWORD, "yet another sentence").await), WRONG);

        let events = event_log::after(app.platform().db.reader(), sequence, 10).await.expect("events");
        assert_eq!(events[0].kind.as_str(), "PasswordSet");
        assert_eq!((events[0].actor_id, events[0].subject_id), (Some(ana.person), ana.person.0));
        let told = format!("{events:?}");
        assert!(!told.contains(NEW) && !told.contains("argon2"), "{told}");
    }

    async fn all_other_sessions_end(app) {
        let ana = app.employee().await;
        let ben = app.employee().await;
        let elsewhere = ana.in_another_browser().await;
        let mut socket = elsewhere.socket().await;
        let mut own = ana.socket().await;
        change(&ana, PASSWORD, NEW).await;
        assert_eq!(elsewhere.ask("{ now }", json!({})).await.status, 401);
        assert_eq!(elsewhere.refresh().await.status, 401);
        assert_eq!(socket.closed().await, 4401);
        assert_eq!(ben.ask("{ now }", json!({})).await.status, 200);
        own.subscribe("1", "query { viewer { person { id } } }", json!({})).await;
        assert!(matches!(own.hear().await, Heard::Message(_)), "the socket of this session stays");
    }

    async fn a_wrong_password_is_refused_and_changes_nothing(app) {
        let ana = app.employee().await;
        let elsewhere = ana.in_another_browser().await;
        let sequence = event_log::last_sequence(app.platform().db.reader()).await.expect("a sequence");
        for wrong in ["", "wrong", NEW, &"x".repeat(10_000)] {
            assert_eq!(fault(&change(&ana, wrong, NEW).await), WRONG);
        }
        assert_eq!(event_log::last_sequence(app.platform().db.reader()).await.expect("a sequence"), sequence);
        assert_eq!(elsewhere.ask("{ now }", json!({})).await.status, 200);
        assert_eq!(ana.client.sign_in(&ana.login, PASSWORD).await.status, 200);
    }

    async fn a_stolen_token_cannot_guess_at_speed(app) {
        let ana = app.employee().await;
        let own = ana.in_another_browser().await;
        for _ in 0..5 {
            assert_eq!(fault(&change(&ana, "wrong", NEW).await), WRONG);
        }
        let refused = change(&ana, PASSWORD, NEW).await;
        assert_eq!(fault(&refused), TOO_MANY, "not even the right one");
        assert_eq!(refused["userErrors"][0]["message"], "Too many attempts. Please wait 1 s.");
        for wait in [1, 2, 4, 8, 16] {
            app.advance(wait - 1).await;
            assert_eq!(fault(&change(&ana, "wrong", NEW).await), TOO_MANY);
            app.advance(1).await;
            assert_eq!(fault(&change(&ana, "wrong", NEW).await), WRONG);
        }
        // Whoever guesses holds up their own session alone: neither another one nor signing in.
        assert_eq!(app.stranger().sign_in(&ana.login, PASSWORD).await.status, 200);
        assert_eq!(change(&own, PASSWORD, NEW).await["userErrors"], json!([]));
        assert_eq!(ana.ask("{ now }", json!({})).await.status, 401);
    }

    async fn guesses_at_once_are_no_way_around(app) {
        let ana = app.employee().await;
        let answers = join_all((0..12).map(|_| change(&ana, "wrong", NEW))).await;
        let checked = answers.iter().filter(|a| fault(a) == WRONG).count();
        let held_up = answers.iter().filter(|a| fault(a) == TOO_MANY).count();
        assert_eq!((checked, held_up), (5, 7));
    }

    async fn a_success_forgives_earlier_failures(app) {
        let ana = app.employee().await;
        for _ in 0..4 {
            assert_eq!(fault(&change(&ana, "wrong", NEW).await), WRONG);
        }
        assert_eq!(change(&ana, PASSWORD, NEW).await["userErrors"], json!([]));
        for _ in 0..5 {
            assert_eq!(fault(&change(&ana, "wrong", NEW).await), WRONG);
        }
        assert_eq!(fault(&change(&ana, NEW, PASSWORD).await), TOO_MANY);
    }

    async fn the_new_password_follows_the_rule_and_asking_costs_no_attempt(app) {
        let ana = app.employee().await;
        for (new, code) in [
            (String::new(), "TOO_SHORT"),
            ("eleven chr!".into(), "TOO_SHORT"),
            ("x".repeat(257), "TOO_LONG"),
            ("x".repeat(20), "TOO_WEAK"),
            (format!("I am {} you know", ana.login), "TOO_WEAK"),
            ("short".into(), "TOO_SHORT"),
        ] {
            assert_eq!(fault(&change(&ana, "wrong", &new).await), (code, "newPassword"));
        }
        assert_eq!(change(&ana, PASSWORD, NEW).await["userErrors"], json!([]));
    }

    async fn only_one_of_two_changes_at_once_counts(app) {
        let ana = app.employee().await;
        let other = ana.in_another_browser().await;
        // The second may find its session ended before it is looked at.
        let input = |new: &str| json!({ "input": { "currentPassword": PASSWORD, "newPassword": new } });
        let answers = join_all([ana.ask(CHANGE, input("the first sentence")), other.ask(CHANGE, input("the second sentence"))]).await;
        let done: Vec<bool> = answers.iter().map(|a| a.json()["data"]["passwordChange"]["userErrors"] == json!([])).collect();
        assert_eq!(done.iter().filter(|d| **d).count(), 1, "{answers:?}");
        let (right, wrong) = if done[0] { ("the first sentence", "the second sentence") } else { ("the second sentence", "the first sentence") };
        assert_eq!(ana.client.sign_in(&ana.login, right).await.status, 200);
        assert_eq!(ana.client.sign_in(&ana.login, wrong).await.status, 401);
    }

    async fn whoever_has_no_password_cannot_give_themselves_one(app) {
        let ana = app.employee().await;
        app.set_password_hash(ana.person, None).await;
        assert_eq!(fault(&change(&ana, "", NEW).await), WRONG);
        let input = json!({ "currentPassword": PASSWORD, "newPassword": NEW });
        let answer = app.stranger().graphql(None, CHANGE, json!({ "input": input })).await;
        assert_eq!(answer.code(), "UNAUTHENTICATED");
    }
}
