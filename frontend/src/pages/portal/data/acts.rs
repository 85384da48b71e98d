//! Acts of a requester.

use cynic::MutationBuilder;

use super::RequestSummary;
use crate::api::{self, ApiError, Id, Impact, Urgency, UserError, refusal, schema};

/// What an act on a request gives back.
#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "TicketPayload")]
struct RequestPayload {
    ticket: Option<RequestSummary>,
    user_errors: Vec<UserError>,
}

impl RequestPayload {
    fn into_request(self) -> Result<RequestSummary, ApiError> {
        refusal(self.user_errors)?;
        self.ticket
            .ok_or_else(|| ApiError::Malformed("neither a ticket nor errors".to_owned()))
    }
}

/// One answer of a form.
#[derive(cynic::InputObject, Clone, Debug)]
pub struct AnswerInput {
    pub key: String,
    pub value: serde_json::Value,
}

/// Input of [`report`].
#[derive(cynic::InputObject, Clone, Debug)]
#[cynic(graphql_type = "IncidentReportInput")]
pub struct ReportInput {
    pub title: String,
    pub description: api::Markdown,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub department: Option<Id>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub impact: Option<Impact>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub requested_for: Option<Id>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
}

#[derive(cynic::QueryVariables)]
struct ReportVariables {
    input: ReportInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "ReportVariables")]
struct Report {
    #[arguments(input: $input)]
    incident_report: RequestPayload,
}

/// Reports that something does not work.
///
/// # Errors
/// See [`ApiError`].
pub async fn report(input: ReportInput) -> Result<RequestSummary, ApiError> {
    api::mutate(Report::build(ReportVariables { input }))
        .await?
        .incident_report
        .into_request()
}

/// Input of [`submit`].
#[derive(cynic::InputObject, Clone, Debug)]
#[cynic(graphql_type = "RequestSubmitInput")]
pub struct SubmitInput {
    pub catalog_item: Id,
    pub answers: Vec<AnswerInput>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub note: Option<api::Markdown>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub requested_for: Option<Id>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
}

#[derive(cynic::QueryVariables)]
struct SubmitVariables {
    input: SubmitInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "SubmitVariables")]
struct Submit {
    #[arguments(input: $input)]
    request_submit: RequestPayload,
}

/// Asks for something from the catalog.
///
/// # Errors
/// See [`ApiError`].
pub async fn submit(input: SubmitInput) -> Result<RequestSummary, ApiError> {
    api::mutate(Submit::build(SubmitVariables { input }))
        .await?
        .request_submit
        .into_request()
}

/// Input of [`confirm`].
#[derive(cynic::InputObject, Clone, Debug)]
#[cynic(graphql_type = "TicketConfirmInput")]
pub struct ConfirmInput {
    pub ticket: Id,
    pub expected_version: i32,
}

#[derive(cynic::QueryVariables)]
struct ConfirmVariables {
    input: ConfirmInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "ConfirmVariables")]
struct Confirm {
    #[arguments(input: $input)]
    ticket_confirm: RequestPayload,
}

/// Says that it is solved.
///
/// # Errors
/// See [`ApiError`].
pub async fn confirm(input: ConfirmInput) -> Result<RequestSummary, ApiError> {
    api::mutate(Confirm::build(ConfirmVariables { input }))
        .await?
        .ticket_confirm
        .into_request()
}

/// Input of [`reopen`].
#[derive(cynic::InputObject, Clone, Debug)]
#[cynic(graphql_type = "TicketReopenInput")]
pub struct ReopenInput {
    pub ticket: Id,
    pub expected_version: i32,
    pub reason: api::Markdown,
}

#[derive(cynic::QueryVariables)]
struct ReopenVariables {
    input: ReopenInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "ReopenVariables")]
struct Reopen {
    #[arguments(input: $input)]
    ticket_reopen: RequestPayload,
}

/// Says that it is not solved, and why.
///
/// # Errors
/// See [`ApiError`].
pub async fn reopen(input: ReopenInput) -> Result<RequestSummary, ApiError> {
    api::mutate(Reopen::build(ReopenVariables { input }))
        .await?
        .ticket_reopen
        .into_request()
}

/// Input of [`withdraw`].
#[derive(cynic::InputObject, Clone, Debug)]
#[cynic(graphql_type = "TicketCancelInput")]
pub struct WithdrawInput {
    pub ticket: Id,
    pub expected_version: i32,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub reason: Option<api::Markdown>,
}

#[derive(cynic::QueryVariables)]
struct WithdrawVariables {
    input: WithdrawInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "WithdrawVariables")]
struct Withdraw {
    #[arguments(input: $input)]
    ticket_cancel: RequestPayload,
}

/// Withdraws a request.
///
/// # Errors
/// See [`ApiError`].
pub async fn withdraw(input: WithdrawInput) -> Result<RequestSummary, ApiError> {
    api::mutate(Withdraw::build(WithdrawVariables { input }))
        .await?
        .ticket_cancel
        .into_request()
}

/// Input of [`share`].
#[derive(cynic::InputObject, Clone, Debug)]
#[cynic(graphql_type = "TicketWatchInput")]
pub struct ShareInput {
    pub ticket: Id,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub person: Option<Id>,
}

#[derive(cynic::QueryVariables)]
struct ShareVariables {
    input: ShareInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "ShareVariables")]
struct Share {
    #[arguments(input: $input)]
    ticket_watch: RequestPayload,
}

/// Shares a request with a colleague.
///
/// # Errors
/// See [`ApiError`].
pub async fn share(input: ShareInput) -> Result<RequestSummary, ApiError> {
    api::mutate(Share::build(ShareVariables { input }))
        .await?
        .ticket_watch
        .into_request()
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "ShareVariables")]
struct Unshare {
    #[arguments(input: $input)]
    ticket_unwatch: RequestPayload,
}

/// Ends sharing a request with a colleague.
///
/// # Errors
/// See [`ApiError`].
pub async fn unshare(input: ShareInput) -> Result<RequestSummary, ApiError> {
    api::mutate(Unshare::build(ShareVariables { input }))
        .await?
        .ticket_unwatch
        .into_request()
}

/// Input of [`say`].
#[derive(cynic::InputObject, Clone, Debug)]
#[cynic(graphql_type = "TicketReplyInput")]
pub struct SayInput {
    pub ticket: Id,
    pub body: api::Markdown,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
}

#[derive(cynic::QueryVariables)]
struct SayVariables {
    input: SayInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "SayVariables")]
struct Say {
    #[arguments(input: $input)]
    ticket_reply: SaidPayload,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "MessagePayload")]
struct SaidPayload {
    user_errors: Vec<UserError>,
}

/// Adds a message to a request.
///
/// # Errors
/// See [`ApiError`].
pub async fn say(input: SayInput) -> Result<(), ApiError> {
    refusal(
        api::mutate(Say::build(SayVariables { input }))
            .await?
            .ticket_reply
            .user_errors,
    )
}
