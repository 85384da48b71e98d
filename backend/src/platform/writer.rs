//! Whose turn it is to write. On SQLite there is one writer, and most of a durable commit is waiting
//! for the disk. Units of work that are willing to share, and wait for their turn at the same moment,
//! work in one transaction, each behind a savepoint of its own, and are answered after the one commit.
//! PostgreSQL does the like by itself. `docs/adr/0013-shared-commits.md` says why and who may.
//!
//! What a unit of work may rely on stays the same: it is alone while it has the turn, what it reads in
//! it is as new as can be, what fails is rolled back alone, and nobody is told "done" before it is on the disk.

use super::counter;
use super::database::PATIENCE;
use super::error::{CommitFailed, Result, RolledBack};
use sea_orm::error::ConnAcquireErr;
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

/// The counter by which a group knows that its transaction is still the one that it began: SQLite may
/// roll back a whole transaction by itself when the disk is full or fails.
const MARK: &str = "commit";

/// Gives turns.
#[derive(Clone)]
pub(super) struct Writer {
    connection: DatabaseConnection,
    /// Fair: turns are given in the order in which they were asked for. `None` on PostgreSQL, where
    /// everybody has a connection of their own.
    group: Option<Arc<Mutex<Option<Group>>>>,
}

/// Somebody whose work is done, and waits for the commit.
struct Waiting {
    answer: oneshot::Sender<std::result::Result<(), CommitFailed>>,
    /// What is to be done when it is saved, whether they still wait or not.
    then: Then,
}

/// Done right after a commit.
pub(super) type Then = Box<dyn FnOnce() + Send + Sync>;

/// Units of work that end in one commit; those that are done wait for it.
struct Group {
    transaction: DatabaseTransaction,
    waiting: Vec<Waiting>,
    /// Set by the first that joins.
    mark: Option<i64>,
    /// Somebody gave up: what is here is committed before anybody else begins.
    disturbed: bool,
}

/// Whether a unit of work lets others into its commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Company {
    /// It begins when all before it are on the disk.
    Alone,
    /// It may see what others of its group did, and are not told yet; so an answer that it gives
    /// without a commit of its own waits for a rollback.
    Shared,
}

/// The right to write. Dropped without a commit, nothing happened.
pub struct Turn {
    // In this order: a rollback is on its way before the next one's turn begins.
    transaction: DatabaseTransaction,
    place: Option<Place>,
    company: Company,
}

/// A place in a group, as long as its unit of work has the turn.
struct Place {
    group: OwnedMutexGuard<Option<Group>>,
    all: Arc<Mutex<Option<Group>>>,
    left_well: bool,
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.left_well
            && let Some(group) = &mut *self.group
        {
            group.disturbed = true;
        }
    }
}

impl Writer {
    /// Of a database with one writer.
    pub(super) fn one_at_a_time(connection: DatabaseConnection) -> Self {
        Self {
            connection,
            group: Some(Arc::default()),
        }
    }

    /// Of a database with many.
    pub(super) fn many(connection: DatabaseConnection) -> Self {
        Self {
            connection,
            group: None,
        }
    }

    /// Begins a transaction of its own. On SQLite it takes the write lock at once: a deferred one
    /// would fail as soon as another writer is ahead.
    pub(super) async fn begin(&self) -> std::result::Result<DatabaseTransaction, DbErr> {
        self.connection
            .begin_with_options(TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            })
            .await
    }

    /// Waits for the turn.
    pub(super) async fn turn(&self, company: Company) -> Result<Turn> {
        let Some(all) = &self.group else {
            return Ok(Turn {
                transaction: self.begin().await?,
                place: None,
                company,
            });
        };
        let group = tokio::time::timeout(PATIENCE, all.clone().lock_owned())
            .await
            .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))?;
        let (writer, all) = (self.clone(), all.clone());
        // Not left to the future of whoever asked: that may be given up at any instant, and a savepoint
        // given up while it begins would take the whole group with it.
        let taken = tokio::spawn(async move { writer.take(group, all, company).await });
        taken.await.map_err(anyhow::Error::from)?
    }

    async fn take(
        &self,
        mut group: OwnedMutexGuard<Option<Group>>,
        all: Arc<Mutex<Option<Group>>>,
        company: Company,
    ) -> Result<Turn> {
        let joins = |group: &Group| company == Company::Shared && !group.disturbed;
        if !group.as_ref().is_some_and(joins) {
            // Those who waited for it hear what became of it; this one begins anew.
            let _ = end(group.take()).await;
        }
        let mut place = Place {
            group,
            all,
            left_well: false,
        };
        let transaction = match &mut *place.group {
            None => self.begin().await?,
            Some(group) => group.join().await?,
        };
        Ok(Turn {
            transaction,
            place: Some(place),
            company,
        })
    }

    /// Ends a group that is open.
    pub(super) async fn settle(&self) {
        if let Some(all) = &self.group {
            let group = all.lock().await.take();
            // Those who wait for it hear of it.
            let _ = end(group).await;
        }
    }
}

impl Turn {
    /// The transaction.
    pub(super) fn transaction(&self) -> &DatabaseTransaction {
        &self.transaction
    }

    /// Saves; comes back when it is on the disk. Then `then` has been done, even when nobody waits for
    /// this any longer.
    ///
    /// # Errors
    /// Nothing of this unit of work is saved.
    pub(super) async fn commit(self, then: Then) -> Result<()> {
        let Self {
            transaction,
            place,
            company,
        } = self;
        let mut place = match (place, company) {
            (Some(place), Company::Shared) => place,
            (place, _) => {
                let committed = transaction.commit().await;
                drop(place);
                committed?;
                then();
                return Ok(());
            }
        };
        let (answer, done) = oneshot::channel();
        let waiting = Waiting { answer, then };
        match &mut *place.group {
            Some(group) => {
                // Of the savepoint only.
                transaction.commit().await?;
                group.waiting.push(waiting);
            }
            none => {
                *none = Some(Group {
                    transaction,
                    waiting: vec![waiting],
                    mark: None,
                    disturbed: false,
                });
                // Whoever waits for a turn by now has it before, and joins. This is not left to the
                // unit's own future: that may be given up, and the others may not.
                let all = place.all.clone();
                tokio::spawn(async move {
                    // Those who wait hear of it.
                    let _ = end(all.lock_owned().await.take()).await;
                });
            }
        }
        place.left_well = true;
        drop(place);
        match done.await {
            Ok(result) => result.map_err(|failed| anyhow::Error::from(failed).into()),
            Err(_) => Err(anyhow::anyhow!("nobody ended the group of this commit").into()),
        }
    }

    /// Gives everything up. What others did before in the same group is on the disk afterwards, so
    /// that an answer may rest upon it.
    ///
    /// # Errors
    /// The database does not answer, or what others did before is not saved.
    pub(super) async fn rollback(self) -> Result<()> {
        let Self {
            transaction, place, ..
        } = self;
        // As with the beginning: others wait for what ends here.
        let given_up = tokio::spawn(async move {
            let rolled_back = transaction.rollback().await;
            let before = match place {
                Some(mut place) => end(place.group.take()).await,
                None => Ok(()),
            };
            before.map_err(anyhow::Error::from)?;
            Ok(rolled_back?)
        });
        given_up.await.map_err(anyhow::Error::from)?
    }
}

impl Group {
    async fn join(&mut self) -> Result<DatabaseTransaction> {
        if self.mark.is_none() {
            self.mark = Some(counter::raise(&self.transaction, MARK, 1).await?);
        }
        Ok(self.transaction.begin().await?)
    }

    async fn save(self) -> Result<()> {
        if let Some(mark) = self.mark
            && counter::value(&self.transaction, MARK).await? != mark
        {
            return Err(anyhow::Error::from(RolledBack).into());
        }
        Ok(self.transaction.commit().await?)
    }
}

/// Commits a group, if there is one, and tells all that wait.
async fn end(group: Option<Group>) -> std::result::Result<(), CommitFailed> {
    let Some(mut group) = group else {
        return Ok(());
    };
    let waiting = std::mem::take(&mut group.waiting);
    let saved = group
        .save()
        .await
        .map_err(|error| CommitFailed(Arc::new(error)));
    if let Err(error) = &saved {
        tracing::error!(%error, units = waiting.len(), "a commit failed");
    }
    for Waiting { answer, then } in waiting {
        if saved.is_ok() {
            then();
        }
        // Whoever does not wait any longer has lost the answer, not what was done.
        let _ = answer.send(saved.clone());
    }
    saved
}
