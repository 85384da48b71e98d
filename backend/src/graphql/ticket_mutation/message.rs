//! Writing to the others, and notes.

use super::{Outcome, files};
use crate::desk::conversation::{self, Written};
use crate::graphql::context::{acting, desk};
use crate::graphql::conversation::Message;
use crate::graphql::error::{UserError, outcome};
use crate::graphql::id::parse;
use crate::graphql::scalar::Markdown;
use crate::graphql::ticket::{Ticket, as_of};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

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

/// What is said on tickets.
#[derive(Default)]
pub struct MessageMutation;

#[Object]
impl MessageMutation {
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
}
