//! Tickets as lists show them.

use super::{ClockFace, DepartmentName, PersonBadge, TeamName};
use crate::api::{
    ClockRisk, HoldReason, Id, Priority, StateKind, TicketKind, TicketState, Timestamp, schema,
};

/// How many there are.
#[derive(cynic::QueryFragment, Clone, Copy, Debug, PartialEq, Eq)]
pub struct TotalCount {
    pub value: i32,
    /// False: there are more than `value`.
    pub exact: bool,
}

/// A ticket as a line of a list.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Ticket")]
pub struct TicketRow {
    pub id: Id,
    pub reference: String,
    pub kind: TicketKind,
    pub title: String,
    pub state: TicketState,
    pub state_kind: StateKind,
    pub priority: Priority,
    pub hold_reason: Option<HoldReason>,
    pub department: DepartmentName,
    pub team: Option<TeamName>,
    pub assignee: Option<PersonBadge>,
    pub requester: PersonBadge,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub due_at: Option<Timestamp>,
    pub risk: ClockRisk,
    pub unanswered: bool,
    pub version: i32,
    pub next_clock: Option<ClockFace>,
}
