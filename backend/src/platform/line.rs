//! The one connection by which SQLite is written. It belongs to a thread of its own, and handing a
//! statement over to that and back takes longer than most statements do: so what nobody asks the result
//! of waits here, and goes with the next statement whose result is asked for.

use super::eager::Eager;
use super::reader::{query, unusable};
use futures_util::TryStreamExt as _;
use sea_orm::error::ConnAcquireErr;
use sea_orm::sqlx::error::DatabaseError;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteQueryResult, SqliteRow};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _, Either, Executor as _};
use sea_orm::{DatabaseBackend, DbErr, Statement, Value, Values};
use tokio::sync::Mutex;

/// A connection, and what waits to be sent.
#[derive(Debug)]
pub(super) struct Line {
    options: SqliteConnectOptions,
    state: Mutex<State>,
    closed: bool,
}

#[derive(Debug)]
struct State {
    /// None after it was given up.
    connection: Option<SqliteConnection>,
    waiting: Vec<Statement>,
    /// A transaction may have ended by a fault: what came after that would be saved by itself.
    broken: bool,
}

/// What a statement gave.
#[derive(Default)]
pub(super) struct Answer {
    /// Rows, of whatever was sent with it too.
    pub(super) rows: Vec<SqliteRow>,
    /// What it changed itself.
    pub(super) done: SqliteQueryResult,
}

impl Line {
    /// Connects.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub(super) async fn open(options: SqliteConnectOptions) -> Result<Self, DbErr> {
        let connection = options.connect().await.map_err(unusable)?;
        Ok(Self {
            options,
            state: Mutex::new(State {
                connection: Some(connection),
                waiting: Vec::new(),
                broken: false,
            }),
            closed: false,
        })
    }

    /// Connects again, if need be. To be called between two transactions.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub(super) async fn ready(&mut self) -> Result<(), DbErr> {
        if self.closed {
            return Err(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed));
        }
        let state = self.state.get_mut();
        if state.connection.is_none() {
            state.connection = Some(self.options.connect().await.map_err(unusable)?);
        }
        Ok(())
    }

    /// Sends statements with the next one that is asked.
    pub(super) async fn later(&self, statements: impl IntoIterator<Item = Statement>) {
        self.state.lock().await.waiting.extend(statements);
    }

    /// Takes back what was not sent yet. After this a transaction that broke can be taken back.
    pub(super) fn forget(&mut self) -> Vec<Statement> {
        let state = self.state.get_mut();
        state.broken = false;
        std::mem::take(&mut state.waiting)
    }

    /// Sends what waits and these statements, and waits for the answer to the last one.
    ///
    /// # Errors
    /// The database does not answer, or one of them fails: those before it are done then. Where a value
    /// cannot be written at all, nothing is sent, and what waits waits on.
    pub(super) async fn ask(
        &self,
        statements: impl IntoIterator<Item = Statement>,
    ) -> Result<Answer, sqlx::Error> {
        let mut state = self.state.lock().await;
        let State {
            connection,
            waiting,
            broken,
        } = &mut *state;
        let known = waiting.len();
        waiting.extend(statements);
        if waiting.iter().any(cannot_be_written) {
            waiting.truncate(known);
            return Err(sqlx::Error::Encode(
                "a number is too large for the database".into(),
            ));
        }
        let count = waiting.len();
        let Some(all) = joined(std::mem::take(waiting)) else {
            return Ok(Answer::default());
        };
        let usable = connection.as_mut().filter(|_| !*broken);
        let connection = usable.ok_or(sqlx::Error::WorkerCrashed)?;
        let parts = connection.fetch_many(query(all));
        let first = (Answer::default(), 0);
        let answer = parts.try_fold(first, |(mut answer, mut answered), part| {
            match part {
                Either::Left(done) => {
                    answer.done = done;
                    answered += 1;
                }
                Either::Right(row) => answer.rows.push(row),
            }
            std::future::ready(Ok((answer, answered)))
        });
        match Eager::new(answer).await {
            // A text may be several statements.
            Ok((answer, answered)) if answered >= count => Ok(answer),
            // The thread has ended in the middle.
            Ok(_) => {
                *broken = true;
                Err(sqlx::Error::WorkerCrashed)
            }
            Err(error) => {
                *broken = !is_about_rows(&error);
                Err(error)
            }
        }
    }

    /// Gives the connection up: SQLite rolls back what it had begun.
    pub(super) fn drop_connection(&mut self) {
        let state = self.state.get_mut();
        state.waiting.clear();
        state.connection = None;
        state.broken = false;
    }

    /// Closes.
    ///
    /// # Errors
    /// The file cannot be closed.
    pub(super) async fn close(&mut self) -> Result<(), DbErr> {
        self.closed = true;
        match self.state.get_mut().connection.take() {
            Some(connection) => connection.close().await.map_err(unusable),
            None => Ok(()),
        }
    }
}

/// Whether a fault leaves the transaction as it was before the statement: rows broke a rule, or the
/// statement is wrong. All others may have ended it.
fn is_about_rows(error: &sqlx::Error) -> bool {
    const ERROR: u32 = 1;
    const CONSTRAINT: u32 = 19;
    const MISMATCH: u32 = 20;
    let code = error.as_database_error().and_then(DatabaseError::code);
    let number = code.and_then(|code| code.parse::<u32>().ok());
    number.is_some_and(|number| matches!(number & 0xff, ERROR | CONSTRAINT | MISMATCH))
}

/// Whether a value has no place in SQLite, whose numbers have a sign; the driver would panic.
fn cannot_be_written(statement: &Statement) -> bool {
    let too_large = |value: &Value| match value {
        Value::BigUnsigned(Some(number)) => i64::try_from(*number).is_err(),
        _ => false,
    };
    let values = statement.values.as_ref();
    values.is_some_and(|Values(values)| values.iter().any(too_large))
}

/// A statement without values.
pub(super) fn plain(text: &str) -> Statement {
    Statement::from_string(DatabaseBackend::Sqlite, text)
}

/// One text, with the values of all: SQLite's placeholders have no numbers, and are filled in turn.
fn joined(statements: Vec<Statement>) -> Option<Statement> {
    let mut statements = statements.into_iter();
    let first = statements.next()?;
    Some(statements.fold(first, |mut all, next| {
        all.sql.push_str("; ");
        all.sql.push_str(&next.sql);
        let values = next.values.map_or_else(Vec::new, |Values(values)| values);
        all.values
            .get_or_insert(Values(Vec::new()))
            .0
            .extend(values);
        all
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::sqlx::Row as _;

    async fn line() -> Line {
        let options = SqliteConnectOptions::new().in_memory(true);
        Line::open(options).await.expect("a connection")
    }

    fn insert(number: i64) -> Statement {
        let values: [Value; 1] = [number.into()];
        let text = "INSERT INTO numbers (number) VALUES (?)";
        Statement::from_sql_and_values(DatabaseBackend::Sqlite, text, values)
    }

    #[tokio::test]
    async fn what_waits_goes_before_what_is_asked() {
        let line = line().await;
        line.later([plain("CREATE TABLE numbers (number INTEGER)")])
            .await;
        line.later([insert(3), insert(4)]).await;
        let answer = line.ask([plain("SELECT number FROM numbers ORDER BY 1")]);
        let rows = answer.await.expect("an answer").rows;
        let numbers: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
        assert_eq!(numbers, [3, 4]);
    }

    #[tokio::test]
    async fn only_the_last_statements_changes_are_counted() {
        let line = line().await;
        line.later([plain("CREATE TABLE numbers (number INTEGER)")])
            .await;
        line.later([insert(3), insert(4), insert(5)]).await;
        line.later([plain("SAVEPOINT unit")]).await;
        let update = plain("UPDATE numbers SET number = 6 WHERE number > 3");
        let done = line.ask([update]).await.expect("an answer").done;
        assert_eq!(done.rows_affected(), 2);
        let none = plain("DELETE FROM numbers WHERE number > 6");
        let done = line.ask([none]).await.expect("an answer").done;
        assert_eq!(done.rows_affected(), 0);
    }

    #[tokio::test]
    async fn after_a_fault_that_may_have_ended_it_nothing_is_done_until_it_is_taken_back() {
        let mut line = line().await;
        line.later([plain("CREATE TABLE numbers (number INTEGER, text TEXT)")])
            .await;
        let pages = line
            .ask([plain("PRAGMA page_count")])
            .await
            .expect("a count");
        let limit = format!("PRAGMA max_page_count = {}", pages.rows[0].get::<i64, _>(0));
        line.ask([plain(&limit)]).await.expect("a limit");
        line.later([plain("BEGIN IMMEDIATE"), insert(1)]).await;
        let much = plain("INSERT INTO numbers VALUES (2, hex(zeroblob(100000)))");
        assert!(line.ask([much]).await.is_err(), "the disk is full");
        assert!(
            line.ask([insert(3)]).await.is_err(),
            "it would be saved alone"
        );
        assert!(line.forget().is_empty());
        // SQLite may have done so by itself.
        let _ = line.ask([plain("ROLLBACK")]).await;
        line.forget();
        let rows = line.ask([plain("SELECT number FROM numbers")]).await;
        assert!(rows.expect("an answer").rows.is_empty());
    }

    #[tokio::test]
    async fn what_cannot_be_written_is_not_sent_and_nothing_before_it() {
        let mut line = line().await;
        line.ask([plain("CREATE TABLE numbers (number INTEGER)")])
            .await
            .expect("a table");
        let values: [Value; 1] = [u64::MAX.into()];
        let text = "INSERT INTO numbers (number) VALUES (?)";
        let bad = Statement::from_sql_and_values(DatabaseBackend::Sqlite, text, values);
        line.later([plain("BEGIN IMMEDIATE"), insert(1)]).await;
        assert!(line.ask([bad.clone()]).await.is_err());
        let answer = line.ask([plain("SELECT number FROM numbers")]).await;
        assert_eq!(answer.expect("an answer").rows.len(), 1, "it goes on");
        line.later([insert(2), bad]).await;
        assert!(line.ask([plain("SELECT 1")]).await.is_err());
        assert!(line.ask([plain("SELECT 1")]).await.is_err(), "still there");
        assert_eq!(line.forget().len(), 2);
        line.ask([plain("ROLLBACK")]).await.expect("it was begun");
    }

    #[tokio::test]
    async fn a_closed_one_stays_closed() {
        let mut line = line().await;
        line.close().await.expect("closed");
        assert!(line.ready().await.is_err());
        assert!(line.ask([plain("SELECT 1")]).await.is_err());
    }

    #[tokio::test]
    async fn what_failed_is_not_sent_again() {
        let line = line().await;
        line.later([insert(3)]).await;
        assert!(
            line.ask([plain("SELECT 1")]).await.is_err(),
            "no such table"
        );
        let rows = line.ask([plain("SELECT 1")]).await.expect("an answer").rows;
        assert_eq!(rows.len(), 1);
    }
}
