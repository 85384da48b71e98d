//! Views and lists.

use cynic::QueryBuilder;

use super::ticket::SiteName;
use crate::api::{
    self, Call, ClockRisk, Id, Plain, Priority, Sequence, StateKind, TicketKind, TicketOrder,
    TicketState, Timestamp, ViewGroup,
    operations::{DepartmentName, TeamName, TicketRow, TotalCount},
    schema,
};

/// The viewer's views with their counts, and the sites in use.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query")]
pub struct ViewsQuery {
    pub queue_views: QueueViews,
    pub sites: Vec<SiteName>,
}

/// What the workspace begins with.
pub fn fetch_views() -> Call<ViewsQuery> {
    api::query(ViewsQuery::build(()))
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct QueueViews {
    pub views: Vec<QueueView>,
    pub as_of: Sequence,
}

/// A named part of the queue with its count.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct QueueView {
    pub id: Id,
    pub name: String,
    pub group: ViewGroup,
    pub team: Option<TeamName>,
    pub department: Option<DepartmentName>,
    pub count: TotalCount,
    pub alarming: bool,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub struct SinceVars {
    pub since: Option<Sequence>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Subscription", variables = "SinceVars")]
pub struct ViewCountsChanged {
    #[arguments(since: $since)]
    pub view_counts_changed: ViewCountsUpdate,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct ViewCountsUpdate {
    pub counts: Vec<ViewCount>,
    pub sequence: Sequence,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct ViewCount {
    pub view: Id,
    pub count: TotalCount,
}

macro_rules! one_of {
    ($($(#[$doc:meta])* $name:ident: $item:ty;)+) => {$(
        $(#[$doc])*
        #[derive(cynic::InputObject, Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            #[cynic(rename = "in")]
            pub among: Vec<$item>,
        }
    )+};
}

one_of! {
    /// One of these states.
    StateFilter: TicketState;
    /// One of these kinds of state.
    StateKindFilter: StateKind;
    /// One of these priorities.
    PriorityFilter: Priority;
    /// One of these kinds.
    KindFilter: TicketKind;
    /// One of these standings.
    RiskFilter: ClockRisk;
}

/// One of these, or none at all.
#[derive(cynic::InputObject, Clone, Debug, PartialEq, Eq, Default)]
pub struct IdFilter {
    #[cynic(rename = "in", skip_serializing_if = "Option::is_none")]
    pub among: Option<Vec<Id>>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub is_null: Option<bool>,
}

/// Between two instants, the second excluded.
#[derive(cynic::InputObject, Clone, Debug, PartialEq, Eq, Default)]
pub struct DateTimeFilter {
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
}

/// Words.
#[derive(cynic::InputObject, Clone, Debug, PartialEq, Eq)]
pub struct TextFilter {
    pub contains: Option<String>,
}

/// Conditions of a list, as far as the workspace sets them.
#[derive(cynic::InputObject, Clone, Debug, PartialEq, Eq, Default)]
pub struct TicketFilter {
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub view: Option<Id>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub kind: Option<KindFilter>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub state: Option<StateFilter>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub state_kind: Option<StateKindFilter>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub priority: Option<PriorityFilter>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub risk: Option<RiskFilter>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub department: Option<IdFilter>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub team: Option<IdFilter>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub assignee: Option<IdFilter>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub site: Option<IdFilter>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTimeFilter>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub resolved_at: Option<DateTimeFilter>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<DateTimeFilter>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub text: Option<TextFilter>,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub struct PageVars {
    pub filter: TicketFilter,
    pub order: TicketOrder,
    pub first: i32,
    pub after: Option<String>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query", variables = "PageVars")]
struct PageQuery {
    #[arguments(filter: $filter, orderBy: $order, first: $first, after: $after)]
    tickets: TicketPage,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "TicketConnection")]
pub struct TicketPage {
    pub edges: Vec<TicketEdge>,
    pub page_info: PageInfo,
    pub as_of: Sequence,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct TicketEdge {
    pub sort_key: String,
    pub node: TicketRow,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct PageInfo {
    pub has_next_page: bool,
    pub end_cursor: Option<String>,
}

/// A part of a list.
pub fn fetch_page(vars: PageVars) -> Call<TicketPage> {
    api::one!(PageQuery::build(vars), tickets)
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub struct QueueChangedVars {
    pub filter: TicketFilter,
    pub order: TicketOrder,
    pub since: Option<Sequence>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Subscription", variables = "QueueChangedVars")]
pub struct QueueChanged {
    #[arguments(filter: $filter, orderBy: $order, since: $since)]
    pub queue_changed: QueueChange,
}

#[derive(cynic::InlineFragments, Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "lives for the length of one event"
)]
pub enum QueueChange {
    QueueUpsert(QueueUpsert),
    QueueRemove(QueueRemove),
    Resync(Resync),
    #[cynic(fallback)]
    Unknown,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct QueueUpsert {
    pub ticket: Plain<TicketRow>,
    pub sort_key: String,
    pub sequence: Sequence,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct QueueRemove {
    pub id: Id,
    pub sequence: Sequence,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct Resync {
    pub reason: String,
}
