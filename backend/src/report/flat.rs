//! Flat rows for tools that pull: one per ticket, one per event of a ticket.

use super::flat_store::{self, EventRow, FactRow};
use crate::desk::entity::source::ROW as SOURCE_ROW;
use crate::platform::database::Database;
use crate::platform::error::{Error, Result, code};
use crate::platform::event_log::Changes;
use serde_json::Value;
use shared::event::EventKind;
use shared::id::{EventId, TicketId};
use shared::permission::Scope;
use shared::ticket::TicketState;
use shared::time::Timestamp;

pub use flat_store::FactRow as Fact;

/// Most rows of one page.
pub const PAGE_MOST: u64 = 1_000;

/// The wanted number of rows, checked.
pub fn page_size(first: Option<i32>) -> Result<u64> {
    match first {
        None => Ok(200),
        Some(first) => u64::try_from(first)
            .ok()
            .filter(|n| (1..=PAGE_MOST).contains(n))
            .ok_or_else(|| {
                Error::refused(
                    code::INVALID,
                    "first",
                    format!("Between 1 and {PAGE_MOST}."),
                )
            }),
    }
}

/// Rows, and whether more follow.
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Whether more follow.
    pub has_next: bool,
}

fn page<T>(mut rows: Vec<T>, size: u64) -> Page<T> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let has_next = rows.len() > size;
    rows.truncate(size);
    Page { rows, has_next }
}

/// Tickets in the order of their last change, from `since` on, after a place.
pub async fn facts(
    db: &Database,
    scope: &Scope,
    since: Option<Timestamp>,
    after: Option<(Timestamp, TicketId)>,
    size: u64,
) -> Result<Page<FactRow>> {
    let rows = flat_store::facts(db, scope, since, after, size + 1).await?;
    Ok(page(rows, size))
}

/// An event as process-mining tools read it.
#[derive(Clone, Debug)]
pub struct TicketEvent {
    /// Position in the log.
    pub sequence: i64,
    /// Identity.
    pub id: EventId,
    /// The ticket.
    pub ticket: TicketId,
    /// Its reference.
    pub reference: String,
    /// Its number in the system that it came from.
    pub source_number: Option<String>,
    /// What was done: the event's kind, or for a row of an import the state that it led to
    /// (`Updated` when the state stayed).
    pub activity: String,
    /// When.
    pub occurred_at: Timestamp,
    /// When it was recorded here.
    pub recorded_at: Timestamp,
    /// Who did it, as far as known.
    pub resource: Option<String>,
    /// Our state before, where it changed.
    pub from_state: Option<TicketState>,
    /// Our state after, where it changed.
    pub to_state: Option<TicketState>,
    /// The source's state before, where it changed.
    pub from_source_state: Option<String>,
    /// The source's state after, of rows of an import.
    pub to_source_state: Option<String>,
}

/// Events in the order of the log, after a sequence.
pub async fn events(
    db: &Database,
    scope: &Scope,
    after: i64,
    size: u64,
) -> Result<Page<TicketEvent>> {
    let rows = flat_store::events(db, scope, after, size + 1).await?;
    let rows = rows
        .into_iter()
        .map(ticket_event)
        .collect::<Result<Vec<_>>>()?;
    Ok(page(rows, size))
}

fn ticket_event(row: EventRow) -> Result<TicketEvent> {
    let changes: Changes = match &row.changes {
        Some(text) => serde_json::from_str(text)?,
        None => Changes::new(),
    };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let change = |name: &str| {
        changes
            .get(name)
            .map_or((None, None), |c| (text(&c.before), text(&c.after)))
    };
    let (from_state, to_state) = change("state");
    let word = |state: Option<String>| state.and_then(|s| s.parse::<TicketState>().ok());
    let (from_source_state, changed_to) = change("sourceState");
    let source = changes.get(SOURCE_ROW).map(|c| &c.after);
    let of_row = |name: &str| source.and_then(|s| s.get(name)).and_then(text);
    let imported = row.kind == EventKind::TicketImported;
    Ok(TicketEvent {
        sequence: row.sequence,
        id: row.id,
        ticket: row.ticket_id,
        reference: row.reference,
        source_number: row.source_number,
        activity: match &changed_to {
            Some(state) if imported => state.clone(),
            None if imported => "Updated".to_owned(),
            _ => row.kind.as_str().to_owned(),
        },
        occurred_at: row.occurred_at,
        recorded_at: row.recorded_at,
        resource: row.actor_name.or_else(|| of_row("updatedBy")),
        from_state: word(from_state),
        to_state: word(to_state),
        from_source_state,
        to_source_state: of_row("sourceState"),
    })
}
