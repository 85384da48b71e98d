//! Connections to SQLite or PostgreSQL.

use super::act_thread::ActThread;
use super::line::Line;
use super::reader::Reader;
use super::transaction::Transaction;
use super::writer::{Company, Writer};
use anyhow::{Context as _, Result, bail};
use migrations::{Migrator, MigratorTrait};
use sea_orm::sea_query::{Alias, Query};
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction,
    TransactionTrait,
};
use std::fs::{File, TryLockError};
use std::future::Future;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// Number of the lock by which servers take turns to migrate; any that nothing else uses.
const MIGRATION_TURN: i64 = 0x0062_656c_6c68_6f70;

/// How long anybody waits for a connection, or for the turn to write.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// Statements that read a SQLite file at a time.
const READERS: u32 = 4;

/// Rows that a statement's thread reads ahead.
const ROWS_AHEAD: usize = 1_000;

/// Bytes of a SQLite file that are read where the system keeps them, instead of being copied into
/// each connection's cache: all of any file that fits on a machine. What is touched counts as the
/// process's memory, though the system takes it back when it needs it. The library is built to allow
/// as many (`.cargo/config.toml`).
#[cfg(target_pointer_width = "64")]
const MAPPED_BYTES: &str = "1099511627776";
/// Where addresses are few, a part of it.
#[cfg(not(target_pointer_width = "64"))]
const MAPPED_BYTES: &str = "268435456";

/// What stores run statements on: the reader, or a transaction.
pub use sea_orm::ConnectionTrait as Connection;

/// One writer and several readers on SQLite; one pool for both on PostgreSQL.
#[derive(Clone)]
pub struct Database {
    backend: DatabaseBackend,
    reader: Reader,
    writer: Writer,
    /// Where acts are done that share the one writer.
    acts: Option<ActThread>,
    /// The library's connections, where they are used.
    pool: Option<DatabaseConnection>,
    /// SQLite's file, where it is written.
    file: Option<Arc<Path>>,
    /// Held as long as the file is open.
    _shared: Option<Arc<File>>,
}

/// Nobody else has the database open, and nobody can open it, as long as this lives.
pub struct Alone {
    _lock: File,
}

impl Alone {
    /// Fails while a server or a command has the file open.
    pub fn with(database: &Path) -> Result<Self> {
        let lock = lock_file(database)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                bail!("{} is in use: stop the server first", database.display())
            }
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("locking {}", database.display()))
            }
        }
    }
}

/// Beside the database, since SQLite gives its own locks up between two transactions.
fn lock_file(database: &Path) -> Result<File> {
    let mut name = database.to_owned().into_os_string();
    name.push("-lock");
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    options
        .open(&name)
        .with_context(|| format!("cannot open {}", Path::new(&name).display()))
}

fn share(database: &Path) -> Result<File> {
    let lock = lock_file(database)?;
    match lock.try_lock_shared() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => bail!("a backup is being restored just now"),
        Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {
            tracing::warn!("this file system knows no locks: a restore would not be noticed");
            Ok(lock)
        }
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("locking {}", database.display()))
        }
    }
}

/// An act, on the heap: it is passed on.
pub type Act<T> = Pin<Box<dyn Future<Output = super::error::Result<T>> + Send>>;

/// Connections of one pool.
#[derive(Clone, Copy, Debug)]
pub struct Pool {
    /// What it is for.
    pub name: &'static str,
    /// Open connections.
    pub open: usize,
    /// Those of them that nobody uses.
    pub idle: usize,
}

impl Database {
    /// Opens `sqlite:<path>` (created when missing) or `postgres://…`, and migrates.
    pub async fn open(url: &str) -> Result<Self> {
        let db = Self::connect(url).await?;
        match &db.pool {
            Some(pool) => {
                let turn = turn_to_migrate(pool).await?;
                migrate(pool).await?;
                turn.commit().await?;
            }
            None => {
                let file = Self::file_of(url).context("a database without a file")?;
                let pool = connect_sqlite(&file).await?;
                migrate(&pool).await?;
                pool.close().await?;
            }
        }
        Ok(db)
    }

    /// The file of `sqlite:<path>`.
    pub fn file_of(url: &str) -> Option<PathBuf> {
        let path = url.strip_prefix("sqlite:")?;
        Some(PathBuf::from(path.trim_start_matches("//")))
    }

    /// The same as [`Self::open`], with the tables left as they are.
    pub async fn connect(url: &str) -> Result<Self> {
        Ok(if let Some(path) = Self::file_of(url) {
            Self::open_sqlite(&path).await?
        } else {
            let mut options = ConnectOptions::new(url);
            options
                .max_connections(16)
                .acquire_timeout(Duration::from_secs(10))
                .sqlx_logging(false);
            let pool = sea_orm::Database::connect(options)
                .await
                .context("cannot connect to PostgreSQL")?;
            Self::of_pool(pool)
        })
    }

    fn of_pool(pool: DatabaseConnection) -> Self {
        Self {
            backend: pool.get_database_backend(),
            reader: Reader::of_pool(pool.clone()),
            writer: Writer::many(pool.clone()),
            acts: None,
            pool: Some(pool),
            file: None,
            _shared: None,
        }
    }

    async fn open_sqlite(path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
        }
        let shared = share(path)?;
        // The writer comes first: it creates the file and switches it to WAL.
        let line = Line::open(tuned(file(path), false).create_if_missing(true))
            .await
            .with_context(|| format!("cannot open {}", path.display()))?;
        let reader = Reader::of_file(tuned(file(path), true), READERS)
            .await
            .with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Self {
            backend: DatabaseBackend::Sqlite,
            reader,
            writer: Writer::one_at_a_time(line),
            acts: Some(ActThread::begin()?),
            pool: None,
            file: Some(path.into()),
            _shared: Some(Arc::new(shared)),
        })
    }

    /// Opens a SQLite file that nobody writes, for looking alone. Nothing appears beside it.
    pub async fn look_at(path: &Path) -> Result<Self> {
        let mut options = ConnectOptions::new(format!(
            "sqlite://{}?mode=ro&immutable=true",
            path.display()
        ));
        options.max_connections(1).sqlx_logging(false);
        let connection = sea_orm::Database::connect(options)
            .await
            .with_context(|| format!("cannot open {}", path.display()))?;
        Ok(Self::of_pool(connection))
    }

    /// Copies a SQLite database, as of one instant, into a new file; writers go on meanwhile.
    pub async fn copy_into(&self, path: &Path) -> Result<()> {
        let to = path.to_str().context("the path is not UTF-8")?;
        let Some(from) = &self.file else {
            bail!("only SQLite's file is copied")
        };
        let mut connection = tuned(file(from), false)
            .connect()
            .await
            .with_context(|| format!("cannot open {}", from.display()))?;
        sqlx::query("VACUUM INTO ?")
            .bind(to)
            .execute(&mut connection)
            .await
            .context("cannot copy the database")?;
        connection.close().await?;
        Ok(())
    }

    /// For reading.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Begins a transaction that writes, and that nobody else shares. Use cases begin a unit of work
    /// instead.
    pub async fn begin(&self) -> super::error::Result<Transaction> {
        self.begin_in(Company::Alone).await
    }

    /// Waits for the turn to write, and begins.
    pub(super) async fn begin_in(&self, company: Company) -> super::error::Result<Transaction> {
        self.writer.begin(company).await
    }

    /// Does an act of which there may be many at once: where they share one writer, in a thread of
    /// their own, so that none waits for what else its request's thread has to do while it has the
    /// turn. There it comes to its end even when nobody waits for it any longer.
    pub async fn act<T: Send + 'static>(&self, act: Act<T>) -> super::error::Result<T> {
        match &self.acts {
            Some(thread) => thread.run(act).await,
            None => act.await,
        }
    }

    /// Which of the two.
    pub fn backend(&self) -> DatabaseBackend {
        self.backend
    }

    /// Which of the two, as people call it.
    pub fn name(&self) -> &'static str {
        match self.backend {
            DatabaseBackend::Postgres => "PostgreSQL",
            _ => "SQLite",
        }
    }

    /// Commits since the start that saved more than one unit of work; nothing where the database
    /// sees to that itself.
    pub fn shared_commits(&self) -> Option<u64> {
        self.writer.shared()
    }

    /// The connections.
    pub fn pools(&self) -> Vec<Pool> {
        if let (DatabaseBackend::Postgres, Some(pool)) = (self.backend, &self.pool) {
            let pool = pool.get_postgres_connection_pool();
            return vec![Pool {
                name: "all",
                open: pool.size() as usize,
                idle: pool.num_idle(),
            }];
        }
        let writer = self.writer.is_busy().map(|busy| Pool {
            name: "writer",
            open: 1,
            idle: usize::from(!busy),
        });
        let readers = self.reader.count().map(|(open, idle)| Pool {
            name: "readers",
            open,
            idle,
        });
        readers.into_iter().chain(writer).collect()
    }

    /// Steps of the tables' shape that this program knows and the database does not have.
    pub async fn missing_migrations(&self) -> Result<Vec<String>, sea_orm::DbErr> {
        let made = self.migrations().await?;
        let known = migrations::names().into_iter();
        Ok(known.filter(|name| !made.contains(name)).collect())
    }

    /// Steps that the database has and this program does not know.
    pub async fn unknown_migrations(&self) -> Result<Vec<String>, sea_orm::DbErr> {
        let known = migrations::names();
        let made = self.migrations().await?.into_iter();
        Ok(made.filter(|name| !known.contains(name)).collect())
    }

    /// Steps that were made.
    pub async fn migrations(&self) -> Result<Vec<String>, sea_orm::DbErr> {
        let statement = Query::select()
            .column(Alias::new("version"))
            .from(Alias::new("seaql_migrations"))
            .to_owned();
        let rows = self.reader.query_all(&statement).await?;
        rows.iter().map(|row| row.try_get_by_index(0)).collect()
    }

    /// Closes all connections; every copy of this is of no use afterwards.
    pub async fn close(self) -> super::error::Result<()> {
        let Self {
            reader,
            writer,
            _shared: shared,
            ..
        } = self;
        writer.close().await?;
        reader.close().await?;
        drop(shared);
        Ok(())
    }

    /// Moves SQLite's write-ahead log into the file; nothing on PostgreSQL.
    pub async fn checkpoint(&self) -> super::error::Result<()> {
        self.writer.alone("PRAGMA wal_checkpoint(TRUNCATE)").await
    }
}

async fn migrate(pool: &DatabaseConnection) -> Result<()> {
    let made = Migrator::get_applied_migrations(pool).await;
    let pending = Migrator::get_pending_migrations(pool).await;
    let failed = "cannot migrate the database";
    let (made, pending) = (made.context(failed)?.len(), pending.context(failed)?.len());
    // Of a new database there is nothing to tell.
    let upgrade = made > 0 && pending > 0;
    if upgrade {
        tracing::info!(
            steps = pending,
            "upgrading the database; with many tickets it takes minutes, and what is stopped meanwhile begins anew"
        );
    }
    Migrator::up(pool, None).await.context(failed)?;
    if upgrade {
        tracing::info!("the database is upgraded");
    }
    Ok(())
}

/// Servers that start on PostgreSQL together migrate one after the other: a transaction that has the
/// turn until it ends. SQLite's file belongs to one server.
async fn turn_to_migrate(pool: &DatabaseConnection) -> Result<DatabaseTransaction> {
    let turn = pool.begin().await?;
    turn.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_TURN})"))
        .await?;
    Ok(turn)
}

/// A file as the library opens it.
async fn connect_sqlite(path: &Path) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new("sqlite://file?mode=rw");
    options
        .max_connections(1)
        .min_connections(1)
        .acquire_timeout(PATIENCE)
        .sqlx_logging(false)
        // The path as it is, whatever an address would make of it.
        .map_sqlx_sqlite_opts({
            let path = path.to_owned();
            move |options| tuned(options.filename(&path), false)
        });
    sea_orm::Database::connect(options)
        .await
        .with_context(|| format!("cannot open {}", path.display()))
}

/// The path as it is, whatever an address would make of it.
fn file(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path)
}

fn tuned(options: SqliteConnectOptions, read_only: bool) -> SqliteConnectOptions {
    options
        .pragma("journal_mode", "WAL")
        .pragma("synchronous", "FULL")
        .pragma("foreign_keys", "ON")
        .pragma("cache_size", "-65536")
        .pragma("mmap_size", MAPPED_BYTES)
        .pragma("temp_store", "MEMORY")
        .pragma("query_only", if read_only { "ON" } else { "OFF" })
        .busy_timeout(Duration::from_secs(5))
        // A page of a list waits for nobody to take its first rows.
        .row_buffer_size(ROWS_AHEAD)
        .disable_statement_logging()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The library allows as much as is asked of it: the flags it is built with are in another file.
    #[tokio::test]
    async fn a_file_is_mapped_as_a_whole() {
        let folder = std::env::temp_dir().join(format!("bellhop-mapped-{}", std::process::id()));
        let path = folder.join("mapped.sqlite3");
        let db = Database::connect(&format!("sqlite:{}", path.display())).await;
        let db = db.expect("a database");
        let question = sea_orm::Statement::from_string(db.backend(), "PRAGMA mmap_size");
        let answer = db
            .reader()
            .query_one_raw(question)
            .await
            .expect("an answer");
        let mapped: i64 = answer
            .expect("a row")
            .try_get_by_index(0)
            .expect("a number");
        assert_eq!(mapped.to_string(), MAPPED_BYTES);
        db.close().await.expect("closed");
        std::fs::remove_dir_all(folder).expect("removed");
    }
}
