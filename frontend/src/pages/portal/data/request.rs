//! A request on its own page.

use cynic::{QueryBuilder, SubscriptionBuilder};

use super::{Removed, RequestSummary, Resync};
use crate::api::{
    self, Call, Id, Plain, Sequence, TicketKind, Timestamp,
    operations::{FileFace, PersonBadge, TeamName},
    schema,
};
use crate::live::Said;

/// A request as its page shows it.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq)]
#[cynic(graphql_type = "Ticket")]
pub struct RequestDetail {
    #[cynic(spread)]
    pub summary: RequestSummary,
    pub kind: TicketKind,
    pub description_html: String,
    pub resolution_message: Option<api::Markdown>,
    pub team: Option<TeamName>,
    pub watchers: Vec<PersonBadge>,
    pub viewer_can: ViewerCan,
    pub attachments: Vec<FileFace>,
    #[arguments(last: 60)]
    pub conversation: Conversation,
    pub as_of: Sequence,
}

/// What the viewer may do besides the transitions.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct ViewerCan {
    pub reply: bool,
    pub watch: bool,
}

/// Messages, oldest first.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq)]
#[cynic(graphql_type = "MessageConnection")]
pub struct Conversation {
    pub nodes: Vec<Message>,
    pub page_info: EarlierInfo,
}

/// Whether a part of a conversation has earlier ones before it.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "PageInfo")]
pub struct EarlierInfo {
    pub has_previous_page: bool,
    pub start_cursor: Option<String>,
}

impl Said for Message {
    fn id(&self) -> &str {
        self.id.inner()
    }
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct EarlierVariables {
    id: Id,
    before: Option<String>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "EarlierVariables")]
struct EarlierQuery {
    #[arguments(id: $id)]
    ticket: Option<EarlierTicket>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Ticket", variables = "EarlierVariables")]
struct EarlierTicket {
    #[arguments(last: 60, before: $before)]
    conversation: Conversation,
}

/// The messages before a place of a conversation.
pub fn fetch_earlier(id: Id, before: Option<String>) -> Call<Option<Conversation>> {
    let variables = EarlierVariables { id, before };
    api::one!(EarlierQuery::build(variables), ticket)
        .map(|ticket| ticket.map(|ticket| ticket.conversation))
}

/// One message.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq)]
pub struct Message {
    pub id: Id,
    pub author: PersonBadge,
    pub body_html: String,
    pub created_at: Timestamp,
    pub visibility: api::MessageVisibility,
    pub attachments: Vec<FileFace>,
}

/// What a form was filled in with.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub key: String,
    pub label: String,
    pub text: String,
}

/// What only a request from the catalog has.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "ServiceRequest")]
pub struct RequestAnswers {
    pub answers: Vec<Answer>,
}

#[derive(cynic::InlineFragments, Clone, Debug)]
#[cynic(graphql_type = "Ticket")]
enum AnswersOf {
    ServiceRequest(RequestAnswers),
    #[cynic(fallback)]
    Other,
}

#[derive(cynic::QueryVariables)]
struct RequestVariables {
    reference: Option<String>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "RequestVariables")]
struct RequestQuery {
    #[arguments(reference: $reference)]
    ticket: Option<RequestDetail>,
    #[arguments(reference: $reference)]
    #[cynic(alias, rename = "ticket")]
    form: Option<AnswersOf>,
}

/// Asks for a request with its form's answers; nothing when the viewer sees no such request.
pub fn fetch_request(reference: String) -> Call<Option<(RequestDetail, Vec<Answer>)>> {
    let variables = RequestVariables {
        reference: Some(reference),
    };
    api::query(RequestQuery::build(variables)).map(|answer| {
        let answers = match answer.form {
            Some(AnswersOf::ServiceRequest(form)) => form.answers,
            _ => Vec::new(),
        };
        answer.ticket.map(|ticket| (ticket, answers))
    })
}

#[derive(cynic::QueryVariables)]
pub struct RequestChangedVariables {
    id: Id,
    since: Option<Sequence>,
}

/// Changes of one request.
#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Subscription", variables = "RequestChangedVariables")]
pub struct RequestChanged {
    #[arguments(id: $id, since: $since)]
    pub ticket_changed: RequestChange,
}

/// One change of a request.
#[derive(cynic::InlineFragments)]
#[cynic(graphql_type = "TicketChange")]
#[expect(
    clippy::large_enum_variant,
    reason = "lives for the length of one event"
)]
pub enum RequestChange {
    /// It is different.
    TicketUpsert(DetailUpsert),
    /// It is no longer the viewer's to see.
    QueueRemove(Removed),
    /// Load again.
    Resync(Resync),
    /// A kind of change that this client does not know.
    #[cynic(fallback)]
    Other,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "TicketUpsert")]
pub struct DetailUpsert {
    pub ticket: Plain<RequestDetail>,
    pub sequence: Sequence,
}

/// The subscription to changes of a request after `since`.
pub fn request_changed(
    id: &str,
    since: Option<Sequence>,
) -> cynic::StreamingOperation<RequestChanged, RequestChangedVariables> {
    RequestChanged::build(RequestChangedVariables {
        id: Id::new(id),
        since,
    })
}
