//! What administrators see and do of mail, and what everybody chooses for themselves.

use super::{reply, report_to, server_at, set_up};
use crate::support::actor::Actor;
use crate::support::smtp::{Mood, SmtpServer};
use crate::support::{TestApp, json};
use crate::ticket::report;
use backend::platform::event_log;
use serde_json::Value;

const MAIL: &str = "query($which: MailFailures!) { mail { on server sender links waiting failing dead lastSentAt
    failures(which: $which) { nodes { id state subject attempts error errorCode dueAt finishedAt createdAt reader { name email } } pageInfo { hasNextPage } } } }";

async fn mail(who: &Actor, which: &str) -> Value {
    who.query(MAIL, json!({ "which": which })).await["mail"].take()
}

async fn act(who: &Actor, name: &str, input: Value) -> Value {
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query = format!(
        "mutation($input: {kind}!) {{ {name}(input: $input) {{ mail {{ waiting failing dead }} userErrors {{ code field }} }} }}"
    );
    who.mutate(&query, json!({ "input": input })).await[name].take()
}

async fn test_mail(who: &Actor) -> Value {
    let query = "mutation { mailSendTest { job { id state subject } userErrors { code } } }";
    who.mutate(query, json!({})).await["mailSendTest"].take()
}

/// Two dead letters: one of IT and one of HR.
async fn two_dead_letters(app: &TestApp, server: &SmtpServer) -> (Actor, Actor) {
    app.mail_to(server);
    let admin = app.admin().await;
    let ana = app.employee().await;
    let marta = app.agent("it").await;
    let carla = app.agent("hr").await;
    let it = report(&ana, "Slow Zebrafish", json!({})).await;
    let hr = report_to(&ana, "hr", "A quagmire", json!({})).await;
    server.set(Mood::Refuses(550));
    reply(&marta, &it["id"], "Marmalade.").await;
    reply(&carla, &hr["id"], "Ukulele.").await;
    assert_eq!(app.run_jobs().await, 2);
    (admin, ana)
}

on_both_databases! {
    async fn an_administrator_sees_what_failed_and_why_but_not_what_it_says(app) {
        let server = SmtpServer::start().await;
        let (admin, ana) = two_dead_letters(app, &server).await;
        let found = mail(&admin, "DEAD").await;
        assert_eq!((&found["on"], &found["sender"]), (&json!(true), &json!("Help desk <help@bellhop.example>")));
        assert_eq!((&found["dead"], &found["failing"], &found["waiting"]), (&json!(2), &json!(0), &json!(0)));
        assert_eq!(found["links"], "https://help.example.org/");
        let nodes = found["failures"]["nodes"].as_array().expect("letters");
        assert_eq!(nodes.len(), 2);
        for node in nodes {
            assert_eq!((&node["state"], &node["subject"], &node["errorCode"]), (&json!("DEAD"), &json!("REPLY"), &json!("SMTP_550")));
            assert!(node["error"].as_str().is_some_and(|text| text.contains("not this one")), "{node}");
            assert_eq!(node["reader"]["email"], format!("{}@example.org", ana.login));
            assert_eq!((&node["attempts"], &node["dueAt"]), (&json!(1), &Value::Null));
        }
        // The two cannot be told apart: not even that one of them is confidential.
        let known = |node: &Value| { let mut node = node.clone(); node["id"].take(); node.to_string() };
        assert_eq!(known(&nodes[0]), known(&nodes[1]));
        let all = found.to_string();
        for word in ["Zebrafish", "quagmire", "Marmalade", "Ukulele", "INC-"] {
            assert!(!all.contains(word), "{word} in {all}");
        }
    }

    async fn a_dead_letter_is_sent_again(app) {
        let server = SmtpServer::start().await;
        let (admin, _ana) = two_dead_letters(app, &server).await;
        server.set(Mood::Accepts);
        let found = mail(&admin, "DEAD").await;
        let ids: Vec<&Value> = found["failures"]["nodes"].as_array().expect("letters").iter().map(|n| &n["id"]).collect();
        let sequence = event_log::last_sequence(app.platform().db.reader()).await.expect("a sequence");
        let done = act(&admin, "mailRetry", json!({ "jobs": ids })).await;
        assert_eq!(done, json!({ "mail": { "waiting": 2, "failing": 2, "dead": 0 }, "userErrors": [] }));
        assert_eq!(app.run_jobs().await, 2);
        assert_eq!(server.take().len(), 2);
        let found = mail(&admin, "DEAD").await;
        assert_eq!((&found["dead"], &found["lastSentAt"]), (&json!(0), &json!(app.now().to_string())));
        let again = act(&admin, "mailRetry", json!({ "jobs": ids })).await;
        assert_eq!(again["userErrors"][0]["code"], "NOT_ALLOWED_NOW", "it has been sent");
        let events = event_log::after(app.platform().db.reader(), sequence, 10).await.expect("events");
        let retried: Vec<_> = events.iter().filter(|e| e.kind.as_str() == "JobRetried").collect();
        assert_eq!((retried.len(), retried[0].actor_id), (2, Some(admin.person)));
    }

    async fn sending_again_is_counted_like_a_test_where_mail_is_set_up_in_the_browser(app) {
        let server = SmtpServer::start().await;
        let admin = app.admin().await;
        set_up(&admin, server_at(&server, "NONE", json!({}))).await;
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Slow mail", json!({})).await;
        server.set(Mood::Refuses(451));
        reply(&marta, &ticket["id"], "One.").await;
        app.run_jobs().await;
        let id = mail(&admin, "RETRYING").await["failures"]["nodes"][0]["id"].take();
        let again = async || act(&admin, "mailRetry", json!({ "jobs": [id] })).await["userErrors"][0]["code"].clone();
        for _ in 0..9 {
            assert_eq!(again().await, Value::Null);
        }
        let connections = server.connections();
        assert_eq!(again().await, "TOO_MANY_ATTEMPTS", "setting it up was the first of ten");
        assert_eq!(test_mail(&admin).await["userErrors"][0]["code"], "TOO_MANY_ATTEMPTS");
        assert_eq!(server.connections(), connections);
        app.advance(61).await;
        assert_eq!(again().await, Value::Null);
    }

    async fn a_mail_that_is_tried_again_can_be_tried_at_once(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let admin = app.admin().await;
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Slow mail", json!({})).await;
        server.set(Mood::Refuses(451));
        reply(&marta, &ticket["id"], "One.").await;
        app.run_jobs().await;
        let found = mail(&admin, "RETRYING").await;
        assert_eq!((&found["waiting"], &found["failing"], &found["dead"]), (&json!(1), &json!(1), &json!(0)));
        let node = &found["failures"]["nodes"][0];
        assert_eq!((&node["state"], &node["errorCode"]), (&json!("WAITING"), &json!("SMTP_451")));
        assert!(node["dueAt"].is_string());
        server.set(Mood::Accepts);
        act(&admin, "mailRetry", json!({ "jobs": [node["id"]] })).await;
        assert_eq!(app.run_jobs().await, 1);
        assert_eq!(server.take().len(), 1);
    }

    async fn a_dead_letter_is_thrown_away_for_a_reason(app) {
        let server = SmtpServer::start().await;
        let (admin, _ana) = two_dead_letters(app, &server).await;
        let found = mail(&admin, "DEAD").await;
        let id = &found["failures"]["nodes"][0]["id"];
        let refused = act(&admin, "mailDiscard", json!({ "jobs": [id], "reason": "  " })).await;
        assert_eq!((&refused["userErrors"][0]["code"], &refused["userErrors"][0]["field"]), (&json!("REQUIRED"), &json!("reason")));
        let sequence = event_log::last_sequence(app.platform().db.reader()).await.expect("a sequence");
        let done = act(&admin, "mailDiscard", json!({ "jobs": [id, id], "reason": "Left\nthe company" })).await;
        assert_eq!(done, json!({ "mail": { "waiting": 0, "failing": 0, "dead": 1 }, "userErrors": [] }));
        let events = event_log::after(app.platform().db.reader(), sequence, 10).await.expect("events");
        assert_eq!((events.len(), events[0].kind.as_str()), (1, "JobDiscarded"));
        assert_eq!(events[0].changes().expect("changes")["reason"].after, "Left the company");
        let again = act(&admin, "mailDiscard", json!({ "jobs": [id], "reason": "Twice" })).await;
        assert_eq!(again["userErrors"][0]["code"], "NOT_ALLOWED_NOW");
        assert_eq!(app.run_jobs().await, 0);
    }

    async fn only_administrators_look_and_act(app) {
        let server = SmtpServer::start().await;
        let (admin, ana) = two_dead_letters(app, &server).await;
        let id = mail(&admin, "DEAD").await["failures"]["nodes"][0]["id"].take();
        for who in [&ana, &app.lead("it").await, &app.auditor().await, &app.lead("hr").await] {
            assert_eq!(who.refused("{ mail { on } }", json!({})).await, "FORBIDDEN");
            for (name, input) in [("mailRetry", json!({ "jobs": [id] })), ("mailDiscard", json!({ "jobs": [id], "reason": "x" }))] {
                assert_eq!(act(who, name, input).await["userErrors"][0]["code"], "FORBIDDEN");
            }
            assert_eq!(test_mail(who).await["userErrors"][0]["code"], "FORBIDDEN");
        }
        assert_eq!(mail(&admin, "DEAD").await["dead"], 2);
    }

    async fn all_or_nothing_and_not_too_much(app) {
        let server = SmtpServer::start().await;
        let (admin, _ana) = two_dead_letters(app, &server).await;
        let id = mail(&admin, "DEAD").await["failures"]["nodes"][0]["id"].take();
        let nobody = "job_00000000000000000000000000";
        for (jobs, code) in [
            (json!([id, nobody]), "NOT_FOUND"),
            (json!([id, "ticket_00000000000000000000000000"]), "INVALID_ID"),
            (json!([]), "INVALID"),
            (json!(vec![nobody; 201]), "INVALID"),
        ] {
            assert_eq!(act(&admin, "mailRetry", json!({ "jobs": jobs })).await["userErrors"][0]["code"], code);
        }
        assert_eq!(mail(&admin, "DEAD").await["dead"], 2);
    }

    async fn a_test_mail_tells_whether_mail_arrives(app) {
        let admin = app.admin().await;
        assert_eq!(test_mail(&admin).await["userErrors"][0]["code"], "NOT_ALLOWED_NOW", "mail is off");
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let made = test_mail(&admin).await;
        assert_eq!((&made["job"]["state"], &made["job"]["subject"]), (&json!("WAITING"), &json!("TEST")));
        app.run_jobs().await;
        let mails = server.take();
        assert_eq!(mails[0].to, [format!("{}@example.org", admin.login)]);
        assert_eq!(mails[0].subject(), "Mail from Bellhop arrives");
        let query = "query($id: ID!) { mail { job(id: $id) { state subject finishedAt } } }";
        let found = admin.query(query, json!({ "id": made["job"]["id"] })).await;
        assert_eq!(found["mail"]["job"], json!({ "state": "DONE", "subject": null, "finishedAt": app.now().to_string() }));
    }

    async fn people_switch_mail_off_for_themselves(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Slow mail", json!({})).await;
        let wanted = async || ana.query("{ viewer { ticketMails } }", json!({})).await["viewer"]["ticketMails"].clone();
        assert_eq!(wanted().await, true);
        let set = async |on: bool| {
            let query = "mutation($input: MailPreferenceSetInput!) { mailPreferenceSet(input: $input) { ticketMails userErrors { code } } }";
            ana.mutate(query, json!({ "input": { "ticketMails": on } })).await["mailPreferenceSet"].take()
        };
        for _ in 0..2 {
            assert_eq!(set(false).await, json!({ "ticketMails": false, "userErrors": [] }));
            assert_eq!(wanted().await, false);
            reply(&marta, &ticket["id"], "One.").await;
            assert_eq!(app.run_jobs().await, 0);
        }
        assert_eq!(set(true).await["ticketMails"], true);
        reply(&marta, &ticket["id"], "Two.").await;
        assert_eq!(app.run_jobs().await, 1);
    }
}
