//! Staying signed in and signing out.

use crate::support::app::PASSWORD;
use crate::support::json;

const DEPARTMENTS: &str = "{ departments { name } }";

on_both_databases! {
    async fn an_access_token_is_good_for_ten_minutes(app) {
        let ana = app.employee().await;
        assert_eq!(ana.ask(DEPARTMENTS, json!({})).await.status, 200);
        app.advance_to("2026-03-02T09:09:59Z").await;
        assert_eq!(ana.ask(DEPARTMENTS, json!({})).await.status, 200);
        app.advance_to("2026-03-02T09:10:00Z").await;
        let late = ana.ask(DEPARTMENTS, json!({})).await;
        assert_eq!((late.status, late.code().as_str()), (401, "UNAUTHENTICATED"));
        assert_eq!(ana.refresh().await.status, 200);
        assert_eq!(ana.ask(DEPARTMENTS, json!({})).await.status, 200);
    }

    async fn the_refresh_cookie_is_for_the_session_address_alone(app) {
        let (_, login) = app.person("ana", Default::default()).await;
        let answer = app.stranger().sign_in(&login, PASSWORD).await;
        assert_eq!(answer.json()["expiresInSeconds"], 600);
        let cookie = answer.set_cookies.iter().find(|c| c.starts_with("bellhop_session=")).expect("a cookie");
        for part in ["; Path=/session;", "; HttpOnly;", "; SameSite=Strict", "; Max-Age=7776000;"] {
            assert!(cookie.contains(part), "{part} in {cookie}");
        }
        assert!(!cookie.contains("Secure"), "the machine itself speaks plain HTTP: {cookie}");
        let body = json!({ "login": login, "password": PASSWORD });
        let outside = app.stranger().post_json("/session", &[("host", "help.example.org")], &body).await;
        assert_eq!(outside.status, 200);
        assert!(outside.set_cookies.iter().all(|c| c.ends_with("; Secure")), "{:?}", outside.set_cookies);
    }

    async fn each_renewal_replaces_the_token(app) {
        let ana = app.employee().await;
        let first = ana.client.cookies.borrow()["bellhop_session"].clone();
        assert_eq!(ana.refresh().await.status, 200);
        let second = ana.client.cookies.borrow()["bellhop_session"].clone();
        assert_ne!(first, second);
        assert_eq!(ana.refresh().await.status, 200);
        assert_ne!(second, ana.client.cookies.borrow()["bellhop_session"]);
    }

    async fn a_lost_answer_can_be_asked_for_again_for_thirty_seconds(app) {
        let ana = app.employee().await;
        let before = ana.client.copy();
        assert_eq!(ana.refresh().await.status, 200);
        app.advance(30).await;
        assert_eq!(before.refresh().await.status, 200);
        assert_eq!(*before.cookies.borrow(), *ana.client.cookies.borrow(), "the same successor");
        assert_eq!(ana.refresh().await.status, 200, "both go on");
    }

    async fn a_replaced_token_used_later_ends_the_session(app) {
        let ana = app.employee().await;
        let thief = ana.client.copy();
        assert_eq!(ana.refresh().await.status, 200);
        app.advance(31).await;
        let stolen = thief.refresh().await;
        assert_eq!((stolen.status, stolen.code().as_str()), (401, "NO_SESSION"));
        assert_eq!(ana.ask(DEPARTMENTS, json!({})).await.status, 401, "the access token ends too");
        assert_eq!(ana.refresh().await.status, 401);
    }

    async fn a_token_from_long_ago_ends_the_session_as_well(app) {
        let ana = app.employee().await;
        let thief = ana.client.copy();
        for _ in 0..5 {
            assert_eq!(ana.refresh().await.status, 200);
        }
        assert_eq!(thief.refresh().await.status, 401);
        assert_eq!(ana.refresh().await.status, 401);
    }

    async fn a_token_that_was_never_given_out_harms_nobody(app) {
        let ana = app.employee().await;
        let cookie = ana.client.cookies.borrow()["bellhop_session"].clone();
        let (session, _) = cookie.split_once('.').expect("three parts");
        for forged in [
            format!("{session}.0.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
            format!("{session}.0."),
            "x".repeat(3_000),
            "%00".to_owned(),
        ] {
            let guesser = app.stranger();
            guesser.cookies.borrow_mut().insert("bellhop_session".into(), forged);
            assert_eq!(guesser.refresh().await.status, 401);
        }
        assert_eq!(ana.refresh().await.status, 200);
    }

    async fn a_session_ends_after_fourteen_idle_days(app) {
        let ana = app.employee().await;
        app.advance(14 * 86_400 - 1).await;
        assert_eq!(ana.refresh().await.status, 200);
        app.advance(14 * 86_400).await;
        assert_eq!(ana.refresh().await.status, 401);
    }

    async fn a_session_ends_after_ninety_days_in_any_case(app) {
        let ana = app.employee().await;
        for _ in 0..8 {
            app.advance(11 * 86_400).await;
            assert_eq!(ana.refresh().await.status, 200);
        }
        app.advance(2 * 86_400 - 60).await;
        assert_eq!(ana.refresh().await.status, 200);
        app.advance(60).await;
        assert_eq!(ana.ask(DEPARTMENTS, json!({})).await.status, 401);
        assert_eq!(ana.refresh().await.status, 401);
    }

    async fn signing_out_ends_this_session_and_no_other(app) {
        let ana = app.employee().await;
        let at_home = ana.in_another_browser().await;
        let bearer = format!("Bearer {}", ana.token());
        let out = ana.client.send(awc::http::Method::DELETE, "/session", &[("authorization", &bearer)], vec![]).await;
        assert_eq!(out.status, 204);
        assert!(!ana.client.cookies.borrow().contains_key("bellhop_session"));
        assert_eq!(ana.ask(DEPARTMENTS, json!({})).await.status, 401, "at once, not after ten minutes");
        assert_eq!(at_home.ask(DEPARTMENTS, json!({})).await.status, 200);
    }

    async fn signing_out_works_by_the_cookie_alone(app) {
        let ana = app.employee().await;
        let out = ana.client.send(awc::http::Method::DELETE, "/session", &[], vec![]).await;
        assert_eq!(out.status, 204);
        assert_eq!(ana.ask(DEPARTMENTS, json!({})).await.status, 401);
        let again = ana.client.send(awc::http::Method::DELETE, "/session", &[], vec![]).await;
        assert_eq!(again.status, 204, "nobody to sign out is no error");
    }

    async fn signing_out_everywhere_ends_all_of_the_persons_sessions(app) {
        let ana = app.employee().await;
        let at_home = ana.in_another_browser().await;
        let ben = app.employee().await;
        let bearer = format!("Bearer {}", ana.token());
        let out = ana.client.send(awc::http::Method::DELETE, "/session?everywhere=true", &[("authorization", &bearer)], vec![]).await;
        assert_eq!(out.status, 204);
        assert_eq!(ana.refresh().await.status, 204, "the cookie is gone");
        assert_eq!(at_home.ask(DEPARTMENTS, json!({})).await.status, 401);
        assert_eq!(at_home.refresh().await.status, 401);
        assert_eq!(ben.ask(DEPARTMENTS, json!({})).await.status, 200);
    }

    async fn pages_of_other_sites_cannot_use_the_session(app) {
        let ana = app.employee().await;
        let evil = [("origin", "https://evil.example")];
        let refresh = ana.client.send(awc::http::Method::POST, "/session/refresh", &evil, vec![]).await;
        assert_eq!((refresh.status, refresh.code().as_str()), (403, "WRONG_ORIGIN"));
        let out = ana.client.send(awc::http::Method::DELETE, "/session", &evil, vec![]).await;
        assert_eq!(out.status, 403);
        let body = json!({ "login": ana.login, "password": PASSWORD });
        let sign_in = app.stranger().post_json("/session", &evil, &body).await;
        assert_eq!(sign_in.status, 403);
        assert_eq!(ana.refresh().await.status, 200);
    }

    async fn without_a_session_only_what_is_public_is_answered(app) {
        let stranger = app.stranger();
        let public = stranger.graphql(None, "{ organisation { demo } }", json!({})).await;
        assert_eq!(public.json()["data"]["organisation"]["demo"], false);
        let refused = stranger.graphql(None, DEPARTMENTS, json!({})).await;
        assert_eq!((refused.status, refused.code().as_str()), (200, "UNAUTHENTICATED"));
        let none = stranger.refresh().await;
        assert_eq!((none.status, none.text.as_str()), (204, ""), "nobody is signed in here, which is no error");
    }

    async fn two_renewals_at_once_get_the_same_successor(app) {
        let ana = app.employee().await;
        let tabs: Vec<_> = (0..8).map(|_| ana.client.copy()).collect();
        let answers = futures_util::future::join_all(tabs.iter().map(|tab| tab.refresh())).await;
        assert!(answers.iter().all(|answer| answer.status == 200));
        let first = tabs[0].cookies.borrow().clone();
        assert!(tabs.iter().all(|tab| *tab.cookies.borrow() == first));
    }

    async fn everybody_is_told_who_they_are(app) {
        let query = "{ viewer { person { id siteRoles roles { role department { key } } } canUseDesk } }";
        for (actor, site, role) in [
            (app.employee().await, json!([]), json!([])),
            (app.agent("it").await, json!([]), json!([{ "role": "AGENT", "department": { "key": "it" } }])),
            (app.lead("facilities").await, json!([]), json!([{ "role": "LEAD", "department": { "key": "facilities" } }])),
            (app.admin().await, json!(["ADMINISTRATOR"]), json!([])),
            (app.auditor().await, json!(["AUDITOR"]), json!([])),
            (app.reporter().await, json!(["REPORTER"]), json!([])),
        ] {
            let viewer = actor.query(query, json!({})).await["viewer"].clone();
            assert_eq!(viewer["person"], json!({ "id": actor.person.to_string(), "siteRoles": site, "roles": role }));
            assert_eq!(viewer["canUseDesk"], json!(role != json!([])));
        }
    }
}
