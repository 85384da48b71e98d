//! One act on one ticket: load it locked, change it, recompute its clocks, save, log.

use crate::desk::Desk;
use crate::desk::entity::{Part, clock, ticket};
use crate::desk::service_level::clocks::Present;
use crate::desk::service_level::history::{self, History};
use crate::desk::service_level::{clock_store, clocks, timer};
use crate::desk::store::{participant, queue, ticket as store};
use crate::platform::context::{Actor, Context};
use crate::platform::error::{Error, Result};
use crate::platform::event_log::{Change, Changes, NewEvent};
use crate::platform::unit_of_work::UnitOfWork;
use serde_json::Value;
use shared::event::EventKind;
use shared::id::{PersonId, TicketId};
use shared::permission::{Standing, TicketAction};
use shared::service_level::{Clock, HistoryEntry};
use shared::ticket::Doer;

/// Clocks as an act leaves them, and the rows that they replace.
#[derive(Default)]
struct Recomputed {
    evaluated: Vec<Clock>,
    known: Vec<clock::Model>,
}

/// An act in progress. `after` is what the ticket becomes.
pub struct Act<'a> {
    /// The transaction; whoever began it commits it.
    pub uow: &'a mut UnitOfWork,
    desk: Desk,
    before: ticket::Model,
    /// The ticket as it will be saved.
    pub after: ticket::Model,
    /// How the actor stands to it.
    pub standing: Standing,
    events: Vec<(EventKind, Changes)>,
}

impl<'a> Act<'a> {
    /// Begins an act on a visible ticket; `expected` is the version that the actor looked at.
    pub async fn begin(
        desk: &Desk,
        uow: &'a mut UnitOfWork,
        id: TicketId,
        expected: Option<i32>,
    ) -> Result<Self> {
        let ctx = uow.context();
        let before = match ctx.actor {
            Actor::Person(_) => store::lock_visible(uow.tx(), &ctx.scope, id).await?,
            Actor::System | Actor::Import => store::lock(uow.tx(), id)
                .await?
                .ok_or_else(|| Error::not_found("ticket"))?,
        };
        Self::on(desk, uow, before, expected)
    }

    /// Begins an act on a ticket that this transaction has locked.
    pub fn on(
        desk: &Desk,
        uow: &'a mut UnitOfWork,
        before: ticket::Model,
        expected: Option<i32>,
    ) -> Result<Self> {
        if expected.is_some_and(|version| version != before.version) {
            return Err(Error::version_conflict());
        }
        let standing = standing_of(uow.context(), &before);
        Ok(Self {
            uow,
            desk: desk.clone(),
            after: before.clone(),
            before,
            standing,
            events: Vec::new(),
        })
    }

    /// The ticket as it was.
    pub fn before(&self) -> &ticket::Model {
        &self.before
    }

    /// Refuses those to whom the action is not open.
    pub fn authorize(&self, action: TicketAction) -> Result<()> {
        if self.uow.context().actor == Actor::System || self.standing.may(action) {
            Ok(())
        } else {
            Err(Error::forbidden())
        }
    }

    /// In which role the actor moves the ticket.
    pub fn doer(&self) -> Doer {
        match self.uow.context().actor {
            Actor::Person(_) => Doer {
                requester: self.standing.requester,
                agent: self.standing.works,
            },
            Actor::System | Actor::Import => Doer {
                requester: true,
                agent: true,
            },
        }
    }

    /// Says what happens. The first event carries the difference between before and after.
    pub fn happened(&mut self, kind: EventKind) {
        self.events.push((kind, Changes::new()));
    }

    /// The same with a value that is no column of the ticket.
    pub fn happened_with(&mut self, kind: EventKind, name: &str, before: Value, after: Value) {
        self.events.push((
            kind,
            Changes::from([(name.to_owned(), Change { before, after })]),
        ));
    }

    /// Adds a value to the last event.
    pub fn note(&mut self, name: &str, after: Value) {
        if let Some((_, changes)) = self.events.last_mut() {
            changes.insert(
                name.to_owned(),
                Change {
                    before: Value::Null,
                    after,
                },
            );
        }
    }

    /// Recomputes the clocks, saves and logs.
    pub async fn save(mut self) -> Result<ticket::Model> {
        let now = self.uow.context().now;
        self.after.updated_at = now;
        self.after.version = self.before.version + 1;
        let Recomputed { evaluated, known } = self.recompute(None).await?;
        if let Some(changed) = clocks::store(self.uow, self.after.id, &evaluated, &known) {
            self.uow.insert([changed]).await?;
        }
        store::update(self.uow.tx(), &self.before, &self.after).await?;
        self.log(false)?;
        Ok(self.after)
    }

    /// Clocks as they stand after this act; `created` when it creates the ticket.
    async fn recompute(&mut self, created: Option<&Present>) -> Result<Recomputed> {
        let ctx = self.uow.context().clone();
        if ctx.actor == Actor::Import {
            return Ok(Recomputed::default());
        }
        let db = self.uow.tx();
        let mut history = if created.is_some() {
            History::default()
        } else {
            history::read(db, self.after.id).await?
        };
        // What earlier acts of this transaction did stands in no log yet.
        for event in self.uow.emitted_of(self.after.id) {
            history.add(event.kind, event.occurred_at, &event.changes);
        }
        for (kind, changes) in &self.events {
            let mut changes = changes.clone();
            if *kind == EventKind::TicketPutOnHold {
                changes.extend(store::difference(Some(&self.before), &self.after)?);
            }
            history.entries.extend(
                history::facts(*kind, &changes).map(|fact| HistoryEntry::new(ctx.now, fact)),
            );
        }
        history.entries.sort_by_key(|entry| entry.at);
        // Imported tickets have no clocks until an agreement is chosen for them.
        if history.entries.is_empty() {
            return Ok(Recomputed::default());
        }
        let levels = &self.desk.service_levels;
        let last = history.terms.last();
        let chosen = match created {
            _ if !self.after.state.is_open() => None,
            Some(present) => present.choose(&self.after, last, ctx.now)?,
            None => clocks::choose(db, levels, &self.after, last, ctx.now).await?,
        };
        if let Some((terms, changes)) = chosen {
            self.after.agreement_id = terms.version.map(|v| v.agreement);
            history.terms.push(terms);
            self.events.push((EventKind::AgreementChosen, changes));
        }
        let known = if created.is_some() {
            Vec::new()
        } else {
            clock_store::of_ticket(db, self.after.id).await?
        };
        let now = clock_store::not_before(&known, ctx.now);
        let evaluated = clocks::evaluate(db, levels, &history, now).await?;
        let standing = shared::service_level::standing(&evaluated);
        self.after.risk = standing.risk;
        self.after.due_at = standing.due_at;
        self.after.due_order = standing.due_order;
        // A change of facts can put a due time into the past: breached at the instant of the change.
        for clock in evaluated.iter().filter(|c| c.is_open() && c.is_breached()) {
            let breached_before = known
                .iter()
                .any(|k| k.target == clock.target && k.breached_at.is_some());
            if let Some(at) = clock.breached_at.filter(|_| !breached_before) {
                let event =
                    timer::clock_event(&self.after, clock.target, EventKind::ClockBreached, at);
                self.uow.emit(event);
            }
        }
        Ok(Recomputed { evaluated, known })
    }

    fn log(&mut self, created: bool) -> Result<()> {
        let before = (!created).then_some(&self.before);
        let mut difference = store::difference(before, &self.after)?;
        if self.events.is_empty() && !difference.is_empty() {
            return Err(Error::Fault(anyhow::anyhow!(
                "a ticket changed without an event"
            )));
        }
        for (index, (kind, mut changes)) in std::mem::take(&mut self.events).into_iter().enumerate()
        {
            if index == 0 {
                changes.append(&mut difference);
            }
            self.uow.emit(NewEvent {
                occurred_at: self.uow.context().now,
                kind,
                subject_kind: TicketId::PREFIX,
                subject_id: self.after.id.0,
                ticket: Some(self.after.id),
                department: Some(self.after.department_id),
                version_after: Some(self.after.version),
                cause: None,
                changes,
            });
        }
        Ok(())
    }

    /// Inserts a new ticket with its clocks, those who asked, and its first events.
    pub(super) async fn insert(
        desk: &Desk,
        uow: &'a mut UnitOfWork,
        row: ticket::Model,
        events: Vec<(EventKind, Changes)>,
        present: &Present,
    ) -> Result<ticket::Model> {
        let mut act = Self {
            events,
            ..Self::on(desk, uow, row, None)?
        };
        let Recomputed { evaluated, known } = act.recompute(Some(present)).await?;
        let row = &act.after;
        let mut requesters = vec![row.requester_id];
        requesters.extend(row.requested_for_id);
        requesters.dedup();
        // Rows that point to the ticket come after it.
        let mut rows = vec![store::insert(row)];
        rows.extend(clocks::store(act.uow, row.id, &evaluated, &known));
        rows.push(participant::insert(row, &requesters, Part::Requester));
        act.uow.insert(rows).await?;
        act.log(true)?;
        Ok(act.after)
    }
}

/// How the actor stands to a ticket.
pub fn standing_of(ctx: &Context, row: &ticket::Model) -> Standing {
    let requesters: Vec<PersonId> = [Some(row.requester_id), row.requested_for_id]
        .into_iter()
        .flatten()
        .collect();
    Standing::of(
        &ctx.grants,
        &ctx.scope,
        row.department_id,
        row.restricted,
        &requesters,
    )
}

/// A visible ticket for reading.
pub async fn find(desk: &Desk, ctx: &Context, id: TicketId) -> Result<ticket::Model> {
    queue::find(desk.platform.db.reader(), &ctx.scope, id)
        .await?
        .ok_or_else(|| Error::not_found("ticket"))
}
