//! The conversation of a ticket: public messages and internal notes.

use super::attachment;
use super::entity::{message, ticket};
use super::notification;
use super::store::message as messages;
use super::ticket::act::Act;
use super::ticket::lifecycle;
use crate::desk::Desk;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::idempotency::Key;
use crate::platform::unit_of_work::UnitOfWork;
use serde_json::json;
use shared::event::EventKind;
use shared::id::{AttachmentId, MessageId, TicketId};
use shared::permission::TicketAction;
use shared::text::BODY_MAX;
use shared::ticket::{Channel, HoldReason, MessageVisibility, TicketState};
use shared::validation::Problems;

/// A message that was written, and its ticket.
pub struct Written {
    /// The message.
    pub message: message::Model,
    /// The ticket after it.
    pub ticket: ticket::Model,
}

/// Writes to the others: as somebody who works the ticket, or as the requester.
pub async fn reply(
    desk: &Desk,
    ctx: &Context,
    id: TicketId,
    body: &str,
    files: &[AttachmentId],
    key: Option<String>,
) -> Result<Written> {
    post(desk, ctx, id, body, files, key, MessageVisibility::Public).await
}

/// Writes an internal note.
pub async fn add_note(
    desk: &Desk,
    ctx: &Context,
    id: TicketId,
    body: &str,
    files: &[AttachmentId],
    key: Option<String>,
) -> Result<Written> {
    post(desk, ctx, id, body, files, key, MessageVisibility::Internal).await
}

async fn post(
    desk: &Desk,
    ctx: &Context,
    id: TicketId,
    body: &str,
    files: &[AttachmentId],
    key: Option<String>,
    visibility: MessageVisibility,
) -> Result<Written> {
    let mut problems = Problems::new();
    // A screenshot can say it all.
    if files.is_empty() {
        problems.text("body", body, BODY_MAX);
    } else {
        problems.optional_text("body", body, BODY_MAX);
    }
    problems.finish()?;
    let input = format!("{id}|{visibility}|{files:?}|{body}");
    let key = Key::new("ticketMessage", key, &input);
    let mut uow = UnitOfWork::begin_shared(&desk.platform, ctx).await?;
    let earlier = key.earlier(&uow).await?;
    let mut act = Act::begin(desk, &mut uow, id, None).await?;
    let action = match visibility {
        MessageVisibility::Public => TicketAction::Reply,
        MessageVisibility::Internal => TicketAction::AddNote,
    };
    act.authorize(action)?;
    if let Some(earlier) = earlier {
        let message = messages::find(act.uow.tx(), MessageId(earlier)).await?;
        let message = message.ok_or_else(|| Error::not_found("message"))?;
        let ticket = act.before().clone();
        drop(act);
        uow.rollback().await?;
        return Ok(Written { message, ticket });
    }
    if matches!(
        act.after.state,
        TicketState::Closed | TicketState::Cancelled
    ) && visibility == MessageVisibility::Public
    {
        return Err(Error::not_allowed_now(
            "This is closed. Reopen it, or open a new one.",
        ));
    }
    let message = say_with(&mut act, visibility, body, files).await?;
    let ticket = act.save().await?;
    key.remember(&mut uow, message.id.0);
    uow.commit().await?;
    Ok(Written { message, ticket })
}

/// Writes as part of an act, with all that follows: events, who has to answer now, the end of a
/// hold that waited for it, and telling the others.
pub async fn say(
    act: &mut Act<'_>,
    visibility: MessageVisibility,
    body: &str,
) -> Result<message::Model> {
    say_with(act, visibility, body, &[]).await
}

async fn say_with(
    act: &mut Act<'_>,
    visibility: MessageVisibility,
    body: &str,
    files: &[AttachmentId],
) -> Result<message::Model> {
    let message = write(act, visibility, body).await?;
    attachment::attach(act.uow, files, act.after.id, Some(message.id)).await?;
    let row = act.after.clone();
    match (visibility, message.by_requester) {
        (MessageVisibility::Internal, _) => {
            act.happened(EventKind::NoteAdded);
            note(act, message.id, files);
            notification::assignee(act.uow, &row, EventKind::NoteAdded, "added a note").await?;
        }
        (MessageVisibility::Public, true) => {
            act.happened(EventKind::RequesterReplied);
            note(act, message.id, files);
            act.after.unanswered =
                act.after.state.is_open() || act.after.state == TicketState::Resolved;
            if act.after.state == TicketState::OnHold
                && act.after.hold_reason == Some(HoldReason::WaitingForRequester)
            {
                lifecycle::resume_by_answer(act).await?;
            }
            notification::assignee(act.uow, &row, EventKind::RequesterReplied, "replied").await?;
        }
        (MessageVisibility::Public, false) => {
            act.happened(EventKind::TicketReplied);
            note(act, message.id, files);
            act.after.unanswered = false;
            notification::requester_side(act.uow, &row, EventKind::TicketReplied, "replied")
                .await?;
        }
    }
    Ok(message)
}

/// What the event says of its message.
fn note(act: &mut Act<'_>, message: MessageId, files: &[AttachmentId]) {
    act.note("message", json!(message));
    if !files.is_empty() {
        act.note("attachments", json!(files));
    }
}

/// Only the row.
pub async fn write(
    act: &mut Act<'_>,
    visibility: MessageVisibility,
    body: &str,
) -> Result<message::Model> {
    let ctx = act.uow.context();
    let author = ctx
        .actor
        .person()
        .ok_or_else(|| Error::Fault(anyhow::anyhow!("only people write messages")))?;
    let row = message::Model {
        id: MessageId(act.uow.next_id()),
        ticket_id: act.after.id,
        author_id: author,
        visibility,
        channel: Channel::Portal,
        // An agent who asked for it writes as the requester.
        by_requester: act.standing.requester && visibility == MessageVisibility::Public,
        body: body.trim().to_owned(),
        created_at: ctx.now,
    };
    messages::insert(act.uow.tx(), row.clone()).await?;
    Ok(row)
}
