//! Reading. On SQLite by connections of our own: a pool for databases across a network asks a
//! connection after each statement whether it is still there, and is woken for each row; beside a
//! file on the same machine that costs more than most statements do.

use super::database::PATIENCE;
use super::eager::Eager;
use sea_orm::error::ConnAcquireErr;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sea_orm::sqlx::{self, AssertSqlSafe, ConnectOptions as _, Connection as _};
use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, DbErr, ExecResult, QueryResult,
    RuntimeErr, Statement,
};
use sea_query_sqlx::SqlxValues;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Semaphore, SemaphorePermit};

/// What statements that only read are run on; cheap to clone.
#[derive(Clone, Debug)]
pub struct Reader(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Sqlite(Arc<Connections>),
    /// The library's pool.
    Pool(DatabaseConnection),
}

/// Connections to one file.
#[derive(Debug)]
struct Connections {
    options: SqliteConnectOptions,
    /// Opened, and used by nobody.
    idle: Mutex<Vec<SqliteConnection>>,
    /// One for each that may be open.
    places: Semaphore,
    most: u32,
}

/// A connection for one statement.
struct Lease<'a> {
    connection: SqliteConnection,
    from: &'a Connections,
    _place: SemaphorePermit<'a>,
}

impl Reader {
    /// Of a SQLite file that is there; at most so many statements at a time.
    pub(super) async fn of_file(options: SqliteConnectOptions, most: u32) -> Result<Self, DbErr> {
        let connections = Connections {
            options,
            idle: Mutex::default(),
            places: Semaphore::new(most as usize),
            most,
        };
        // The first says whether it can be read at all.
        let Lease { connection, .. } = connections.lease().await?;
        connections.idle().push(connection);
        Ok(Self(Kind::Sqlite(Arc::new(connections))))
    }

    /// Of a pool that others use too.
    pub(super) fn of_pool(pool: DatabaseConnection) -> Self {
        Self(Kind::Pool(pool))
    }

    /// Open connections, and those of them that nobody uses; nothing for a pool that others use too.
    pub(super) fn count(&self) -> Option<(usize, usize)> {
        let Kind::Sqlite(connections) = &self.0 else {
            return None;
        };
        let idle = connections.idle().len();
        let used = connections.most as usize - connections.places.available_permits();
        Some((idle + used, idle))
    }

    /// Waits for the statements at work, and closes.
    pub(super) async fn close(self) -> Result<(), DbErr> {
        match self.0 {
            Kind::Pool(pool) => pool.close().await,
            Kind::Sqlite(connections) => {
                let all = connections.places.acquire_many(connections.most).await;
                connections.places.close();
                drop(all);
                let idle = std::mem::take(&mut *connections.idle());
                for connection in idle {
                    connection.close().await.map_err(unusable)?;
                }
                Ok(())
            }
        }
    }
}

impl Connections {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<SqliteConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn lease(&self) -> Result<Lease<'_>, DbErr> {
        let place = tokio::time::timeout(PATIENCE, self.places.acquire())
            .await
            .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))?
            .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed))?;
        // The one used last: what it has read is at hand.
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.options.connect().await.map_err(unusable)?,
        };
        Ok(Lease {
            connection,
            from: self,
            _place: place,
        })
    }
}

impl Lease<'_> {
    /// Gives the connection back, the statement having come to its end. Whoever gave one up in the
    /// middle does not come here: its thread may be busy with it for long, and nobody is to wait
    /// behind that, so the connection is closed.
    fn back<T>(self, said: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        if !matches!(said, Err(sqlx::Error::WorkerCrashed)) {
            self.from.idle().push(self.connection);
        }
        said
    }
}

pub(super) fn unusable(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error)))
}

pub(super) fn query_failed(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)))
}

pub(super) fn execution_failed(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(Arc::new(error)))
}

/// The statement as the driver takes it.
pub(super) fn query(statement: Statement) -> sqlx::query::Query<'static, sqlx::Sqlite, SqlxValues> {
    let values = statement.values.unwrap_or(sea_orm::Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql), SqlxValues(values))
}

#[async_trait::async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DatabaseBackend {
        match &self.0 {
            Kind::Sqlite(_) => DatabaseBackend::Sqlite,
            Kind::Pool(pool) => pool.get_database_backend(),
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.0 {
            Kind::Pool(pool) => pool.execute_raw(statement).await,
            Kind::Sqlite(connections) => {
                let mut lease = connections.lease().await?;
                let done = query(statement).execute(&mut lease.connection).await;
                lease.back(done).map(Into::into).map_err(execution_failed)
            }
        }
    }

    async fn execute_unprepared(&self, text: &str) -> Result<ExecResult, DbErr> {
        match &self.0 {
            Kind::Pool(pool) => pool.execute_unprepared(text).await,
            Kind::Sqlite(connections) => {
                let mut lease = connections.lease().await?;
                let text = sqlx::raw_sql(AssertSqlSafe(text.to_owned()));
                let done = text.execute(&mut lease.connection).await;
                lease.back(done).map(Into::into).map_err(execution_failed)
            }
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.0 {
            Kind::Pool(pool) => pool.query_one_raw(statement).await,
            Kind::Sqlite(connections) => {
                let mut lease = connections.lease().await?;
                let row = Eager::new(query(statement).fetch_optional(&mut lease.connection)).await;
                Ok(lease.back(row).map_err(query_failed)?.map(Into::into))
            }
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.0 {
            Kind::Pool(pool) => pool.query_all_raw(statement).await,
            Kind::Sqlite(connections) => {
                let mut lease = connections.lease().await?;
                let rows = Eager::new(query(statement).fetch_all(&mut lease.connection)).await;
                let rows = lease.back(rows).map_err(query_failed)?;
                Ok(rows.into_iter().map(Into::into).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::task::{Context, Waker};

    fn asked(text: &str) -> Statement {
        Statement::from_string(DatabaseBackend::Sqlite, text)
    }

    #[tokio::test]
    async fn nobody_waits_behind_a_statement_that_was_given_up() {
        let options = SqliteConnectOptions::new().in_memory(true);
        let reader = Reader::of_file(options, 2).await.expect("a reader");
        assert_eq!(reader.count(), Some((1, 1)));
        {
            let long = asked(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT COUNT(*) FROM n",
            );
            let mut count = pin!(reader.query_one_raw(long));
            let mut asleep = Context::from_waker(Waker::noop());
            while reader.count() == Some((1, 1)) {
                assert!(count.as_mut().poll(&mut asleep).is_pending());
            }
            assert_eq!(reader.count(), Some((1, 0)));
        }
        assert_eq!(
            reader.count(),
            Some((0, 0)),
            "its connection is not used again"
        );
        for _ in 0..3 {
            let row = reader.query_one_raw(asked("SELECT 7")).await;
            let row = row.expect("an answer").expect("a row");
            assert_eq!(row.try_get_by_index::<i32>(0), Ok(7));
        }
        assert_eq!(reader.count(), Some((1, 1)));
        reader.close().await.expect("closed");
    }
}
