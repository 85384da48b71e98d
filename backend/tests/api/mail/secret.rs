//! The password of the mail server: it never comes out, and goes to its own server alone.

use super::{edit, mail, reply, server_at, set_up, try_out};
use crate::support::smtp::{Kind, Mood, SmtpServer};
use crate::support::{TestApp, json};
use crate::ticket::report;
use backend::platform::setting;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::Value;
use std::process::Command;

const SECRET: &str = "Zebrafish-Marmalade-7";

fn signed() -> Kind {
    Kind {
        sign_in: Some(("bellhop", SECRET)),
        ..Kind::default()
    }
}

fn with_password(server: &SmtpServer, password: &str) -> Value {
    server_at(
        server,
        "NONE",
        json!({ "user": "bellhop", "password": password }),
    )
}

fn without_password(server: &SmtpServer, more: Value) -> Value {
    let mut input = server_at(server, "NONE", json!({ "user": "bellhop" }));
    let more = more.as_object().cloned().unwrap_or_default();
    input.as_object_mut().expect("an object").extend(more);
    input
}

/// All rows of a table of two text columns.
async fn rows(app: &TestApp, sql: &str) -> String {
    let db = app.platform().db.reader();
    let statement = Statement::from_string(app.platform().db.backend(), sql.to_owned());
    let rows = db.query_all_raw(statement).await.expect("rows");
    let text = |row: &sea_orm::QueryResult| row.try_get_by_index::<String>(0).expect("a text");
    rows.iter().map(text).collect::<Vec<_>>().join("\n")
}

/// What the doctor says of mail.
async fn doctor(app: &TestApp) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellhop"));
    command.args([
        "doctor",
        "--json",
        "--sample",
        "0",
        "--database-url",
        app.database_url(),
    ]);
    command.arg("--secret-key-file").arg(app.secret_key());
    // The mail server of the test answers meanwhile.
    let told = tokio::task::spawn_blocking(move || command.output());
    let told = told.await.expect("an end").expect("an answer");
    assert!(!String::from_utf8_lossy(&told.stderr).contains(SECRET));
    let findings: Value = serde_json::from_slice(&told.stdout).expect("JSON");
    let found = findings.as_array().expect("findings").iter();
    let mail = found
        .clone()
        .find(|found| found["check"] == "mail")
        .expect("mail");
    let text = |name: &str| mail[name].as_str().expect("a text").to_owned();
    (text("state"), text("words"))
}

on_both_databases! {
    async fn it_never_comes_out(app) {
        let server = SmtpServer::of(signed()).await;
        let admin = app.admin().await;
        let mut told = String::new();
        let wrong = try_out(&admin, with_password(&server, &format!("{SECRET}x"))).await;
        told.push_str(&wrong.to_string());
        told.push_str(&try_out(&admin, with_password(&server, SECRET)).await.to_string());
        set_up(&admin, with_password(&server, SECRET)).await;
        told.push_str(&edit(&admin, json!({ "server": server_at(&server, "NONE", json!({ "user": "", "password": SECRET })) })).await.to_string());
        told.push_str(&mail(&admin).await.to_string());
        // A job that fails at signing in keeps why.
        app.platform().jobs_changed.notify_one();
        let broken = SmtpServer::of(Kind { sign_in: Some(("bellhop", "another")), ..Kind::default() }).await;
        set_up(&admin, with_password(&broken, SECRET)).await;
        admin.mutate("mutation { mailSendTest { userErrors { code } } }", json!({})).await;
        assert_eq!(app.run_jobs().await, 1);
        let failures = "{ mail { failures(which: RETRYING) { nodes { error errorCode } } } }";
        let failed = admin.query(failures, json!({})).await;
        assert_eq!(failed["mail"]["failures"]["nodes"][0]["errorCode"], "SMTP_535");
        told.push_str(&failed.to_string());
        let log = "{ auditLog(first: 200) { nodes { kind subject subjectName changes { field before after } } } }";
        told.push_str(&admin.query(log, json!({})).await.to_string());
        told.push_str(&admin.get("/export/audit.csv").await.text);
        let token = "a token that is long enough";
        let figures = app.stranger();
        let address = app.serve_metrics(token);
        let bearer = format!("Bearer {token}");
        let found = crate::support::http::Client::new(address, figures_address()).send(awc::http::Method::GET, "/metrics", &[("authorization", &bearer)], Vec::new()).await;
        assert_eq!(found.status, 200);
        told.push_str(&found.text);
        drop(figures);
        for sql in ["SELECT value FROM settings", "SELECT changes FROM event_payloads", "SELECT payload || COALESCE(error, '') FROM jobs"] {
            told.push_str(&rows(app, sql).await);
        }
        let (state, words) = doctor(app).await;
        assert_eq!(state, "broken", "{words}");
        told.push_str(&words);
        for form in [SECRET.to_owned(), STANDARD.encode(SECRET), STANDARD.encode(format!("\0bellhop\0{SECRET}"))] {
            assert!(!told.contains(&form), "{form}");
        }
        assert!(rows(app, "SELECT value FROM settings WHERE name = 'mail'").await.contains("sealed"));
        // As a client may ask for it.
        for field in ["password", "secret", "sealed", "passwordSealed"] {
            assert_eq!(admin.refused(&format!("{{ mail {{ settings {{ {field} }} }} }}"), json!({})).await, "BAD_QUERY");
        }
    }

    #[cfg(unix)]
    async fn the_key_is_for_its_owner_alone(app) {
        use std::os::unix::fs::PermissionsExt as _;
        let server = SmtpServer::of(signed()).await;
        let admin = app.admin().await;
        assert!(!app.secret_key().exists());
        set_up(&admin, with_password(&server, SECRET)).await;
        let found = std::fs::metadata(app.secret_key()).expect("a key");
        assert_eq!(found.permissions().mode() & 0o777, 0o600);
    }

    async fn it_goes_to_its_own_server_alone(app) {
        let server = SmtpServer::of(signed()).await;
        let other = SmtpServer::of(Kind { sign_in: Some(("bellhop", "x")), ..Kind::default() }).await;
        let admin = app.admin().await;
        set_up(&admin, with_password(&server, SECRET)).await;
        let same = without_password(&server, json!({ "senderName": "Desk" }));
        assert_eq!(try_out(&admin, same.clone()).await["test"]["sent"], true, "it is kept for its own server");
        set_up(&admin, same).await;
        server.sign_ins();
        for more in [
            json!({ "host": other.address().ip().to_string(), "port": other.address().port() }),
            json!({ "host": other.address().ip().to_string() }),
            json!({ "port": other.address().port() }),
            json!({ "user": "somebody-else" }),
            json!({ "encryption": "START_TLS" }),
            json!({ "encryption": "TLS" }),
        ] {
            let input = without_password(&server, more.clone());
            for refused in [try_out(&admin, input.clone()).await, edit(&admin, json!({ "server": input })).await] {
                assert_eq!((&refused["userErrors"][0]["code"], &refused["userErrors"][0]["field"]), (&json!("REQUIRED"), &json!("password")), "{more}");
            }
        }
        assert_eq!((other.connections(), server.sign_ins().len()), (0, 0));
        // Without a user it is forgotten, and does not come back with one.
        set_up(&admin, server_at(&server, "NONE", json!({}))).await;
        assert!(mail(&admin).await["settings"]["passwordSetAt"].is_null());
        let refused = edit(&admin, json!({ "server": without_password(&server, json!({})) })).await;
        assert_eq!(refused["userErrors"][0]["field"], "password");
    }

    async fn whoever_changes_the_database_does_not_get_it_sent_elsewhere(app) {
        let server = SmtpServer::of(signed()).await;
        let other = SmtpServer::of(Kind { sign_in: Some(("bellhop", "x")), ..Kind::default() }).await;
        let admin = app.admin().await;
        set_up(&admin, with_password(&server, SECRET)).await;
        let tx = app.platform().db.begin().await.expect("a transaction");
        let mut kept: Value = setting::get(&tx, "mail").await.expect("a setting").expect("a setting");
        kept["server"]["host"] = other.address().ip().to_string().into();
        kept["server"]["port"] = other.address().port().into();
        setting::set(&tx, "mail", &kept).await.expect("a setting");
        tx.commit().await.expect("a commit");
        assert_eq!(mail(&admin).await["standing"], "PASSWORD_NEEDED");
        admin.mutate("mutation { mailSendTest { userErrors { code } } }", json!({})).await;
        assert_eq!(app.run_jobs().await, 0);
        let tried = try_out(&admin, without_password(&other, json!({}))).await;
        assert_eq!(tried["userErrors"][0]["field"], "password");
        assert_eq!(other.connections(), 0);
    }

    async fn without_the_key_letters_wait_until_it_is_entered_again(app) {
        let server = SmtpServer::of(signed()).await;
        let admin = app.admin().await;
        let (ana, marta) = (app.employee().await, app.agent("it").await);
        let ticket = report(&ana, "Slow mail", json!({})).await;
        set_up(&admin, with_password(&server, SECRET)).await;
        let key = std::fs::read(app.secret_key()).expect("a key");
        assert_eq!(doctor(app).await, ("well".to_owned(), "The way out is open.".to_owned()));
        std::fs::remove_file(app.secret_key()).expect("gone");
        // The server that runs still has it in mind; one that starts has not.
        let other = app.second_node().await;
        reply(&marta, &ticket["id"], "One.").await;
        assert_eq!(other.runner().run_due().await.expect("jobs"), 0, "nothing was tried");
        let (state, words) = doctor(app).await;
        assert_eq!(state, "broken");
        assert!(words.contains("must be entered again") && words.contains("missing"), "{words}");
        // Put back, it goes on by itself.
        std::fs::write(app.secret_key(), &key).expect("back");
        assert_eq!(other.runner().run_due().await.expect("jobs"), 1);
        assert_eq!(server.take().len(), 1);
        let db = other.platform.db.clone();
        drop(other);
        db.close().await.expect("closed");
        // With another key: entered again, it goes on.
        std::fs::write(app.secret_key(), STANDARD.encode([7; 32])).expect("another");
        let third = app.second_node().await;
        reply(&marta, &ticket["id"], "Two.").await;
        assert_eq!(third.runner().run_due().await.expect("jobs"), 0);
        assert!(doctor(app).await.1.contains("another secret key"));
        set_up(&admin, with_password(&server, SECRET)).await;
        assert_eq!(third.runner().run_due().await.expect("jobs"), 1);
        assert_eq!(server.take().len(), 1);
        let db = third.platform.db.clone();
        drop(third);
        db.close().await.expect("closed");
    }

    async fn a_refused_sign_in_is_tried_again_once_it_is_mended(app) {
        let server = SmtpServer::of(signed()).await;
        let admin = app.admin().await;
        set_up(&admin, with_password(&server, "wrong")).await;
        admin.mutate("mutation { mailSendTest { userErrors { code } } }", json!({})).await;
        assert_eq!(app.run_jobs().await, 1);
        let found = mail(&admin).await;
        assert_eq!((&found["failing"], &found["dead"]), (&json!(1), &json!(0)));
        set_up(&admin, with_password(&server, SECRET)).await;
        server.set(Mood::Accepts);
        app.advance(60).await;
        assert_eq!(app.run_jobs().await, 1);
        assert_eq!(server.take().len(), 1);
    }
}

fn figures_address() -> std::net::IpAddr {
    std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST)
}
