//! Tickets by the million are made of the same stuff as those that people make.

use crate::support::TestApp;
use backend::desk::entity::{clock, message, participant, ticket};
use backend::desk::service_level::{clocks, history};
use backend::platform::event_log;
use backend::platform::timer;
use backend::seed::load::{self, SEED};
use sea_orm::EntityTrait;
use shared::event::EventKind;
use shared::ticket::TicketState;
use std::collections::{HashMap, HashSet};

/// As many as show every kind of life, and more than one batch.
const COUNT: u64 = 1_100;

async fn every_clock_is_as_recomputed(app: &TestApp, tickets: &[ticket::Model]) {
    let db = &app.platform().db;
    let mut stored: HashMap<_, clock::Model> = HashMap::new();
    for row in clock::Entity::find().all(db.reader()).await.expect("rows") {
        stored.insert((row.ticket_id, row.target), row);
    }
    let levels = &app.app.desk.service_levels;
    let mut compared = 0;
    for ticket in tickets {
        let story = history::read(db.reader(), ticket.id)
            .await
            .expect("a history");
        let evaluated = clocks::evaluate(db.reader(), levels, &story, app.now())
            .await
            .expect("clocks");
        for clock in &evaluated {
            let row = &stored[&(ticket.id, clock.target)];
            let expected = clocks::row_of(row.id, ticket.id, clock, None);
            assert_eq!(*row, expected, "{}", ticket.reference);
            compared += 1;
        }
        let standing = shared::service_level::standing(&evaluated);
        let found = (ticket.risk, ticket.due_at, ticket.due_order);
        assert_eq!(found, (standing.risk, standing.due_at, standing.due_order));
    }
    assert_eq!(compared, stored.len());
    assert!(compared > 0, "the organisation promises something");
}

on_both_databases! {
    async fn loaded_tickets_are_as_if_people_had_lived_them(app) {
        // Somebody who works, and somebody who asks.
        app.agent("it").await;
        app.employee().await;
        load::load(&app.app, COUNT, SEED, app.now(), &|_| {}).await.expect("a load");

        let db = app.platform().db.reader();
        let tickets = ticket::Entity::find().all(db).await.expect("rows");
        assert_eq!(tickets.len() as u64, COUNT);
        let references: HashSet<&str> = tickets.iter().map(|t| t.reference.as_str()).collect();
        assert_eq!(references.len(), tickets.len());
        for state in [TicketState::InProgress, TicketState::Resolved, TicketState::Closed] {
            assert!(tickets.iter().any(|t| t.state == state), "{state:?}");
        }
        let messages = message::Entity::find().all(db).await.expect("rows");
        let parts = participant::Entity::find().all(db).await.expect("rows");
        for ticket in &tickets {
            assert!(messages.iter().filter(|m| m.ticket_id == ticket.id).count() >= 2);
            assert!(parts.iter().any(|p| p.ticket_id == ticket.id && p.person_id == ticket.requester_id));
            let events = event_log::of_ticket(db, ticket.id, &[]).await.expect("events");
            assert_eq!(events[0].kind, EventKind::TicketCreated);
            assert!(events.is_sorted_by_key(|event| (event.occurred_at, event.sequence)));
            // Whoever undoes all events from the present ticket comes to none.
            let mut row = Some(ticket.clone());
            for event in events.iter().rev() {
                let changes = event.changes().expect("changes");
                row = row.and_then(|row| backend::desk::store::ticket::undo(&row, &changes).expect("a ticket before"));
            }
            assert_eq!(row, None, "{}", ticket.reference);
        }
        every_clock_is_as_recomputed(app, &tickets).await;
        // What is still to come, comes: timers of the past fire, none is left over.
        app.advance(1).await;
        timer::fire_due(app.platform(), &app.app.desk).await.expect("timers");
    }
}
