//! Connections to SQLite or PostgreSQL.

use anyhow::{Context as _, Result};
use migrations::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use std::path::Path;
use std::time::Duration;

/// What stores run statements on: the reader, or a transaction.
pub use sea_orm::ConnectionTrait as Connection;

/// One writer and several readers on SQLite; one pool for both on PostgreSQL.
#[derive(Clone)]
pub struct Database {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
}

impl Database {
    /// Opens `sqlite:<path>` (created when missing) or `postgres://…`, and migrates.
    pub async fn open(url: &str) -> Result<Self> {
        let db = if let Some(path) = url.strip_prefix("sqlite:") {
            Self::open_sqlite(Path::new(path.trim_start_matches("//"))).await?
        } else {
            let mut options = ConnectOptions::new(url);
            options
                .max_connections(16)
                .acquire_timeout(Duration::from_secs(10))
                .sqlx_logging(false);
            let pool = sea_orm::Database::connect(options)
                .await
                .context("cannot connect to PostgreSQL")?;
            Self {
                reader: pool.clone(),
                writer: pool,
            }
        };
        Migrator::up(&db.writer, None)
            .await
            .context("cannot migrate the database")?;
        Ok(db)
    }

    async fn open_sqlite(path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
        }
        // The writer comes first: it creates the file and switches it to WAL.
        let writer = connect_sqlite(path, 1, false).await?;
        let reader = connect_sqlite(path, 4, true).await?;
        Ok(Self { reader, writer })
    }

    /// For reading.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// Begins a transaction that writes. On SQLite it takes the write lock at once: a deferred one
    /// would fail as soon as another writer is ahead.
    pub async fn begin(&self) -> Result<DatabaseTransaction, sea_orm::DbErr> {
        self.writer
            .begin_with_options(TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            })
            .await
    }

    /// Which of the two.
    pub fn backend(&self) -> DatabaseBackend {
        self.writer.get_database_backend()
    }

    /// Closes all connections; every copy of this is of no use afterwards.
    pub async fn close(self) -> Result<(), sea_orm::DbErr> {
        let Self { reader, writer } = self;
        reader.close().await?;
        writer.close().await
    }

    /// Moves SQLite's write-ahead log into the file; nothing on PostgreSQL.
    pub async fn checkpoint(&self) -> Result<(), sea_orm::DbErr> {
        if self.backend() == DatabaseBackend::Sqlite {
            self.writer
                .execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)")
                .await?;
        }
        Ok(())
    }
}

async fn connect_sqlite(
    path: &Path,
    connections: u32,
    read_only: bool,
) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display()));
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(30))
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |options| {
            options
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("foreign_keys", "ON")
                .pragma("cache_size", "-65536")
                .pragma("mmap_size", "268435456")
                .pragma("temp_store", "MEMORY")
                .pragma("query_only", if read_only { "ON" } else { "OFF" })
                .busy_timeout(Duration::from_secs(5))
        });
    sea_orm::Database::connect(options)
        .await
        .with_context(|| format!("cannot open {}", path.display()))
}
