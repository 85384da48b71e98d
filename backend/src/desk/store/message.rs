//! Messages of conversations.

use crate::desk::entity::message;
use crate::platform::error::Result;
use crate::platform::paging::Part;
use crate::platform::row;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use shared::id::{MessageId, TicketId};
use shared::ticket::MessageVisibility;

/// Writes a message.
pub async fn insert(db: &impl ConnectionTrait, message: message::Model) -> Result<()> {
    row::insert(db, message).await
}

/// A part of a ticket's messages, oldest first, read in the part's direction; internal ones only for those who may
/// read them.
pub async fn list(
    db: &impl ConnectionTrait,
    ticket: TicketId,
    internal: bool,
    part: &Part<MessageId>,
) -> Result<Vec<message::Model>> {
    let mut query = message::Entity::find()
        .filter(message::Column::TicketId.eq(ticket))
        .limit(part.limit());
    if !internal {
        query = query.filter(message::Column::Visibility.eq(MessageVisibility::Public));
    }
    query = match *part {
        Part::First { after, .. } => query
            .apply_if(after, |query, after| {
                query.filter(message::Column::Id.gt(after))
            })
            .order_by_asc(message::Column::Id),
        Part::Last { before, .. } => query
            .apply_if(before, |query, before| {
                query.filter(message::Column::Id.lt(before))
            })
            .order_by_desc(message::Column::Id),
    };
    Ok(query.all(db).await?)
}

/// A message by id, for those who see its ticket.
pub async fn find(db: &impl ConnectionTrait, id: MessageId) -> Result<Option<message::Model>> {
    Ok(message::Entity::find_by_id(id).one(db).await?)
}
