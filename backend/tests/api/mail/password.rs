//! Links by which people set a password.

use crate::support::actor::Actor;
use crate::support::app::{Is, PASSWORD};
use crate::support::http::{Answer, Client};
use crate::support::smtp::{Mood, Received, SmtpServer};
use crate::support::{TestApp, json};
use backend::organisation::entity::person;
use backend::platform::{event_log, job};
use futures_util::future::join_all;
use sea_orm::{EntityTrait as _, Set};
use serde_json::Value;
use shared::id::PersonId;

const NEW: &str = "a sentence is fine";

async fn forgot(client: &Client, login: &str) -> Answer {
    client
        .post_json("/session/password-reset", &[], &json!({ "login": login }))
        .await
}

async fn look(client: &Client, token: &str) -> Answer {
    client
        .post_json("/session/password-link", &[], &json!({ "token": token }))
        .await
}

async fn set(client: &Client, token: &str, password: &str) -> Answer {
    let body = json!({ "token": token, "password": password });
    client.post_json("/session/password", &[], &body).await
}

/// The token in a mail's link.
fn token(mail: &Received) -> String {
    let text = mail.text();
    let (_, rest) = text
        .split_once("https://help.example.org/set-password#")
        .unwrap_or_else(|| panic!("no link: {text}"));
    rest.split_whitespace().next().expect("a token").to_owned()
}

/// Asks for a link and reads it in the mail.
async fn link_for(app: &TestApp, server: &SmtpServer, login: &str) -> String {
    assert_eq!(forgot(&app.stranger(), login).await.status, 202);
    app.run_jobs().await;
    let mails = server.take();
    assert_eq!(mails.len(), 1);
    token(&mails[0])
}

async fn change_person(app: &TestApp, row: person::ActiveModel) {
    let tx = app.platform().db.begin().await.expect("a transaction");
    person::Entity::update(row)
        .exec(&tx)
        .await
        .expect("an update");
    tx.commit().await.expect("a commit");
}

async fn set_email(app: &TestApp, id: PersonId, email: &str) {
    let row = person::ActiveModel {
        id: Set(id),
        email: Set(email.to_owned()),
        ..Default::default()
    };
    change_person(app, row).await;
}

async fn invite(who: &Actor, person: PersonId) -> Value {
    let query = "mutation($input: PersonInviteInput!) { personInvite(input: $input) { person { id } userErrors { code } } }";
    let input = json!({ "person": person.to_string() });
    who.mutate(query, json!({ "input": input })).await["personInvite"].take()
}

on_both_databases! {
    async fn a_forgotten_password_is_set_anew_by_a_link_that_is_good_once(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let ana = app.employee().await;
        let stranger = app.stranger();
        let token = link_for(app, &server, &ana.login).await;
        let found = look(&stranger, &token).await;
        assert_eq!((found.status, found.json()), (200, json!({ "purpose": "reset", "login": ana.login, "name": format!("Person {}", ana.login) })));
        assert_eq!(ana.ask("{ now }", json!({})).await.status, 200, "asking and looking end nothing");

        let sequence = event_log::last_sequence(app.platform().db.reader()).await.expect("a sequence");
        let done = set(&stranger, &token, NEW).await;
        assert_eq!((done.status, done.json()), (200, json!({ "login": ana.login })));
        assert!(done.set_cookies.is_empty(), "it signs nobody in");
        assert_eq!(ana.ask("{ now }", json!({})).await.status, 401, "all sessions end");
        assert_eq!(ana.refresh().await.status, 401);
        assert_eq!(stranger.sign_in(&ana.login, PASSWORD).await.status, 401);
        assert_eq!(stranger.sign_in(&ana.login, NEW).await.status, 200);

        for used in [look(&stranger, &token).await, set(&stranger, &token, "yet another sentence").await] {
            assert_eq!((used.status, used.code().as_str()), (404, "LINK_INVALID"));
        }
        let events = event_log::after(app.platform().db.reader(), sequence, 20).await.expect("events");
        let kinds: Vec<&str> = events.iter().map(|e| e.kind.as_str()).collect();
        assert_eq!(kinds[..3], ["PasswordLinkUsed", "PasswordSet", "SessionEnded"], "{kinds:?}");
        assert_eq!((events[0].actor_id, events[0].subject_id), (None, ana.person.0));
        let told = format!("{events:?}");
        assert!(!told.contains(&token) && !told.contains(NEW));
    }

    async fn the_answer_tells_nobody_who_there_is(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let ana = app.employee().await;
        let (gone, gone_login) = app.person("gone", Is::default()).await;
        app.set_active(gone, false).await;
        let stranger = app.stranger();
        let mut answers = Vec::new();
        for name in [&ana.login, "nobody.there", &gone_login, "", "a\0b", &"x".repeat(10_000), "' or 1=1 --", "%", "_"] {
            let answer = forgot(&stranger, name).await;
            let mut headers = answer.headers.clone();
            headers.retain(|name, _| !matches!(name.as_str(), "date" | "x-request-id"));
            answers.push((answer.status, answer.text, headers));
        }
        assert_eq!(answers[0].0, 202);
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        let jobs = job::Entity::find().all(app.platform().db.reader()).await.expect("jobs");
        assert_eq!(jobs.len(), answers.len(), "the same is written for each");
        app.run_jobs().await;
        let mails = server.take();
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].to, [format!("{}@example.org", ana.login)]);
        let jobs = job::Entity::find().all(app.platform().db.reader()).await.expect("jobs");
        assert!(jobs.iter().all(|job| job.payload == "{}"), "what was typed is forgotten");
    }

    async fn a_link_is_good_for_an_hour(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let ana = app.employee().await;
        let token = link_for(app, &server, &ana.login).await;
        app.advance(3_599).await;
        assert_eq!(look(&app.stranger(), &token).await.status, 200);
        app.advance(1).await;
        assert_eq!(look(&app.stranger(), &token).await.code(), "LINK_INVALID");
        assert_eq!(set(&app.stranger(), &token, NEW).await.code(), "LINK_INVALID");
        assert_eq!(app.stranger().sign_in(&ana.login, PASSWORD).await.status, 200);
    }

    async fn a_mail_that_comes_too_late_is_not_sent(app) {
        let mut server = SmtpServer::start().await;
        app.mail_to(&server);
        let ana = app.employee().await;
        server.go().await;
        forgot(&app.stranger(), &ana.login).await;
        app.run_jobs().await;
        app.advance(3_600).await;
        server.come_back().await;
        app.run_jobs().await;
        assert!(server.take().is_empty());
    }

    async fn nobody_is_flooded_with_links(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let ana = app.employee().await;
        let ben = app.employee().await;
        let email = format!("{}@EXAMPLE.org", ana.login.to_uppercase());
        for name in [&ana.login, &email, &ana.login, &email, &ana.login] {
            assert_eq!(forgot(&app.stranger(), name).await.status, 202);
        }
        forgot(&app.stranger(), &ben.login).await;
        app.run_jobs().await;
        let mails = server.take();
        let to = |who: &Actor| mails.iter().filter(|m| m.to == [format!("{}@example.org", who.login)]).count();
        assert_eq!((to(&ana), to(&ben)), (3, 1));
        app.advance(3_600).await;
        link_for(app, &server, &ana.login).await;
    }

    async fn everybody_with_the_address_gets_a_link_of_their_own(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let (ana, ben) = (app.employee().await, app.employee().await);
        for who in [&ana, &ben] {
            set_email(app, who.person, "Office@example.org").await;
        }
        forgot(&app.stranger(), " office@example.org ").await;
        app.run_jobs().await;
        let mails = server.take();
        assert_eq!(mails.len(), 2);
        let mut logins = Vec::new();
        for mail in &mails {
            logins.push(look(&app.stranger(), &token(mail)).await.json()["login"].clone());
        }
        logins.sort_by_key(ToString::to_string);
        assert_eq!(logins, [json!(ana.login), json!(ben.login)]);
    }

    async fn a_token_stands_in_its_mail_and_nowhere_else(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let ana = app.employee().await;
        forgot(&app.stranger(), &ana.login).await;
        server.set(Mood::DropsAfterData);
        app.run_jobs().await;
        let first = token(&server.take()[0]);
        let jobs = job::Entity::find().all(app.platform().db.reader()).await.expect("jobs");
        assert!(!format!("{jobs:?}").contains(&first));
        server.set(Mood::Accepts);
        app.advance(60).await;
        app.run_jobs().await;
        let second = token(&server.take()[0]);
        assert_ne!(first, second, "a repetition has a token of its own");
        assert_eq!(look(&app.stranger(), &first).await.code(), "LINK_INVALID");
        assert_eq!(look(&app.stranger(), &second).await.status, 200);
        let events = event_log::after(app.platform().db.reader(), 0, 1_000).await.expect("events");
        assert!(!format!("{events:?}").contains(&second));
    }

    async fn a_new_password_or_address_ends_links_on_their_way(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let admin = app.admin().await;
        let ana = app.employee().await;
        let token = link_for(app, &server, &ana.login).await;
        let query = "mutation($input: PasswordChangeInput!) { passwordChange(input: $input) { userErrors { code } } }";
        ana.mutate(query, json!({ "input": { "currentPassword": PASSWORD, "newPassword": NEW } })).await;
        assert_eq!(set(&app.stranger(), &token, "yet another sentence").await.code(), "LINK_INVALID");

        let token = link_for(app, &server, &ana.login).await;
        let query = "mutation($input: PersonEditInput!) { personEdit(input: $input) { userErrors { code } } }";
        admin.mutate(query, json!({ "input": { "person": ana.person.to_string(), "expectedVersion": 1, "email": "ana@elsewhere.example" } })).await;
        assert_eq!(look(&app.stranger(), &token).await.code(), "LINK_INVALID");

        let token = link_for(app, &server, &ana.login).await;
        app.set_active(ana.person, false).await;
        assert_eq!(set(&app.stranger(), &token, "yet another sentence").await.code(), "LINK_INVALID");
    }

    async fn only_one_of_two_who_use_a_link_at_once_succeeds(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let ana = app.employee().await;
        let token = link_for(app, &server, &ana.login).await;
        let (one, other) = (app.stranger(), app.stranger());
        let answers = join_all([set(&one, &token, "the first sentence"), set(&other, &token, "the second sentence")]).await;
        let done: Vec<bool> = answers.iter().map(|answer| answer.status == 200).collect();
        assert_eq!(done.iter().filter(|done| **done).count(), 1, "{answers:?}");
        let right = if done[0] { "the first sentence" } else { "the second sentence" };
        assert_eq!(one.sign_in(&ana.login, right).await.status, 200);
    }

    async fn a_weak_password_is_refused_and_the_link_stays_good(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let ana = app.employee().await;
        let token = link_for(app, &server, &ana.login).await;
        for (weak, code) in [("short", "TOO_SHORT"), (&"x".repeat(20), "TOO_WEAK"), (&format!("I am {} you know", ana.login), "TOO_WEAK")] {
            let answer = set(&app.stranger(), &token, weak).await;
            assert_eq!((answer.status, answer.code().as_str(), &answer.json()["error"]["field"]), (422, code, &json!("password")));
        }
        assert_eq!(set(&app.stranger(), &token, NEW).await.status, 200);
    }

    async fn leads_of_confidential_departments_are_told(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let lead = app.lead("hr").await;
        let carla = app.agent("hr").await;
        let token = link_for(app, &server, &carla.login).await;
        assert_eq!(set(&app.stranger(), &token, NEW).await.status, 200);
        let told = lead.query("{ notifications { nodes { text } } }", json!({})).await;
        assert_eq!(told["notifications"]["nodes"][0]["text"], format!("A new password was set for Person {}", carla.login));
    }

    async fn whoever_was_added_is_invited_and_sets_their_first_password(app) {
        let server = SmtpServer::start().await;
        let admin = app.admin().await;
        let (ben, login) = app.person("ben", Is::default()).await;
        app.set_password_hash(ben, None).await;
        assert_eq!(invite(&admin, ben).await["userErrors"][0]["code"], "NOT_ALLOWED_NOW", "mail is off");
        app.mail_to(&server);
        let lead = app.lead("it").await;
        assert_eq!(invite(&lead, ben).await["userErrors"][0]["code"], "FORBIDDEN");
        assert_eq!(invite(&admin, admin.person).await["userErrors"][0]["code"], "NOT_ALLOWED_NOW", "has one");
        assert_eq!(app.run_jobs().await, 0);

        assert_eq!(invite(&admin, ben).await["userErrors"], json!([]));
        app.run_jobs().await;
        let mails = server.take();
        assert_eq!(mails[0].subject(), "Your sign-in for Bellhop");
        assert!(mails[0].text().contains(&format!("Your sign-in name is {login}.")));
        let token = token(&mails[0]);
        app.advance(6 * 86_400).await;
        assert_eq!(look(&app.stranger(), &token).await.json()["purpose"], "invitation");
        assert_eq!(set(&app.stranger(), &token, NEW).await.status, 200);
        assert_eq!(app.stranger().sign_in(&login, NEW).await.status, 200);
    }

    async fn whoever_never_had_a_password_or_an_invitation_gets_no_link(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let admin = app.admin().await;
        let (ben, login) = app.person("ben", Is::default()).await;
        app.set_password_hash(ben, None).await;
        forgot(&app.stranger(), &login).await;
        app.run_jobs().await;
        assert!(server.take().is_empty());
        invite(&admin, ben).await;
        app.run_jobs().await;
        server.take();
        // An invitation that ran out can be made good by whoever was invited.
        app.advance(8 * 86_400).await;
        let token = link_for(app, &server, &login).await;
        assert_eq!(set(&app.stranger(), &token, NEW).await.status, 200);
    }

    async fn other_sites_and_other_methods_are_refused(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let ana = app.employee().await;
        let stranger = app.stranger();
        for path in ["/session/password-reset", "/session/password-link", "/session/password"] {
            let body = json!({ "login": ana.login, "token": "x", "password": NEW });
            let elsewhere = stranger.post_json(path, &[("origin", "https://evil.example")], &body).await;
            assert_eq!((elsewhere.status, elsewhere.code().as_str()), (403, "WRONG_ORIGIN"));
            let get = stranger.send(awc::http::Method::GET, path, &[], Vec::new()).await;
            assert_eq!(get.status, 405);
            assert_eq!(stranger.post_json(path, &[], &json!({ "other": 1 })).await.status, 400);
            let form = stranger.send(awc::http::Method::POST, path, &[("content-type", "text/plain")], body.to_string().into_bytes()).await;
            assert_eq!(form.status, 415);
            let large = stranger.post_json(path, &[], &json!({ "login": "x".repeat(20_000) })).await;
            assert_eq!(large.status, 413);
        }
        app.run_jobs().await;
        assert!(server.take().is_empty());
    }

    async fn without_mail_there_are_no_links(app) {
        let ana = app.employee().await;
        let answer = forgot(&app.stranger(), &ana.login).await;
        assert_eq!((answer.status, answer.code().as_str()), (409, "NOT_ALLOWED_NOW"));
        let organisation = app.stranger().graphql(None, "{ organisation { sendsMail } }", json!({})).await;
        assert_eq!(organisation.json()["data"]["organisation"]["sendsMail"], false);
    }
}

on_both_databases! {
    with |settings| { settings.password_mail_burst = 3; };
    async fn one_network_asks_for_a_few_links_and_others_for_theirs(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let stranger = app.stranger();
        for number in 0..3 {
            assert_eq!(forgot(&stranger, &format!("name{number}")).await.status, 202);
        }
        let held_up = forgot(&stranger, "another").await;
        assert_eq!((held_up.status, held_up.code().as_str()), (429, "TOO_MANY_ATTEMPTS"));
        assert_eq!(held_up.headers["retry-after"], "60");
        let elsewhere = app.stranger_at("127.7.7.7".parse().expect("an address"));
        assert_eq!(forgot(&elsewhere, "another").await.status, 202);
        app.advance(60).await;
        assert_eq!(forgot(&stranger, "another").await.status, 202);
    }
}
