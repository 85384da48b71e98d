//! `/graphql/ws`: its protocol, its limits, and when it ends.

use crate::support::json;
use crate::support::organisation::department;
use crate::support::socket::{Heard, Socket};
use actix_ws::Item;
use awc::ws::Message;
use std::time::{Duration, Instant};

/// A subscription that stays open and says nothing by itself.
const QUIET: &str = "subscription { notificationReceived { unread } }";

on_both_databases! {
    async fn a_client_that_says_who_it_is_may_subscribe(app) {
        let ana = app.employee().await;
        let mut socket = ana.socket().await;
        socket.say(&json!({ "type": "ping", "payload": { "any": 1 } })).await;
        assert_eq!(socket.hear().await, Heard::Message(json!({ "type": "pong" })));
        socket.subscribe("a", QUIET, json!({})).await;
        socket.say(&json!({ "type": "complete", "id": "a" })).await;
        socket.subscribe("a", QUIET, json!({})).await;
        socket.say(&json!({ "type": "complete", "id": "never begun" })).await;
        socket.say(&json!({ "type": "ping" })).await;
        assert_eq!(socket.hear().await, Heard::Message(json!({ "type": "pong" })), "none of it is wrong");
    }

    async fn strangers_are_shown_out(app) {
        let ana = app.employee().await;
        let old = ana.token();
        app.advance(600).await;
        for init in [
            json!({ "type": "connection_init" }),
            json!({ "type": "connection_init", "payload": null }),
            json!({ "type": "connection_init", "payload": { "authorization": 7 } }),
            json!({ "type": "connection_init", "payload": { "authorization": "Bearer nonsense" } }),
            json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {old}") } }),
            json!({ "type": "subscribe", "id": "1", "payload": { "query": QUIET } }),
        ] {
            let mut socket = Socket::open(&app.stranger()).await;
            socket.say(&init).await;
            assert_eq!(socket.closed().await, 4401, "{init}");
        }
    }

    async fn saying_it_twice_is_once_too_often(app) {
        let ana = app.employee().await;
        let mut socket = ana.socket().await;
        socket.say_init(&ana.token()).await;
        assert_eq!(socket.closed().await, 4429);
    }

    async fn what_is_no_message_closes_the_socket(app) {
        let ana = app.employee().await;
        for text in [
            "",
            "{",
            "[]",
            "null",
            "{}",
            "{\"type\": \"nonsense\"}",
            "{\"type\": \"start\", \"id\": \"1\", \"payload\": {\"query\": \"{ now }\"}}",
            "{\"type\": \"connection_terminate\"}",
            "{\"type\": \"subscribe\"}",
            "{\"type\": \"subscribe\", \"id\": \"1\"}",
            "{\"type\": \"subscribe\", \"id\": 1, \"payload\": {\"query\": \"x\"}}",
            "{\"type\": \"subscribe\", \"id\": \"\", \"payload\": {\"query\": \"x\"}}",
            "{\"type\": \"complete\"}",
        ] {
            let mut socket = ana.socket().await;
            socket.send(Message::Text(text.into())).await;
            assert_eq!(socket.closed().await, 4400, "{text}");
        }
        let mut socket = ana.socket().await;
        socket.send(Message::Binary("{\"type\": \"ping\"}".into())).await;
        assert_eq!(socket.closed().await, 4400);
        let mut socket = ana.socket().await;
        let id = "x".repeat(200);
        socket.subscribe(&id, QUIET, json!({})).await;
        assert_eq!(socket.closed().await, 4400);
    }

    async fn long_messages_close_the_socket(app) {
        let ana = app.employee().await;
        let fits = json!({ "type": "ping", "payload": { "x": "y".repeat(60_000) } }).to_string();
        let mut socket = ana.socket().await;
        socket.send(Message::Text(fits.into())).await;
        assert_eq!(socket.hear().await, Heard::Message(json!({ "type": "pong" })));
        let long = json!({ "type": "ping", "payload": { "x": "y".repeat(70_000) } }).to_string();
        socket.send(Message::Text(long.into())).await;
        assert_eq!(socket.closed().await, 1009);
        // The same in pieces.
        let mut socket = ana.socket().await;
        let piece = "y".repeat(30_000);
        socket.send(Message::Continuation(Item::FirstText(piece.clone().into()))).await;
        socket.send(Message::Continuation(Item::Continue(piece.clone().into()))).await;
        socket.send(Message::Continuation(Item::Last(piece.into()))).await;
        assert_eq!(socket.closed().await, 1009);
    }

    async fn two_subscriptions_have_two_ids(app) {
        let ana = app.employee().await;
        let mut socket = ana.socket().await;
        socket.subscribe("a", QUIET, json!({})).await;
        socket.subscribe("a", QUIET, json!({})).await;
        assert_eq!(socket.closed().await, 4409);
    }

    async fn a_subscription_that_cannot_begin_is_refused_alone(app) {
        let ana = app.employee().await;
        let mut socket = ana.socket().await;
        for (query, code) in [
            ("subscription { nosuch }", "BAD_QUERY"),
            ("{ now }", "BAD_QUERY"),
            ("mutation { nosuch }", "BAD_QUERY"),
            ("subscription { a: notificationReceived { unread } b: notificationReceived { unread } }", "BAD_QUERY"),
            ("nonsense", "BAD_QUERY"),
            ("subscription { notificationReceived { notification { ticket { ...F } } } } fragment F on Ticket { ...F }", "BAD_QUERY"),
        ] {
            socket.subscribe("x", query, json!({})).await;
            let Heard::Message(message) = socket.hear().await else { panic!("closed by {query}") };
            assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!("x")), "{query}");
            assert_eq!(message["payload"][0]["extensions"]["code"], code, "{query}");
            assert!(message["payload"][0]["extensions"]["requestId"].is_string());
        }
        let deep = format!("subscription {{ {} }}", "a { ".repeat(60));
        socket.subscribe("x", &deep, json!({})).await;
        let Heard::Message(message) = socket.hear().await else { panic!("closed") };
        assert_eq!(message["payload"][0]["extensions"]["code"], "LIMIT_EXCEEDED");
        socket.say(&json!({ "type": "ping" })).await;
        assert_eq!(socket.hear().await, Heard::Message(json!({ "type": "pong" })));
    }

    async fn pages_of_other_sites_and_other_protocols_get_no_socket(app) {
        let client = app.stranger();
        for (origin, protocol) in [
            ("https://evil.example", "graphql-transport-ws"),
            ("null", "graphql-transport-ws"),
        ] {
            assert!(Socket::open_with(&client, &[("origin", origin)], protocol).await.is_err());
        }
        assert!(Socket::open_with(&client, &[], "graphql-ws").await.is_err());
        let ours = format!("http://{}", app.address());
        assert!(Socket::open_with(&client, &[("origin", &ours)], "graphql-transport-ws").await.is_ok());
        let answer = client.send(awc::http::Method::GET, "/graphql/ws", &[], vec![]).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "BAD_REQUEST"));
    }

    async fn a_socket_outlives_its_access_token_but_not_its_session(app) {
        let ana = app.employee().await;
        let mut socket = ana.socket().await;
        let mut elsewhere = ana.in_another_browser().await.socket().await;
        socket.subscribe("a", QUIET, json!({})).await;
        app.advance(3_600).await;
        socket.say(&json!({ "type": "ping" })).await;
        assert_eq!(socket.hear().await, Heard::Message(json!({ "type": "pong" })));
        let started = Instant::now();
        let out = ana.client.send(awc::http::Method::DELETE, "/session", &[], vec![]).await;
        assert_eq!(out.status, 204);
        assert_eq!(socket.closed().await, 4401);
        assert!(started.elapsed() < Duration::from_secs(1));
        elsewhere.say(&json!({ "type": "ping" })).await;
        assert_eq!(elsewhere.hear().await, Heard::Message(json!({ "type": "pong" })), "another session");
    }

    async fn signing_out_everywhere_closes_every_socket_of_the_person(app) {
        let ana = app.employee().await;
        let other = ana.in_another_browser().await;
        let (mut one, mut two) = (ana.socket().await, other.socket().await);
        let bearer = format!("Bearer {}", ana.token());
        ana.client.send(awc::http::Method::DELETE, "/session?everywhere=true", &[("authorization", &bearer)], vec![]).await;
        assert_eq!((one.closed().await, two.closed().await), (4401, 4401));
    }

    async fn a_change_of_role_closes_the_persons_sockets_and_no_others(app) {
        let ana = app.employee().await;
        let ben = app.employee().await;
        let (mut anas, mut bens) = (ana.socket().await, ben.socket().await);
        let started = Instant::now();
        app.grant(ana.person, "it", shared::permission::Role::Agent).await;
        assert_eq!(anas.closed().await, 4403);
        assert!(started.elapsed() < Duration::from_secs(1));
        ana.socket().await;
        bens.say(&json!({ "type": "ping" })).await;
        assert_eq!(bens.hear().await, Heard::Message(json!({ "type": "pong" })));
    }

    async fn a_deactivated_person_is_out_at_once(app) {
        let ana = app.employee().await;
        let mut socket = ana.socket().await;
        let started = Instant::now();
        app.set_active(ana.person, false).await;
        assert_eq!(socket.closed().await, 4401);
        assert!(started.elapsed() < Duration::from_secs(1));
        assert_eq!(ana.ask("{ departments { name } }", json!({})).await.status, 401);
        assert_eq!(ana.refresh().await.status, 401);
        let mut again = Socket::open(&ana.client).await;
        again.say_init(&ana.token()).await;
        assert_eq!(again.closed().await, 4401);
    }
}

on_both_databases! { with |settings| { settings.socket.init = std::time::Duration::from_millis(40); };
    async fn a_client_that_says_nothing_is_shown_out(app) {
        let mut socket = Socket::open(&app.stranger()).await;
        assert_eq!(socket.closed().await, 4408);
    }
}

on_both_databases! { with |settings| { settings.socket.ping = std::time::Duration::from_millis(30); };
    async fn the_server_asks_whether_anybody_is_there(app) {
        let ana = app.employee().await;
        let mut socket = ana.socket().await;
        for _ in 0..5 {
            assert_eq!(socket.hear_all().await, Heard::Message(json!({ "type": "ping" })));
            socket.say(&json!({ "type": "pong" })).await;
        }
        assert_eq!(socket.closed().await, 4408, "nobody answers any more");
    }
}

on_both_databases! { with |settings| { settings.socket.subscriptions = 3; settings.socket.per_person = 2; };
    async fn subscriptions_and_sockets_are_numbered(app) {
        let ana = app.employee().await;
        let mut socket = ana.socket().await;
        for id in ["a", "b", "c", "d"] {
            socket.subscribe(id, QUIET, json!({})).await;
        }
        let Heard::Message(message) = socket.hear().await else { panic!("closed") };
        assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!("d")));
        assert_eq!(message["payload"][0]["extensions"]["code"], "LIMIT_EXCEEDED");
        socket.say(&json!({ "type": "complete", "id": "a" })).await;
        socket.subscribe("d", QUIET, json!({})).await;
        socket.say(&json!({ "type": "ping" })).await;
        assert_eq!(socket.hear().await, Heard::Message(json!({ "type": "pong" })));

        let _second = ana.socket().await;
        let mut third = Socket::open(&ana.client).await;
        third.say_init(&ana.token()).await;
        assert_eq!(third.closed().await, 4429);
        drop(socket);
        let ben = app.employee().await;
        ben.socket().await;
    }
}

on_both_databases! { with |settings| { settings.socket.write = std::time::Duration::from_millis(100); };
    async fn many_who_come_back_at_once_keep_no_connection_from_each_other(app) {
        let ana = app.agent("it").await;
        crate::ticket::report(&ana, "Missed", json!({})).await;
        let mut sockets = Vec::new();
        for _ in 0..40 {
            sockets.push(ana.socket().await);
        }
        let query = "subscription { queueChanged(since: \"0\") { ... on QueueUpsert { ticket { title team { name } requester { name } } } } }";
        let herd = sockets.iter_mut().map(|socket| async move {
            let mut told = 0;
            for number in 0..12 {
                socket.subscribe(&number.to_string(), query, json!({})).await;
                socket.say(&json!({ "type": "ping" })).await;
                // The next one comes while this one reads.
                while told <= number {
                    match socket.hear().await {
                        Heard::Message(message) if message["type"] == "next" => told += 1,
                        Heard::Message(message) if message["type"] == "pong" => break,
                        other => panic!("{other:?}"),
                    }
                }
            }
            // Each is told of the ticket, before anybody's patience ends.
            while told < 12 {
                match socket.hear().await {
                    Heard::Message(message) if message["type"] == "next" => told += 1,
                    Heard::Message(message) if message["type"] == "pong" => {}
                    other => panic!("{other:?}"),
                }
            }
        });
        futures_util::future::join_all(herd).await;
    }

    async fn a_reader_who_takes_nothing_is_let_go(app) {
        let ana = app.agent("it").await;
        let report = "mutation($input: IncidentReportInput!) { incidentReport(input: $input) { ticket { id version } userErrors { code } } }";
        let input = json!({ "title": "Long", "description": "word ".repeat(3_000), "department": department("it").to_string() });
        let made = ana.ask(report, json!({ "input": input })).await.json();
        let ticket = made["data"]["incidentReport"]["ticket"].clone();
        // 40 subscriptions that each send the whole text at every change, and a reader who reads nothing.
        let mut stuck = ana.socket().await;
        let query = "subscription($id: ID!) { ticketChanged(id: $id) { ... on TicketUpsert { ticket { title descriptionHtml description } } } }";
        for number in 0..40 {
            stuck.subscribe(&number.to_string(), query, json!({ "id": ticket["id"] })).await;
        }
        let mut alive = ana.in_another_browser().await.socket().await;
        let edit = "mutation($input: TicketEditInput!) { ticketEdit(input: $input) { ticket { version } userErrors { code } } }";
        let mut version = ticket["version"].as_i64().expect("a version");
        let mut rounds = 0;
        while app.open_sockets() > 1 {
            rounds += 1;
            assert!(rounds < 500, "somebody who reads nothing is kept");
            let input = json!({ "ticket": ticket["id"], "expectedVersion": version, "title": format!("Long {rounds}") });
            let edited = ana.ask(edit, json!({ "input": input })).await.json();
            version = edited["data"]["ticketEdit"]["ticket"]["version"].as_i64().unwrap_or_else(|| panic!("{edited}"));
        }
        alive.say(&json!({ "type": "ping" })).await;
        assert_eq!(alive.hear().await, Heard::Message(json!({ "type": "pong" })), "others are not held up");
    }
}
