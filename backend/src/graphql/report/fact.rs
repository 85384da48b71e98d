//! Tickets as flat rows, for tools that pull.

use crate::graphql::id::id;
use crate::graphql::page::PageInfo;
use crate::platform::error::{Error, Result as Outcome, code};
use crate::platform::paging;
use crate::report::flat::{Fact, Page};
use async_graphql::{ID, Object, SimpleObject};
use shared::id::TicketId;
use shared::ticket::{Channel, Priority, StateKind, TicketKind, TicketState};
use shared::time::Timestamp;

/// A ticket as one flat row: no person is named, no text is quoted.
pub struct TicketFact(Fact);

/// A ticket as one flat row: no person is named, no text is quoted.
#[Object]
impl TicketFact {
    /// Identity.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Reference.
    async fn reference(&self) -> &str {
        &self.0.reference
    }
    /// Kind of work.
    async fn kind(&self) -> TicketKind {
        self.0.kind
    }
    /// State.
    async fn state(&self) -> TicketState {
        self.0.state
    }
    /// Kind of the state.
    async fn state_kind(&self) -> StateKind {
        self.0.state.kind()
    }
    /// Priority.
    async fn priority(&self) -> Priority {
        self.0.priority
    }
    /// Who is affected.
    async fn impact(&self) -> shared::ticket::Impact {
        self.0.impact
    }
    /// How soon it hurts.
    async fn urgency(&self) -> shared::ticket::Urgency {
        self.0.urgency
    }
    /// How the contact came in.
    async fn channel(&self) -> Channel {
        self.0.channel
    }
    /// Department's name.
    async fn department(&self) -> &str {
        &self.0.department
    }
    /// Team's name.
    async fn team(&self) -> Option<&str> {
        self.0.team.as_deref()
    }
    /// Service's name.
    async fn service(&self) -> Option<&str> {
        self.0.service.as_deref()
    }
    /// Site's name.
    async fn site(&self) -> Option<&str> {
        self.0.site.as_deref()
    }
    /// Category's name.
    async fn category(&self) -> Option<&str> {
        self.0.category.as_deref()
    }
    /// Name of the category above it.
    async fn parent_category(&self) -> Option<&str> {
        self.0.parent_category.as_deref()
    }
    /// Start.
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }
    /// Last change here; what updatedSince compares with.
    async fn updated_at(&self) -> Timestamp {
        self.0.updated_at
    }
    /// Resolution, by our own history.
    async fn resolved_at(&self) -> Option<Timestamp> {
        self.0.resolved_at
    }
    /// Closing, by our own history.
    async fn closed_at(&self) -> Option<Timestamp> {
        self.0.closed_at
    }
    /// Next due time.
    async fn due_at(&self) -> Option<Timestamp> {
        self.0.due_at
    }
    /// Reopenings.
    async fn reopen_count(&self) -> i32 {
        self.0.reopen_count
    }
    /// Reassignments.
    async fn reassignment_count(&self) -> i32 {
        self.0.reassignment_count
    }
    /// Grows with each change.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// System that it was imported from.
    async fn source_system(&self) -> Option<&str> {
        self.0.source_system.as_deref()
    }
    /// Its number there.
    async fn source_number(&self) -> Option<&str> {
        self.0.source_number.as_deref()
    }
    /// Its state there.
    async fn source_state(&self) -> Option<&str> {
        self.0.source_state.as_deref()
    }
    /// When it was opened there.
    async fn source_opened_at(&self) -> Option<Timestamp> {
        self.0.source_opened_at
    }
    /// When it was resolved there.
    async fn source_resolved_at(&self) -> Option<Timestamp> {
        self.0.source_resolved_at
    }
    /// When it was closed there.
    async fn source_closed_at(&self) -> Option<Timestamp> {
        self.0.source_closed_at
    }
    /// Whether it kept its promise there.
    async fn source_made_sla(&self) -> Option<bool> {
        self.0.source_made_sla
    }
    /// How the contact came in there.
    async fn source_contact_type(&self) -> Option<&str> {
        self.0.source_contact_type.as_deref()
    }
    /// Problem that it belongs to there.
    async fn source_problem(&self) -> Option<&str> {
        self.0.source_problem.as_deref()
    }
}

/// A page of flat rows.
#[derive(SimpleObject)]
pub struct TicketFactConnection {
    /// The rows, in the order of (updatedAt, id).
    nodes: Vec<TicketFact>,
    /// Whether it goes on; ask on with `after: endCursor`.
    page_info: PageInfo,
}

impl TicketFactConnection {
    /// A page; `continued` when it is not the first.
    pub(super) fn of(page: Page<Fact>, continued: bool) -> Self {
        let cursor = |row: &Fact| {
            let parts = [row.updated_at.as_millis().to_string(), row.id.to_string()];
            paging::cursor(FACTS, &parts)
        };
        let (start, end) = (page.rows.first().map(cursor), page.rows.last().map(cursor));
        Self {
            page_info: PageInfo::forward(page.has_next, continued, start, end),
            nodes: page.rows.into_iter().map(TicketFact).collect(),
        }
    }
}

/// Name of the order of flat rows in cursors.
const FACTS: &str = "facts";

/// The place that a cursor names.
pub(super) fn place(text: &str) -> Outcome<(Timestamp, TicketId)> {
    let parts = paging::parse_cursor(FACTS, 2, text)?;
    let bad = || {
        Error::refused(
            code::INVALID,
            "after",
            "This cursor belongs to another list.",
        )
    };
    let millis: i64 = parts[0].parse().map_err(|_| bad())?;
    Ok((
        Timestamp::from_millis(millis),
        parts[1].parse().map_err(|_| bad())?,
    ))
}
