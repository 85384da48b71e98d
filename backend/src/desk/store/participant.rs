//! Who takes part in a ticket.

use crate::desk::entity::{Part, participant, ticket};
use crate::platform::error::Result;
use sea_orm::sea_query::{Expr, InsertStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait as _, Set, TryInsertResult,
};
use shared::id::{PersonId, TicketId};

/// Lets somebody take part; nothing when they do already. Whether it is new.
pub async fn add(
    db: &impl ConnectionTrait,
    ticket: &ticket::Model,
    person: PersonId,
    part: Part,
) -> Result<bool> {
    let inserted = participant::Entity::insert(row(ticket, person, part))
        .on_conflict_do_nothing()
        .exec_without_returning(db)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(_)))
}

/// Lets people take part in a new ticket, each once.
pub fn insert(ticket: &ticket::Model, people: &[PersonId], part: Part) -> InsertStatement {
    let rows = people.iter().map(|person| row(ticket, *person, part));
    participant::Entity::insert_many(rows).into_query()
}

fn row(ticket: &ticket::Model, person: PersonId, part: Part) -> participant::ActiveModel {
    participant::ActiveModel {
        person_id: Set(person),
        ticket_id: Set(ticket.id),
        part: Set(part),
        open: Set(ticket.state.is_open()),
    }
}

/// Notes with everybody who takes part whether the ticket is open.
pub async fn set_open(db: &impl ConnectionTrait, ticket: TicketId, open: bool) -> Result<()> {
    participant::Entity::update_many()
        .col_expr(participant::Column::Open, Expr::value(open))
        .filter(participant::Column::TicketId.eq(ticket))
        .exec(db)
        .await?;
    Ok(())
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
