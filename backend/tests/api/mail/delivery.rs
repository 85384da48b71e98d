//! Mail servers that refuse, drop, go and come back, and nodes that do.

use super::reply;
use crate::support::actor::Actor;
use crate::support::smtp::{Mood, SmtpServer};
use crate::support::{TestApp, json};
use crate::ticket::report;
use backend::platform::Platform;
use backend::platform::event_log;
use backend::platform::job::runner::Runner;
use backend::platform::job::{ATTEMPTS, Entity, Failure, Model, Outcome, Worker};
use sea_orm::EntityTrait as _;
use serde_json::Value;
use shared::job::JobState;
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::Notify;

/// Ana's ticket, and Marta who answers.
async fn stage(app: &TestApp) -> (Actor, Actor, Value) {
    let ana = app.employee().await;
    let marta = app.agent("it").await;
    let ticket = report(&ana, "Slow mail", json!({})).await;
    let id = ticket["id"].clone();
    (ana, marta, id)
}

async fn jobs(app: &TestApp) -> Vec<Model> {
    Entity::find()
        .all(app.platform().db.reader())
        .await
        .expect("jobs")
}

async fn only_job(app: &TestApp) -> Model {
    let mut all = jobs(app).await;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// Takes a job and never comes to an end, as a node that is killed.
struct Dies(Arc<Notify>);

impl Worker for Dies {
    fn kind(&self) -> &'static str {
        "mail"
    }

    fn ready<'a>(
        &'a self,
        _platform: &'a Platform,
    ) -> Pin<Box<dyn Future<Output = backend::platform::error::Result<bool>> + Send + 'a>> {
        Box::pin(async { Ok(true) })
    }

    fn work<'a>(
        &'a self,
        _platform: &'a Platform,
        _job: &'a Model,
    ) -> Pin<Box<dyn Future<Output = Result<Outcome, Failure>> + Send + 'a>> {
        Box::pin(async {
            self.0.notify_one();
            std::future::pending().await
        })
    }
}

/// Takes what is due and is killed in the middle of it.
async fn die(app: &TestApp) {
    let begun = Arc::new(Notify::new());
    let runner = Runner::new(app.platform().clone(), vec![Arc::new(Dies(begun.clone()))]);
    tokio::select! {
        _ = runner.run_due() => panic!("it never ends"),
        () = begun.notified() => {}
    }
}

on_both_databases! {
    async fn a_server_that_was_gone_gets_the_mail_when_it_is_back(app) {
        let mut server = SmtpServer::start().await;
        app.mail_to(&server);
        let (_ana, marta, id) = stage(app).await;
        server.go().await;
        reply(&marta, &id, "One.").await;
        assert_eq!(app.run_jobs().await, 1);
        let job = only_job(app).await;
        assert_eq!((job.state, job.attempts), (JobState::Waiting, 1));
        assert_eq!(job.error_code.as_deref(), Some("SMTP_UNREACHABLE"), "{job:?}");
        assert!(job.locked_until.is_none());
        assert_eq!(app.run_jobs().await, 0, "not at once again");
        app.advance(23).await;
        assert_eq!(app.run_jobs().await, 0, "the pause is at least 24 s");
        app.advance(14).await;
        assert_eq!(app.run_jobs().await, 1, "and at most 36 s");
        server.come_back().await;
        app.advance(40).await;
        assert_eq!(app.run_jobs().await, 0, "the second pause is twice as long");
        app.advance(40).await;
        assert_eq!(app.run_jobs().await, 1);
        assert_eq!(server.take().len(), 1);
        let job = only_job(app).await;
        assert_eq!((job.state, job.error_code, job.payload.as_str()), (JobState::Done, None, "{}"));
        app.advance(7 * 86_400).await;
        assert_eq!(app.run_jobs().await, 0);
        assert!(server.take().is_empty());
    }

    async fn a_server_that_says_later_is_asked_later(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let (_ana, marta, id) = stage(app).await;
        server.set(Mood::Refuses(451));
        reply(&marta, &id, "One.").await;
        app.run_jobs().await;
        let job = only_job(app).await;
        assert_eq!((job.state, job.error_code.as_deref()), (JobState::Waiting, Some("SMTP_451")));
        assert!(job.error.is_some_and(|text| text.contains("not this one")));
        server.set(Mood::Accepts);
        app.advance(60).await;
        app.run_jobs().await;
        assert_eq!(server.take().len(), 1);
    }

    async fn a_refusal_for_good_is_a_dead_letter_at_once(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let (_ana, marta, id) = stage(app).await;
        server.set(Mood::Refuses(550));
        let sequence = event_log::last_sequence(app.platform().db.reader()).await.expect("a sequence");
        reply(&marta, &id, "One.").await;
        app.run_jobs().await;
        let job = only_job(app).await;
        assert_eq!((job.state, job.attempts, job.error_code.as_deref()), (JobState::Dead, 1, Some("SMTP_550")));
        assert_eq!(job.finished_at, Some(app.now()));
        let events = event_log::after(app.platform().db.reader(), sequence, 50).await.expect("events");
        let failed: Vec<_> = events.iter().filter(|e| e.kind.as_str() == "JobFailed").collect();
        assert_eq!(failed.len(), 1);
        assert_eq!((failed[0].subject_id, failed[0].ticket_id), (job.id.0, None));
        app.advance(7 * 86_400).await;
        assert_eq!(app.run_jobs().await, 0);
    }

    async fn a_sign_in_that_the_server_refuses_is_no_fault_of_the_mail(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let (_ana, marta, id) = stage(app).await;
        server.set(Mood::Refuses(535));
        reply(&marta, &id, "One.").await;
        app.run_jobs().await;
        assert_eq!(only_job(app).await.state, JobState::Waiting);
    }

    async fn a_repetition_can_be_recognised(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let (_ana, marta, id) = stage(app).await;
        server.set(Mood::DropsAfterData);
        reply(&marta, &id, "One.").await;
        app.run_jobs().await;
        assert_eq!(only_job(app).await.state, JobState::Waiting, "nobody said that it was taken");
        server.set(Mood::Accepts);
        app.advance(60).await;
        app.run_jobs().await;
        let mails = server.take();
        assert_eq!(mails.len(), 2);
        assert_eq!(mails[0].header("Message-ID"), mails[1].header("Message-ID"));
    }

    async fn what_fails_for_a_day_and_a_half_is_given_up(app) {
        let mut server = SmtpServer::start().await;
        app.mail_to(&server);
        let (_ana, marta, id) = stage(app).await;
        server.go().await;
        reply(&marta, &id, "One.").await;
        let start = app.now();
        for attempt in 1..=ATTEMPTS {
            assert_eq!(app.run_jobs().await, 1, "attempt {attempt}");
            let job = only_job(app).await;
            assert_eq!(job.attempts, attempt);
            if attempt < ATTEMPTS {
                assert_eq!(job.state, JobState::Waiting);
                app.advance(job.due_at.seconds_since(app.now()) + 1).await;
            }
        }
        assert_eq!(only_job(app).await.state, JobState::Dead);
        let hours = app.now().seconds_since(start) / 3_600;
        assert!((24..=48).contains(&hours), "{hours} h");
        server.come_back().await;
        app.advance(86_400).await;
        assert_eq!(app.run_jobs().await, 0);
    }

    async fn two_nodes_at_once_send_each_mail_once(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let (_ana, marta, id) = stage(app).await;
        for number in 0..30 {
            reply(&marta, &id, &format!("Message {number}.")).await;
        }
        let (one, other) = (app.app.runner(), app.app.runner());
        let node = |runner: Runner| async move {
            let mut attempts = 0;
            loop {
                match runner.run_due().await.expect("jobs") {
                    0 => return attempts,
                    more => attempts += more,
                }
            }
        };
        let (a, b, c) = tokio::join!(node(one.clone()), node(other), node(one));
        assert_eq!(a + b + c, 30, "{a} {b} {c}");
        let mails = server.take();
        let ids: BTreeSet<String> = mails.iter().map(|mail| mail.header("Message-ID")).collect();
        assert_eq!((mails.len(), ids.len()), (30, 30));
    }

    async fn a_node_that_dies_loses_its_lease_and_no_mail(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let (_ana, marta, id) = stage(app).await;
        reply(&marta, &id, "One.").await;
        die(app).await;
        let job = only_job(app).await;
        assert_eq!((job.state, job.attempts), (JobState::Waiting, 1));
        assert_eq!(app.run_jobs().await, 0, "somebody may still be at it");
        app.advance(599).await;
        assert_eq!(app.run_jobs().await, 0);
        app.advance(1).await;
        assert_eq!(app.run_jobs().await, 1);
        assert_eq!(server.take().len(), 1);
        assert_eq!(only_job(app).await.state, JobState::Done);
    }

    async fn a_job_that_kills_each_node_does_not_come_back_for_ever(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let (_ana, marta, id) = stage(app).await;
        reply(&marta, &id, "One.").await;
        for _ in 0..ATTEMPTS {
            die(app).await;
            app.advance(600).await;
        }
        assert_eq!(app.run_jobs().await, 1);
        let job = only_job(app).await;
        assert_eq!((job.state, job.error_code.as_deref()), (JobState::Dead, Some("INTERRUPTED")));
        assert!(server.take().is_empty());
    }

    async fn a_running_server_sends_by_itself_and_stops_in_order(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let (_ana, marta, id) = stage(app).await;
        let running = app.app.start_jobs();
        reply(&marta, &id, "One.").await;
        assert_eq!(server.wait().await.len(), 1);
        running.stop().await;
        assert_eq!(only_job(app).await.state, JobState::Done, "what was in hand came to its end");
        reply(&marta, &id, "Two.").await;
        assert_eq!(jobs(app).await.iter().filter(|job| job.state == JobState::Waiting).count(), 1);
    }

    async fn what_came_to_its_end_long_ago_is_forgotten_but_for_dead_letters(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let (_ana, marta, id) = stage(app).await;
        reply(&marta, &id, "One.").await;
        app.run_jobs().await;
        server.set(Mood::Refuses(550));
        reply(&marta, &id, "Two.").await;
        app.run_jobs().await;
        app.advance(31 * 86_400).await;
        backend::platform::job::sweep(app.platform()).await.expect("a sweep");
        assert_eq!(only_job(app).await.state, JobState::Dead);
    }
}
