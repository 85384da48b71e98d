//! A demo that lives: what a simulation does, what it leaves alone, and what is left of it.

use crate::support::TestApp;
use backend::desk::entity::{clock, ticket};
use backend::desk::service_level::store::agreement;
use backend::desk::ticket::edit;
use backend::import::servicenow_log;
use backend::organisation::{access, entity::person};
use backend::platform::event_log;
use backend::seed::simulate::{self, PREFIX, Simulation, Wish};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use shared::event::EventKind;
use shared::id::TicketId;
use std::collections::BTreeSet;
use std::path::Path;

/// Agreements in force, in their order: the simulation's, and the others.
async fn in_force(app: &TestApp) -> (Vec<String>, Vec<String>) {
    let db = app.platform().db.reader();
    let mut rows = agreement::Entity::find().all(db).await.expect("rows");
    rows.retain(|row| row.active);
    rows.sort_by_key(|row| row.position);
    rows.into_iter()
        .map(|row| row.name)
        .partition(|name| name.starts_with(PREFIX))
}

async fn tickets(app: &TestApp) -> Vec<ticket::Model> {
    ticket::Entity::find()
        .all(app.platform().db.reader())
        .await
        .expect("rows")
}

/// Lets the next thing happen at its instant; false when all is told.
async fn step(app: &TestApp, simulation: &mut Simulation) -> bool {
    let Some(due) = simulation.next_due().await.expect("an instant") else {
        return false;
    };
    // Wake-ups and promises come at their own instants, as they do in life.
    while let Some(timer) = backend::platform::timer::next_due(app.platform())
        .await
        .expect("a timer")
    {
        if timer > due {
            break;
        }
        app.clock().set(timer.max(app.now()));
        app.advance(0).await;
    }
    app.clock().set(due.max(app.now()));
    let goes_on = simulation.play_due().await.expect("a step");
    assert!(app.now() >= due, "nobody but the test moves the clock");
    goes_on
}

async fn words(begun: anyhow::Result<Simulation>) -> String {
    match begun {
        Ok(_) => panic!("it begins"),
        Err(error) => error.to_string(),
    }
}

on_both_demos! {
    async fn tickets_arrive_are_worked_and_break_promises_at_the_present_of_the_clock(app) {
        let began = app.now();
        let (none, before) = in_force(app).await;
        assert!(none.is_empty() && before.len() > 5);
        let mut simulation = Simulation::begin(app.platform(), Wish::default()).await.expect("a start");
        assert_eq!(app.now(), began, "the clock is the server's");
        let (ours, others) = in_force(app).await;
        assert_eq!(others, before);
        let copied: Vec<String> = before.iter().map(|name| format!("{PREFIX}{name}")).collect();
        assert_eq!(ours, copied, "each promise again, in its place");
        let second = words(Simulation::begin(app.platform(), Wish::default()).await).await;
        assert!(second.contains("running on this database already"), "{second}");

        let mut steps = 0;
        let tally = loop {
            assert!(step(app, &mut simulation).await, "an invention has no end");
            let tally = simulation.tally().await.expect("a tally");
            steps += 1;
            if tally.arrived >= 25 && tally.resolved >= 8 && tally.breached >= 1 {
                break tally;
            }
            assert!(steps < 1_500, "{tally}");
        };
        assert_eq!(tally.left_alone, 0);
        // Ten minutes of life a second: some minutes for so many tickets, and no night among them.
        let took = app.now().seconds_since(began);
        assert!((30..1_800).contains(&took), "{took} s");
        let rows = tickets(app).await;
        assert_eq!(rows.len() as u64, tally.arrived);
        let ours: BTreeSet<_> = agreement::Entity::find()
            .filter(agreement::Column::Active.eq(true))
            .all(app.platform().db.reader()).await.expect("rows")
            .into_iter().filter(|row| row.name.starts_with(PREFIX)).map(|row| row.id).collect();
        for row in &rows {
            assert!(row.created_at >= began && row.updated_at <= app.now(), "{}", row.reference);
            assert!(row.agreement_id.is_none_or(|id| ours.contains(&id)), "{}", row.reference);
            for event in event_log::of_ticket(app.platform().db.reader(), row.id, &[]).await.expect("events") {
                assert!(event.recorded_at >= began && event.recorded_at <= app.now());
                assert!(matches!(event.kind, EventKind::ClockWarned | EventKind::ClockBreached) || event.occurred_at == event.recorded_at, "nothing is dated back");
            }
        }
        let clocks = clock::Entity::find().all(app.platform().db.reader()).await.expect("rows");
        // The longest promise of the demo is 90 working hours.
        assert!(clocks.iter().all(|clock| clock.target_seconds <= 90 * 3600 / 600));
        assert!(clocks.iter().any(|clock| clock.target_seconds < 60));

        simulation.end().await.expect("an end");
        assert_eq!(in_force(app).await, (Vec::new(), before.clone()));
        // The next one takes the same agreements into use again.
        let count = agreement::Entity::find().all(app.platform().db.reader()).await.expect("rows").len();
        let again = Simulation::begin(app.platform(), Wish { speed: 60, ..Wish::default() }).await.expect("a start");
        assert_eq!(in_force(app).await, (copied, before));
        let still = agreement::Entity::find().all(app.platform().db.reader()).await.expect("rows").len();
        assert_eq!(still, count);
        again.end().await.expect("an end");
    }

    async fn what_a_visitor_takes_in_hand_is_left_to_them(app) {
        let mut simulation = Simulation::begin(app.platform(), Wish::default()).await.expect("a start");
        while simulation.tally().await.expect("a tally").arrived < 3 {
            step(app, &mut simulation).await;
        }
        let db = app.platform().db.reader();
        let marta = person::Entity::find().filter(person::Column::Login.eq("marta")).one(db).await.expect("an answer").expect("marta");
        let visitor = access::context_of(db, marta.id, app.now(), "visit").await.expect("an answer").expect("a context");
        let mut taken: Option<ticket::Model> = None;
        for _ in 0..400 {
            let candidates = tickets(app).await;
            for row in candidates.iter().filter(|row| row.state.is_open()) {
                let given = edit::assign(&app.app.desk, &visitor, row.id, row.version, None, Some(marta.id)).await;
                if let Ok(row) = given {
                    taken = Some(row);
                    break;
                }
            }
            if taken.is_some() {
                break;
            }
            step(app, &mut simulation).await;
        }
        let taken: ticket::Model = taken.expect("a ticket of her department");
        let mut steps = 0;
        while simulation.tally().await.expect("a tally").left_alone == 0 {
            assert!(step(app, &mut simulation).await && steps < 2_000, "{steps} steps");
            steps += 1;
        }
        for _ in 0..100 {
            step(app, &mut simulation).await;
        }
        let now = only(app, taken.id).await;
        assert_eq!((now.version, now.assignee_id, now.state), (taken.version, Some(marta.id), taken.state));
        assert!(simulation.tally().await.expect("a tally").worked > 20, "all others go on");
        simulation.end().await.expect("an end");
    }

    async fn what_was_killed_is_cleaned_up_by_a_server_or_by_the_next(app) {
        let (_, before) = in_force(app).await;
        for by_server in [true, false] {
            let killed = Simulation::begin(app.platform(), Wish::default()).await.expect("a start");
            drop(killed);
            assert!(!simulate::sweep(app.platform()).await.expect("a look"), "it may be alive");
            assert!(!in_force(app).await.0.is_empty());
            app.advance(31).await;
            if by_server {
                assert!(simulate::sweep(app.platform()).await.expect("a look"));
                assert!(!simulate::sweep(app.platform()).await.expect("a look"), "once");
            } else {
                let next = Simulation::begin(app.platform(), Wish::default()).await.expect("a start");
                next.end().await.expect("an end");
            }
            assert_eq!(in_force(app).await, (Vec::new(), before.clone()));
        }
    }

    async fn one_that_lost_its_lease_ends(app) {
        let mut slept = Simulation::begin(app.platform(), Wish::default()).await.expect("a start");
        app.advance(31).await;
        let other = Simulation::begin(app.platform(), Wish::default()).await.expect("a start");
        assert!(slept.play_due().await.is_err());
        other.end().await.expect("an end");
    }

    async fn imported_tickets_are_lived_again(app) {
        let wish = Wish { from_import: true, ..Wish::default() };
        let nothing = words(Simulation::begin(app.platform(), wish).await).await;
        assert!(nothing.contains("nothing to replay"), "{nothing}");
        assert!(in_force(app).await.0.is_empty());
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/servicenow/sample.csv");
        let options = servicenow_log::Options {
            rejects: Some(app.files_folder().with_extension("rejects.csv")),
            ..servicenow_log::Options::default()
        };
        servicenow_log::run(app.platform(), &file, &options, &mut ()).await.expect("an import");
        let imported = tickets(app).await;
        let known: BTreeSet<TicketId> = imported.iter().map(|row| row.id).collect();
        assert!(known.len() > 20);

        let began = app.now();
        let mut simulation = Simulation::begin(app.platform(), wish).await.expect("a start");
        while step(app, &mut simulation).await {}
        let tally = simulation.tally().await.expect("a tally");
        simulation.end().await.expect("an end");
        assert!(in_force(app).await.0.is_empty());
        assert_eq!(tally.arrived as usize, known.len());
        let mut lived = tickets(app).await;
        lived.retain(|row| !known.contains(&row.id));
        assert_eq!(lived.len(), known.len());
        // In the order in which they were opened.
        let mut imported_in_order: Vec<&ticket::Model> = imported.iter().collect();
        imported_in_order.sort_by_key(|row| (row.created_at, row.id));
        lived.sort_by_key(|row| (row.reference_number, row.id));
        for (old, new) in imported_in_order.iter().zip(&lived) {
            assert_eq!((&old.title, old.requester_id, old.category_id), (&new.title, new.requester_id, new.category_id));
            assert_eq!(old.state, new.state, "{} and {}", old.reference, new.reference);
        }
        // What was given to somebody after it was done stays with whoever did it.
        assert!(lived.iter().filter(|row| row.assignee_id.is_some()).count() > 20);
        assert!(lived.iter().all(|row| row.created_at >= began && row.contact_at >= began));
        let clocks = clock::Entity::find().all(app.platform().db.reader()).await.expect("rows");
        let of_lived = |id| lived.iter().any(|row: &ticket::Model| row.id == id);
        assert!(clocks.iter().any(|clock| of_lived(clock.ticket_id) && clock.target_seconds == 240));
        // What was imported is as it was.
        for old in &imported {
            assert_eq!(&only(app, old.id).await, old);
        }
        let events = event_log::of_ticket(app.platform().db.reader(), lived[0].id, &[EventKind::TicketCreated]).await.expect("events");
        assert_eq!(events.len(), 1);
    }
}

async fn only(app: &TestApp, id: TicketId) -> ticket::Model {
    let db = app.platform().db.reader();
    ticket::Entity::find_by_id(id)
        .one(db)
        .await
        .expect("an answer")
        .expect("a ticket")
}

on_both_databases! {
    async fn an_organisation_of_ones_own_is_never_simulated(app) {
        let before = in_force(app).await;
        let refused = words(Simulation::begin(app.platform(), Wish::default()).await).await;
        assert!(refused.contains("not the demo organisation"), "{refused}");
        assert_eq!(in_force(app).await, before);
        assert!(tickets(app).await.is_empty());
    }
}
