//! How a clock's due time came about.

use crate::api::{HoldReason, Id, SegmentKind, Timestamp, schema};

#[derive(cynic::QueryVariables, Clone, Debug)]
pub struct ExplanationVars {
    pub id: Id,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query", variables = "ExplanationVars")]
pub struct ExplanationQuery {
    #[arguments(id: $id)]
    pub ticket: Option<ExplainedTicket>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Ticket")]
pub struct ExplainedTicket {
    pub clocks: Option<Vec<ExplainedClock>>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Clock")]
pub struct ExplainedClock {
    pub id: Id,
    pub explanation: Explanation,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "ClockExplanation")]
pub struct Explanation {
    pub agreement_name: String,
    pub reason: String,
    pub calendar_name: String,
    pub timezone: String,
    pub target_seconds: i32,
    pub elapsed_seconds: i32,
    pub segments: Vec<Segment>,
    pub earlier_agreements: Vec<EarlierAgreement>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "ClockSegment")]
pub struct Segment {
    pub from: Timestamp,
    pub to: Timestamp,
    pub kind: SegmentKind,
    pub pause_reason: Option<HoldReason>,
    pub counted_seconds: i32,
    pub running_total: i32,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct EarlierAgreement {
    pub agreement_name: String,
    pub until: Timestamp,
}
