//! Acts of a requester.

use cynic::MutationBuilder;

use super::RequestSummary;
use crate::api::{self, ApiError, Call, Id, Impact, Urgency, UserError, refusal, schema};

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
    pub attachments: Vec<Id>,
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
pub fn report(input: ReportInput) -> Call<RequestSummary> {
    api::one!(Report::build(ReportVariables { input }), incident_report)
        .then(RequestPayload::into_request)
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
    pub attachments: Vec<Id>,
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
pub fn submit(input: SubmitInput) -> Call<RequestSummary> {
    api::one!(Submit::build(SubmitVariables { input }), request_submit)
        .then(RequestPayload::into_request)
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
pub fn confirm(input: ConfirmInput) -> Call<RequestSummary> {
    api::one!(Confirm::build(ConfirmVariables { input }), ticket_confirm)
        .then(RequestPayload::into_request)
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
pub fn reopen(input: ReopenInput) -> Call<RequestSummary> {
    api::one!(Reopen::build(ReopenVariables { input }), ticket_reopen)
        .then(RequestPayload::into_request)
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
pub fn withdraw(input: WithdrawInput) -> Call<RequestSummary> {
    api::one!(Withdraw::build(WithdrawVariables { input }), ticket_cancel)
        .then(RequestPayload::into_request)
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
pub fn share(input: ShareInput) -> Call<RequestSummary> {
    api::one!(Share::build(ShareVariables { input }), ticket_watch)
        .then(RequestPayload::into_request)
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "ShareVariables")]
struct Unshare {
    #[arguments(input: $input)]
    ticket_unwatch: RequestPayload,
}

/// Ends sharing a request with a colleague.
pub fn unshare(input: ShareInput) -> Call<RequestSummary> {
    api::one!(Unshare::build(ShareVariables { input }), ticket_unwatch)
        .then(RequestPayload::into_request)
}

/// Input of [`say`].
#[derive(cynic::InputObject, Clone, Debug)]
#[cynic(graphql_type = "TicketReplyInput")]
pub struct SayInput {
    pub ticket: Id,
    pub body: api::Markdown,
    pub attachments: Vec<Id>,
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
pub fn say(input: SayInput) -> Call<()> {
    api::one!(Say::build(SayVariables { input }), ticket_reply)
        .then(|payload| refusal(payload.user_errors))
}
