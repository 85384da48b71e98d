//! Files of a conversation. Their content travels by plain HTTP: up by `POST /files`, down by a link that is good once.

use super::context::{acting, app, desk};
use super::error::{UserError, outcome};
use super::id::{id, parse};
use super::loader::OrganisationLoader;
use super::organisation::{Person, load, load_person, load_person_opt};
use super::payload::{made, payloads};
use super::ticket::{Ticket, as_of};
use crate::desk::attachment::entity::attachment::Model;
use crate::desk::attachment::link::Made;
use crate::desk::attachment::{self, link, store};
use crate::platform::error::Error;
use async_graphql::dataloader::Loader;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use shared::attachment::FileKind;
use shared::id::{AttachmentId, MessageId};
use shared::time::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;

/// Where links begin. Below `/session`, so that the browser sends along the cookie that proves whose session it is.
pub const LINK_PATH: &str = "/session/file/";

/// A file of a conversation.
pub struct Attachment(pub Model);

/// A file of a conversation.
#[Object]
impl Attachment {
    /// Identity.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Its name; null when it was removed.
    async fn name(&self) -> Option<&str> {
        self.0.removed_at.is_none().then_some(&self.0.name)
    }
    /// What it is, by its content.
    async fn kind(&self) -> FileKind {
        self.0.kind
    }
    /// Its size.
    async fn bytes(&self) -> Result<i32> {
        Ok(i32::try_from(self.0.bytes)?)
    }
    /// An image that can be shown within a page, from `GET /files/{id}/image`.
    async fn is_image(&self) -> bool {
        self.0.kind.is_image() && self.0.removed_at.is_none()
    }
    /// Came with the report itself, not with a message.
    async fn of_report(&self) -> bool {
        self.0.ticket_id.is_some() && self.0.message_id.is_none()
    }
    /// Who sent it.
    async fn uploaded_by(&self, ctx: &Context<'_>) -> Result<Person> {
        load_person(ctx, self.0.uploader_id).await
    }
    /// When it was uploaded.
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }
    /// When it was removed: its content and name are destroyed.
    async fn removed_at(&self) -> Option<Timestamp> {
        self.0.removed_at
    }
    /// Who removed it.
    async fn removed_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        load_person_opt(ctx, self.0.removed_by_id).await
    }
}

impl Loader<MessageId> for OrganisationLoader {
    type Value = Vec<Model>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[MessageId],
    ) -> std::result::Result<HashMap<MessageId, Vec<Model>>, Self::Error> {
        let mut files: HashMap<MessageId, Vec<Model>> = HashMap::new();
        for row in store::of_messages(self.0.reader(), keys).await? {
            if let Some(message) = row.message_id {
                files.entry(message).or_default().push(row);
            }
        }
        Ok(files)
    }
}

/// The files of a message.
pub async fn of_message(ctx: &Context<'_>, message: MessageId) -> Result<Vec<Attachment>> {
    let rows = load(ctx, message).await?.unwrap_or_default();
    Ok(rows.into_iter().map(Attachment).collect())
}

/// A link by which a file is fetched.
pub struct AttachmentLink(Made);

/// A link by which a file is fetched: good once, for a minute, in the session that asked for it.
#[Object]
impl AttachmentLink {
    /// Path of the link. A browser proves by its cookie that it may use it, a program by its access token.
    async fn path(&self) -> String {
        format!("{LINK_PATH}{}", self.0.token)
    }
    /// Until when it is good.
    async fn expires_at(&self) -> Timestamp {
        self.0.expires_at
    }
    /// What it leads to.
    async fn attachment(&self) -> Attachment {
        Attachment(self.0.file.clone())
    }
}

/// A wish to fetch a file.
#[derive(InputObject)]
pub struct AttachmentLinkCreateInput {
    /// Which file.
    attachment: ID,
}

/// The removal of a file.
#[derive(InputObject)]
pub struct AttachmentRemoveInput {
    /// Which file: one's own that was not sent, or one of a ticket that one works.
    attachment: ID,
}

payloads! {
    /// A link, or why not.
    AttachmentLinkPayload {
        /// The link.
        link: AttachmentLink = Made => AttachmentLink
    }
}

/// What became of a removal.
#[derive(SimpleObject)]
pub struct AttachmentRemovePayload {
    /// The ticket whose file it was; null for one that was not sent.
    ticket: Option<Ticket>,
    /// Why not.
    user_errors: Vec<UserError>,
}

/// What can be done with files.
#[derive(Default)]
pub struct AttachmentMutation;

#[Object]
impl AttachmentMutation {
    /// Makes a link by which a browser can fetch a file.
    async fn attachment_link_create(
        &self,
        ctx: &Context<'_>,
        input: AttachmentLinkCreateInput,
    ) -> Result<AttachmentLinkPayload> {
        let acting = acting(ctx)?;
        let work = async {
            let which: AttachmentId = parse(&input.attachment, "attachment")?;
            link::make(&app(ctx)?.platform, acting, which).await
        };
        made(ctx, work.await)
    }

    /// Takes a file away: one's own that was not sent, or, as an agent, one of a ticket, whose content and name are
    /// then destroyed.
    async fn attachment_remove(
        &self,
        ctx: &Context<'_>,
        input: AttachmentRemoveInput,
    ) -> Result<AttachmentRemovePayload> {
        let acting = acting(ctx)?;
        as_of(ctx).await?;
        let work = async {
            let which = parse(&input.attachment, "attachment")?;
            attachment::remove(desk(ctx)?, acting, which).await
        };
        let (ticket, user_errors) = outcome(ctx, work.await)?;
        Ok(AttachmentRemovePayload {
            ticket: ticket.flatten().map(Into::into),
            user_errors,
        })
    }
}
