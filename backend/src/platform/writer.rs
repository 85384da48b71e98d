//! Whose turn it is to write. On SQLite there is one writer, and most of a durable commit is waiting
//! for the disk. Units of work that are willing to share, and wait for their turn at the same moment,
//! work in one transaction, each behind a savepoint of its own, and are answered after the one commit.
//! PostgreSQL does the like by itself. `docs/adr/0013-shared-commits.md` says why and who may.
//!
//! What a unit of work may rely on stays the same: it is alone while it has the turn, what it reads in
//! it is as new as can be, what fails is rolled back alone, and nobody is told "done" before it is on the disk.

use super::batch::Batch;
use super::database::PATIENCE;
use super::error::{CommitFailed, Error, Result, RolledBack};
use super::line::{Line, plain};
use super::reader::query_failed;
use super::transaction::Transaction;
use sea_orm::error::ConnAcquireErr;
use sea_orm::sqlx::{self, error::DatabaseError};
use sea_orm::{DatabaseConnection, DbErr, QueryResult, TransactionTrait as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

/// The write lock is taken at once: a transaction that began by reading would fail as soon as another
/// writer is ahead.
const BEGIN: &str = "BEGIN IMMEDIATE";
const COMMIT: &str = "COMMIT";
const ROLLBACK: &str = "ROLLBACK";
/// Around each unit of work that joins others.
const ENTER: &str = "SAVEPOINT unit";
const LEAVE: &str = "RELEASE unit";
const UNDO: &str = "ROLLBACK TO unit; RELEASE unit";

/// Gives turns.
#[derive(Clone)]
pub(super) struct Writer(Kind);

#[derive(Clone)]
enum Kind {
    /// One at a time.
    Sqlite(Arc<Queue>),
    /// Everybody has a connection of their own.
    Library(DatabaseConnection),
}

/// Those who write to SQLite.
pub(super) struct Queue {
    /// Fair: turns are given in the order in which they were asked for.
    group: Arc<Mutex<Group>>,
    /// How many wait for their turn.
    length: AtomicUsize,
    /// Commits so far that saved more than one unit of work.
    shared: AtomicU64,
}

/// Units of work that end in one commit.
struct Group {
    line: Line,
    /// Whether a transaction is begun, or will be with the next statement.
    open: bool,
    /// Those who are done, and wait for the commit.
    done: Vec<Done>,
}

/// Somebody whose work is done.
struct Done {
    answer: oneshot::Sender<std::result::Result<(), CommitFailed>>,
    /// What is to be done when it is saved, whether they still wait or not.
    then: Then,
}

/// Done right after a commit.
pub(super) type Then = Box<dyn FnOnce() + Send + Sync>;

/// Whether a unit of work lets others into its commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Company {
    /// It begins when all before it are on the disk.
    Alone,
    /// It may see what others of its group did, and are not told yet; so an answer that it gives
    /// without a commit of its own waits for a rollback.
    Shared,
}

/// The turn of a unit of work.
pub(super) struct Turn {
    /// None once it was left.
    group: Option<OwnedMutexGuard<Group>>,
    queue: Arc<Queue>,
    company: Company,
    /// Whether others of its group were before it.
    joined: bool,
}

/// One more in the queue, as long as this lives.
struct InQueue<'a>(&'a AtomicUsize);

impl<'a> InQueue<'a> {
    fn enter(length: &'a AtomicUsize) -> Self {
        length.fetch_add(1, Ordering::Relaxed);
        Self(length)
    }
}

impl Drop for InQueue<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Writer {
    /// Of a database with one writer.
    pub(super) fn one_at_a_time(line: Line) -> Self {
        let group = Group {
            line,
            open: false,
            done: Vec::new(),
        };
        Self(Kind::Sqlite(Arc::new(Queue {
            group: Arc::new(Mutex::new(group)),
            length: AtomicUsize::new(0),
            shared: AtomicU64::new(0),
        })))
    }

    /// Of a database with many.
    pub(super) fn many(pool: DatabaseConnection) -> Self {
        Self(Kind::Library(pool))
    }

    /// Waits for the turn, and begins a transaction.
    pub(super) async fn begin(&self, company: Company) -> Result<Transaction> {
        match &self.0 {
            Kind::Library(pool) => Ok(pool.begin().await?.into()),
            Kind::Sqlite(queue) => Ok(queue.clone().turn(company).await?.into()),
        }
    }

    /// Whether somebody has the turn, where only one can.
    pub(super) fn is_busy(&self) -> Option<bool> {
        match &self.0 {
            Kind::Library(_) => None,
            Kind::Sqlite(queue) => Some(queue.group.try_lock().is_err()),
        }
    }

    /// How many commits saved more than one unit of work, where they are shared at all.
    pub(super) fn shared(&self) -> Option<u64> {
        match &self.0 {
            Kind::Library(_) => None,
            Kind::Sqlite(queue) => Some(queue.shared.load(Ordering::Relaxed)),
        }
    }

    /// Runs a statement that belongs into no transaction.
    pub(super) async fn alone(&self, text: &str) -> Result<()> {
        if let Kind::Sqlite(queue) = &self.0 {
            let mut group = queue.ended().await?;
            group.line.ready().await?;
            group.line.ask([plain(text)]).await.map_err(query_failed)?;
        }
        Ok(())
    }

    /// Ends a group that is open, and closes.
    pub(super) async fn close(&self) -> Result<()> {
        match &self.0 {
            Kind::Library(pool) => pool.clone().close().await?,
            Kind::Sqlite(queue) => queue.ended().await?.line.close().await?,
        }
        Ok(())
    }
}

impl Queue {
    async fn turn(self: Arc<Self>, company: Company) -> Result<Turn> {
        let mut group = {
            let _one_more = InQueue::enter(&self.length);
            tokio::time::timeout(PATIENCE, self.group.clone().lock_owned())
                .await
                .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))?
        };
        if company == Company::Alone {
            group = self.end(group).await?;
        }
        let joined = group.open;
        if joined {
            group.line.later([plain(ENTER)]).await;
        } else {
            group.line.ready().await?;
            group.line.later([plain(BEGIN)]).await;
            group.open = true;
        }
        Ok(Turn {
            group: Some(group),
            queue: self,
            company,
            joined,
        })
    }

    /// Waits for the turn, and ends what is open.
    async fn ended(self: &Arc<Self>) -> Result<OwnedMutexGuard<Group>> {
        self.end(self.group.clone().lock_owned().await).await
    }

    /// Ends what is open. Not left to the future of whoever asks: that may be given up at any instant,
    /// and those who wait are to hear what became of it.
    async fn end(
        self: &Arc<Self>,
        mut group: OwnedMutexGuard<Group>,
    ) -> Result<OwnedMutexGuard<Group>> {
        if !group.open {
            return Ok(group);
        }
        let queue = self.clone();
        let ended = tokio::spawn(async move {
            // Those who wait hear of it.
            let _ = group.end(&queue.shared).await;
            group
        });
        Ok(ended.await.map_err(anyhow::Error::from)?)
    }
}

impl Turn {
    /// What statements are run on.
    pub(super) fn line(&self) -> &Line {
        match &self.group {
            Some(group) => &group.line,
            None => unreachable!("a turn is used by its unit of work, and left by its end"),
        }
    }

    /// Sends the last statements, gives their rows, and saves; comes back when it is on the disk.
    ///
    /// # Errors
    /// Nothing of this unit of work is saved.
    pub(super) async fn commit(self, last: Batch, then: Then) -> Result<Vec<QueryResult>> {
        // Given up in the middle, nobody would know whether it is saved.
        let committed = tokio::spawn(self.committed(last, then));
        committed.await.map_err(anyhow::Error::from)?
    }

    async fn committed(mut self, last: Batch, then: Then) -> Result<Vec<QueryResult>> {
        let now = self.company == Company::Alone || self.queue.length.load(Ordering::Relaxed) == 0;
        let mut statements = last.into_statements();
        if self.joined {
            statements.push(plain(LEAVE));
        }
        if now {
            statements.push(plain(COMMIT));
        }
        // When it fails, the turn is left as by somebody who gave up.
        let answer = self.line().ask(statements).await.map_err(query_failed);
        let rows = answer?.rows.into_iter().map(Into::into).collect();
        let Some(mut group) = self.group.take() else {
            return Err(anyhow::anyhow!("a turn was left twice").into());
        };
        if now {
            let before = group.saved(1, &self.queue.shared);
            drop(group);
            tell(before, &Ok(()));
            then();
            return Ok(rows);
        }
        let (answer, saved) = oneshot::channel();
        let first = group.done.is_empty();
        group.done.push(Done { answer, then });
        drop(group);
        if first {
            // Whoever waits for a turn by now has it before, and joins.
            let queue = self.queue.clone();
            tokio::spawn(async move { queue.group.lock().await.end(&queue.shared).await });
        }
        match saved.await {
            Ok(saved) => saved.map_err(anyhow::Error::from)?,
            Err(_) => return Err(anyhow::anyhow!("nobody ended the group of this commit").into()),
        }
        Ok(rows)
    }

    /// Gives everything up. What others did before in the same group is on the disk afterwards, so
    /// that an answer may rest upon it.
    ///
    /// # Errors
    /// The database does not answer, or what others did before is not saved.
    pub(super) async fn rollback(mut self) -> Result<()> {
        let Some(mut group) = self.group.take() else {
            return Ok(());
        };
        // As with the end: others wait for what ends here.
        let queue = self.queue.clone();
        let before = tokio::spawn(async move {
            group.undo().await?;
            group.end(&queue.shared).await
        });
        let before = before.await.map_err(anyhow::Error::from)?;
        Ok(before.map_err(anyhow::Error::from)?)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(mut group) = self.group.take() else {
            return;
        };
        match Handle::try_current() {
            Ok(runtime) => {
                // Those who wait hear of it.
                runtime.spawn(async move { group.undo().await });
            }
            Err(_) => drop(group.fail(RolledBack.into())),
        }
    }
}

impl Group {
    /// Takes back what the unit of work did that has the turn.
    ///
    /// # Errors
    /// What others did before in the same group is lost as well.
    async fn undo(&mut self) -> std::result::Result<(), CommitFailed> {
        let unsent = self.line.forget();
        // Its beginning was to be sent with the first statement.
        let idle = unsent
            .first()
            .is_some_and(|first| first.sql == BEGIN || first.sql == ENTER);
        let first = self.done.is_empty();
        let undone = match (idle, first) {
            (true, _) => Ok(()),
            (false, true) => self.line.ask([plain(ROLLBACK)]).await.map(drop),
            (false, false) => self.line.ask([plain(UNDO)]).await.map(drop),
        };
        if first {
            self.open = false;
        }
        match undone {
            // What failed was its beginning, or SQLite has rolled back by itself.
            Err(error) if !(first && is_over(&error)) => {
                tracing::error!(%error, "what was done could not be taken back alone");
                Err(self.fail(RolledBack.into()))
            }
            _ => Ok(()),
        }
    }

    /// Commits what is open, and tells all that wait. `shared` counts.
    async fn end(&mut self, shared: &AtomicU64) -> std::result::Result<(), CommitFailed> {
        if !self.open {
            return Ok(());
        }
        match self.line.ask([plain(COMMIT)]).await {
            Ok(_) => {
                tell(self.saved(0, shared), &Ok(()));
                Ok(())
            }
            Err(error) => Err(self.fail(query_failed(error).into())),
        }
    }

    /// What is open has been saved, with `more` units that do not wait. Gives those who do.
    fn saved(&mut self, more: usize, shared: &AtomicU64) -> Vec<Done> {
        self.open = false;
        if self.done.len() + more > 1 {
            shared.fetch_add(1, Ordering::Relaxed);
        }
        std::mem::take(&mut self.done)
    }

    /// Nothing of what is open is saved.
    fn fail(&mut self, error: anyhow::Error) -> CommitFailed {
        tracing::error!(%error, units = self.done.len(), "a transaction was lost");
        self.open = false;
        self.line.drop_connection();
        let failed = CommitFailed(Arc::new(Error::Fault(error)));
        tell(std::mem::take(&mut self.done), &Err(failed.clone()));
        failed
    }
}

/// Whether SQLite says that there is no transaction; it has no code of its own for that.
fn is_over(error: &sqlx::Error) -> bool {
    let said = error.as_database_error().map(DatabaseError::message);
    said.is_some_and(|said| said.contains("no transaction is active"))
}

fn tell(all: Vec<Done>, saved: &std::result::Result<(), CommitFailed>) {
    for Done { answer, then } in all {
        if saved.is_ok() {
            then();
        }
        // Whoever does not wait any longer has lost the answer, not what was done.
        let _ = answer.send(saved.clone());
    }
}
