//! Keeps the index behind the log, normally by less than a second: reads what was committed, and writes
//! entries anew of what it changed, with its place in the log in the same transaction. After a crash it
//! goes on where it was. Of several servers one at a time does it. Where there is no index yet, or one of
//! another kind, it is built from the newest subject to the oldest while everybody goes on working.

use super::Entry;
use super::index::{self, Batch, End};
use crate::platform::Platform;
use crate::platform::background::Running;
use crate::platform::database::Database;
use crate::platform::error::{Error, Result};
use crate::platform::event_log::{self, Event};
use crate::platform::reader::Reader;
use crate::platform::setting;
use crate::platform::transaction::Transaction;
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use uuid::Uuid;

/// Setting: how far the index is.
const STATE: &str = "search.index";
/// Raised when entries are made otherwise: what older programs indexed is then built anew.
const KIND: u32 = 2;
/// Events that are read at once.
const EVENTS: u64 = 500;
/// Subjects of one transaction that follows the log: acts wait for as long as it takes.
const CHANGED: usize = 50;
/// Subjects of one transaction while the index is built.
const FILLED: u64 = 100;
/// Bytes of text after which a batch ends; one subject at least.
const BATCH_BYTES: usize = 1_000_000;
/// Subjects that are read at once.
const READ: usize = 25;
/// Events behind the log from which on the index takes half of the time instead of a quarter.
const BACKLOG: i64 = 3_000;
/// Faults in a row after which a subject is left out.
const FAULTS_MOST: u32 = 3;
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
    /// A newer program keeps the index.
    Newer,
    /// There may be more.
    Done,
}

/// Writes the index; cheap to make.
pub struct Indexer {
    platform: Platform,
    source: Arc<dyn Source>,
    /// Up to here nothing was in the log that changes an entry.
    passed: i64,
    /// Events that it is behind the log.
    backlog: i64,
    /// Faults in a row.
    faults: u32,
    /// Subjects that are written one by one, since there was a fault.
    alone: usize,
    /// The next subject gets no entry.
    leaves_out: bool,
    told: Option<Instant>,
}

impl Indexer {
    /// Of a source.
    pub fn new(platform: Platform, source: Arc<dyn Source>) -> Self {
        Self {
            platform,
            source,
            passed: 0,
            backlog: 0,
            faults: 0,
            alone: 0,
            leaves_out: false,
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

    /// One transaction. After a fault subjects are written one by one, and whose entry fails again and
    /// again is left out, so that it does not hold up all others.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn step(&mut self) -> Result<Step> {
        let mut step = self.go_on().await;
        if let Err(error) = &step
            && self.faults >= FAULTS_MOST
        {
            // If it is the database that fails, so does this.
            tracing::error!(%error, "trying without what cannot be indexed");
            self.leaves_out = true;
            step = self.go_on().await;
            self.leaves_out = false;
        }
        if step.is_ok() {
            self.faults = 0;
            self.alone = self.alone.saturating_sub(1);
        } else {
            self.faults += 1;
            self.alone = CHANGED;
        }
        step
    }

    /// How long to rest after a step: others write at least half of the time, and three quarters unless
    /// the index falls behind.
    pub fn rest(&self, worked: Duration) -> Duration {
        if self.backlog < BACKLOG {
            worked * 3
        } else {
            worked
        }
    }

    async fn go_on(&mut self) -> Result<Step> {
        let db = &self.platform.db;
        let standing = match look(db.reader()).await? {
            Found::Standing(standing) => standing,
            Found::Nothing => return self.begin().await,
            Found::Newer => return Ok(Step::Newer),
        };
        let passed = self.passed.max(standing.position);
        self.backlog = event_log::last_sequence(db.reader()).await? - passed;
        let events = event_log::after(db.reader(), passed, EVENTS).await?;
        if events.is_empty() {
            self.passed = passed;
            return match standing.filling.clone() {
                Some(filling) => self.fill(standing, filling).await,
                None => Ok(Step::Idle),
            };
        }
        // Each with the position before it.
        let (mut subjects, mut before, mut position) = (Vec::new(), Vec::new(), passed);
        for event in &events {
            if let Some(subject) = self.source.changed(event)
                && !subjects.contains(&subject)
            {
                if subjects.len() == CHANGED {
                    break;
                }
                subjects.push(subject);
                before.push(position);
            }
            position = event.sequence;
        }
        if subjects.is_empty() && position - standing.position < UNWRITTEN {
            self.passed = position;
            return Ok(Step::Done);
        }
        let (batch, taken) = self.prepare(subjects).await?;
        let next = Standing {
            position: before.get(taken).copied().unwrap_or(position),
            ..standing.clone()
        };
        self.write(&standing, &next, batch, End::First).await
    }

    async fn fill(&mut self, standing: Standing, filling: Filling) -> Result<Step> {
        let reader = self.platform.db.reader();
        let mut subjects = self.source.older(reader, filling.before, FILLED).await?;
        let known = index::known(reader, &subjects).await?;
        let all = subjects.clone();
        subjects.retain(|subject| !known.contains(subject));
        let wanted = subjects.clone();
        let (batch, taken) = self.prepare(subjects).await?;
        // Up to the first that the batch had no room for.
        let done = wanted
            .get(taken)
            .and_then(|next| all.iter().position(|subject| subject == next))
            .unwrap_or(all.len());
        let next = all[..done].last().map(|last| Filling {
            before: Some(*last),
            done: filling.done + done as u64,
            total: filling.total,
        });
        self.tell(&filling, next.is_none());
        let next = Standing {
            filling: next,
            ..standing.clone()
        };
        self.write(&standing, &next, batch, End::Last).await
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

    /// A batch of the first of these subjects, and of how many: acts wait while it is written, so it
    /// ends by its size too.
    async fn prepare(&self, mut subjects: Vec<Uuid>) -> Result<(Batch, usize)> {
        if self.alone > 0 {
            subjects.truncate(1);
        }
        let db = &self.platform.db;
        let (mut entries, mut size, mut taken) = (Vec::new(), 0, 0);
        if self.leaves_out {
            tracing::error!(?subjects, "cannot be indexed, and is left out of search");
            taken = subjects.len();
        }
        for group in subjects[taken..].chunks(READ) {
            if size >= BATCH_BYTES {
                break;
            }
            let found = self.source.entries(db.reader(), group).await?;
            let mut found: HashMap<Uuid, Entry> =
                found.into_iter().map(|e| (e.subject, e)).collect();
            for subject in group {
                if size >= BATCH_BYTES {
                    break;
                }
                taken += 1;
                let entry = found.remove(subject);
                size += entry.as_ref().map_or(0, Entry::size);
                entries.extend(entry);
            }
        }
        subjects.truncate(taken);
        let backend = db.backend();
        let folded =
            tokio::task::spawn_blocking(move || Batch::prepare(backend, subjects, &entries));
        Ok((folded.await.map_err(anyhow::Error::from)?, taken))
    }

    /// Writes a batch and where the index stands then, if it still stands where it was read.
    async fn write(
        &mut self,
        before: &Standing,
        after: &Standing,
        batch: Batch,
        end: End,
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
        batch.write(&tx, end).await?;
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
        if matches!(look(&tx).await?, Found::Nothing) {
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
        Running::begin("search index", |stopping| self.run(stopping))
    }

    async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        let mut feed = self.platform.feed.listen();
        while !*stopping.borrow() {
            let started = Instant::now();
            let pause = match self.step().await {
                Ok(Step::Done) => Some(self.rest(started.elapsed())),
                Ok(Step::Idle) => None,
                Ok(Step::Elsewhere | Step::Newer) => Some(LONGEST_SLEEP),
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
    Ok(match look(db).await? {
        Found::Standing(standing) => Some(standing),
        Found::Nothing | Found::Newer => None,
    })
}

/// What there is of an index.
enum Found {
    /// One of this kind.
    Standing(Standing),
    /// None, or of an older kind.
    Nothing,
    /// A newer program keeps it: two that build each their own would never be done.
    Newer,
}

async fn look(db: &impl ConnectionTrait) -> Result<Found> {
    let Some(value) = setting::get::<serde_json::Value>(db, STATE).await? else {
        return Ok(Found::Nothing);
    };
    if value["kind"].as_u64() > Some(u64::from(KIND)) {
        return Ok(Found::Newer);
    }
    let standing = serde_json::from_value::<Standing>(value).ok();
    let standing = standing.filter(|standing| standing.kind == KIND);
    Ok(standing.map_or(Found::Nothing, Found::Standing))
}

/// Why this program does not build an index.
pub fn newer() -> Error {
    Error::refused(
        "NEWER_INDEX",
        "",
        "NEWER_INDEX: a newer version of Bellhop keeps the search index of this database, and this one leaves it alone. Use the newer one's `bellhop search rebuild`.",
    )
}

/// Throws the index away: a server, or [`Indexer::catch_up`], builds it anew.
///
/// # Errors
/// A newer program keeps it; the database does not answer.
pub async fn forget(db: &Database) -> Result<()> {
    let tx = db.begin().await?;
    wait_turn(&tx).await?;
    if matches!(look(&tx).await?, Found::Newer) {
        return Err(newer());
    }
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
