//! What must hold in a database whatever happened to the servers on it: every row told by its events
//! and every event by its rows, clocks as recomputed, and the journal to the letter.

use crate::load::{Done, Journal};
use backend::desk::entity::{clock, message, participant, ticket};
use backend::desk::service_level::store::ServiceLevels;
use backend::desk::service_level::{clocks, history};
use backend::desk::store::ticket as tickets;
use backend::platform::database::Database;
use backend::platform::event_log::{self, Event};
use backend::platform::{idempotency, timer};
use sea_orm::{ConnectionTrait as _, EntityTrait as _, Statement};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use shared::event::EventKind;
use shared::id::{ClockId, MessageId, TicketId};
use shared::service_level::{ClockTarget, standing};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Events that one reading takes.
const PAGE: u64 = 5_000;
/// Columns of a ticket that no event tells.
const UNTOLD: [&str; 6] = [
    "id",
    "version",
    "description",
    "answers",
    "referenceNumber",
    "referencePrefix",
];

/// All that was read, once.
struct Books {
    tickets: HashMap<TicketId, ticket::Model>,
    messages: Vec<message::Model>,
    /// In the order of the log.
    events: Vec<Event>,
    /// The version that each event left its subject in.
    versions: HashMap<i64, Option<i32>>,
}

/// Looks at everything, and panics at the first thing that is not as it should be.
pub async fn audit(db: &Database, journal: &Journal) {
    let books = read(db).await;
    events_are_whole(db, &books).await;
    tickets_are_told(&books);
    messages_are_told(&books);
    parts_are_there(db, &books).await;
    clocks_are_as_recomputed(db, &books).await;
    timers_have_subjects(db, &books).await;
    journal_is_kept(db, &books, journal).await;
}

async fn read(db: &Database) -> Books {
    let reader = db.reader();
    let mut events: Vec<Event> = Vec::new();
    loop {
        let last = events.last().map_or(0, |event| event.sequence);
        let more = event_log::after(reader, last, PAGE).await.expect("events");
        if more.is_empty() {
            break;
        }
        events.extend(more);
    }
    let tickets = ticket::Entity::find().all(reader).await.expect("tickets");
    let messages = message::Entity::find().all(reader).await.expect("messages");
    let mut versions = HashMap::new();
    for row in rows(db, "SELECT sequence, version_after FROM events").await {
        let sequence: i64 = row.try_get_by_index(0).expect("a sequence");
        versions.insert(sequence, row.try_get_by_index(1).expect("a version"));
    }
    Books {
        tickets: tickets.into_iter().map(|row| (row.id, row)).collect(),
        messages,
        events,
        versions,
    }
}

async fn rows(db: &Database, question: &str) -> Vec<sea_orm::QueryResult> {
    let statement = Statement::from_string(db.backend(), question);
    db.reader().query_all_raw(statement).await.expect("rows")
}

/// The sequence has no holes, the counter stands at its end, and each event has its own content.
async fn events_are_whole(db: &Database, books: &Books) {
    for (event, expected) in books.events.iter().zip(1..) {
        assert_eq!(event.sequence, expected, "the log has a hole or a double");
    }
    let counter = event_log::last_sequence(db.reader())
        .await
        .expect("a counter");
    assert_eq!(
        counter,
        books.events.last().map_or(0, |event| event.sequence)
    );
    let ids: HashSet<_> = books.events.iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), books.events.len(), "two events share an id");
    let all = "SELECT p.sequence, p.salt, p.changes, e.payload_digest \
               FROM event_payloads p LEFT JOIN events e ON e.sequence = p.sequence";
    let payloads = rows(db, all).await;
    assert_eq!(payloads.len(), books.events.len(), "events and contents");
    for row in payloads {
        let text = |index| row.try_get_by_index::<String>(index).expect("a text");
        let digest = Sha256::digest(format!("{}{}", text(1), text(2)));
        assert_eq!(format!("{digest:x}"), text(3), "content of another event");
    }
}

/// Each ticket is what its events say, from the first to the last.
fn tickets_are_told(books: &Books) {
    let mut told: BTreeMap<TicketId, Vec<&Event>> = BTreeMap::new();
    for event in &books.events {
        if let Some(ticket) = event.ticket_id {
            told.entry(ticket).or_default().push(event);
        }
    }
    assert_eq!(
        told.len(),
        books.tickets.len(),
        "tickets with events, and tickets"
    );
    let mut references = HashSet::new();
    for (id, events) in told {
        let row = books.tickets.get(&id);
        let row = row.unwrap_or_else(|| panic!("events of {id}, which is not there"));
        assert!(
            references.insert(row.reference.clone()),
            "two are {}",
            row.reference
        );
        let created = |event: &&&Event| event.kind == EventKind::TicketCreated;
        assert_eq!(
            events.iter().filter(created).count(),
            1,
            "{}",
            row.reference
        );
        is_folded(row, &events);
        is_undone(row, &events);
        let versions: Vec<i32> = events
            .iter()
            .filter_map(|event| books.versions[&event.sequence])
            .collect();
        assert!(versions.is_sorted(), "{}: {versions:?}", row.reference);
        let distinct: HashSet<i32> = versions.iter().copied().collect();
        let expected: HashSet<i32> = (1..=row.version).collect();
        assert_eq!(
            distinct, expected,
            "{}: versions without events",
            row.reference
        );
    }
}

/// What the events say one after the other is the row.
fn is_folded(row: &ticket::Model, events: &[&Event]) {
    let mut folded: HashMap<String, Value> = HashMap::new();
    for event in events {
        for (name, change) in event.changes().expect("changes") {
            let before = folded.insert(name.clone(), change.after);
            let column = row_field(row, &name).is_some();
            let before = before.unwrap_or(Value::Null);
            assert!(
                !column || before == change.before,
                "{}: {name} was {before}, not {}, before {}",
                row.reference,
                change.before,
                event.sequence
            );
        }
    }
    let Value::Object(fields) = serde_json::to_value(row).expect("JSON") else {
        panic!("a row is an object");
    };
    for (name, value) in fields {
        if !UNTOLD.contains(&name.as_str()) {
            let said = folded.get(&name).unwrap_or(&Value::Null);
            assert_eq!(*said, value, "{}: {name}", row.reference);
        }
    }
}

fn row_field(row: &ticket::Model, name: &str) -> Option<Value> {
    serde_json::to_value(row).expect("JSON").get(name).cloned()
}

/// Whoever undoes all events comes to no ticket.
fn is_undone(row: &ticket::Model, events: &[&Event]) {
    let mut undone = Some(row.clone());
    for event in events.iter().rev() {
        let changes = event.changes().expect("changes");
        undone = undone.and_then(|row| tickets::undo(&row, &changes).expect("a ticket before"));
    }
    assert_eq!(undone, None, "{}", row.reference);
}

const SAYING: [EventKind; 3] = [
    EventKind::TicketReplied,
    EventKind::RequesterReplied,
    EventKind::NoteAdded,
];

/// Each message has its event, each event its message.
fn messages_are_told(books: &Books) {
    let mut told = HashMap::new();
    for event in books
        .events
        .iter()
        .filter(|event| SAYING.contains(&event.kind))
    {
        let changes = event.changes().expect("changes");
        let message: MessageId =
            serde_json::from_value(changes["message"].after.clone()).expect("an id");
        assert!(
            told.insert(message, event.ticket_id).is_none(),
            "told twice: {message}"
        );
    }
    assert_eq!(
        told.len(),
        books.messages.len(),
        "messages and their events"
    );
    for message in &books.messages {
        assert_eq!(
            told.get(&message.id),
            Some(&Some(message.ticket_id)),
            "{}",
            message.body
        );
    }
}

/// Who asked takes part.
async fn parts_are_there(db: &Database, books: &Books) {
    let parts = participant::Entity::find()
        .all(db.reader())
        .await
        .expect("rows");
    let parts: HashSet<_> = parts
        .iter()
        .map(|part| (part.ticket_id, part.person_id))
        .collect();
    for ticket in books.tickets.values() {
        assert!(
            parts.contains(&(ticket.id, ticket.requester_id)),
            "{}",
            ticket.reference
        );
    }
}

/// Every clock stands where the ticket's history puts it, and each warning and breach is in the log
/// at most once.
async fn clocks_are_as_recomputed(db: &Database, books: &Books) {
    let mut stored: HashMap<TicketId, Vec<clock::Model>> = HashMap::new();
    for row in clock::Entity::find()
        .all(db.reader())
        .await
        .expect("clocks")
    {
        stored.entry(row.ticket_id).or_default().push(row);
    }
    let levels = ServiceLevels::default();
    for ticket in books.tickets.values() {
        let rows = stored.remove(&ticket.id).unwrap_or_default();
        assert_eq!(rows.len(), 2, "{}: its promises", ticket.reference);
        let story = history::read(db.reader(), ticket.id)
            .await
            .expect("a history");
        let at = rows
            .iter()
            .map(|row| row.measured_at)
            .max()
            .expect("an instant");
        let evaluated = clocks::evaluate(db.reader(), &levels, &story, at)
            .await
            .expect("clocks");
        for clock in &evaluated {
            let row = rows
                .iter()
                .find(|row| row.target == clock.target)
                .expect("a row");
            let expected = clocks::row_of(row.id, ticket.id, clock, Some(row));
            assert_eq!(*row, expected, "{}", ticket.reference);
        }
        let now = standing(&evaluated);
        let found = (ticket.risk, ticket.due_at, ticket.due_order);
        assert_eq!(
            found,
            (now.risk, now.due_at, now.due_order),
            "{}",
            ticket.reference
        );
    }
    assert!(stored.is_empty(), "clocks of no ticket");
    let mut once = HashSet::new();
    for event in &books.events {
        if matches!(
            event.kind,
            EventKind::ClockWarned | EventKind::ClockBreached
        ) {
            let changes = event.changes().expect("changes");
            let target: ClockTarget =
                serde_json::from_value(changes["target"].after.clone()).expect("a target");
            let what = (event.ticket_id, target, event.kind, event.occurred_at);
            assert!(once.insert(what), "twice: {what:?}");
        }
    }
}

/// Each timer belongs to something that still waits for it, and what waits has one.
async fn timers_have_subjects(db: &Database, books: &Books) {
    let timers = timer::Entity::find()
        .all(db.reader())
        .await
        .expect("timers");
    let subjects: HashSet<_> = timers
        .iter()
        .map(|t| (t.kind.as_str(), t.subject_id))
        .collect();
    assert_eq!(subjects.len(), timers.len(), "two timers for one thing");
    let clocks = clock::Entity::find()
        .all(db.reader())
        .await
        .expect("clocks");
    let clocks: HashMap<ClockId, clock::Model> =
        clocks.into_iter().map(|row| (row.id, row)).collect();
    for timer in &timers {
        if timer.kind == clocks::TIMER {
            let clock = &clocks[&ClockId(timer.subject_id)];
            assert!(
                clock.finished_at.is_none(),
                "a finished clock has a timer: {clock:?}"
            );
        } else {
            assert!(
                books.tickets.contains_key(&TicketId(timer.subject_id)),
                "{timer:?}"
            );
        }
    }
    for ticket in books.tickets.values() {
        if let Some(at) = ticket.wake_up_at {
            let found = timers
                .iter()
                .find(|t| t.kind == "wake_up" && t.subject_id == ticket.id.0);
            assert_eq!(found.map(|t| t.due_at), Some(at), "{}", ticket.reference);
        }
    }
}

/// Everything that was acknowledged happened, once.
async fn journal_is_kept(db: &Database, books: &Books, journal: &Journal) {
    let keys = idempotency::Entity::find()
        .all(db.reader())
        .await
        .expect("keys");
    let keys: HashMap<_, _> = keys
        .into_iter()
        .map(|row| (row.key.clone(), row.result_id))
        .collect();
    let mut titles: HashMap<String, Vec<TicketId>> = HashMap::new();
    let mut moves: HashMap<(TicketId, EventKind, i32), usize> = HashMap::new();
    for event in &books.events {
        let Some(ticket) = event.ticket_id else {
            continue;
        };
        if event.kind == EventKind::TicketCreated {
            let title = event.changes().expect("changes")["title"].after.clone();
            let title = title.as_str().expect("a title").to_owned();
            titles.entry(title).or_default().push(ticket);
        }
        if let Some(version) = books.versions[&event.sequence] {
            *moves.entry((ticket, event.kind, version)).or_default() += 1;
        }
    }
    let mut bodies: HashMap<&str, Vec<&message::Model>> = HashMap::new();
    for message in &books.messages {
        bodies.entry(&message.body).or_default().push(message);
    }
    let parse = |id: &str| id.parse::<TicketId>().expect("an id");
    let (mut reported, mut said) = (0, 0);
    for done in journal.acts.borrow().iter() {
        match done {
            Done::Reported {
                key,
                title,
                ticket,
                reference,
            } => {
                reported += 1;
                let id = parse(ticket);
                assert_eq!(
                    titles.get(title).map(Vec::as_slice),
                    Some(&[id][..]),
                    "{done:?}"
                );
                assert_eq!(books.tickets[&id].reference, *reference, "{done:?}");
                assert_eq!(keys.get(key), Some(&id.0), "{done:?}");
            }
            Done::Said {
                key,
                body,
                ticket,
                message,
                kind,
            } => {
                said += 1;
                let found = bodies.get(body.as_str()).map_or(&[][..], Vec::as_slice);
                let [found] = found else {
                    panic!("{} times: {done:?}", found.len());
                };
                assert_eq!(
                    (found.id.to_string(), found.ticket_id),
                    (message.clone(), parse(ticket)),
                    "{done:?}"
                );
                assert_eq!(
                    found.visibility == shared::ticket::MessageVisibility::Internal,
                    *kind == EventKind::NoteAdded
                );
                assert_eq!(keys.get(key), Some(&found.id.0), "{done:?}");
            }
            Done::Moved {
                ticket,
                kind,
                version,
            } => {
                let version = i32::try_from(*version).expect("a version");
                let times = moves.get(&(parse(ticket), *kind, version)).copied();
                assert_eq!(times, Some(1), "{done:?}");
            }
        }
    }
    // Writers were between two acts: nothing happened that nobody told them of.
    assert_eq!(books.tickets.len(), reported, "tickets and reports");
    assert_eq!(keys.len(), reported + said, "keys and what came with them");
}
