//! Timers and people at the same ticket at once.

use crate::support::{TestApp, json};
use crate::ticket::{act, report};
use backend::desk::store::ticket as tickets;
use backend::desk::ticket::lifecycle::WAKE_UP;
use backend::platform::context::Context;
use backend::platform::event_log;
use backend::platform::timer;
use backend::platform::unit_of_work::UnitOfWork;
use sea_orm::{ConnectionTrait as _, DatabaseBackend, Statement};
use shared::event::EventKind;
use shared::id::TicketId;

/// Waits until somebody waits for a lock. SQLite has none: there the writer comes after.
async fn somebody_waits(app: &TestApp) {
    let db = &app.platform().db;
    if db.backend() != DatabaseBackend::Postgres {
        return;
    }
    let waiting = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    let statement = Statement::from_string(DatabaseBackend::Postgres, waiting);
    while db
        .reader()
        .query_one_raw(statement.clone())
        .await
        .expect("an answer")
        .is_none()
    {
        tokio::task::yield_now().await;
    }
}

on_both_databases! {
    async fn an_act_at_the_instant_at_which_a_timer_fires_is_in_nobodys_way(app) {
        let ana = app.employee().await;
        let ticket = report(&ana, "At once", json!({})).await;
        let id: TicketId = ticket["id"].as_str().expect("an id").parse().expect("an id");
        let context = Context::system(app.now(), "test");
        let begin = || UnitOfWork::begin(app.platform(), &context);
        let mut uow = begin().await.expect("a unit of work");
        timer::set(&mut uow, WAKE_UP, id.0, Some(id), app.now());
        uow.commit().await.expect("a commit");

        let mut act = begin().await.expect("a unit of work");
        tickets::lock(act.tx(), id).await.expect("a lock").expect("a ticket");
        let acting = async {
            somebody_waits(app).await;
            timer::clear(&mut act, WAKE_UP, id.0);
            act.commit().await.expect("a commit");
        };
        let firing = timer::fire_due(app.platform(), &app.app.desk);
        let (fired, ()) = tokio::join!(firing, acting);
        assert_eq!(fired.expect("timers"), 0, "the act took the timer back");
    }

    async fn an_act_with_an_earlier_clock_takes_no_breach_back(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Late", json!({})).await;
        let id = &ticket["id"];
        let risk = async || {
            let query = "query($id: ID!) { ticket(id: $id) { risk } }";
            marta.query(query, json!({ "id": id })).await["ticket"]["risk"].clone()
        };
        let breaches = async || {
            let id: TicketId = id.as_str().expect("an id").parse().expect("an id");
            let kinds = [EventKind::ClockBreached];
            let db = app.platform().db.reader();
            event_log::of_ticket(db, id, &kinds).await.expect("events").len()
        };
        app.advance(61 * 60).await;
        assert_eq!((risk().await, breaches().await), (json!("BREACHED"), 1));
        // Another machine's clock is behind, or the act has waited for long.
        app.clock().advance(-50 * 60);
        act(&marta, "ticketEdit", id, json!({ "title": "Later" })).await;
        assert_eq!(risk().await, "BREACHED");
        app.advance(50 * 60).await;
        assert_eq!((risk().await, breaches().await), (json!("BREACHED"), 1));
    }
}
