//! Writes lives many at a time, in one commit.

use super::life::Life;
use crate::app::App;
use crate::desk::entity::{Part, clock, message, participant, ticket};
use crate::platform::context::Context;
use crate::platform::timer;
use crate::platform::unit_of_work::UnitOfWork;
use anyhow::{Context as _, Result};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::json;
use shared::event::EventKind;
use shared::ticket::{Reference, TicketKind};
use shared::time::Timestamp;

/// Rows of one statement; a ticket has 44 columns, and SQLite takes 32,766 parameters.
const ROWS_A_STATEMENT: usize = 500;

/// Writes a batch; all of it or nothing.
pub async fn write(app: &App, now: Timestamp, lives: Vec<Life>) -> Result<()> {
    let context = Context::system(now, "seed-load");
    let mut uow = UnitOfWork::begin(&app.platform, &context).await?;
    let count = i64::try_from(lives.len())?;
    let last = uow
        .next_numbers(TicketKind::Incident.reference_prefix(), count)
        .await?;
    let (mut tickets, mut participants) = (Vec::new(), Vec::new());
    let (mut messages, mut clocks, mut timers) = (Vec::new(), Vec::new(), Vec::new());
    for (number, mut life) in ((last - count + 1)..=last).zip(lives) {
        let reference = Reference::new(TicketKind::Incident, number);
        life.ticket.reference = reference.to_string();
        life.ticket.reference_prefix = reference.prefix;
        life.ticket.reference_number = number;
        for mut event in life.events {
            if event.kind == EventKind::TicketCreated
                && let Some(change) = event.changes.get_mut("reference")
            {
                change.after = json!(life.ticket.reference);
            }
            uow.emit(event);
        }
        participants.push(participant::Model {
            person_id: life.ticket.requester_id,
            ticket_id: life.ticket.id,
            part: Part::Requester,
        });
        tickets.push(life.ticket);
        messages.extend(life.messages);
        clocks.extend(life.clocks);
        timers.extend(life.timers);
    }
    if !timers.is_empty() {
        uow.timers_changed();
    }
    insert::<ticket::Entity, _, ticket::ActiveModel>(&uow, tickets).await?;
    insert::<participant::Entity, _, participant::ActiveModel>(&uow, participants).await?;
    insert::<message::Entity, _, message::ActiveModel>(&uow, messages).await?;
    insert::<clock::Entity, _, clock::ActiveModel>(&uow, clocks).await?;
    insert::<timer::Entity, _, timer::ActiveModel>(&uow, timers).await?;
    uow.commit().await.context("writing a batch")?;
    Ok(())
}

async fn insert<E, M, A>(uow: &UnitOfWork, rows: Vec<M>) -> Result<()>
where
    E: EntityTrait,
    M: IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E>,
{
    let mut rows = rows.into_iter().map(IntoActiveModel::into_active_model);
    loop {
        let chunk: Vec<A> = rows.by_ref().take(ROWS_A_STATEMENT).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        E::insert_many(chunk)
            .exec_without_returning(uow.tx())
            .await?;
    }
}
