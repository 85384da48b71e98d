//! One act: rows, events, timers, jobs and keys in one transaction. Dropped without a commit, it never
//! happened.

use super::Platform;
use super::batch::{Batch, Insertion};
use super::context::Context;
use super::counter;
use super::error::Result;
use super::event_log::{self, NewEvent, Sequences, Stamp};
use super::transaction::Transaction;
use super::writer::Company;
use sea_orm::sea_query::{Func, Query};
use sea_orm::{ConnectionTrait, DatabaseBackend, StatementBuilder};
use sha2::{Digest, Sha256};
use shared::id::TicketId;
use std::future::Future;
use std::pin::Pin;
use uuid::Uuid;

/// Events whose sequences SQLite looks up by itself.
const FEW: usize = 10;

/// What else belongs to every act: it sees the act's events just before they are written, and adds
/// rows, jobs and events of its own to the same transaction.
pub trait BeforeCommit: Send + Sync {
    /// Adds what belongs to these events; if that fails, the act fails.
    fn before_commit<'a>(
        &'a self,
        uow: &'a mut UnitOfWork,
        events: &'a [NewEvent],
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;
}

/// An open transaction and the events that it will end in.
pub struct UnitOfWork {
    platform: Platform,
    context: Context,
    transaction: Transaction,
    events: Vec<NewEvent>,
    at_end: Batch,
    timers_changed: bool,
    jobs_changed: bool,
}

impl UnitOfWork {
    /// Begins. On SQLite this waits for the one writer.
    pub async fn begin(platform: &Platform, context: &Context) -> Result<Self> {
        Self::within(platform, context, Company::Alone).await
    }

    /// Begins an act that may share its commit with others that were begun like this: many at once
    /// then cost little more than one. It may see what the others did before they are told that it is
    /// saved, so this is for acts whose refusals tell nothing of that; an answer that does (the same
    /// act was done before) comes after [`Self::rollback`].
    pub async fn begin_shared(platform: &Platform, context: &Context) -> Result<Self> {
        Self::within(platform, context, Company::Shared).await
    }

    async fn within(platform: &Platform, context: &Context, company: Company) -> Result<Self> {
        Ok(Self {
            transaction: platform.db.begin_in(company).await?,
            platform: platform.clone(),
            context: context.clone(),
            events: Vec::new(),
            at_end: Batch::new(platform.db.backend()),
            timers_changed: false,
            jobs_changed: false,
        })
    }

    /// The transaction, for stores.
    pub fn tx(&self) -> &Transaction {
        &self.transaction
    }

    /// On whose behalf.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The platform.
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// A new id.
    pub fn next_id(&self) -> Uuid {
        self.platform.ids.next(self.context.now)
    }

    /// Adds an event; it is written at the commit.
    pub fn emit(&mut self, event: NewEvent) {
        self.events.push(event);
    }

    /// Inserts rows: whatever this act reads from now on finds them.
    ///
    /// # Errors
    /// The database does not answer, or a row breaks a rule of its table; on SQLite the next statement
    /// says so, or the commit.
    pub async fn insert(&self, rows: impl IntoIterator<Item = Insertion>) -> Result<()> {
        let mut batch = Batch::new(self.platform.db.backend());
        for row in rows {
            batch.add(&row);
        }
        self.transaction.later(batch).await
    }

    /// Adds a row that nothing else in this act reads; it is written with the events, at the commit.
    pub fn write_at_end(&mut self, statement: &impl StatementBuilder) {
        self.at_end.add(statement);
    }

    /// What happened to a ticket so far.
    pub fn emitted_of(&self, ticket: TicketId) -> impl Iterator<Item = &NewEvent> {
        let of_ticket = move |event: &&NewEvent| event.ticket == Some(ticket);
        self.events.iter().filter(of_ticket)
    }

    /// Whether anything happened so far.
    pub fn has_events(&self) -> bool {
        !self.events.is_empty()
    }

    /// Wakes the timer service after the commit.
    pub fn timers_changed(&mut self) {
        self.timers_changed = true;
    }

    /// Wakes those who do jobs after the commit.
    pub fn jobs_changed(&mut self) {
        self.jobs_changed = true;
    }

    /// Waits until no other unit of work has its turn with `what`, and has it to the end. For rules
    /// that no single row can guard, such as "nobody else has this name". SQLite has one writer, so
    /// there it always is one's turn.
    pub async fn wait_turn(&self, what: &str) -> Result<()> {
        if self.platform.db.backend() != DatabaseBackend::Postgres {
            return Ok(());
        }
        // Two names with the same number would wait for each other, and be none the worse for it.
        let digest = Sha256::digest(what);
        let number = digest
            .iter()
            .take(8)
            .fold(0_i64, |number, byte| (number << 8) | i64::from(*byte));
        let lock = Func::cust("pg_advisory_xact_lock").arg(number);
        self.tx()
            .query_one(&Query::select().expr(lock).to_owned())
            .await?;
        Ok(())
    }

    /// The next number of a named counter, held to the commit.
    pub async fn next_number(&self, counter: &str) -> Result<i64> {
        self.next_numbers(counter, 1).await
    }

    /// Takes `count` numbers of a named counter at once and gives the last.
    pub async fn next_numbers(&self, counter: &str, count: i64) -> Result<i64> {
        counter::raise(self.tx(), counter, count).await
    }

    /// Writes the events and commits. Gives the last sequence (the present one without events).
    pub async fn commit(mut self) -> Result<i64> {
        if !self.events.is_empty()
            && let Some(more) = self.platform.before_commit.clone()
        {
            let events = std::mem::take(&mut self.events);
            more.before_commit(&mut self, &events).await?;
            let added = std::mem::replace(&mut self.events, events);
            self.events.extend(added);
        }
        let events = self.events;
        let mut last = self.at_end;
        let stamp = Stamp {
            // Recorded by the machine's clock even when the act is dated back.
            recorded_at: self.platform.clock.now(),
            actor_kind: self.context.actor.kind(),
            actor_id: self.context.actor.person(),
            token_id: self.context.token,
            request_id: &self.context.request_id,
            ids: &self.platform.ids,
        };
        let backend = self.platform.db.backend();
        let known = if events.is_empty() {
            Some(event_log::last_sequence(&self.transaction).await?)
        } else if backend == DatabaseBackend::Sqlite && events.len() <= FEW {
            // One statement to SQLite's thread, whatever it holds.
            event_log::add(&mut last, &stamp, events, Sequences::Next)?;
            None
        } else {
            // PostgreSQL takes statements one by one, and the log's counter is held from its raise on:
            // all else comes before it. Of many events SQLite would look each sequence up.
            let before = std::mem::replace(&mut last, Batch::new(backend));
            self.transaction.later(before).await?;
            let end = event_log::take(&self.transaction, events.len()).await?;
            event_log::add(&mut last, &stamp, events, Sequences::UpTo(end))?;
            Some(end)
        };
        let platform = self.platform;
        let (timers_changed, jobs_changed) = (self.timers_changed, self.jobs_changed);
        let then = move || {
            platform.feed.ring();
            if timers_changed {
                platform.timers_changed.notify_waiters();
                platform.timers_changed.notify_one();
            }
            if jobs_changed {
                platform.jobs_changed.notify_one();
            }
        };
        let transaction = self.transaction;
        let rows = transaction.commit_after(last, Box::new(then)).await?;
        match known {
            Some(sequence) => Ok(sequence),
            None => counter::raised(rows.first()),
        }
    }

    /// Gives everything up. Whatever this act saw of others is on the disk afterwards: an answer that
    /// tells of it is given after this.
    pub async fn rollback(self) -> Result<()> {
        self.transaction.rollback().await
    }
}
