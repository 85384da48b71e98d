//! Mail as it is set up in the browser: by whom, for which nodes, from when on.

use super::{edit, mail, reply, server_at, set_up, try_out};
use crate::support::actor::Actor;
use crate::support::smtp::{Encryption, Kind, SmtpServer};
use crate::support::{TestApp, json};
use crate::ticket::report;
use backend::organisation::settings::DEMO;
use backend::platform::setting;
use serde_json::Value;

/// Ana's ticket, and Marta who answers.
async fn stage(app: &TestApp) -> (Actor, Value) {
    let ana = app.employee().await;
    let marta = app.agent("it").await;
    let ticket = report(&ana, "Slow mail", json!({})).await;
    (marta, ticket["id"].clone())
}

async fn changes_of(who: &Actor) -> Vec<Value> {
    let log = "{ auditLog(filter: { kinds: [\"SettingChanged\"] }, first: 50) { nodes { subject actor { id } changes { field before after } } } }";
    let found = who.query(log, json!({})).await["auditLog"]["nodes"].take();
    found.as_array().expect("entries").clone()
}

on_both_databases! {
    async fn an_administrator_sets_mail_up_and_letters_go_that_way(app) {
        let server = SmtpServer::of(Kind { encryption: Encryption::StartTls, sign_in: Some(("bellhop", "pa55 wörd")), ..Kind::default() }).await;
        let admin = app.admin().await;
        let (marta, id) = stage(app).await;
        let before = mail(&admin).await;
        assert_eq!((&before["standing"], &before["on"], &before["links"]), (&json!("OFF"), &json!(false), &json!("https://help.example.org/")));
        assert_eq!((&before["settings"]["host"], &before["settings"]["version"], &before["settings"]["fixedBy"]), (&Value::Null, &json!(1), &Value::Null));
        reply(&marta, &id, "Before.").await;
        let input = server_at(&server, "START_TLS", json!({ "user": " bellhop ", "password": "pa55 wörd", "replyTo": "answers@bellhop.example" }));
        set_up(&admin, input).await;
        let now = mail(&admin).await;
        assert_eq!(now["sender"], "Help desk <help@bellhop.example>");
        assert_eq!((&now["settings"]["user"], &now["settings"]["passwordSetAt"], &now["settings"]["passwordSetBy"]["id"], &now["settings"]["version"]),
            (&json!("bellhop"), &json!(app.now().to_string()), &json!(admin.person.to_string()), &json!(2)));
        reply(&marta, &id, "After.").await;
        assert_eq!(app.run_jobs().await, 1, "nobody wants old news");
        let mails = server.take();
        assert_eq!((mails.len(), mails[0].user.as_deref(), mails[0].encrypted), (1, Some("bellhop"), true));
        assert_eq!((mails[0].header("From"), mails[0].header("Reply-To")), ("\"Help desk\" <help@bellhop.example>".to_owned(), "answers@bellhop.example".to_owned()));
        assert_eq!(mails[0].from, "help@bellhop.example");
        let viewer = marta.query("{ organisation { sendsMail } viewer { ticketMails } }", json!({})).await;
        assert_eq!(viewer, json!({ "organisation": { "sendsMail": true }, "viewer": { "ticketMails": true } }));
    }

    async fn mail_goes_encrypted_from_the_start_or_not_at_all_and_without_a_user(app) {
        let admin = app.admin().await;
        let (marta, id) = stage(app).await;
        for (encryption, word) in [(Encryption::Tls, "TLS"), (Encryption::None, "NONE")] {
            let server = SmtpServer::of(Kind { encryption, ..Kind::default() }).await;
            set_up(&admin, server_at(&server, word, json!({ "senderName": "" }))).await;
            reply(&marta, &id, word).await;
            assert_eq!(app.run_jobs().await, 1);
            let mails = server.take();
            assert_eq!((mails.len(), mails[0].encrypted, mails[0].user.as_deref()), (1, encryption == Encryption::Tls, None));
            assert_eq!((mails[0].header("From"), mails[0].header("Reply-To")), ("help@bellhop.example".to_owned(), String::new()));
        }
    }

    async fn settings_that_cannot_be_read_stop_nothing_and_are_made_anew(app) {
        let server = SmtpServer::start().await;
        let admin = app.admin().await;
        let (marta, id) = stage(app).await;
        let tx = app.platform().db.begin().await.expect("a transaction");
        setting::set(&tx, "mail", &json!("of another version")).await.expect("a setting");
        tx.commit().await.expect("a commit");
        reply(&marta, &id, "Still here.").await;
        assert_eq!(app.run_jobs().await, 0);
        assert_eq!(mail(&admin).await["standing"], "OFF");
        set_up(&admin, server_at(&server, "NONE", json!({}))).await;
        reply(&marta, &id, "And by mail again.").await;
        assert_eq!(app.run_jobs().await, 1);
        assert_eq!(server.take().len(), 1);
    }

    async fn every_node_sends_as_was_set_before_its_next_letter(app) {
        let (first, second) = (SmtpServer::start().await, SmtpServer::start().await);
        let admin = app.admin().await;
        let (marta, id) = stage(app).await;
        let other = app.second_node().await;
        let runner = other.runner();
        assert_eq!(runner.run_due().await.expect("jobs"), 0);
        set_up(&admin, server_at(&first, "NONE", json!({}))).await;
        reply(&marta, &id, "One.").await;
        assert_eq!(runner.run_due().await.expect("jobs"), 1);
        assert_eq!(first.take().len(), 1);
        reply(&marta, &id, "Two.").await;
        set_up(&admin, server_at(&second, "NONE", json!({}))).await;
        assert_eq!(runner.run_due().await.expect("jobs"), 1);
        assert_eq!((first.take().len(), second.take().len()), (0, 1));
        reply(&marta, &id, "Three.").await;
        edit(&admin, json!({ "on": false })).await;
        assert_eq!(runner.run_due().await.expect("jobs"), 0, "it waits");
        reply(&marta, &id, "Four.").await;
        assert_eq!(mail(&admin).await["waiting"], 1, "nothing is kept back while mail is off");
        edit(&admin, json!({ "on": true })).await;
        assert_eq!(runner.run_due().await.expect("jobs"), 1);
        assert_eq!(second.take().len(), 1);
        drop(runner);
        let db = other.platform.db.clone();
        drop(other);
        db.close().await.expect("closed");
    }

    async fn a_running_node_sees_a_change_by_itself(app) {
        let server = SmtpServer::start().await;
        let admin = app.admin().await;
        let running = app.app.start_jobs();
        set_up(&admin, server_at(&server, "NONE", json!({}))).await;
        let (marta, id) = stage(app).await;
        reply(&marta, &id, "One.").await;
        assert_eq!(server.wait().await.len(), 1);
        running.stop().await;
    }

    async fn what_the_server_was_started_with_wins(app) {
        let (given, kept) = (SmtpServer::start().await, SmtpServer::start().await);
        let admin = app.admin().await;
        let (marta, id) = stage(app).await;
        set_up(&admin, server_at(&kept, "NONE", json!({}))).await;
        app.mail_to(&given);
        let found = mail(&admin).await;
        assert_eq!((&found["settings"]["fixedBy"], &found["server"]), (&json!("START"), &json!(given.address().to_string())));
        let refused = edit(&admin, json!({ "on": false })).await;
        assert_eq!(refused["userErrors"][0]["code"], "NOT_ALLOWED_NOW");
        let refused = try_out(&admin, server_at(&kept, "NONE", json!({}))).await;
        assert_eq!(refused["userErrors"][0]["code"], "NOT_ALLOWED_NOW");
        reply(&marta, &id, "One.").await;
        app.run_jobs().await;
        assert_eq!((given.take().len(), kept.connections()), (1, 0));
    }

    async fn nobody_sets_mail_up_in_a_demo_whose_passwords_all_know(app) {
        let server = SmtpServer::start().await;
        let admin = app.admin().await;
        let tx = app.platform().db.begin().await.expect("a transaction");
        setting::set(&tx, DEMO, &true).await.expect("a setting");
        tx.commit().await.expect("a commit");
        assert_eq!(mail(&admin).await["settings"]["fixedBy"], "DEMO");
        let refused = edit(&admin, json!({ "on": true, "server": server_at(&server, "NONE", json!({})) })).await;
        assert_eq!(refused["userErrors"][0]["code"], "NOT_ALLOWED_NOW");
        let refused = try_out(&admin, server_at(&server, "NONE", json!({}))).await;
        assert_eq!((&refused["userErrors"][0]["code"], server.connections()), (&json!("NOT_ALLOWED_NOW"), 0));
    }

    async fn only_administrators_and_no_tools(app) {
        let server = SmtpServer::start().await;
        for who in [app.employee().await, app.lead("it").await, app.auditor().await, app.agent("hr").await] {
            let refused = edit(&who, json!({ "expectedVersion": 1, "on": true, "server": server_at(&server, "NONE", json!({})) })).await;
            assert_eq!((&refused["userErrors"][0]["code"], &refused["mail"]), (&json!("FORBIDDEN"), &Value::Null));
            let refused = try_out(&who, server_at(&server, "NONE", json!({}))).await;
            assert_eq!(refused["userErrors"][0]["code"], "FORBIDDEN");
            assert_eq!(who.refused("{ mail { settings { host } } }", json!({})).await, "FORBIDDEN");
        }
        let admin = app.admin().await;
        let create = "mutation($input: ApiTokenCreateInput!) { apiTokenCreate(input: $input) { secret userErrors { code } } }";
        let input = json!({ "name": "A tool", "scopes": ["ADMINISTER"], "expiresAt": "2026-06-01T00:00:00Z", "currentPassword": crate::support::app::PASSWORD });
        let secret = admin.mutate(create, json!({ "input": input })).await["apiTokenCreate"]["secret"].take();
        for act in ["mailSettingsEdit(input: { expectedVersion: 1, on: false }) { userErrors { code } }",
            "mailSettingsTest(input: { server: { host: \"127.0.0.1\", port: 25, encryption: NONE, senderAddress: \"a@example.org\" } }) { userErrors { code } }"] {
            let answer = app.stranger().graphql(secret.as_str(), &format!("mutation {{ {act} }}"), json!({})).await;
            assert_eq!(answer.code(), "FORBIDDEN", "{}", answer.text);
        }
        assert_eq!(server.connections(), 0);
    }

    async fn of_two_who_edit_at_once_one_is_told(app) {
        let server = SmtpServer::start().await;
        let admin = app.admin().await;
        let other = app.admin().await;
        set_up(&admin, server_at(&server, "NONE", json!({}))).await;
        let stale = edit(&other, json!({ "expectedVersion": 1, "on": false })).await;
        assert_eq!((&stale["userErrors"][0]["code"], &stale["userErrors"][0]["field"]), (&json!("VERSION_CONFLICT"), &json!("expectedVersion")));
        assert_eq!(stale["mail"]["settings"], json!({ "on": true, "host": server.address().ip().to_string(), "version": 2 }));
        let same = edit(&admin, json!({ "expectedVersion": 2, "on": true })).await;
        assert_eq!(same["mail"]["settings"]["version"], 2, "nothing changed");
    }

    async fn what_makes_no_sense_is_refused(app) {
        let server = SmtpServer::start().await;
        let admin = app.admin().await;
        let off = edit(&admin, json!({ "on": true })).await;
        assert_eq!((&off["userErrors"][0]["code"], &off["userErrors"][0]["field"]), (&json!("REQUIRED"), &json!("host")));
        for (more, field) in [
            (json!({ "host": "" }), "host"),
            (json!({ "host": "smtp://mail.example.org" }), "host"),
            (json!({ "host": "mail.example.org\r\nX: y" }), "host"),
            (json!({ "port": 22 }), "port"),
            (json!({ "port": 70_000 }), "port"),
            (json!({ "senderAddress": "help" }), "senderAddress"),
            (json!({ "senderAddress": "he lp@example.org" }), "senderAddress"),
            (json!({ "senderAddress": "help@exa<mple.org" }), "senderAddress"),
            (json!({ "senderName": "Help\r\nBcc: eve@example.org" }), "senderName"),
            (json!({ "replyTo": "nowhere" }), "replyTo"),
            (json!({ "user": "a\nb", "password": "x" }), "user"),
            (json!({ "user": "a" }), "password"),
            (json!({ "user": "a", "password": "" }), "password"),
            (json!({ "user": "a", "password": "x\ny" }), "password"),
            (json!({ "user": "a", "password": "x".repeat(501) }), "password"),
            (json!({ "password": "x" }), "user"),
        ] {
            app.advance(60).await;
            let input = server_at(&server, "NONE", more.clone());
            let refused = edit(&admin, json!({ "on": true, "server": input })).await;
            assert_eq!(refused["userErrors"][0]["field"], field, "{more} {refused}");
            assert_eq!(try_out(&admin, input).await["userErrors"][0]["field"], field, "{more}");
        }
        assert_eq!((server.connections(), &mail(&admin).await["settings"]["version"]), (0, &json!(1)));
    }

    async fn the_log_says_who_changed_what_and_no_password(app) {
        let server = SmtpServer::start().await;
        let admin = app.admin().await;
        let auditor = app.auditor().await;
        set_up(&admin, server_at(&server, "NONE", json!({ "user": "bellhop", "password": "Zebrafish" }))).await;
        set_up(&admin, server_at(&server, "NONE", json!({ "user": "bellhop", "password": "Marmalade", "senderName": "Desk" }))).await;
        set_up(&admin, server_at(&server, "NONE", json!({ "senderName": "Desk" }))).await;
        let seen = changes_of(&admin).await;
        let fields = |entry: &Value| entry["changes"].as_array().expect("changes").iter().map(|c| (c["field"].as_str().expect("a field").to_owned(), c["after"].clone())).collect::<std::collections::BTreeMap<_, _>>();
        assert_eq!((seen.len(), &seen[0]["subject"], &seen[0]["actor"]["id"]), (3, &json!("mail"), &json!(admin.person.to_string())));
        let first = fields(&seen[2]);
        assert_eq!(first.keys().map(String::as_str).collect::<Vec<_>>(), ["encryption", "host", "on", "password", "port", "senderAddress", "senderName", "user"]);
        assert_eq!((&first["password"], &first["user"], &first["on"]), (&json!("set"), &json!("bellhop"), &json!("true")));
        assert_eq!(fields(&seen[1]), [("password".to_owned(), json!("set")), ("senderName".to_owned(), json!("Desk"))].into());
        assert_eq!(fields(&seen[0]), [("password".to_owned(), Value::Null), ("user".to_owned(), Value::Null)].into());
        let shown = changes_of(&auditor).await;
        let shown = fields(&shown[2]);
        for field in ["user", "senderAddress"] {
            assert_eq!((&shown[field], first[field].is_string()), (&Value::Null, true), "auditors see no {field}");
        }
    }
}
