//! Messages of a ticket.

use super::attachment::{Attachment, of_message};
use super::context::app;
use super::error::top_level;
use super::id::id;
use super::organisation::{Person, load_person};
use super::page::PageInfo;
use super::scalar::Markdown;
use crate::desk::entity::message;
use crate::desk::store::message as store;
use crate::platform::markdown;
use crate::platform::paging::{self, Ends, Part};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use shared::id::{MessageId, TicketId};
use shared::ticket::{Channel, MessageVisibility};
use shared::time::Timestamp;

/// A message of a conversation.
pub struct Message(pub message::Model);

/// A message of a conversation.
#[Object]
impl Message {
    /// Identity.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Who wrote it.
    async fn author(&self, ctx: &Context<'_>) -> Result<Person> {
        load_person(ctx, self.0.author_id).await
    }
    /// Who may read it.
    async fn visibility(&self) -> MessageVisibility {
        self.0.visibility
    }
    /// As it was written.
    async fn body(&self) -> Markdown {
        Markdown(self.0.body.clone())
    }
    /// The same, rendered and sanitised.
    async fn body_html(&self) -> String {
        markdown::render(&self.0.body)
    }
    /// When.
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }
    /// Files that were sent along.
    async fn attachments(&self, ctx: &Context<'_>) -> Result<Vec<Attachment>> {
        of_message(ctx, self.0.id).await
    }
    /// How it came in.
    async fn channel(&self) -> Channel {
        self.0.channel
    }
    /// The requester, or the one it is for, wrote it.
    async fn by_requester(&self) -> bool {
        self.0.by_requester
    }
}

/// A message and its place.
#[derive(SimpleObject)]
pub struct MessageEdge {
    /// Its place.
    cursor: String,
    /// The message.
    node: Message,
}

/// A page of a conversation.
pub struct MessageConnection {
    rows: Vec<message::Model>,
    page_info: PageInfo,
}

/// A page of a conversation.
#[Object]
impl MessageConnection {
    /// Messages with their places.
    async fn edges(&self) -> Vec<MessageEdge> {
        self.rows
            .iter()
            .map(|row| MessageEdge {
                cursor: cursor(row),
                node: Message(row.clone()),
            })
            .collect()
    }
    /// Messages.
    async fn nodes(&self) -> Vec<Message> {
        self.rows.iter().cloned().map(Message).collect()
    }
    /// Whether there is more.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }
}

fn cursor(row: &message::Model) -> String {
    paging::cursor("message", &[row.id.to_string()])
}

/// A part of the messages that the viewer may read.
pub async fn messages(
    ctx: &Context<'_>,
    ticket: TicketId,
    internal: bool,
    ends: Ends,
) -> Result<MessageConnection> {
    let work = async {
        let part = Part::of("message", &ends, |text| text.parse::<MessageId>().ok())?;
        let db = app(ctx)?.platform.db.reader();
        let page = part.page(store::list(db, ticket, internal, &part).await?);
        let page_info = PageInfo::of(&page, cursor);
        Ok(MessageConnection {
            rows: page.rows,
            page_info,
        })
    };
    work.await.map_err(|error| top_level(ctx, error))
}
