//! Keeps the index behind the log, normally by less than a second: reads what was committed, and writes
//! entries anew of what it changed, with its place in the log in the same transaction. After a crash it
//! goes on where it was. Of several servers one at a time does it. Where there is no index yet, or one of
//! another kind, it is built from the newest subject to the oldest while everybody goes on working.

use super::Entry;
use super::index::{self, Batch, Place};
use crate::platform::Platform;
use crate::platform::database::Database;
use crate::platform::error::Result;
use crate::platform::event_log::{self, Event};
use crate::platform::reader::Reader;
use crate::platform::setting;
use crate::platform::transaction::Transaction;
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Setting: how far the index is.
const STATE: &str = "search.index";
/// Raised when entries are made otherwise: what older programs indexed is then built anew.
const KIND: u32 = 1;
/// Events that are read at once.
const EVENTS: u64 = 500;
/// Subjects of one transaction that follows the log: acts wait for as long as it takes.
const CHANGED: usize = 50;
/// Subjects of one transaction while the index is built.
const FILLED: u64 = 100;
/// Events that change no entry are passed by without being written down, up to so many.
const UNWRITTEN: i64 = 1_000;
/// Pause after a batch, in which more gathers, and others write.
const GATHER: Duration = Duration::from_millis(150);
/// How long to sleep at most without hearing of an event.
const LONGEST_SLEEP: Duration = Duration::from_secs(2);
/// Pause after a fault.
const AFTER_FAULT: Duration = Duration::from_secs(5);
/// How often the log tells how the building goes on.
const TELL: Duration = Duration::from_secs(10);
/// Number of the lock by which servers take turns; any that nothing else uses.
const TURN: i64 = 0x0062_656c_7365_6172;

/// What is indexed.
#[async_trait::async_trait]
pub trait Source: Send + Sync {
    /// The subject whose entry an event changes.
    fn changed(&self, event: &Event) -> Option<Uuid>;

    /// Entries as they are now; none of a subject that is gone.
    async fn entries(&self, db: &Reader, subjects: &[Uuid]) -> Result<Vec<Entry>>;

    /// Subjects older than `before`, the newest first; from the newest of all on without it.
    async fn older(&self, db: &Reader, before: Option<Uuid>, limit: u64) -> Result<Vec<Uuid>>;

    /// How many subjects there are, about.
    async fn count(&self, db: &Reader) -> Result<u64>;
}

/// How far the index is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    kind: u32,
    /// Events up to here are in it.
    pub position: i64,
    /// What is still to be built.
    pub filling: Option<Filling>,
}

/// A building that goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filling {
    /// Subjects from this one on are done.
    before: Option<Uuid>,
    /// How many are done.
    pub done: u64,
    /// Of how many, about.
    pub total: u64,
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// There was nothing to do.
    Idle,
    /// Another server does it at this moment.
    Elsewhere,
    /// There may be more.
    Done,
}

/// Writes the index; cheap to make.
pub struct Indexer {
    platform: Platform,
    source: Arc<dyn Source>,
    /// Up to here nothing was in the log that changes an entry.
    passed: i64,
    told: Option<Instant>,
}

impl Indexer {
    /// Of a source.
    pub fn new(platform: Platform, source: Arc<dyn Source>) -> Self {
        Self {
            platform,
            source,
            passed: 0,
            told: None,
        }
    }

    /// Does all that is to be done at this moment.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn catch_up(&mut self) -> Result<()> {
        while self.step().await? == Step::Done {}
        Ok(())
    }

    /// One transaction.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn step(&mut self) -> Result<Step> {
        let db = &self.platform.db;
        let Some(standing) = read(db.reader()).await? else {
            return self.begin().await;
        };
        let passed = self.passed.max(standing.position);
        let events = event_log::after(db.reader(), passed, EVENTS).await?;
        if events.is_empty() {
            self.passed = passed;
            return match standing.filling.clone() {
                Some(filling) => self.fill(standing, filling).await,
                None => Ok(Step::Idle),
            };
        }
        let (mut subjects, mut position) = (Vec::new(), passed);
        for event in &events {
            if let Some(subject) = self.source.changed(event)
                && !subjects.contains(&subject)
            {
                if subjects.len() == CHANGED {
                    break;
                }
                subjects.push(subject);
            }
            position = event.sequence;
        }
        if subjects.is_empty() && position - standing.position < UNWRITTEN {
            self.passed = position;
            return Ok(Step::Done);
        }
        let batch = self.prepare(subjects).await?;
        let next = Standing {
            position,
            ..standing.clone()
        };
        self.write(&standing, &next, batch, Place::First).await
    }

    async fn fill(&mut self, standing: Standing, filling: Filling) -> Result<Step> {
        let reader = self.platform.db.reader();
        let subjects = self.source.older(reader, filling.before, FILLED).await?;
        let next = subjects.last().map(|last| Filling {
            before: Some(*last),
            done: filling.done + subjects.len() as u64,
            total: filling.total,
        });
        self.tell(&filling, next.is_none());
        let batch = self.prepare(subjects).await?;
        let next = Standing {
            filling: next,
            ..standing.clone()
        };
        self.write(&standing, &next, batch, Place::Last).await
    }

    fn tell(&mut self, filling: &Filling, done: bool) {
        let Filling {
            done: ready, total, ..
        } = filling;
        if done {
            // An index of nothing is not worth a word.
            if *ready > 0 {
                tracing::info!(entries = ready, "the search index is built");
            }
            self.told = None;
        } else if self.told.is_none_or(|told| told.elapsed() >= TELL) {
            tracing::info!(done = ready, total, "building the search index");
            self.told = Some(Instant::now());
        }
    }

    async fn prepare(&self, subjects: Vec<Uuid>) -> Result<Batch> {
        let db = &self.platform.db;
        let entries = self.source.entries(db.reader(), &subjects).await?;
        let backend = db.backend();
        let folded =
            tokio::task::spawn_blocking(move || Batch::prepare(backend, subjects, &entries));
        Ok(folded.await.map_err(anyhow::Error::from)?)
    }

    /// Writes a batch and where the index stands then, if it still stands where it was read.
    async fn write(
        &mut self,
        before: &Standing,
        after: &Standing,
        batch: Batch,
        place: Place,
    ) -> Result<Step> {
        let tx = self.platform.db.begin().await?;
        if !my_turn(&tx).await? {
            tx.rollback().await?;
            return Ok(Step::Elsewhere);
        }
        if read(&tx).await?.as_ref() != Some(before) {
            // Somebody else was quicker, or it is to be built anew.
            tx.rollback().await?;
            self.passed = 0;
            return Ok(Step::Done);
        }
        batch.write(&tx, place).await?;
        setting::set(&tx, STATE, after).await?;
        tx.commit().await?;
        self.passed = after.position;
        Ok(Step::Done)
    }

    /// The index is begun: from the end of the log on it is kept up to date, and what was before is
    /// built.
    async fn begin(&mut self) -> Result<Step> {
        let total = self.source.count(self.platform.db.reader()).await?;
        let tx = self.platform.db.begin().await?;
        if !my_turn(&tx).await? {
            tx.rollback().await?;
            return Ok(Step::Elsewhere);
        }
        if read(&tx).await?.is_none() {
            index::empty(&tx).await?;
            let standing = Standing {
                kind: KIND,
                position: event_log::last_sequence(&tx).await?,
                filling: Some(Filling {
                    total,
                    ..Filling::default()
                }),
            };
            setting::set(&tx, STATE, &standing).await?;
        }
        tx.commit().await?;
        self.passed = 0;
        Ok(Step::Done)
    }

    /// Goes on for ever, beside requests.
    pub fn start(self) -> Running {
        let (stop, stopping) = watch::channel(false);
        Running {
            stop,
            task: tokio::spawn(self.run(stopping)),
        }
    }

    async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        let mut feed = self.platform.feed.listen();
        while !*stopping.borrow() {
            let started = Instant::now();
            let pause = match self.step().await {
                // As long as it worked, at least: half of the time belongs to the others.
                Ok(Step::Done) => Some(started.elapsed().min(LONGEST_SLEEP)),
                Ok(Step::Idle) => None,
                Ok(Step::Elsewhere) => Some(LONGEST_SLEEP),
                Err(error) => {
                    tracing::error!(%error, "the search index cannot be written; trying again");
                    Some(AFTER_FAULT)
                }
            };
            let wait = async {
                match pause {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => {
                        let heard = tokio::time::timeout(LONGEST_SLEEP, feed.recv()).await;
                        // What was missed is in the log. Nothing more comes: the server ends.
                        if let Ok(Err(RecvError::Closed)) = heard {
                            tokio::time::sleep(LONGEST_SLEEP).await;
                        }
                        tokio::time::sleep(GATHER).await;
                    }
                }
            };
            tokio::select! {
                _ = stopping.changed() => {}
                () = wait => {}
            }
        }
    }
}

/// An indexer at work.
pub struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// Lets the transaction in hand come to its end.
    pub async fn stop(self) {
        // An error only says that it has ended.
        let _ = self.stop.send(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the task that indexes ended badly");
        }
    }
}

/// Whether no other server writes the index, until this transaction ends. SQLite has one writer.
async fn my_turn(tx: &Transaction) -> Result<bool> {
    let backend = tx.get_database_backend();
    if backend != DatabaseBackend::Postgres {
        return Ok(true);
    }
    let question = "SELECT pg_try_advisory_xact_lock($1)";
    let question = Statement::from_sql_and_values(backend, question, [TURN.into()]);
    let row = tx.query_one_raw(question).await?;
    Ok(row.map_or(Ok(false), |row| row.try_get_by_index(0))?)
}

/// Waits until no other server writes the index, and has the turn until this transaction ends. Whoever
/// empties the index takes it before anything else, or an entry of before could come back.
///
/// # Errors
/// The database does not answer.
pub async fn wait_turn(tx: &impl ConnectionTrait) -> Result<()> {
    if tx.get_database_backend() == DatabaseBackend::Postgres {
        let lock = format!("SELECT pg_advisory_xact_lock({TURN})");
        tx.execute_unprepared(&lock).await?;
    }
    Ok(())
}

/// How far the index is; nothing where there is none of this kind.
///
/// # Errors
/// The database does not answer.
pub async fn read(db: &impl ConnectionTrait) -> Result<Option<Standing>> {
    let standing: Option<serde_json::Value> = setting::get(db, STATE).await?;
    let standing = standing.and_then(|value| serde_json::from_value::<Standing>(value).ok());
    Ok(standing.filter(|standing| standing.kind == KIND))
}

/// Throws the index away: a server, or [`Indexer::catch_up`], builds it anew.
///
/// # Errors
/// The database does not answer.
pub async fn forget(db: &Database) -> Result<()> {
    let tx = db.begin().await?;
    wait_turn(&tx).await?;
    index::empty(&tx).await?;
    setting::set(&tx, STATE, &serde_json::Value::Null).await?;
    tx.commit().await?;
    Ok(())
}

/// Somebody wrote the entries of these events themselves, together with the events: the index is as far
/// as `to`, if it was as far as `from` and nothing was to be built.
///
/// # Errors
/// The database does not answer.
pub async fn pass(db: &Database, from: i64, to: i64) -> Result<()> {
    let tx = db.begin().await?;
    if my_turn(&tx).await?
        && let Some(standing) = read(&tx).await?
        && standing.position >= from
        && standing.position < to
        && standing.filling.is_none()
    {
        let standing = Standing {
            position: to,
            ..standing
        };
        setting::set(&tx, STATE, &standing).await?;
    }
    tx.commit().await?;
    Ok(())
}
