//! The demo as it stands in a database.

use super::content::Content;
use super::{SEED, is_empty, plan, seed};
use crate::app::App;
use crate::desk::entity::{clock, notification, ticket};
use crate::desk::service_level::{clocks, history};
use crate::platform::Platform;
use crate::platform::clock::ManualClock;
use crate::platform::database::Database;
use crate::platform::ids::Ids;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use shared::ticket::{ClockRisk, TicketState};
use shared::time::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;

/// A folder that vanishes.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("bellhop-demo-{name}-{}", std::process::id())))
    }

    async fn database(&self) -> Database {
        let url = format!("sqlite:{}", self.0.join("demo.sqlite3").display());
        Database::open(&url).await.expect("a database")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// One demo serves all questions: seeding takes a while without optimisation.
#[tokio::test]
async fn a_demo_is_complete_and_every_clock_equals_its_recomputation() {
    // A Saturday night, when nothing but round-the-clock promises run.
    let now: Timestamp = "2026-11-21T02:30:00Z".parse().expect("an instant");
    let folder = Folder::new("whole");
    let db = folder.database().await;
    assert!(is_empty(&db).await.expect("an answer"));
    let seeded = seed(&db, now, SEED, &|_, _| {}).await.expect("a demo");
    assert_eq!(seeded.tickets, plan::TICKETS);
    assert!(!is_empty(&db).await.expect("an answer"));
    let again = seed(&db, now, SEED, &|_, _| {}).await;
    assert!(again.is_err(), "a second demo does not go over the first");

    let tickets = ticket::Entity::find().all(db.reader()).await.expect("rows");
    assert_eq!(tickets.len(), plan::TICKETS);
    let content = Content::read().expect("content");
    for department in &content.organisation.departments {
        let row = crate::organisation::entity::department::Entity::find()
            .filter(crate::organisation::entity::department::Column::Key.eq(&department.key))
            .one(db.reader())
            .await
            .expect("an answer")
            .expect("a department");
        let count = tickets.iter().filter(|t| t.department_id == row.id).count();
        assert!(count >= 15, "{}: {count}", department.key);
    }
    mostly_done_but_not_all(&tickets, now);
    clocks_are_recomputed(&db, &tickets, now).await;
    nothing_old_is_unread(&db, now).await;
}

fn mostly_done_but_not_all(tickets: &[ticket::Model], now: Timestamp) {
    let open: Vec<&ticket::Model> = tickets.iter().filter(|t| t.state.is_open()).collect();
    assert!((60..=130).contains(&open.len()), "{} open", open.len());
    let count = |risk| open.iter().filter(|t| t.risk == risk).count();
    assert!(count(ClockRisk::Breached) >= 4);
    assert!(count(ClockRisk::AtRisk) >= 4);
    assert!(count(ClockRisk::Paused) >= 3);
    let on_hold = open.iter().filter(|t| t.state == TicketState::OnHold);
    assert!(on_hold.clone().count() >= 8);
    assert!(
        on_hold
            .clone()
            .all(|t| t.wake_up_at.is_some_and(|at| at > now))
    );
    let unassigned = open.iter().filter(|t| t.assignee_id.is_none()).count();
    assert!((4..=25).contains(&unassigned), "{unassigned} unassigned");
    let soon = |minutes: i64| {
        let until = now.plus_seconds(minutes * 60);
        let due = open.iter().filter_map(|t| t.due_at);
        due.filter(|at| *at > now && *at <= until).count()
    };
    assert!(soon(6) >= 1, "something happens within minutes");
    assert!(soon(60) >= 4, "something is due within the hour");
    assert!(tickets.iter().any(|t| t.reopen_count > 0));
    assert!(tickets.iter().any(|t| t.reassignment_count > 0));
    assert!(
        tickets
            .iter()
            .all(|t| t.updated_at <= now && t.created_at <= t.updated_at)
    );
}

async fn clocks_are_recomputed(db: &Database, tickets: &[ticket::Model], now: Timestamp) {
    let clock = Arc::new(ManualClock::new(now));
    let app = App::new(Platform::new(db.clone(), clock, Ids::seeded(1)));
    let stored = clock::Entity::find().all(db.reader()).await.expect("rows");
    let mut compared = 0;
    for ticket in tickets {
        let history = history::read(db.reader(), ticket.id)
            .await
            .expect("a history");
        let clocks = clocks::evaluate(db.reader(), &app.desk.service_levels, &history, now)
            .await
            .expect("clocks");
        for clock in &clocks {
            let row = stored
                .iter()
                .find(|row| row.ticket_id == ticket.id && row.target == clock.target)
                .expect("a stored clock");
            let reference = &ticket.reference;
            assert_eq!(row.state, clock.state, "{reference}");
            assert_eq!(row.due_at, clock.due_at, "{reference}");
            assert_eq!(row.finished_at, clock.finished_at, "{reference}");
            assert_eq!(row.breached_at, clock.breached_at, "{reference}");
            assert_eq!(row.paused_at, clock.paused_at, "{reference}");
            compared += 1;
        }
        let standing = shared::service_level::standing(&clocks);
        assert_eq!(ticket.risk, standing.risk, "{}", ticket.reference);
        assert_eq!(ticket.due_at, standing.due_at, "{}", ticket.reference);
        assert_eq!(ticket.due_order, standing.due_order, "{}", ticket.reference);
    }
    assert_eq!(compared, stored.len());
    assert!(compared > 700, "{compared} clocks");
    let outcomes = |wanted: bool| {
        let breached = stored.iter().filter(|c| c.breached_at.is_some() == wanted);
        breached.filter(|c| c.finished_at.is_some()).count()
    };
    let kept = outcomes(false) * 100 / (outcomes(true) + outcomes(false));
    assert!((88..=99).contains(&kept), "{kept} % of promises kept");
}

async fn nothing_old_is_unread(db: &Database, now: Timestamp) {
    let unread = notification::Entity::find()
        .filter(notification::Column::ReadAt.is_null())
        .all(db.reader())
        .await
        .expect("rows");
    assert!(!unread.is_empty());
    assert!(
        unread
            .iter()
            .all(|n| now.seconds_since(n.created_at) <= 2 * 86_400)
    );
    let all = notification::Entity::find()
        .count(db.reader())
        .await
        .expect("a count");
    assert!(all > 1000, "{all}");
}
