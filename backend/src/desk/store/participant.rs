//! Who takes part in a ticket.

use crate::desk::entity::{Part, participant};
use crate::platform::error::Result;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set, TryInsertResult};
use shared::id::{PersonId, TicketId};

/// Lets somebody take part; nothing when they do already. Whether it is new.
pub async fn add(
    db: &impl ConnectionTrait,
    ticket: TicketId,
    person: PersonId,
    part: Part,
) -> Result<bool> {
    let row = participant::ActiveModel {
        person_id: Set(person),
        ticket_id: Set(ticket),
        part: Set(part),
    };
    let inserted = participant::Entity::insert(row)
        .on_conflict_do_nothing()
        .exec_without_returning(db)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(_)))
}

/// Ends somebody's part. Whether they had it.
pub async fn remove(
    db: &impl ConnectionTrait,
    ticket: TicketId,
    person: PersonId,
    part: Part,
) -> Result<bool> {
    let result = participant::Entity::delete_by_id((person, ticket, part))
        .exec(db)
        .await?;
    Ok(result.rows_affected > 0)
}

/// Everybody who takes part, once each.
pub async fn people(db: &impl ConnectionTrait, ticket: TicketId) -> Result<Vec<PersonId>> {
    let rows = participant::Entity::find()
        .filter(participant::Column::TicketId.eq(ticket))
        .all(db)
        .await?;
    let mut people: Vec<PersonId> = rows.into_iter().map(|row| row.person_id).collect();
    people.sort_unstable();
    people.dedup();
    Ok(people)
}

/// Everybody who takes part, with as what; somebody may in more than one way.
pub async fn parts(db: &impl ConnectionTrait, ticket: TicketId) -> Result<Vec<participant::Model>> {
    Ok(participant::Entity::find()
        .filter(participant::Column::TicketId.eq(ticket))
        .all(db)
        .await?)
}

/// Those who watch.
pub async fn watchers(db: &impl ConnectionTrait, ticket: TicketId) -> Result<Vec<PersonId>> {
    let rows = participant::Entity::find()
        .filter(participant::Column::TicketId.eq(ticket))
        .filter(participant::Column::Part.eq(Part::Watcher))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.person_id).collect())
}
