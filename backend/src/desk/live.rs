//! Changed tickets as they change: the feed's events, joined once per node with what each ticket is
//! now and what it was before.
//!
//! Tickets are read after the events, and lists before them: either may be ahead of the position
//! that goes with it. So a change knows every state that its ticket went through, and whoever may
//! have it in a list from any of them is told when it does not belong there.

use super::entity::ticket;
use super::store::{queue, ticket as store};
use crate::platform::Platform;
use crate::platform::database::Connection;
use crate::platform::error::Result;
use crate::platform::event_log::{self, Changes, Event};
use serde_json::Value;
use shared::event::EventKind;
use shared::id::{PersonId, TicketId};
use shared::permission::Scope;
use shared::ticket::{TicketFacts, TicketFilter};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::broadcast;

/// A ticket that changed.
pub struct Changed {
    /// As it is now; shared by all who tell of it.
    pub row: Arc<ticket::Model>,
    /// Its facts now.
    pub after: TicketFacts,
    /// Its facts before these events and after each of them, as far as it existed and they differ
    /// from now.
    pub before: Vec<TicketFacts>,
    /// Last event about it.
    pub sequence: i64,
}

/// What a change is to one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It belongs to the list (again, still, or newly).
    Upsert,
    /// It does not, and may have before.
    Remove,
    /// It never did.
    Nothing,
}

impl Changed {
    /// What it is to the question (scope, filter).
    pub fn effect(&self, scope: &Scope, filter: &TicketFilter) -> Effect {
        let belongs = |facts: &TicketFacts| scope.sees(facts) && filter.matches(facts);
        if belongs(&self.after) {
            Effect::Upsert
        } else if self.before.iter().any(belongs) {
            Effect::Remove
        } else {
            Effect::Nothing
        }
    }
}

/// One reading of the log.
pub struct Batch {
    /// Its last sequence.
    pub last: i64,
    /// All its events.
    pub events: Arc<Vec<Event>>,
    /// The tickets that they are about, in the order of their last events.
    pub tickets: Vec<Changed>,
}

/// Batches that a slow listener may lag behind before it has to start over.
const BUFFER: usize = 1_024;

/// Changed tickets for any number of listeners.
#[derive(Clone)]
pub struct TicketFeed(broadcast::Sender<Arc<Batch>>);

impl Default for TicketFeed {
    fn default() -> Self {
        Self(broadcast::channel(BUFFER).0)
    }
}

impl TicketFeed {
    /// Listens from now on.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Batch>> {
        self.0.subscribe()
    }

    /// How many listen.
    pub fn listeners(&self) -> usize {
        self.0.receiver_count()
    }

    /// Tells everybody that something cannot be told, and that they have to start over.
    fn start_over(&self) {
        // An error only says that nobody listens.
        let _ = self.0.send(Arc::new(Batch {
            last: i64::MAX,
            events: Arc::new(Vec::new()),
            tickets: Vec::new(),
        }));
    }

    /// Joins for ever. Begins to listen at once, before the returned future is first polled.
    pub fn run(self, platform: Platform) -> impl Future<Output = ()> + Send {
        let mut events = platform.feed.listen();
        async move {
            loop {
                match events.recv().await {
                    Ok(batch) => match join(platform.db.reader(), batch).await {
                        Ok(batch) => {
                            // An error only says that nobody listens.
                            let _ = self.0.send(Arc::new(batch));
                        }
                        Err(error) => {
                            tracing::error!(%error, "changed tickets cannot be read; listeners start over");
                            self.start_over();
                        }
                    },
                    Err(broadcast::error::RecvError::Lagged(missed)) => {
                        tracing::warn!(missed, "the ticket feed fell behind; listeners start over");
                        self.start_over();
                    }
                    Err(broadcast::error::RecvError::Closed) => return,
                }
            }
        }
    }
}

/// Most events that a returning client is sent as a difference.
pub const CATCH_UP_MOST: u64 = 10_000;

/// What happened after `since`, as one difference; `None` when that is too much, and the list has
/// to be loaded again.
pub async fn catch_up(
    db: &impl Connection,
    since: i64,
    oldest: shared::time::Timestamp,
) -> Result<Option<Batch>> {
    let events = event_log::after(db, since, CATCH_UP_MOST + 1).await?;
    let too_old = events.first().is_some_and(|e| e.recorded_at < oldest);
    if events.len() as u64 > CATCH_UP_MOST || too_old {
        return Ok(None);
    }
    join(db, Arc::new(events)).await.map(Some)
}

/// Joins events with their tickets.
pub async fn join(db: &impl Connection, events: Arc<Vec<Event>>) -> Result<Batch> {
    let last = events.last().map_or(0, |e| e.sequence);
    let own = by_ticket(&events);
    let ids: Vec<TicketId> = own.keys().copied().collect();
    let mut tickets = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let rows = store::by_ids(db, chunk).await?;
        let mut participants = queue::participants(db, chunk).await?;
        // Read last, so that nothing the rows have seen is missing here.
        let later = if event_log::last_sequence(db).await? > last {
            event_log::of_tickets_after(db, chunk, last).await?
        } else {
            Vec::new()
        };
        let mut later = by_ticket(&later);
        for row in rows {
            let people: Vec<PersonId> = participants
                .remove(&row.id)
                .into_iter()
                .flatten()
                .map(|p| p.person_id)
                .collect();
            let later = later.remove(&row.id).unwrap_or_default();
            tickets.push(changed(row, people, &own, &later)?);
        }
    }
    tickets.sort_by_key(|t| t.sequence);
    Ok(Batch {
        last,
        events,
        tickets,
    })
}

fn by_ticket(events: &[Event]) -> HashMap<TicketId, Vec<&Event>> {
    let mut map: HashMap<TicketId, Vec<&Event>> = HashMap::new();
    for event in events {
        if let Some(id) = event.ticket_id {
            map.entry(id).or_default().push(event);
        }
    }
    map
}

/// Goes back from a row as it is now, event by event: those that the batch does not have yet, then
/// its own. What a field was is the oldest value after that point; an event that the row has not
/// seen undoes nothing.
fn changed(
    row: ticket::Model,
    people: Vec<PersonId>,
    own: &HashMap<TicketId, Vec<&Event>>,
    later: &[&Event],
) -> Result<Changed> {
    let own = own.get(&row.id).map_or(&[][..], Vec::as_slice);
    let after = queue::facts(&row, people.clone());
    let mut undone = Changes::new();
    let mut before: Vec<TicketFacts> = Vec::new();
    for event in later.iter().rev() {
        undone.append(&mut event.changes()?);
    }
    if !later.is_empty() {
        before.extend(state(&row, &people, &undone)?);
    }
    for event in own.iter().rev() {
        undone.append(&mut event.changes()?);
        if event.kind != EventKind::TicketCreated {
            before.extend(state(&row, &people, &undone)?);
        }
    }
    before.dedup();
    before.retain(|facts| *facts != after);
    Ok(Changed {
        after,
        before,
        sequence: own.last().map_or(0, |e| e.sequence),
        row: Arc::new(row),
    })
}

/// The facts of a row without these changes; none when it did not exist.
fn state(
    row: &ticket::Model,
    people: &[PersonId],
    undone: &Changes,
) -> Result<Option<TicketFacts>> {
    let people = match undone.get("participants").map(|c| &c.before) {
        Some(value @ Value::Array(_)) => serde_json::from_value(value.clone())?,
        _ => people.to_vec(),
    };
    Ok(store::undo(row, undone)?.map(|old| queue::facts(&old, people)))
}
