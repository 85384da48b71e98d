//! The histories of tickets as an event log, for process mining.

use crate::graphql::id::id;
use crate::graphql::page::PageInfo;
use crate::graphql::scalar::Sequence;
use crate::report::flat::{Page, TicketEvent};
use async_graphql::{ID, Object, SimpleObject};
use shared::ticket::TicketState;
use shared::time::Timestamp;

/// An event of a ticket, as process-mining tools read it.
pub struct TicketLogEvent(TicketEvent);

/// An event of a ticket, as process-mining tools read it.
#[Object]
impl TicketLogEvent {
    /// Position in the log; ask on with the last one as `after`.
    async fn sequence(&self) -> Sequence {
        Sequence(self.0.sequence)
    }
    /// Identity.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// The case: the ticket's id.
    async fn case_id(&self) -> ID {
        id(self.0.ticket)
    }
    /// The ticket's reference.
    async fn reference(&self) -> &str {
        &self.0.reference
    }
    /// The ticket's number in the system that it came from.
    async fn source_number(&self) -> Option<&str> {
        self.0.source_number.as_deref()
    }
    /// What was done: the event's kind, or for a row of an import the state that it led to
    /// (`Updated` where the state stayed).
    async fn activity(&self) -> &str {
        &self.0.activity
    }
    /// When.
    async fn timestamp(&self) -> Timestamp {
        self.0.occurred_at
    }
    /// When it was recorded here.
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
    /// Who did it, as far as known.
    async fn resource(&self) -> Option<&str> {
        self.0.resource.as_deref()
    }
    /// Our state before, where it changed.
    async fn from_state(&self) -> Option<TicketState> {
        self.0.from_state
    }
    /// Our state after, where it changed.
    async fn to_state(&self) -> Option<TicketState> {
        self.0.to_state
    }
    /// The source's state before, where it changed.
    async fn from_source_state(&self) -> Option<&str> {
        self.0.from_source_state.as_deref()
    }
    /// The source's state after, of rows of an import.
    async fn to_source_state(&self) -> Option<&str> {
        self.0.to_source_state.as_deref()
    }
}

/// A page of events.
#[derive(SimpleObject)]
pub struct TicketLogEventConnection {
    /// The events, in the order of the log.
    nodes: Vec<TicketLogEvent>,
    /// Whether it goes on; its cursors are sequences.
    page_info: PageInfo,
}

impl TicketLogEventConnection {
    /// A page; `continued` when it is not the first.
    pub(super) fn of(page: Page<TicketEvent>, continued: bool) -> Self {
        let cursor = |row: &TicketEvent| row.sequence.to_string();
        let (start, end) = (page.rows.first().map(cursor), page.rows.last().map(cursor));
        Self {
            page_info: PageInfo::forward(page.has_next, continued, start, end),
            nodes: page.rows.into_iter().map(TicketLogEvent).collect(),
        }
    }
}
