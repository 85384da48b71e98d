//! Logging a contact.

use cynic::{MutationBuilder, QueryBuilder};

use super::{IdFilter, StateKindFilter, ticket::LinkedTicket};
use crate::api::{
    self, ApiError, Call, Channel, Id, Markdown, ResolutionCode, StateKind, TicketOrder, UserError,
    refusal, schema,
};

/// What [`log_contact`] takes.
#[derive(cynic::InputObject, Clone, Debug)]
pub struct ContactLogInput {
    pub requester: Id,
    pub channel: Channel,
    pub title: String,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub description: Option<Markdown>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub department: Option<Id>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub team: Option<Id>,
    pub mine: bool,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<ContactResolution>,
    pub idempotency_key: Option<String>,
}

/// How a contact was resolved.
#[derive(cynic::InputObject, Clone, Debug)]
pub struct ContactResolution {
    pub code: ResolutionCode,
    pub message: Markdown,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct ContactVars {
    input: ContactLogInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "ContactVars")]
struct ContactMutation {
    #[arguments(input: $input)]
    contact_log: ContactPayload,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "TicketPayload")]
struct ContactPayload {
    ticket: Option<LinkedTicket>,
    user_errors: Vec<UserError>,
}

/// Opens a ticket for whoever called, and resolves it or gives it to somebody in the same act.
pub fn log_contact(input: ContactLogInput) -> Call<LinkedTicket> {
    api::one!(ContactMutation::build(ContactVars { input }), contact_log).then(|payload| {
        refusal(payload.user_errors)?;
        payload
            .ticket
            .ok_or_else(|| ApiError::Malformed("neither a ticket nor errors".to_owned()))
    })
}

/// What somebody has open.
#[derive(cynic::InputObject, Clone, Debug)]
#[cynic(graphql_type = "TicketFilter")]
struct OpenOfFilter {
    requester: IdFilter,
    state_kind: StateKindFilter,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct OpenOfVars {
    filter: OpenOfFilter,
    order: TicketOrder,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query", variables = "OpenOfVars")]
struct OpenOfQuery {
    #[arguments(filter: $filter, orderBy: $order, first: 4)]
    tickets: OpenOf,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "TicketConnection")]
struct OpenOf {
    nodes: Vec<LinkedTicket>,
}

/// The latest open tickets of a person.
pub fn fetch_open_of(person: Id) -> Call<Vec<LinkedTicket>> {
    let filter = OpenOfFilter {
        requester: IdFilter {
            among: Some(vec![person]),
            ..IdFilter::default()
        },
        state_kind: StateKindFilter {
            among: vec![StateKind::New, StateKind::Active, StateKind::Waiting],
        },
    };
    let order = TicketOrder::Updated;
    api::one!(OpenOfQuery::build(OpenOfVars { filter, order }), tickets).map(|found| found.nodes)
}
