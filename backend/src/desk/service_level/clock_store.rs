//! Rows of clocks.

use crate::desk::entity::clock;
use crate::platform::error::Result;
use sea_orm::sea_query::{InsertStatement, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryTrait as _,
};
use shared::id::{ClockId, TicketId};
use shared::time::Timestamp;

/// Writes clocks, each in place of the one for the same target of its ticket; nothing without any.
pub fn save(rows: &[&clock::Model]) -> Option<InsertStatement> {
    use clock::Column as C;
    if rows.is_empty() {
        return None;
    }
    let rows = rows.iter().map(|row| (*row).clone().into_active_model());
    let rows = rows.map(ActiveModelTrait::reset_all);
    let update = OnConflict::columns([C::TicketId, C::Target])
        .update_columns([
            C::State,
            C::AgreementId,
            C::AgreementVersion,
            C::CalendarId,
            C::CalendarVersion,
            C::TargetSeconds,
            C::StartedAt,
            C::DueAt,
            C::WarnAt,
            C::WarnedAt,
            C::BreachedAt,
            C::PausedAt,
            C::PauseReason,
            C::FinishedAt,
            C::ElapsedSeconds,
            C::MeasuredAt,
        ])
        .to_owned();
    let statement = clock::Entity::insert_many(rows).on_conflict(update);
    Some(statement.into_query())
}

/// The stored clocks of a ticket.
pub async fn of_ticket(db: &impl ConnectionTrait, ticket: TicketId) -> Result<Vec<clock::Model>> {
    Ok(clock::Entity::find()
        .filter(clock::Column::TicketId.eq(ticket))
        .all(db)
        .await?)
}

/// The instant at which a ticket's clocks are worked out: never before they were measured last, or a
/// warning that was given would be taken back without a word. Acts that waited long, and machines
/// whose clocks differ, come with earlier ones.
pub fn not_before(known: &[clock::Model], now: Timestamp) -> Timestamp {
    let last = known.iter().map(|row| row.measured_at).max();
    last.map_or(now, |last| last.max(now))
}

/// The stored clocks of many tickets.
pub async fn of_tickets(
    db: &impl ConnectionTrait,
    tickets: &[TicketId],
) -> Result<Vec<clock::Model>> {
    Ok(clock::Entity::find()
        .filter(clock::Column::TicketId.is_in(tickets.iter().copied()))
        .all(db)
        .await?)
}

/// A stored clock by id.
pub async fn find(db: &impl ConnectionTrait, id: ClockId) -> Result<Option<clock::Model>> {
    Ok(clock::Entity::find_by_id(id).one(db).await?)
}
