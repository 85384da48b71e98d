//! My requests as a list.

use cynic::{QueryBuilder, SubscriptionBuilder};

use crate::api::{
    self, Call, HoldReason, Id, Plain, Sequence, StateKind, TicketOrder, TicketState, Timestamp,
    Transition,
    operations::{DepartmentName, PersonBadge},
    schema,
};

/// How many requests are loaded at a time.
const PAGE: i32 = 60;

/// A request as a card shows it.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq)]
#[cynic(graphql_type = "Ticket")]
pub struct RequestSummary {
    pub id: Id,
    pub reference: String,
    pub title: String,
    pub state: TicketState,
    pub state_kind: StateKind,
    pub hold_reason: Option<HoldReason>,
    pub wake_up_at: Option<Timestamp>,
    pub department: DepartmentName,
    pub assignee: Option<PersonBadge>,
    pub requester: PersonBadge,
    pub requested_for: PersonBadge,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    pub expected_by: Option<Timestamp>,
    pub version: i32,
    pub available_transitions: Vec<Transition>,
}

#[derive(cynic::InputObject, Clone, Debug, Default)]
#[cynic(graphql_type = "TicketFilter")]
struct MineFilter {
    #[cynic(skip_serializing_if = "Option::is_none")]
    mine: Option<bool>,
}

#[derive(cynic::QueryVariables)]
struct MyRequestsVariables {
    filter: MineFilter,
    order: TicketOrder,
    first: i32,
    after: Option<String>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "MyRequestsVariables")]
struct MyRequestsQuery {
    #[arguments(filter: $filter, orderBy: $order, first: $first, after: $after)]
    tickets: RequestPage,
}

/// A part of my requests, newest change first.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "TicketConnection")]
pub struct RequestPage {
    pub edges: Vec<RequestEdge>,
    pub page_info: PageInfo,
    pub as_of: Sequence,
}

/// A request with its place in the list.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "TicketEdge")]
pub struct RequestEdge {
    pub sort_key: String,
    pub node: RequestSummary,
}

/// Whether there is more.
#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct PageInfo {
    pub has_next_page: bool,
    pub end_cursor: Option<String>,
}

/// Asks for my requests: asked by me, for me, or watched by me.
pub fn fetch_my_requests(after: Option<String>) -> Call<RequestPage> {
    let variables = MyRequestsVariables {
        filter: MineFilter { mine: Some(true) },
        order: TicketOrder::Updated,
        first: PAGE,
        after,
    };
    api::one!(MyRequestsQuery::build(variables), tickets)
}

#[derive(cynic::QueryVariables)]
pub struct MyRequestsChangedVariables {
    filter: MineFilter,
    order: TicketOrder,
    since: Option<Sequence>,
}

/// Changes of my requests.
#[derive(cynic::QueryFragment)]
#[cynic(
    graphql_type = "Subscription",
    variables = "MyRequestsChangedVariables"
)]
pub struct MyRequestsChanged {
    #[arguments(filter: $filter, orderBy: $order, since: $since)]
    pub queue_changed: MyRequestsChange,
}

/// One change of my requests.
#[derive(cynic::InlineFragments)]
#[cynic(graphql_type = "QueueChange")]
#[expect(
    clippy::large_enum_variant,
    reason = "lives for the length of one event"
)]
pub enum MyRequestsChange {
    /// A request is new or different.
    QueueUpsert(RequestUpsert),
    /// A request is no longer mine to see.
    QueueRemove(Removed),
    /// Load again.
    Resync(Resync),
    /// A kind of change that this client does not know.
    #[cynic(fallback)]
    Other,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "QueueUpsert")]
pub struct RequestUpsert {
    pub ticket: Plain<RequestSummary>,
    pub sort_key: String,
    pub sequence: Sequence,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "QueueRemove")]
pub struct Removed {
    pub id: Id,
    pub sequence: Sequence,
}

#[derive(cynic::QueryFragment)]
pub struct Resync {
    pub reason: String,
    pub sequence: Sequence,
}

/// The subscription to changes of my requests after `since`.
pub fn my_requests_changed(
    since: Option<Sequence>,
) -> cynic::StreamingOperation<MyRequestsChanged, MyRequestsChangedVariables> {
    MyRequestsChanged::build(MyRequestsChangedVariables {
        filter: MineFilter { mine: Some(true) },
        order: TicketOrder::Updated,
        since,
    })
}
