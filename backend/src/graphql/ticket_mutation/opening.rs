//! Opening tickets: reports, contacts, requests.

use super::{TicketPayload, files};
use crate::graphql::context::{acting, desk};
use crate::graphql::id::{parse, parse_opt};
use crate::graphql::payload::made;
use crate::graphql::scalar::Markdown;
use crate::graphql::ticket::as_of;
use crate::practice::incident::{self, contact};
use crate::practice::service_request;
use async_graphql::{Context, ID, InputObject, Json, Object, Result};
use shared::ticket::{Answer, Channel, Impact, ResolutionCode, Urgency};

/// A report of an incident.
#[derive(InputObject)]
pub struct IncidentReportInput {
    /// In a few words.
    title: String,
    /// What happened.
    description: Markdown,
    /// Department; when absent that of category or service, else the organisation's default.
    department: Option<ID>,
    /// Affected service.
    service: Option<ID>,
    /// Category.
    category: Option<ID>,
    /// Who is affected; one person unless said.
    impact: Option<Impact>,
    /// How soon it hurts; medium unless said.
    urgency: Option<Urgency>,
    /// For whom, when for another person.
    requested_for: Option<ID>,
    /// Who asked; for agents only.
    requester: Option<ID>,
    /// How the contact came in; for agents only.
    channel: Option<Channel>,
    /// Files that the viewer uploaded for it (`POST /files`).
    #[graphql(default)]
    attachments: Vec<ID>,
    /// Makes a repeated report the same one.
    idempotency_key: Option<String>,
}

/// What somebody asked for by telephone, in person or in a chat, and what was done about it.
#[derive(InputObject)]
pub struct ContactLogInput {
    /// Who called, came or wrote.
    requester: ID,
    /// How: by phone, chat, mail, or in person.
    channel: Channel,
    /// In a few words.
    title: String,
    /// What was said.
    description: Option<Markdown>,
    /// Department; when absent that of category or service, else the organisation's default.
    department: Option<ID>,
    /// Team; routed when absent.
    team: Option<ID>,
    /// Affected service.
    service: Option<ID>,
    /// Category.
    category: Option<ID>,
    /// Who is affected; one person unless said.
    impact: Option<Impact>,
    /// How soon it hurts; medium unless said.
    urgency: Option<Urgency>,
    /// Whoever writes it down keeps it.
    #[graphql(default)]
    mine: bool,
    /// How it was resolved, if it was.
    resolution: Option<ContactResolution>,
    /// Files that the viewer uploaded for it (`POST /files`).
    #[graphql(default)]
    attachments: Vec<ID>,
    /// Makes a repeated contact the same one.
    idempotency_key: Option<String>,
}

/// How a contact was resolved.
#[derive(InputObject)]
pub struct ContactResolution {
    /// How.
    code: ResolutionCode,
    /// What the requester was told.
    message: Markdown,
}

/// An answer to a form's field.
#[derive(InputObject)]
pub struct AnswerInput {
    /// Key of the field.
    key: String,
    /// Text, number, yes or no, or a list of texts, by the field's kind.
    value: Json<serde_json::Value>,
}

/// A request for a catalog item.
#[derive(InputObject)]
pub struct RequestSubmitInput {
    /// Which item.
    catalog_item: ID,
    /// Answers to its form.
    answers: Vec<AnswerInput>,
    /// Whatever the form did not ask.
    note: Option<Markdown>,
    /// For whom, when for another person.
    requested_for: Option<ID>,
    /// Who asked; for agents only.
    requester: Option<ID>,
    /// Files that the viewer uploaded for it (`POST /files`).
    #[graphql(default)]
    attachments: Vec<ID>,
    /// Makes a repeated request the same one.
    idempotency_key: Option<String>,
}

/// New tickets.
#[derive(Default)]
pub struct OpeningMutation;

#[Object]
impl OpeningMutation {
    /// Reports an incident: for oneself, for a colleague, or, as an agent, for whoever called.
    async fn incident_report(
        &self,
        ctx: &Context<'_>,
        input: IncidentReportInput,
    ) -> Result<TicketPayload> {
        let acting = acting(ctx)?;
        as_of(ctx).await?;
        let work = async {
            let report = incident::Report {
                title: input.title,
                description: input.description.0,
                department: parse_opt(input.department.as_ref(), "department")?,
                service: parse_opt(input.service.as_ref(), "service")?,
                category: parse_opt(input.category.as_ref(), "category")?,
                impact: input.impact,
                urgency: input.urgency,
                requested_for: parse_opt(input.requested_for.as_ref(), "requestedFor")?,
                requester: parse_opt(input.requester.as_ref(), "requester")?,
                channel: input.channel,
                files: files(&input.attachments)?,
                idempotency_key: input.idempotency_key,
            };
            incident::report(desk(ctx)?, acting, report).await
        };
        made(ctx, work.await)
    }

    /// Writes down a contact: opens a ticket for whoever called, and gives it to a team or resolves it in the same act.
    async fn contact_log(
        &self,
        ctx: &Context<'_>,
        input: ContactLogInput,
    ) -> Result<TicketPayload> {
        let acting = acting(ctx)?;
        as_of(ctx).await?;
        let work = async {
            let contact = contact::Contact {
                requester: parse(&input.requester, "requester")?,
                channel: input.channel,
                title: input.title,
                description: input.description.map(|d| d.0).unwrap_or_default(),
                department: parse_opt(input.department.as_ref(), "department")?,
                team: parse_opt(input.team.as_ref(), "team")?,
                service: parse_opt(input.service.as_ref(), "service")?,
                category: parse_opt(input.category.as_ref(), "category")?,
                impact: input.impact,
                urgency: input.urgency,
                mine: input.mine,
                resolution: input.resolution.map(|r| (r.code, r.message.0)),
                files: files(&input.attachments)?,
                idempotency_key: input.idempotency_key,
            };
            contact::log(desk(ctx)?, acting, contact).await
        };
        made(ctx, work.await)
    }

    /// Asks for a catalog item.
    async fn request_submit(
        &self,
        ctx: &Context<'_>,
        input: RequestSubmitInput,
    ) -> Result<TicketPayload> {
        let acting = acting(ctx)?;
        as_of(ctx).await?;
        let work = async {
            let submission = service_request::Submission {
                item: parse(&input.catalog_item, "catalogItem")?,
                answers: input
                    .answers
                    .into_iter()
                    .map(|a| Answer {
                        key: a.key,
                        value: a.value.0,
                    })
                    .collect(),
                note: input.note.map(|n| n.0).unwrap_or_default(),
                requested_for: parse_opt(input.requested_for.as_ref(), "requestedFor")?,
                requester: parse_opt(input.requester.as_ref(), "requester")?,
                files: files(&input.attachments)?,
                idempotency_key: input.idempotency_key,
            };
            service_request::submit(desk(ctx)?, acting, submission).await
        };
        made(ctx, work.await)
    }
}
