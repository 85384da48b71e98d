//! Signing in, and what guessing gets.

use crate::support::app::{Is, PASSWORD};
use crate::support::http::{Answer, Client};
use crate::support::json;
use std::net::{IpAddr, Ipv4Addr};

const WRONG: &str = "not the password";

fn elsewhere(network: u8, host: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(127, 9, network, host))
}

async fn fail(client: &Client, login: &str, times: usize) -> Vec<Answer> {
    let mut answers = Vec::new();
    for _ in 0..times {
        answers.push(client.sign_in(login, WRONG).await);
    }
    answers
}

fn statuses(answers: &[Answer]) -> Vec<u16> {
    answers.iter().map(|answer| answer.status).collect()
}

on_both_databases! {
    async fn a_sign_in_name_is_taken_in_any_case_and_with_blanks_around_it(app) {
        let (_, login) = app.person("ana", Is::default()).await;
        let typed = format!("  {} ", login.to_uppercase());
        assert_eq!(app.stranger().sign_in(&typed, PASSWORD).await.status, 200);
    }

    async fn every_failure_gets_the_same_answer(app) {
        let (_, known) = app.person("ana", Is::default()).await;
        let (gone, left) = app.person("ben", Is::default()).await;
        let (none, without) = app.person("cy", Is::default()).await;
        app.set_active(gone, false).await;
        app.set_password_hash(none, None).await;
        for (login, password) in [
            (known.as_str(), WRONG),
            (known.as_str(), ""),
            (left.as_str(), PASSWORD),
            (without.as_str(), PASSWORD),
            (without.as_str(), ""),
            ("nobody", PASSWORD),
            ("nobody", "nobody"),
            ("", ""),
            ("a\0b", PASSWORD),
            ("' OR 1=1 --", PASSWORD),
        ] {
            let answer = app.stranger().sign_in(login, password).await;
            assert_eq!((answer.status, answer.code().as_str()), (401, "WRONG_CREDENTIALS"), "{login:?}");
            assert_eq!(answer.json()["error"]["message"], "The sign-in name or the password is not right.");
            assert!(answer.set_cookies.is_empty());
        }
        let long = "x".repeat(10_000);
        assert_eq!(app.stranger().sign_in(&long, &long[..4_000]).await.status, 401);
    }

    async fn after_five_failures_a_network_waits_longer_and_longer(app) {
        let (_, login) = app.person("ana", Is::default()).await;
        let guesser = app.stranger_at(elsewhere(1, 1));
        assert_eq!(statuses(&fail(&guesser, &login, 7).await), [401, 401, 401, 401, 401, 429, 429]);
        let mut waits = Vec::new();
        for _ in 0..4 {
            let refused = guesser.sign_in(&login, PASSWORD).await;
            assert_eq!(refused.code(), "TOO_MANY_ATTEMPTS", "even the right password");
            let wait = refused.json()["error"]["retryAfterSeconds"].as_i64().expect("seconds");
            assert_eq!(refused.headers["retry-after"], wait.to_string());
            waits.push(wait);
            app.advance(wait).await;
            assert_eq!(guesser.sign_in(&login, WRONG).await.status, 401);
        }
        assert_eq!(waits, [1, 2, 4, 8]);
        let neighbour = app.stranger_at(elsewhere(1, 200));
        assert_eq!(neighbour.sign_in(&login, PASSWORD).await.status, 429, "the same network");
        app.advance(16).await;
        assert_eq!(neighbour.sign_in(&login, PASSWORD).await.status, 200);
        assert_eq!(statuses(&fail(&guesser, &login, 5).await), [401; 5], "a success forgives the network");
    }

    async fn a_thousand_wrong_passwords_from_elsewhere_keep_nobody_out(app) {
        let ana = app.employee().await;
        let mut right = 0;
        let mut waited = 0;
        for network in 10..60 {
            let guesser = app.stranger_at(elsewhere(network, 1));
            for answer in fail(&guesser, &ana.login, 20).await {
                match answer.status {
                    401 => right += 1,
                    429 => waited += 1,
                    other => panic!("{other}: {}", answer.text),
                }
            }
        }
        assert_eq!(right + waited, 1_000);
        assert!(right <= 100 + 50 * 2 + 5, "{right} guesses were answered");
        let known = ana.client.sign_in(&ana.login, PASSWORD).await;
        assert_eq!(known.status, 200, "her own browser");
        let guesser = app.stranger_at(elsewhere(10, 1));
        *guesser.cookies.borrow_mut() = ana.client.cookies.borrow().clone();
        assert_eq!(guesser.sign_in(&ana.login, PASSWORD).await.status, 200, "her own browser among the guessers");
        let new = app.stranger_at(elsewhere(99, 1));
        assert_eq!(new.sign_in(&ana.login, WRONG).await.status, 401, "a slip of hers");
        assert_eq!(new.sign_in(&ana.login, PASSWORD).await.status, 200, "a new browser elsewhere");
    }

    async fn attempts_at_once_are_no_way_around_the_count(app) {
        let (_, login) = app.person("ana", Is::default()).await;
        let guesser = app.stranger_at(elsewhere(1, 1));
        let attempts = (0..40).map(|_| guesser.sign_in(&login, WRONG));
        let answers = futures_util::future::join_all(attempts).await;
        let answered = answers.iter().filter(|answer| answer.status == 401).count();
        assert_eq!(answered, 5);
        assert!(answers.iter().all(|answer| matches!(answer.status, 401 | 429)));
    }

    async fn a_known_browser_has_ten_failures_of_its_own(app) {
        let ana = app.employee().await;
        let answers = fail(&ana.client, &ana.login, 12).await;
        assert_eq!(statuses(&answers)[..10], [401; 10]);
        assert_eq!(statuses(&answers)[10..], [429; 2]);
        let other = app.stranger();
        assert_eq!(other.sign_in(&ana.login, PASSWORD).await.status, 200, "they count for that browser only");
    }

    async fn a_browser_known_for_one_person_is_a_stranger_to_another(app) {
        let mallory = app.employee().await;
        let (_, ana) = app.person("ana", Is::default()).await;
        assert_eq!(statuses(&fail(&mallory.client, &ana, 6).await), [401, 401, 401, 401, 401, 429]);
        for forged in ["AAAA", "....", "%%%"] {
            let guesser = app.stranger();
            guesser.cookies.borrow_mut().insert("bellhop_device".into(), forged.into());
            assert_eq!(guesser.sign_in(&ana, WRONG).await.status, 429, "a made-up cookie buys nothing");
        }
    }

    async fn a_changed_password_ends_the_other_sessions(app) {
        use backend::platform::unit_of_work::UnitOfWork;
        let ana = app.employee().await;
        let at_home = ana.in_another_browser().await;
        let spared = app.session_of(&ana.token()).await;
        let context = backend::platform::context::Context::system(app.now(), "test");
        let mut uow = UnitOfWork::begin(app.platform(), &context).await.expect("begun");
        backend::session::end_all_of(&mut uow, ana.person, Some(spared), "password_changed").await.expect("ended");
        uow.commit().await.expect("committed");
        assert_eq!(ana.refresh().await.status, 200);
        assert_eq!(at_home.refresh().await.status, 401);
    }

    async fn what_is_no_sign_in_gets_a_coded_error(app) {
        let client = app.stranger();
        let post = awc::http::Method::POST;
        let json_type = ("content-type", "application/json");
        for (headers, body, status) in [
            (vec![json_type], b"".to_vec(), 400),
            (vec![json_type], b"{".to_vec(), 400),
            (vec![json_type], b"[]".to_vec(), 400),
            (vec![json_type], b"{\"login\": \"ana\"}".to_vec(), 400),
            (vec![json_type], b"{\"login\": 1, \"password\": 2}".to_vec(), 400),
            (vec![json_type], b"{\"login\": \"\xff\", \"password\": \"x\"}".to_vec(), 400),
            (vec![json_type], vec![b' '; 16 * 1024 + 1], 413),
            (vec![], b"{\"login\": \"a\", \"password\": \"b\"}".to_vec(), 415),
            (vec![("content-type", "text/plain")], b"{\"login\": \"a\", \"password\": \"b\"}".to_vec(), 415),
            (vec![json_type, ("content-encoding", "gzip")], b"x".to_vec(), 415),
        ] {
            let answer = client.send(post.clone(), "/session", &headers, body.clone()).await;
            assert_eq!(answer.status, status, "{headers:?} {:?}", String::from_utf8_lossy(&body));
            assert!(!answer.code().is_empty());
            assert!(answer.json()["error"]["requestId"].is_string());
        }
        for (method, path) in [("GET", "/session"), ("PUT", "/session"), ("GET", "/session/refresh")] {
            let method = method.parse().expect("a method");
            let answer = client.send(method, path, &[], vec![]).await;
            assert_eq!((answer.status, answer.code().as_str()), (405, "METHOD_NOT_ALLOWED"));
        }
        let answer = client.send(awc::http::Method::DELETE, "/session?everywhere=maybe", &[], vec![]).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "BAD_REQUEST"));
    }

    async fn sessions_whose_time_is_up_are_swept(app) {
        let ana = app.employee().await;
        let ben = app.employee().await;
        app.advance(13 * 86_400).await;
        assert_eq!(ben.refresh().await.status, 200);
        app.advance(86_400).await;
        assert_eq!(backend::session::sweep(app.platform()).await.expect("swept"), 1);
        assert_eq!(backend::session::sweep(app.platform()).await.expect("swept"), 0);
        assert_eq!(ana.refresh().await.status, 401);
        assert_eq!(ben.refresh().await.status, 200);
        app.advance(200 * 86_400).await;
        assert_eq!(backend::session::sweep(app.platform()).await.expect("swept"), 1);
    }
}

on_both_databases! { with |settings| { settings.sign_in_burst = 3; settings.sign_ins_per_second = 0.5; };
    async fn one_network_cannot_try_many_names_at_once(app) {
        let ana = app.employee().await;
        let guesser = app.stranger();
        for name in ["one", "two"] {
            assert_eq!(guesser.sign_in(name, WRONG).await.status, 401);
        }
        let refused = guesser.sign_in("three", WRONG).await;
        assert_eq!((refused.status, refused.code().as_str()), (429, "TOO_MANY_ATTEMPTS"));
        assert_eq!(refused.json()["error"]["retryAfterSeconds"], 2);
        assert_eq!(ana.client.sign_in(&ana.login, PASSWORD).await.status, 200, "known browsers are not held up");
        app.advance(2).await;
        assert_eq!(guesser.sign_in("three", WRONG).await.status, 401);
        assert_eq!(json!(guesser.sign_in("four", WRONG).await.status), 429);
    }
}
