//! Links between tickets: one row a link.

use crate::desk::entity::link;
use crate::platform::error::Result;
use crate::platform::row;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use shared::id::{LinkId, TicketId};

/// Writes a link.
pub async fn insert(db: &impl ConnectionTrait, link: link::Model) -> Result<()> {
    row::insert(db, link).await
}

/// A link by id.
pub async fn find(db: &impl ConnectionTrait, id: LinkId) -> Result<Option<link::Model>> {
    Ok(link::Entity::find_by_id(id).one(db).await?)
}

/// Removes a link.
pub async fn delete(db: &impl ConnectionTrait, id: LinkId) -> Result<()> {
    link::Entity::delete_by_id(id).exec(db).await?;
    Ok(())
}

/// The links of which the ticket is one end.
pub async fn of_ticket(db: &impl ConnectionTrait, id: TicketId) -> Result<Vec<link::Model>> {
    let either = Condition::any()
        .add(link::Column::TicketId.eq(id))
        .add(link::Column::OtherId.eq(id));
    Ok(link::Entity::find().filter(either).all(db).await?)
}
