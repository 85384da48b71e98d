//! What happens when a clock reaches a point or its due time without anybody's doing.

use super::store::ServiceLevels;
use super::{clock_store, clocks, history};
use crate::desk::entity::{clock, ticket};
use crate::desk::notification;
use crate::desk::store::ticket as tickets;
use crate::platform::error::Result;
use crate::platform::event_log::{Change, Changes, NewEvent};
use crate::platform::unit_of_work::UnitOfWork;
use serde_json::json;
use shared::event::EventKind;
use shared::id::{ClockId, TicketId};
use shared::service_level::{Clock, ClockTarget};
use shared::time::Timestamp;

/// Recomputes the ticket of a clock whose timer fired, and records the warnings and breaches that
/// have come since.
pub async fn fire(uow: &mut UnitOfWork, levels: &ServiceLevels, id: ClockId) -> Result<()> {
    let Some(row) = clock_store::find(uow.tx(), id).await? else {
        return Ok(());
    };
    let Some(ticket) = tickets::lock(uow.tx(), row.ticket_id).await? else {
        return Ok(());
    };
    let history = history::read(uow.tx(), ticket.id).await?;
    let before = clock_store::of_ticket(uow.tx(), ticket.id).await?;
    let now = clock_store::not_before(&before, uow.context().now);
    let evaluated = clocks::evaluate(uow.tx(), levels, &history, now).await?;
    if let Some(changed) = clocks::store(uow, ticket.id, &evaluated, &before) {
        uow.insert([changed]).await?;
    }
    // The first event carries what changed on the ticket, so that listeners know what it was before.
    let mut standing = tickets::set_standing(uow.tx(), &ticket, &evaluated).await?;
    for clock in &evaluated {
        let known = before.iter().find(|b| b.target == clock.target);
        if let Some((kind, at)) = news(clock, known) {
            let mut event = clock_event(&ticket, clock.target, kind, at);
            event.changes.append(&mut standing);
            uow.emit(event);
            notification::clock(uow, &ticket, clock.target, kind).await?;
        }
    }
    // Whoever was warned of an earlier promise is not told again, but the log says what changed.
    let warned = |clock: &&Clock| clock.warn_at.is_some_and(|at| at <= clock.measured_at);
    let open = evaluated.iter().filter(|clock| clock.is_open());
    if !standing.is_empty()
        && let Some(clock) = open.filter(warned).max_by_key(|clock| clock.warn_at)
    {
        let at = clock.warn_at.unwrap_or(clock.measured_at);
        let mut event = clock_event(&ticket, clock.target, EventKind::ClockWarned, at);
        event.changes.append(&mut standing);
        uow.emit(event);
    }
    Ok(())
}

/// What became true since the clock was stored last.
fn news(clock: &Clock, known: Option<&clock::Model>) -> Option<(EventKind, Timestamp)> {
    if !clock.is_open() {
        return None;
    }
    let warned_before = known.is_some_and(|k| k.warned_at.is_some());
    let breached_before = known.is_some_and(|k| k.breached_at.is_some());
    match (clock.breached_at, clock.warn_at) {
        (Some(at), _) => (!breached_before).then_some((EventKind::ClockBreached, at)),
        (None, Some(at)) => {
            (at <= clock.measured_at && !warned_before).then_some((EventKind::ClockWarned, at))
        }
        (None, None) => None,
    }
}

/// The event of a clock; it happened when the clock says, not when the timer came round.
pub fn clock_event(
    ticket: &ticket::Model,
    target: ClockTarget,
    kind: EventKind,
    at: Timestamp,
) -> NewEvent {
    let mut changes = Changes::new();
    changes.insert(
        "target".to_owned(),
        Change {
            before: serde_json::Value::Null,
            after: json!(target),
        },
    );
    NewEvent {
        occurred_at: at,
        kind,
        subject_kind: TicketId::PREFIX,
        subject_id: ticket.id.0,
        ticket: Some(ticket.id),
        department: Some(ticket.department_id),
        version_after: None,
        cause: None,
        changes,
    }
}
