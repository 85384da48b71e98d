//! Trying a mail server before it is kept: every way to fail has its words, and nothing that is no
//! mail server is quoted.

use super::{edit, mail, server_at, set_up, try_out};
use crate::support::json;
use crate::support::smtp::{Encryption, Kind, Mood, SmtpServer};
use backend::channel::mail::settings::Server;
use backend::channel::mail::smtp::{Target, Trust};
use lettre::address::Envelope;
use serde_json::Value;
use shared::mail::{MailEncryption, MailProblem};
use std::time::Duration;

fn outcome(answer: &Value) -> (Option<&str>, Option<&str>) {
    assert_eq!(answer["userErrors"], json!([]), "{answer}");
    (
        answer["test"]["problem"].as_str(),
        answer["test"]["answer"].as_str(),
    )
}

on_both_databases! {
    async fn a_test_goes_to_whoever_asks_and_nothing_is_kept(app) {
        let server = SmtpServer::of(Kind { encryption: Encryption::StartTls, sign_in: Some(("bellhop", "Zebrafish")), ..Kind::default() }).await;
        let admin = app.admin().await;
        let tried = try_out(&admin, server_at(&server, "START_TLS", json!({ "user": "bellhop", "password": "Zebrafish", "replyTo": "x@bellhop.example" }))).await;
        assert_eq!(tried, json!({ "test": { "sent": true, "problem": null, "message": null, "answer": null }, "userErrors": [] }));
        let mails = server.take();
        assert_eq!((mails.len(), &mails[0].to[..], mails[0].encrypted), (1, &[format!("{}@example.org", admin.login)][..], true));
        assert_eq!((mails[0].subject(), mails[0].header("Reply-To")), ("Mail from Bellhop arrives".to_owned(), "x@bellhop.example".to_owned()));
        assert!(mails[0].text().contains("https://help.example.org/"));
        let found = mail(&admin).await;
        assert_eq!((&found["standing"], &found["settings"]["host"], &found["settings"]["version"]), (&json!("OFF"), &Value::Null, &json!(1)));
        assert!(!app.secret_key().exists(), "a test needs no key");
        let log = admin.query("{ auditLog(filter: { kinds: [\"MailServerTried\"] }, first: 9) { nodes { subject topic actor { id } changes { field before after } } } }", json!({})).await;
        assert_eq!(log["auditLog"]["nodes"], json!([{ "subject": "mail", "topic": "SET_UP", "actor": { "id": admin.person.to_string() }, "changes": [
            { "field": "host", "before": null, "after": server.address().ip().to_string() },
            { "field": "outcome", "before": null, "after": "sent" },
            { "field": "port", "before": null, "after": server.address().port().to_string() },
        ] }]), "{log}");
    }

    async fn each_way_to_fail_is_told_in_words(app) {
        let admin = app.admin().await;
        let plain = Kind::default();
        let signed = Kind { sign_in: Some(("bellhop", "Zebrafish")), ..plain };
        let start = Kind { encryption: Encryption::StartTls, ..plain };
        let tls = Kind { encryption: Encryption::Tls, ..plain };
        let user = json!({ "user": "bellhop", "password": "Marmalade" });
        for (kind, mood, encryption, more, problem, answer) in [
            (plain, Mood::Accepts, "NONE", json!({ "host": "nowhere.invalid" }), "NAME_NOT_FOUND", None),
            (plain, Mood::Accepts, "NONE", json!({ "host": "169.254.169.254", "port": 2525 }), "ADDRESS_NOT_ALLOWED", None),
            (plain, Mood::Accepts, "NONE", json!({ "host": "::ffff:169.254.169.254", "port": 2525 }), "ADDRESS_NOT_ALLOWED", None),
            (plain, Mood::Accepts, "START_TLS", json!({}), "NO_START_TLS", None),
            (plain, Mood::Accepts, "TLS", json!({}), "ENCRYPTION_FAILED", None),
            (Kind { untrusted: true, ..start }, Mood::Accepts, "START_TLS", json!({}), "NOT_TRUSTED", None),
            (Kind { untrusted: true, ..tls }, Mood::Accepts, "TLS", json!({}), "NOT_TRUSTED", None),
            (signed, Mood::Accepts, "NONE", user.clone(), "SIGN_IN_REFUSED", Some("535 5.7.8 wrong user or password")),
            (signed, Mood::Accepts, "NONE", json!({}), "SIGN_IN_NEEDED", Some("530 5.7.0 sign in first")),
            (plain, Mood::Accepts, "NONE", user, "NO_SIGN_IN", None),
            (plain, Mood::RefusesSender(553), "NONE", json!({}), "SENDER_REFUSED", Some("553 not as this sender")),
            (plain, Mood::Refuses(550), "NONE", json!({}), "READER_REFUSED", Some("550 not this one")),
            (plain, Mood::DropsAfterData, "NONE", json!({}), "BROKEN", None),
            (plain, Mood::Says("HTTP/1.1 400 Bad Request\r\nServer: hidden\r\n\r\nhidden"), "NONE", json!({}), "NOT_A_MAIL_SERVER", None),
            (plain, Mood::Says("SSH-2.0-hidden\r\n"), "START_TLS", json!({}), "NOT_A_MAIL_SERVER", None),
            (plain, Mood::Says("554 5.7.1 \u{1b}[31mgo\u{202e}\taway\r\n"), "NONE", json!({}), "TURNED_AWAY", Some("554 5.7.1 [31mgo away")),
        ] {
            app.advance(60).await;
            let server = SmtpServer::of(kind).await;
            server.set(mood);
            let tried = try_out(&admin, server_at(&server, encryption, more)).await;
            assert_eq!(outcome(&tried), (Some(problem), answer), "{tried}");
            assert!(tried["test"]["message"].as_str().is_some_and(|words| words.len() > 20));
            assert!(!tried.to_string().contains("hidden") && !tried.to_string().contains("Marmalade"), "{tried}");
        }
        let mut gone = SmtpServer::start().await;
        gone.go().await;
        let tried = try_out(&admin, server_at(&gone, "NONE", json!({}))).await;
        assert_eq!(outcome(&tried), (Some("REFUSED"), None));
    }

    async fn a_long_answer_is_cut(app) {
        let admin = app.admin().await;
        let server = SmtpServer::start().await;
        let long: &'static str = Box::leak(format!("554 {}\r\n", "x".repeat(900)).into_boxed_str());
        server.set(Mood::Says(long));
        let tried = try_out(&admin, server_at(&server, "NONE", json!({}))).await;
        assert_eq!(outcome(&tried).1.map(|answer| answer.chars().count()), Some(201));
    }

    async fn only_so_many_are_tried_in_a_while(app) {
        let admin = app.admin().await;
        let other = app.admin().await;
        let server = SmtpServer::start().await;
        let input = server_at(&server, "NONE", json!({}));
        for _ in 0..9 {
            assert_eq!(try_out(&admin, input.clone()).await["test"]["sent"], true);
        }
        set_up(&admin, input.clone()).await;
        for who in [&admin, &other] {
            assert_eq!(try_out(who, input.clone()).await["userErrors"][0]["code"], "TOO_MANY_ATTEMPTS");
            let another = server_at(&server, "NONE", json!({ "senderName": "Another" }));
            assert_eq!(edit(who, json!({ "server": another })).await["userErrors"][0]["code"], "TOO_MANY_ATTEMPTS");
            let test = who.mutate("mutation { mailSendTest { userErrors { code } } }", json!({})).await;
            assert_eq!(test["mailSendTest"]["userErrors"][0]["code"], "TOO_MANY_ATTEMPTS");
        }
        assert_eq!(edit(&admin, json!({ "on": false })).await["userErrors"], json!([]), "it can be switched off all the same");
        assert_eq!(server.connections(), 9);
        app.advance(61).await;
        assert_eq!(try_out(&admin, input.clone()).await["test"]["sent"], true);
        assert_eq!(try_out(&admin, input).await["userErrors"][0]["code"], "TOO_MANY_ATTEMPTS");
    }
}

/// Hands a mail to a server, within a time.
async fn deliver(to: &SmtpServer, within: Duration) -> Result<(), MailProblem> {
    let server = Server {
        host: to.address().ip().to_string(),
        port: to.address().port(),
        encryption: MailEncryption::None,
        user: None,
        sender_address: "help@example.org".to_owned(),
        sender_name: String::new(),
        reply_to: None,
    };
    let target = Target::new(&server, None, &Trust::default()).expect("a target");
    let address = || "help@example.org".parse().expect("an address");
    let envelope = Envelope::new(Some(address()), vec![address()]).expect("an envelope");
    target
        .deliver(&envelope, b"Subject: x\r\n\r\nx\r\n", within)
        .await
        .map_err(|trouble| trouble.problem)
}

#[tokio::test]
async fn a_server_that_says_nothing_is_not_waited_for() {
    let silent = SmtpServer::start().await;
    silent.set(Mood::Silent);
    let delivered = deliver(&silent, Duration::from_millis(50)).await;
    assert_eq!(delivered, Err(MailProblem::TimedOut));
}

#[tokio::test]
async fn a_mail_that_was_taken_is_sent_whether_the_server_says_good_bye_or_not() {
    let server = SmtpServer::start().await;
    server.set(Mood::SilentAtQuit);
    // Far longer than a good-bye is waited for: only a wait for it would reach this.
    assert_eq!(deliver(&server, Duration::from_secs(90)).await, Ok(()));
    assert_eq!(server.take().len(), 1);
}
