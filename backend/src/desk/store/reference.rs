//! References that tickets had before.

use crate::desk::entity::ticket;
use crate::platform::error::Result;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};
use shared::id::TicketId;
use shared::ticket::Reference;

mod former {
    use sea_orm::entity::prelude::*;
    use shared::id::TicketId;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ticket_references")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub prefix: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        pub ticket_id: TicketId,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The ticket that had this reference before.
pub async fn ticket_of(
    db: &impl ConnectionTrait,
    reference: &Reference,
) -> Result<Option<TicketId>> {
    let found = former::Entity::find_by_id((reference.prefix.clone(), reference.number))
        .one(db)
        .await?;
    Ok(found.map(|row| row.ticket_id))
}

/// The number that a ticket had with this prefix before.
pub async fn number_before(
    db: &impl ConnectionTrait,
    ticket: TicketId,
    prefix: &str,
) -> Result<Option<i64>> {
    let found = former::Entity::find()
        .filter(former::Column::TicketId.eq(ticket))
        .filter(former::Column::Prefix.eq(prefix))
        .one(db)
        .await?;
    Ok(found.map(|row| row.number))
}

/// Remembers the reference that a ticket has, before it gets another one.
pub async fn remember(db: &impl ConnectionTrait, row: &ticket::Model) -> Result<()> {
    let former = former::ActiveModel {
        prefix: Set(row.reference_prefix.clone()),
        number: Set(row.reference_number),
        ticket_id: Set(row.id),
    };
    former::Entity::insert(former)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Forgets a reference: its ticket has it again.
pub async fn forget(db: &impl ConnectionTrait, prefix: &str, number: i64) -> Result<()> {
    former::Entity::delete_by_id((prefix.to_owned(), number))
        .exec(db)
        .await?;
    Ok(())
}
