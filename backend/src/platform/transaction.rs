//! What writes are run on.

use super::batch::Batch;
use super::error::Result;
use super::reader::{execution_failed, query_failed};
use super::writer::{Then, Turn};
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseTransaction, DbErr, ExecResult, QueryResult,
    Statement,
};

/// A transaction. Dropped without a commit, nothing happened.
pub struct Transaction(Kind);

enum Kind {
    /// A turn of those who write to SQLite.
    Turn(Turn),
    /// The library's.
    Library(DatabaseTransaction),
}

impl From<Turn> for Transaction {
    fn from(turn: Turn) -> Self {
        Self(Kind::Turn(turn))
    }
}

impl From<DatabaseTransaction> for Transaction {
    fn from(transaction: DatabaseTransaction) -> Self {
        Self(Kind::Library(transaction))
    }
}

impl Transaction {
    /// Executes statements whose results nobody asks for. SQLite is asked by another thread: there they
    /// go with the next statement, and what is wrong with them is said then.
    ///
    /// # Errors
    /// The database does not answer, or a statement breaks a rule of its table.
    pub(super) async fn later(&self, batch: Batch) -> Result<()> {
        match &self.0 {
            Kind::Turn(turn) => turn.line().later(batch.into_statements()).await,
            Kind::Library(transaction) => batch.run(transaction).await?,
        }
        Ok(())
    }

    /// Saves; comes back when it is on the disk.
    ///
    /// # Errors
    /// Nothing is saved.
    pub async fn commit(self) -> Result<()> {
        let nothing = Batch::new(self.get_database_backend());
        self.commit_after(nothing, Box::new(|| ())).await?;
        Ok(())
    }

    /// The same after some last statements; gives their rows. Then `then` is done, even when nobody
    /// waits for this any longer.
    ///
    /// # Errors
    /// Nothing is saved.
    pub(super) async fn commit_after(self, last: Batch, then: Then) -> Result<Vec<QueryResult>> {
        match self.0 {
            Kind::Turn(turn) => turn.commit(last, then).await,
            Kind::Library(transaction) => {
                last.run(&transaction).await?;
                transaction.commit().await?;
                then();
                Ok(Vec::new())
            }
        }
    }

    /// Gives everything up. What others did before in the same commit is on the disk afterwards, so
    /// that an answer may rest upon it.
    ///
    /// # Errors
    /// The database does not answer, or what others did before is not saved.
    pub async fn rollback(self) -> Result<()> {
        match self.0 {
            Kind::Turn(turn) => turn.rollback().await,
            Kind::Library(transaction) => Ok(transaction.rollback().await?),
        }
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DatabaseBackend {
        match &self.0 {
            Kind::Turn(_) => DatabaseBackend::Sqlite,
            Kind::Library(transaction) => transaction.get_database_backend(),
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.0 {
            Kind::Turn(turn) => {
                let answer = turn.line().ask([statement]).await;
                Ok(answer.map_err(execution_failed)?.done.into())
            }
            Kind::Library(transaction) => transaction.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, text: &str) -> Result<ExecResult, DbErr> {
        match &self.0 {
            Kind::Turn(_) => {
                let text = Statement::from_string(DatabaseBackend::Sqlite, text);
                self.execute_raw(text).await
            }
            Kind::Library(transaction) => transaction.execute_unprepared(text).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.0 {
            Kind::Turn(_) => Ok(self.query_all_raw(statement).await?.into_iter().next()),
            Kind::Library(transaction) => transaction.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.0 {
            Kind::Turn(turn) => {
                let answer = turn.line().ask([statement]).await;
                let rows = answer.map_err(query_failed)?.rows;
                Ok(rows.into_iter().map(Into::into).collect())
            }
            Kind::Library(transaction) => transaction.query_all_raw(statement).await,
        }
    }
}
