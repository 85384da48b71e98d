//! Files of a conversation. Somebody uploads a file, which then is theirs alone; sent with a report or a message it
//! belongs to the ticket, and is seen by whoever sees that message.

pub mod entity;
pub mod link;
pub mod store;
pub mod sweep;

use super::store::{message as messages, queue};
use super::ticket::act::{self, Act};
use crate::desk::Desk;
use crate::desk::entity::ticket;
use crate::platform::Platform;
use crate::platform::context::Context;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result, code};
use crate::platform::files::Received;
use crate::platform::unit_of_work::UnitOfWork;
use entity::attachment::Model;
use serde_json::json;
use shared::attachment::{
    FileKind, MESSAGE_MOST, PENDING_BYTES_MOST, PENDING_FILES_MOST, TICKET_BYTES_MOST,
    TICKET_FILES_MOST, size_in_words,
};
use shared::event::EventKind;
use shared::id::{AttachmentId, MessageId, TicketId};
use shared::permission::TicketAction;
use shared::ticket::MessageVisibility;

/// Refuses another upload of somebody who has too many that were not sent.
pub async fn check_room(db: &impl Connection, ctx: &Context, bytes: u64) -> Result<()> {
    let pending = store::pending_of(db, ctx.person()).await?;
    if pending.files >= PENDING_FILES_MOST || pending.bytes + bytes > PENDING_BYTES_MOST {
        return Err(Error::refused(
            code::TOO_MANY,
            "",
            "You have uploaded many files that were not sent. Send or remove them first.",
        ));
    }
    Ok(())
}

/// Keeps the row of a file that was received under this id. When it cannot be kept, its content goes too.
pub async fn keep(
    platform: &Platform,
    ctx: &Context,
    id: AttachmentId,
    name: &str,
    kind: FileKind,
    received: Received,
) -> Result<Model> {
    let kept = keep_row(platform, ctx, id, name, kind, received).await;
    if kept.is_err() {
        platform.files.destroy(id.0).await?;
    }
    kept
}

async fn keep_row(
    platform: &Platform,
    ctx: &Context,
    id: AttachmentId,
    name: &str,
    kind: FileKind,
    received: Received,
) -> Result<Model> {
    let uow = UnitOfWork::begin(platform, ctx).await?;
    // Uploads at once are counted one after the other.
    uow.wait_turn(&format!("uploads of {}", ctx.person()))
        .await?;
    check_room(uow.tx(), ctx, received.bytes).await?;
    let row = Model {
        id,
        uploader_id: ctx.person(),
        ticket_id: None,
        message_id: None,
        name: name.to_owned(),
        kind,
        bytes: i64::try_from(received.bytes).map_err(anyhow::Error::from)?,
        digest: received.digest,
        created_at: ctx.now,
        attached_at: None,
        removed_at: None,
        removed_by_id: None,
    };
    store::insert(uow.tx(), row.clone()).await?;
    uow.commit().await?;
    Ok(row)
}

/// Sends uploads along with a ticket's report or with a message, in the act's transaction, which holds the ticket.
pub async fn attach(
    uow: &UnitOfWork,
    ids: &[AttachmentId],
    ticket: TicketId,
    message: Option<MessageId>,
) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let refused = |code: &str, text: String| Err(Error::refused(code, "attachments", text));
    if ids.len() > MESSAGE_MOST {
        return refused(
            code::TOO_MANY,
            format!("At most {MESSAGE_MOST} files can be sent at once."),
        );
    }
    let (db, ctx) = (uow.tx(), uow.context());
    let present = store::of_ticket_amount(db, ticket).await?;
    let more = store::unsent_amount(db, ctx.person(), ids).await?;
    if present.files + more.files > TICKET_FILES_MOST {
        return refused(
            code::TOO_MANY,
            format!("A ticket has at most {TICKET_FILES_MOST} files."),
        );
    }
    if present.bytes + more.bytes > TICKET_BYTES_MOST {
        let (has, most) = (
            size_in_words(present.bytes),
            size_in_words(TICKET_BYTES_MOST),
        );
        return refused(
            code::TOO_MANY,
            format!("The files of this ticket are {has} already; {most} is the limit."),
        );
    }
    let attached = store::attach(db, ctx.person(), ids, ticket, message, ctx.now).await?;
    // Unknown, somebody else's, sent already, or named twice: none of them is there for this message.
    if usize::try_from(attached).ok() != Some(ids.len()) {
        return refused(
            code::NOT_FOUND,
            "A file is no longer there. Remove it and add it again.".to_owned(),
        );
    }
    Ok(())
}

/// A file that the actor sees: with its ticket, and if it belongs to an internal note, with the right to read notes.
/// What was removed or not sent is not there.
pub async fn visible(
    db: &impl Connection,
    ctx: &Context,
    id: AttachmentId,
) -> Result<Option<(Model, ticket::Model)>> {
    let Some(row) = store::find(db, id).await? else {
        return Ok(None);
    };
    let Some(ticket) = row.ticket_id.filter(|_| row.removed_at.is_none()) else {
        return Ok(None);
    };
    let Some(ticket) = queue::find(db, &ctx.scope, ticket).await? else {
        return Ok(None);
    };
    let seen = match row.message_id {
        None => true,
        Some(_) if act::standing_of(ctx, &ticket).may(TicketAction::ReadInternal) => true,
        Some(message) => is_public(db, message).await?,
    };
    Ok(seen.then_some((row, ticket)))
}

async fn is_public(db: &impl Connection, message: MessageId) -> Result<bool> {
    let message = messages::find(db, message).await?;
    Ok(message.is_some_and(|message| message.visibility == MessageVisibility::Public))
}

/// Takes a file away. One's own that was not sent vanishes (`None`). One of a ticket is removed by those who work it:
/// its content and name are destroyed, that it was there and who removed it stays.
pub async fn remove(desk: &Desk, ctx: &Context, id: AttachmentId) -> Result<Option<ticket::Model>> {
    let platform = &desk.platform;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    let row = store::find(uow.tx(), id).await?;
    let not_found = || Error::not_found("attachment");
    let Some(row) = row else {
        return Err(not_found());
    };
    let Some(ticket) = row.ticket_id else {
        // Only the uploader's, and only while it was not sent by another request meanwhile.
        if !store::discard(uow.tx(), ctx.person(), id).await? {
            return Err(not_found());
        }
        uow.commit().await?;
        platform.files.destroy(id.0).await?;
        return Ok(None);
    };
    let mut act = Act::begin(desk, &mut uow, ticket, None)
        .await
        .map_err(|error| match error {
            Error::Refused(_) => not_found(),
            fault => fault,
        })?;
    let internal = match row.message_id {
        Some(message) => !is_public(act.uow.tx(), message).await?,
        None => false,
    };
    if internal && !act.standing.may(TicketAction::ReadInternal) {
        return Err(not_found());
    }
    act.authorize(TicketAction::RemoveFile)?;
    // Read again: the ticket is locked from here on.
    let row = store::find(act.uow.tx(), id).await?.ok_or_else(not_found)?;
    if row.removed_at.is_some() {
        return Ok(Some(act.after));
    }
    store::mark_removed(act.uow.tx(), id, ctx.actor.person(), ctx.now).await?;
    act.happened(EventKind::AttachmentRemoved);
    act.note("attachment", json!(id));
    let after = act.save().await?;
    uow.commit().await?;
    // Should this fail, the sweep finds content that no row wants.
    if let Err(error) = platform.files.destroy(id.0).await {
        tracing::error!(%error, attachment = %id, "a removed file could not be destroyed yet");
    }
    Ok(Some(after))
}
