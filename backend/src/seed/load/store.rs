//! Writes lives many at a time, in one commit.

use super::life::Life;
use crate::app::App;
use crate::desk::entity::{Part, clock, message, participant, ticket};
use crate::desk::search::store::entry;
use crate::platform::bulk;
use crate::platform::context::Context;
use crate::platform::search::index::Batch;
use crate::platform::timer;
use crate::platform::unit_of_work::UnitOfWork;
use anyhow::{Context as _, Result};
use serde_json::json;
use shared::event::EventKind;
use shared::ticket::{Reference, TicketKind};
use shared::time::Timestamp;
use std::collections::BTreeMap;

/// A batch, and how it is found.
pub struct Made {
    /// The tickets.
    pub lives: Vec<Life>,
    /// Their entries in the search index.
    pub entries: Batch,
    /// Words of the vocabulary, counted.
    pub words: BTreeMap<String, i64>,
}

impl Made {
    /// Folds what the search index is to have: work that another batch need not wait for.
    pub fn new(app: &App, lives: Vec<Life>) -> Self {
        let participant = |life: &Life| participant::Model {
            person_id: life.ticket.requester_id,
            ticket_id: life.ticket.id,
            part: Part::Requester,
            open: life.ticket.state.is_open(),
        };
        let entries: Vec<_> = lives
            .iter()
            .map(|life| entry(&life.ticket, &life.messages, &[], &[participant(life)]))
            .collect();
        let mut entries = Batch::prepare(app.platform.db.backend(), Vec::new(), &entries);
        Self {
            lives,
            words: entries.take_words(),
            entries,
        }
    }
}

/// Writes a batch; all of it or nothing. Gives the last sequence, and how many events it wrote.
pub async fn write(
    app: &App,
    now: Timestamp,
    lives: Vec<Life>,
    entries: Batch,
) -> Result<(i64, i64)> {
    let context = Context::system(now, "seed-load");
    let mut uow = UnitOfWork::begin(&app.platform, &context).await?;
    let count = i64::try_from(lives.len())?;
    let last = uow
        .next_numbers(TicketKind::Incident.reference_prefix(), count)
        .await?;
    let mut events = 0;
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
            events += 1;
        }
        participants.push(participant::Model {
            person_id: life.ticket.requester_id,
            ticket_id: life.ticket.id,
            part: Part::Requester,
            open: life.ticket.state.is_open(),
        });
        tickets.push(life.ticket);
        messages.extend(life.messages);
        clocks.extend(life.clocks);
        timers.extend(life.timers);
    }
    if !timers.is_empty() {
        uow.timers_changed();
    }
    bulk::insert::<ticket::Entity, ticket::ActiveModel>(uow.tx(), tickets).await?;
    bulk::insert::<participant::Entity, participant::ActiveModel>(uow.tx(), participants).await?;
    bulk::insert::<message::Entity, message::ActiveModel>(uow.tx(), messages).await?;
    bulk::insert::<clock::Entity, clock::ActiveModel>(uow.tx(), clocks).await?;
    bulk::insert::<timer::Entity, timer::ActiveModel>(uow.tx(), timers).await?;
    entries.write_new(uow.tx()).await?;
    let last = uow.commit().await.context("writing a batch")?;
    Ok((last, events))
}
