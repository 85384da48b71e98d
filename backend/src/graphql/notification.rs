//! What the viewer was told.

use super::context::{acting, app};
use super::error::{UserError, outcome, top_level};
use super::id::{id, parse};
use super::page::PageInfo;
use super::scalar::Sequence;
use super::ticket::{Ticket, load_ticket};
use crate::desk::entity::notification;
use crate::desk::store::notification as told;
use crate::platform::error::Error;
use crate::platform::unit_of_work::UnitOfWork;
use crate::platform::{event_log, paging};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use shared::id::NotificationId;
use shared::time::Timestamp;

/// Something that the viewer was told.
pub struct Notification(pub notification::Model);

/// Something that the viewer was told.
#[Object]
impl Notification {
    /// Identity.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Event kind.
    async fn kind(&self) -> &str {
        self.0.kind.as_str()
    }
    /// In a line.
    async fn text(&self) -> &str {
        &self.0.text
    }
    /// The ticket, while the viewer sees it.
    async fn ticket(&self, ctx: &Context<'_>) -> Result<Option<Ticket>> {
        match self.0.ticket_id {
            Some(key) => load_ticket(ctx, key).await,
            None => Ok(None),
        }
    }
    /// When.
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }
    /// When the viewer read it.
    async fn read_at(&self) -> Option<Timestamp> {
        self.0.read_at
    }
}

/// A notification and its place.
#[derive(SimpleObject)]
pub struct NotificationEdge {
    /// Its place.
    cursor: String,
    /// The notification.
    node: Notification,
}

/// A page of notifications, newest first.
pub struct NotificationConnection {
    rows: Vec<notification::Model>,
    page_info: PageInfo,
    unread: i32,
    as_of: i64,
}

/// A page of notifications, newest first.
#[Object]
impl NotificationConnection {
    /// Notifications with their places.
    async fn edges(&self) -> Vec<NotificationEdge> {
        self.rows
            .iter()
            .map(|row| NotificationEdge {
                cursor: cursor(row),
                node: Notification(row.clone()),
            })
            .collect()
    }
    /// Notifications.
    async fn nodes(&self) -> Vec<Notification> {
        self.rows.iter().cloned().map(Notification).collect()
    }
    /// Whether there is more.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }
    /// Not read yet, in all.
    async fn unread(&self) -> i32 {
        self.unread
    }
    /// What this is at least as new as.
    async fn as_of(&self) -> Sequence {
        Sequence(self.as_of)
    }
}

fn cursor(row: &notification::Model) -> String {
    paging::cursor("notification", &[row.id.to_string()])
}

/// A small number for the API.
pub fn small(value: u64) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

/// What can be asked about notifications.
#[derive(Default)]
pub struct NotificationQuery;

#[Object]
impl NotificationQuery {
    /// What the viewer was told, newest first.
    async fn notifications(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<NotificationConnection> {
        let person = acting(ctx)?.person();
        let work = async {
            let size = paging::page_size(first)?;
            let before = match &after {
                Some(text) => Some(
                    paging::parse_cursor("notification", 1, text)?[0]
                        .parse::<NotificationId>()
                        .map_err(|e| Error::invalid_id("after", &e))?,
                ),
                None => None,
            };
            let db = app(ctx)?.platform.db.clone();
            let as_of = event_log::last_sequence(db.reader()).await?;
            let mut rows = told::list(db.reader(), person, before, size + 1).await?;
            let has_next = rows.len() as u64 > size;
            rows.truncate(usize::try_from(size).unwrap_or(usize::MAX));
            let unread = small(told::unread(db.reader(), person).await?);
            let page_info = PageInfo::forward(
                has_next,
                before.is_some(),
                rows.first().map(cursor),
                rows.last().map(cursor),
            );
            Ok(NotificationConnection {
                rows,
                page_info,
                unread,
                as_of,
            })
        };
        work.await.map_err(|error| top_level(ctx, error))
    }
}

/// Which notifications were read.
#[derive(InputObject)]
pub struct NotificationsMarkReadInput {
    /// All when absent.
    ids: Option<Vec<ID>>,
}

/// What is left.
#[derive(SimpleObject)]
pub struct NotificationsMarkReadPayload {
    /// Not read yet, in all.
    unread: i32,
    /// Why not.
    user_errors: Vec<UserError>,
}

/// What can be done with notifications.
#[derive(Default)]
pub struct NotificationMutation;

#[Object]
impl NotificationMutation {
    /// Marks notifications as read.
    async fn notifications_mark_read(
        &self,
        ctx: &Context<'_>,
        input: NotificationsMarkReadInput,
    ) -> Result<NotificationsMarkReadPayload> {
        let acting = acting(ctx)?;
        let work = async {
            let ids = match input.ids {
                Some(ids) => Some(
                    ids.iter()
                        .map(|key| parse(key, "ids"))
                        .collect::<std::result::Result<Vec<NotificationId>, _>>()?,
                ),
                None => None,
            };
            let app = app(ctx)?;
            let uow = UnitOfWork::begin(&app.platform, acting).await?;
            told::mark_read(uow.tx(), acting.person(), ids, acting.now).await?;
            uow.commit().await?;
            told::unread(app.platform.db.reader(), acting.person()).await
        };
        let (unread, user_errors) = outcome(ctx, work.await)?;
        Ok(NotificationsMarkReadPayload {
            unread: unread.map_or(0, small),
            user_errors,
        })
    }
}
