//! Clocks, as far as a chip shows them.

use crate::api::{ClockState, ClockTarget, HoldReason, Id, Timestamp, schema};

/// A stretch of working time.
#[derive(cynic::QueryFragment, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: Timestamp,
    pub to: Timestamp,
}

/// A clock without its explanation.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Clock")]
pub struct ClockFace {
    pub id: Id,
    pub target: ClockTarget,
    pub state: ClockState,
    pub breached: bool,
    pub due_at: Option<Timestamp>,
    pub warn_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub pause_reason: Option<HoldReason>,
    pub target_seconds: i32,
    pub elapsed_seconds: i32,
    pub remaining_seconds: i32,
    pub measured_at: Timestamp,
    pub open_spans: Vec<Span>,
    pub agreement_name: String,
    pub timezone: String,
}
