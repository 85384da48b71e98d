//! Rows of clocks.

use crate::desk::entity::clock;
use crate::platform::error::Result;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};
use shared::id::{ClockId, TicketId};

/// Writes a clock, in place of the one for the same target.
pub async fn save(db: &impl ConnectionTrait, row: &clock::Model) -> Result<()> {
    use clock::Column as C;
    let active = clock::ActiveModel {
        id: Set(row.id),
        ticket_id: Set(row.ticket_id),
        target: Set(row.target),
        state: Set(row.state),
        agreement_id: Set(row.agreement_id),
        agreement_version: Set(row.agreement_version),
        calendar_id: Set(row.calendar_id),
        calendar_version: Set(row.calendar_version),
        target_seconds: Set(row.target_seconds),
        started_at: Set(row.started_at),
        due_at: Set(row.due_at),
        warn_at: Set(row.warn_at),
        warned_at: Set(row.warned_at),
        breached_at: Set(row.breached_at),
        paused_at: Set(row.paused_at),
        pause_reason: Set(row.pause_reason),
        finished_at: Set(row.finished_at),
        elapsed_seconds: Set(row.elapsed_seconds),
        measured_at: Set(row.measured_at),
    };
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
    clock::Entity::insert(active)
        .on_conflict(update)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// The stored clocks of a ticket.
pub async fn of_ticket(db: &impl ConnectionTrait, ticket: TicketId) -> Result<Vec<clock::Model>> {
    Ok(clock::Entity::find()
        .filter(clock::Column::TicketId.eq(ticket))
        .all(db)
        .await?)
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
