//! What happened to a person's requests while they were away.

use cynic::{MutationBuilder, QueryBuilder, SubscriptionBuilder};

use crate::api::{self, Call, Id, Sequence, StateKind, Timestamp, UserError, refusal, schema};

/// One thing that happened.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq)]
#[cynic(graphql_type = "Notification")]
pub struct News {
    pub id: Id,
    pub kind: String,
    pub text: String,
    pub ticket: Option<NewsTicket>,
    pub created_at: Timestamp,
    pub read_at: Option<Timestamp>,
}

/// What it happened to.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq)]
#[cynic(graphql_type = "Ticket")]
pub struct NewsTicket {
    pub id: Id,
    pub reference: String,
    pub title: String,
    pub state_kind: StateKind,
    pub requester: NewsPerson,
    pub requested_for: NewsPerson,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq)]
#[cynic(graphql_type = "Person")]
pub struct NewsPerson {
    pub id: Id,
}

/// News, latest first.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq)]
#[cynic(graphql_type = "NotificationConnection")]
pub struct NewsPage {
    pub nodes: Vec<News>,
    pub unread: i32,
    pub as_of: Sequence,
}

#[derive(cynic::QueryVariables)]
struct NewsVariables {
    first: i32,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "NewsVariables")]
struct NewsQuery {
    #[arguments(first: $first)]
    notifications: NewsPage,
}

/// Asks for the latest news.
pub fn fetch_news(first: i32) -> Call<NewsPage> {
    api::one!(NewsQuery::build(NewsVariables { first }), notifications)
}

#[derive(cynic::InputObject, Clone, Debug)]
#[cynic(graphql_type = "NotificationsMarkReadInput")]
struct MarkReadInput {
    #[cynic(skip_serializing_if = "Option::is_none")]
    ids: Option<Vec<Id>>,
}

#[derive(cynic::QueryVariables)]
struct MarkReadVariables {
    input: MarkReadInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "MarkReadVariables")]
struct MarkRead {
    #[arguments(input: $input)]
    notifications_mark_read: MarkReadPayload,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "NotificationsMarkReadPayload")]
struct MarkReadPayload {
    unread: i32,
    user_errors: Vec<UserError>,
}

/// Marks news as read, all of them when `ids` is `None`; gives what is left unread.
pub fn mark_read(ids: Option<Vec<Id>>) -> Call<i32> {
    let variables = MarkReadVariables {
        input: MarkReadInput { ids },
    };
    api::one!(MarkRead::build(variables), notifications_mark_read).then(|payload| {
        refusal(payload.user_errors)?;
        Ok(payload.unread)
    })
}

#[derive(cynic::QueryVariables)]
pub struct NewsReceivedVariables {
    since: Option<Sequence>,
}

/// News as they come.
#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Subscription", variables = "NewsReceivedVariables")]
pub struct NewsReceived {
    #[arguments(since: $since)]
    pub notification_received: NewsArrival,
}

/// One arrival.
#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "NotificationReceived")]
pub struct NewsArrival {
    pub notification: News,
    pub unread: i32,
    pub sequence: Sequence,
}

/// The subscription to news after `since`.
pub fn news_received(
    since: Option<Sequence>,
) -> cynic::StreamingOperation<NewsReceived, NewsReceivedVariables> {
    NewsReceived::build(NewsReceivedVariables { since })
}
