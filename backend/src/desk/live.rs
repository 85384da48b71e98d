//! Changed tickets as they change: the feed's events, joined once per node with what each ticket is
//! now and what it was before.

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
    /// Its facts before; `None` when it did not exist.
    pub before: Option<TicketFacts>,
    /// Last event about it.
    pub sequence: i64,
    /// Whether a clock changed its state.
    pub clocks: bool,
}

/// What a change is to one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It belongs to the list (again, still, or newly).
    Upsert {
        /// It did not before.
        entered: bool,
    },
    /// It belongs to it no longer.
    Remove,
    /// It never did.
    Nothing,
}

impl Changed {
    /// What it is to the question (scope, filter).
    pub fn effect(&self, scope: &Scope, filter: &TicketFilter) -> Effect {
        let is = scope.sees(&self.after) && filter.matches(&self.after);
        let was = self
            .before
            .as_ref()
            .is_some_and(|before| scope.sees(before) && filter.matches(before));
        match (was, is) {
            (was, true) => Effect::Upsert { entered: !was },
            (true, false) => Effect::Remove,
            (false, false) => Effect::Nothing,
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
async fn join(db: &impl Connection, events: Arc<Vec<Event>>) -> Result<Batch> {
    let mut by_ticket: HashMap<TicketId, Vec<&Event>> = HashMap::new();
    for event in events.iter() {
        if let Some(id) = event.ticket_id {
            by_ticket.entry(id).or_default().push(event);
        }
    }
    let ids: Vec<TicketId> = by_ticket.keys().copied().collect();
    let mut tickets = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let rows = store::by_ids(db, chunk).await?;
        let mut participants = queue::participants(db, chunk).await?;
        for row in rows {
            let people: Vec<PersonId> = participants
                .remove(&row.id)
                .into_iter()
                .flatten()
                .map(|p| p.person_id)
                .collect();
            tickets.push(changed(row, people, &by_ticket)?);
        }
    }
    tickets.sort_by_key(|t| t.sequence);
    let last = events.last().map_or(0, |e| e.sequence);
    Ok(Batch {
        last,
        events,
        tickets,
    })
}

fn changed(
    row: ticket::Model,
    people: Vec<PersonId>,
    by_ticket: &HashMap<TicketId, Vec<&Event>>,
) -> Result<Changed> {
    let events = by_ticket.get(&row.id).map_or(&[][..], Vec::as_slice);
    // The oldest value of each field wins: what it was before all of them.
    let mut undone = Changes::new();
    let mut created = false;
    let mut clocks = false;
    for event in events {
        created |= event.kind == EventKind::TicketCreated;
        clocks |= matches!(
            event.kind,
            EventKind::ClockWarned | EventKind::ClockBreached
        );
        for (name, change) in event.changes()? {
            undone.entry(name).or_insert(change);
        }
    }
    let before_people = match undone.get("participants").map(|c| &c.before) {
        Some(value @ Value::Array(_)) => serde_json::from_value(value.clone())?,
        _ => people.clone(),
    };
    let before = if created {
        None
    } else {
        store::undo(&row, &undone)?.map(|old| queue::facts(&old, before_people))
    };
    Ok(Changed {
        after: queue::facts(&row, people),
        before,
        sequence: events.last().map_or(0, |e| e.sequence),
        clocks,
        row: Arc::new(row),
    })
}
