//! Messages of conversations.

use crate::desk::entity::message;
use crate::platform::error::Result;
use crate::platform::row;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use shared::id::{MessageId, TicketId};
use shared::ticket::MessageVisibility;

/// Writes a message.
pub async fn insert(db: &impl ConnectionTrait, message: message::Model) -> Result<()> {
    row::insert(db, message).await
}

/// Messages of a ticket, oldest first, after one; internal ones only for those who may read them.
pub async fn list(
    db: &impl ConnectionTrait,
    ticket: TicketId,
    internal: bool,
    after: Option<MessageId>,
    limit: u64,
) -> Result<Vec<message::Model>> {
    let mut query = message::Entity::find()
        .filter(message::Column::TicketId.eq(ticket))
        .order_by_asc(message::Column::Id)
        .limit(limit);
    if !internal {
        query = query.filter(message::Column::Visibility.eq(MessageVisibility::Public));
    }
    if let Some(after) = after {
        query = query.filter(message::Column::Id.gt(after));
    }
    Ok(query.all(db).await?)
}

/// A message by id, for those who see its ticket.
pub async fn find(db: &impl ConnectionTrait, id: MessageId) -> Result<Option<message::Model>> {
    Ok(message::Entity::find_by_id(id).one(db).await?)
}
