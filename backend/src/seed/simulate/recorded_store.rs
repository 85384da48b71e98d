//! Imported tickets in the order in which they were opened.

use crate::desk::entity::{source, ticket};
use crate::platform::error::Result;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait as _, QueryFilter, QueryOrder,
    QuerySelect,
};
use shared::id::TicketId;
use shared::time::Timestamp;

/// An imported ticket: when it was opened in its source, its number there, and what it is here.
pub(super) struct Imported {
    pub(super) opened_at: Timestamp,
    pub(super) number: String,
    pub(super) ticket: ticket::Model,
}

/// The next ones after that place, at most `limit`.
pub(super) async fn imported(
    db: &impl ConnectionTrait,
    after: Option<(Timestamp, TicketId)>,
    limit: u64,
) -> Result<Vec<Imported>> {
    let mut query = source::Entity::find()
        .order_by_asc(source::Column::OpenedAt)
        .order_by_asc(source::Column::TicketId)
        .limit(limit);
    if let Some((at, id)) = after {
        let later = Condition::any().add(source::Column::OpenedAt.gt(at)).add(
            source::Column::OpenedAt
                .eq(at)
                .and(source::Column::TicketId.gt(id)),
        );
        query = query.filter(later);
    }
    let sources = query.all(db).await?;
    let ids: Vec<TicketId> = sources.iter().map(|row| row.ticket_id).collect();
    let mut tickets = crate::desk::store::ticket::by_ids(db, &ids).await?;
    let mut found = Vec::with_capacity(sources.len());
    for source in sources {
        if let Some(index) = tickets.iter().position(|row| row.id == source.ticket_id) {
            found.push(Imported {
                opened_at: source.opened_at,
                number: source.number,
                ticket: tickets.swap_remove(index),
            });
        }
    }
    Ok(found)
}
