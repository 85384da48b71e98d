//! What people do with tickets.

use super::context::{acting, desk};
use super::conversation::Message;
use super::error::{UserError, outcome};
use super::id::{parse, parse_opt};
use super::payload::{edited, made, payloads};
use super::scalar::Markdown;
use super::ticket::{Ticket, as_of};
use crate::desk::conversation::{self, Written};
use crate::desk::entity::ticket;
use crate::desk::store::queue;
use crate::desk::ticket::{edit, kind, lifecycle, link, watch};
use crate::platform::error::Error;
use crate::practice::incident::{self, contact};
use crate::practice::service_request;
use async_graphql::{Context, ID, InputObject, Json, MaybeUndefined, Object, Result, SimpleObject};
use shared::id::AttachmentId;
use shared::ticket::{
    Answer, Channel, HoldReason, Impact, LinkKind, ResolutionCode, TicketKind, Urgency,
};
use shared::time::Timestamp;

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

/// A message to the others.
#[derive(InputObject)]
pub struct TicketReplyInput {
    /// Which ticket.
    ticket: ID,
    /// What to say; may be empty when files come along.
    body: Markdown,
    /// Files that the viewer uploaded for it (`POST /files`).
    #[graphql(default)]
    attachments: Vec<ID>,
    /// Makes a repeated message the same one.
    idempotency_key: Option<String>,
}

/// An internal note.
#[derive(InputObject)]
pub struct TicketAddNoteInput {
    /// Which ticket.
    ticket: ID,
    /// What to note; may be empty when files come along.
    body: Markdown,
    /// Files that the viewer uploaded for it (`POST /files`).
    #[graphql(default)]
    attachments: Vec<ID>,
    /// Makes a repeated note the same one.
    idempotency_key: Option<String>,
}

/// To whom a ticket goes.
#[derive(InputObject)]
pub struct TicketAssignInput {
    /// Which ticket.
    ticket: ID,
    /// The version that was looked at.
    expected_version: i32,
    /// The team; it stays when absent.
    team: Option<ID>,
    /// The person; nobody when absent.
    assignee: Option<ID>,
}

macro_rules! step_inputs {
    ($($(#[$meta:meta])* $name:ident;)+) => {$(
        $(#[$meta])*
        #[derive(InputObject)]
        pub struct $name {
            /// Which ticket.
            ticket: ID,
            /// The version that was looked at.
            expected_version: i32,
        }
    )+};
}

step_inputs! {
    /// The beginning of work.
    TicketStartInput;
    /// The end of a hold.
    TicketResumeInput;
    /// The requester's agreement.
    TicketConfirmInput;
    /// The closing of what is resolved.
    TicketCloseInput;
}

/// A hold.
#[derive(InputObject)]
pub struct TicketPutOnHoldInput {
    /// Which ticket.
    ticket: ID,
    /// The version that was looked at.
    expected_version: i32,
    /// Why it waits.
    reason: HoldReason,
    /// Until when; for so many days as the department says of the reason when absent.
    wake_up_at: Option<Timestamp>,
    /// What to tell the requester.
    message: Option<Markdown>,
}

/// A resolution.
#[derive(InputObject)]
pub struct TicketResolveInput {
    /// Which ticket.
    ticket: ID,
    /// The version that was looked at.
    expected_version: i32,
    /// How.
    code: ResolutionCode,
    /// What to tell the requester.
    message: Markdown,
}

/// A reopening.
#[derive(InputObject)]
pub struct TicketReopenInput {
    /// Which ticket.
    ticket: ID,
    /// The version that was looked at.
    expected_version: i32,
    /// Why; it becomes a message.
    reason: Markdown,
}

/// A withdrawal.
#[derive(InputObject)]
pub struct TicketCancelInput {
    /// Which ticket.
    ticket: ID,
    /// The version that was looked at.
    expected_version: i32,
    /// Why; it becomes a message.
    reason: Option<Markdown>,
}

/// Impact and urgency.
#[derive(InputObject)]
pub struct TicketSetPriorityInput {
    /// Which ticket.
    ticket: ID,
    /// The version that was looked at.
    expected_version: i32,
    /// Who is affected.
    impact: Impact,
    /// How soon it hurts.
    urgency: Urgency,
}

/// An edit; what is absent stays.
#[derive(InputObject)]
pub struct TicketEditInput {
    /// Which ticket.
    ticket: ID,
    /// The version that was looked at.
    expected_version: i32,
    /// New title.
    title: Option<String>,
    /// New service; null clears it.
    service: MaybeUndefined<ID>,
    /// New category; null clears it.
    category: MaybeUndefined<ID>,
    /// New site; null clears it.
    site: MaybeUndefined<ID>,
}

/// Another kind of work.
#[derive(InputObject)]
pub struct TicketKindChangeInput {
    /// Which ticket.
    ticket: ID,
    /// The version that was looked at.
    expected_version: i32,
    /// What it is.
    kind: TicketKind,
}

/// Who watches.
#[derive(InputObject)]
pub struct TicketWatchInput {
    /// Which ticket.
    ticket: ID,
    /// The viewer unless said.
    person: Option<ID>,
}

/// A link.
#[derive(InputObject)]
pub struct TicketLinkInput {
    /// Which ticket.
    ticket: ID,
    /// How they relate, read from this ticket.
    kind: LinkKind,
    /// Reference or id of the other.
    other: String,
}

/// A link's end.
#[derive(InputObject)]
pub struct TicketUnlinkInput {
    /// Which link.
    link: ID,
}

payloads! {
    /// A ticket after an act, or why not.
    TicketPayload {
        /// The ticket; with VERSION_CONFLICT as it now is.
        ticket: Ticket = ticket::Model => Into::into
    }
}

/// A message after an act, or why not.
#[derive(SimpleObject)]
pub struct MessagePayload {
    /// The message.
    message: Option<Message>,
    /// Its ticket.
    ticket: Option<Ticket>,
    /// Why not.
    user_errors: Vec<UserError>,
}

type Outcome<T> = std::result::Result<T, Error>;

fn written(ctx: &Context<'_>, result: Outcome<Written>) -> Result<MessagePayload> {
    let (written, user_errors) = outcome(ctx, result)?;
    let (message, ticket) = written
        .map(|w| (Message(w.message), w.ticket.into()))
        .unzip();
    Ok(MessagePayload {
        message,
        ticket,
        user_errors,
    })
}

/// A state's step: parse, act, shape.
macro_rules! step {
    ($ctx:ident, $input:ident, |$desk:ident, $acting:ident, $id:ident| $act:expr) => {{
        let $acting = acting($ctx)?;
        as_of($ctx).await?;
        let which = $input.ticket.clone();
        let act = async {
            let $id = parse(&which, "ticket")?;
            let $desk = desk($ctx)?;
            $act.await
        };
        let current = async {
            let db = desk($ctx)?.platform.db.reader();
            queue::find(db, &$acting.scope, parse(&which, "ticket")?).await
        };
        edited($ctx, act.await, current).await
    }};
}

/// What can be done with tickets.
#[derive(Default)]
pub struct TicketMutation;

#[Object]
impl TicketMutation {
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

    /// Writes to the others.
    async fn ticket_reply(
        &self,
        ctx: &Context<'_>,
        input: TicketReplyInput,
    ) -> Result<MessagePayload> {
        let acting = acting(ctx)?;
        as_of(ctx).await?;
        let work = async {
            conversation::reply(
                desk(ctx)?,
                acting,
                parse(&input.ticket, "ticket")?,
                &input.body.0,
                &files(&input.attachments)?,
                input.idempotency_key,
            )
            .await
        };
        written(ctx, work.await)
    }

    /// Writes an internal note.
    async fn ticket_add_note(
        &self,
        ctx: &Context<'_>,
        input: TicketAddNoteInput,
    ) -> Result<MessagePayload> {
        let acting = acting(ctx)?;
        as_of(ctx).await?;
        let work = async {
            conversation::add_note(
                desk(ctx)?,
                acting,
                parse(&input.ticket, "ticket")?,
                &input.body.0,
                &files(&input.attachments)?,
                input.idempotency_key,
            )
            .await
        };
        written(ctx, work.await)
    }

    /// Gives a ticket to a team, a person, or both.
    async fn ticket_assign(
        &self,
        ctx: &Context<'_>,
        input: TicketAssignInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| async {
            let team = parse_opt(input.team.as_ref(), "team")?;
            let assignee = parse_opt(input.assignee.as_ref(), "assignee")?;
            edit::assign(desk, acting, id, input.expected_version, team, assignee).await
        })
    }

    /// Begins to work.
    async fn ticket_start(
        &self,
        ctx: &Context<'_>,
        input: TicketStartInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| lifecycle::start(
            desk,
            acting,
            id,
            input.expected_version
        ))
    }

    /// Lets it wait for a reason, until a date.
    async fn ticket_put_on_hold(
        &self,
        ctx: &Context<'_>,
        input: TicketPutOnHoldInput,
    ) -> Result<TicketPayload> {
        let message = input.message.map(|m| m.0);
        step!(ctx, input, |desk, acting, id| lifecycle::put_on_hold(
            desk,
            acting,
            id,
            input.expected_version,
            input.reason,
            input.wake_up_at,
            message.as_deref()
        ))
    }

    /// Goes on where the hold interrupted.
    async fn ticket_resume(
        &self,
        ctx: &Context<'_>,
        input: TicketResumeInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| lifecycle::resume(
            desk,
            acting,
            id,
            Some(input.expected_version)
        ))
    }

    /// Resolves with a code and a message to the requester.
    async fn ticket_resolve(
        &self,
        ctx: &Context<'_>,
        input: TicketResolveInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| lifecycle::resolve(
            desk,
            acting,
            id,
            input.expected_version,
            input.code,
            &input.message.0
        ))
    }

    /// The requester says that it is solved.
    async fn ticket_confirm(
        &self,
        ctx: &Context<'_>,
        input: TicketConfirmInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| lifecycle::confirm(
            desk,
            acting,
            id,
            input.expected_version
        ))
    }

    /// Closes what is resolved.
    async fn ticket_close(
        &self,
        ctx: &Context<'_>,
        input: TicketCloseInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| lifecycle::close(
            desk,
            acting,
            id,
            Some(input.expected_version)
        ))
    }

    /// Takes a resolved or closed ticket up again.
    async fn ticket_reopen(
        &self,
        ctx: &Context<'_>,
        input: TicketReopenInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| lifecycle::reopen(
            desk,
            acting,
            id,
            input.expected_version,
            &input.reason.0
        ))
    }

    /// Withdraws it.
    async fn ticket_cancel(
        &self,
        ctx: &Context<'_>,
        input: TicketCancelInput,
    ) -> Result<TicketPayload> {
        let reason = input.reason.map(|r| r.0);
        step!(ctx, input, |desk, acting, id| lifecycle::cancel(
            desk,
            acting,
            id,
            input.expected_version,
            reason.as_deref()
        ))
    }

    /// Sets impact and urgency; priority follows.
    async fn ticket_set_priority(
        &self,
        ctx: &Context<'_>,
        input: TicketSetPriorityInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| edit::set_priority(
            desk,
            acting,
            id,
            input.expected_version,
            input.impact,
            input.urgency
        ))
    }

    /// Edits title, service, category and site.
    async fn ticket_edit(
        &self,
        ctx: &Context<'_>,
        input: TicketEditInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| async {
            let change = edit::Edit {
                title: input.title,
                service: changed(&input.service, "service")?,
                category: changed(&input.category, "category")?,
                site: changed(&input.site, "site")?,
            };
            edit::edit(desk, acting, id, input.expected_version, change).await
        })
    }

    /// Makes it another kind of work. Conversation, history and start stay; the agreement is chosen anew; the reference
    /// is another one, and the old one still leads here.
    async fn ticket_kind_change(
        &self,
        ctx: &Context<'_>,
        input: TicketKindChangeInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| kind::change(
            desk,
            acting,
            id,
            input.expected_version,
            input.kind
        ))
    }

    /// Lets somebody watch: the viewer, or a person with whom it is shared.
    async fn ticket_watch(
        &self,
        ctx: &Context<'_>,
        input: TicketWatchInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| async {
            watch::watch(
                desk,
                acting,
                id,
                parse_opt(input.person.as_ref(), "person")?,
            )
            .await
        })
    }

    /// Ends somebody's watching.
    async fn ticket_unwatch(
        &self,
        ctx: &Context<'_>,
        input: TicketWatchInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| async {
            watch::unwatch(
                desk,
                acting,
                id,
                parse_opt(input.person.as_ref(), "person")?,
            )
            .await
        })
    }

    /// Links two tickets.
    async fn ticket_link(
        &self,
        ctx: &Context<'_>,
        input: TicketLinkInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| link::link(
            desk,
            acting,
            id,
            input.kind,
            &input.other
        ))
    }

    /// Removes a link.
    async fn ticket_unlink(
        &self,
        ctx: &Context<'_>,
        input: TicketUnlinkInput,
    ) -> Result<TicketPayload> {
        let acting = acting(ctx)?;
        as_of(ctx).await?;
        let work = async { link::unlink(desk(ctx)?, acting, parse(&input.link, "link")?).await };
        made(ctx, work.await)
    }
}

fn files(ids: &[ID]) -> Outcome<Vec<AttachmentId>> {
    ids.iter().map(|id| parse(id, "attachments")).collect()
}

/// A part of an edit: absent stays, null clears.
fn changed<T: std::str::FromStr<Err = shared::id::InvalidId>>(
    value: &MaybeUndefined<ID>,
    field: &str,
) -> Outcome<Option<Option<T>>> {
    Ok(match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(id) => Some(Some(parse(id, field)?)),
    })
}
