//! Searching tickets by what is written in them.

use cynic::QueryBuilder;

use super::{DepartmentName, PersonBadge, TotalCount};
use crate::api::{self, Call, HoldReason, SearchPlace, StateKind, TicketState, Timestamp, schema};

/// A stretch of a text, and whether it is what was asked for.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "SearchSegment")]
pub struct Segment {
    pub text: String,
    pub found: bool,
}

/// A ticket that was found.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct SearchHit {
    pub ticket: FoundTicket,
    pub title: Vec<Segment>,
    pub place: SearchPlace,
    pub snippet: Vec<Segment>,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Ticket")]
pub struct FoundTicket {
    pub reference: String,
    pub title: String,
    pub state: TicketState,
    pub state_kind: StateKind,
    pub hold_reason: Option<HoldReason>,
    pub department: DepartmentName,
    pub requester: PersonBadge,
    pub updated_at: Timestamp,
}

/// A page of hits.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "SearchConnection")]
pub struct Found {
    pub nodes: Vec<SearchHit>,
    pub total_count: TotalCount,
    pub page_info: FoundPage,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "PageInfo")]
pub struct FoundPage {
    pub has_next_page: bool,
    pub end_cursor: Option<String>,
}

#[derive(cynic::QueryVariables, Default)]
struct SearchVariables {
    text: String,
    only_open: bool,
    mine: bool,
    first: i32,
    after: Option<String>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "SearchVariables")]
struct SearchQuery {
    #[arguments(text: $text, onlyOpen: $only_open, mine: $mine, first: $first, after: $after)]
    search: Found,
}

/// Longest text that the server takes.
const LONGEST: usize = 200;

/// Which tickets are searched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Among {
    /// Open ones alone.
    pub open: bool,
    /// Those that the viewer takes part in, alone.
    pub mine: bool,
}

/// Asks for a page of hits.
pub fn search(text: &str, among: Among, first: i32, after: Option<String>) -> Call<Found> {
    let variables = SearchVariables {
        text: text.chars().take(LONGEST).collect(),
        only_open: among.open,
        mine: among.mine,
        first,
        after,
    };
    api::one!(SearchQuery::build(variables), search)
}
