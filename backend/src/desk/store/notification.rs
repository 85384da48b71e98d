//! What people were told.

use crate::desk::entity::notification;
use crate::platform::error::Result;
use crate::platform::row;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use shared::id::{NotificationId, PersonId};
use shared::time::Timestamp;

/// Writes one.
pub async fn insert(db: &impl ConnectionTrait, notification: notification::Model) -> Result<()> {
    row::insert(db, notification).await
}

/// How many a person has not read.
pub async fn unread(db: &impl ConnectionTrait, person: PersonId) -> Result<u64> {
    Ok(notification::Entity::find()
        .filter(notification::Column::PersonId.eq(person))
        .filter(notification::Column::ReadAt.is_null())
        .count(db)
        .await?)
}

/// A person's, newest first; `before` is the last one of the page before.
pub async fn list(
    db: &impl ConnectionTrait,
    person: PersonId,
    before: Option<NotificationId>,
    limit: u64,
) -> Result<Vec<notification::Model>> {
    let mut query = notification::Entity::find()
        .filter(notification::Column::PersonId.eq(person))
        .order_by_desc(notification::Column::Id)
        .limit(limit);
    if let Some(before) = before {
        query = query.filter(notification::Column::Id.lt(before));
    }
    Ok(query.all(db).await?)
}

/// A person's own, by id.
pub async fn find(
    db: &impl ConnectionTrait,
    person: PersonId,
    id: NotificationId,
) -> Result<Option<notification::Model>> {
    Ok(notification::Entity::find_by_id(id)
        .filter(notification::Column::PersonId.eq(person))
        .one(db)
        .await?)
}

/// Marks as read: these, or all.
pub async fn mark_read(
    db: &impl ConnectionTrait,
    person: PersonId,
    ids: Option<Vec<NotificationId>>,
    now: Timestamp,
) -> Result<()> {
    let mut update = notification::Entity::update_many()
        .col_expr(notification::Column::ReadAt, Expr::value(now))
        .filter(notification::Column::PersonId.eq(person))
        .filter(notification::Column::ReadAt.is_null());
    if let Some(ids) = ids {
        update = update.filter(notification::Column::Id.is_in(ids));
    }
    update.exec(db).await?;
    Ok(())
}
