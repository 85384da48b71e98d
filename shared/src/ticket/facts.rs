//! What filters, scopes and list orders need to know of a ticket: the same few columns in SQL, in
//! the live hub and in the browser.

use super::{Channel, ClockRisk, Priority, TicketKind, TicketState};
use crate::id::{CategoryId, DepartmentId, PersonId, ServiceId, SiteId, TeamId, TicketId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A ticket, reduced to what decides whether and where it stands in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketFacts {
    /// Identity.
    pub id: TicketId,
    /// Such as `INC-000123`.
    pub reference: String,
    /// In the requester's words.
    pub title: String,
    /// Kind of work.
    pub kind: TicketKind,
    /// State.
    pub state: TicketState,
    /// Priority.
    pub priority: Priority,
    /// How the queue-driving promise stands.
    pub risk: ClockRisk,
    /// How the contact came in.
    pub channel: Channel,
    /// Owning department.
    pub department: DepartmentId,
    /// Team that has it.
    pub team: Option<TeamId>,
    /// Person who has it.
    pub assignee: Option<PersonId>,
    /// Who asked.
    pub requester: PersonId,
    /// Whose service it is.
    pub service: Option<ServiceId>,
    /// Category.
    pub category: Option<CategoryId>,
    /// The site that it is about.
    pub site: Option<SiteId>,
    /// Requester, the one it is for, and watchers.
    pub participants: Vec<PersonId>,
    /// Visible to participants only.
    pub restricted: bool,
    /// The requester wrote last.
    pub unanswered: bool,
    /// Start.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// When it was resolved, if it is.
    pub resolved_at: Option<Timestamp>,
    /// Earliest due instant of a running promise.
    pub due_at: Option<Timestamp>,
    /// Orders a queue by due time: running, then paused, then without a promise. Never null, so
    /// that both databases order alike.
    pub due_order: i64,
}

/// `due_order` of a ticket whose promises are all paused: after every real instant.
pub const DUE_ORDER_PAUSED: i64 = 8_000_000_000_000_000;
/// `due_order` of a ticket without an unmet promise: last.
pub const DUE_ORDER_NONE: i64 = 9_000_000_000_000_000;
