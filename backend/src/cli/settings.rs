//! Settings that several commands share, and the log.

use crate::app::App;
use crate::platform::Platform;
use crate::platform::clock::SystemClock;
use crate::platform::database::Database;
use crate::platform::files::Files;
use crate::platform::ids::Ids;
use crate::platform::vault::Vault;
use anyhow::{Context as _, Result};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use tracing_subscriber::EnvFilter;

/// Where the data is.
#[derive(Args, Clone, Debug)]
pub struct Storage {
    /// Folder of the SQLite database and of files.
    #[arg(long, env = "BELLHOP_DATA", default_value = "./data")]
    pub data: PathBuf,
    /// Database, `postgres://…` or `sqlite:<path>`; by default `bellhop.sqlite3` in the data folder.
    #[arg(long, env = "BELLHOP_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Folder of attached files; by default `files` in the data folder. Several servers on one database share it.
    #[arg(long, env = "BELLHOP_FILES")]
    pub files: Option<PathBuf>,
    /// File of the key by which passwords for other servers are kept; by default `secret.key` in the data folder,
    /// made on first use. Several servers on one database have the same key.
    #[arg(long, env = "BELLHOP_SECRET_KEY_FILE")]
    pub secret_key_file: Option<PathBuf>,
    /// The key itself, 32 bytes as base64; for the environment alone, since a command line can be read by everybody on
    /// the machine.
    #[arg(
        long,
        env = "BELLHOP_SECRET_KEY",
        hide = true,
        hide_env_values = true,
        conflicts_with = "secret_key_file"
    )]
    pub secret_key: Option<String>,
}

impl Storage {
    /// The database's address.
    pub fn url(&self) -> String {
        self.database_url
            .clone()
            .unwrap_or_else(|| format!("sqlite:{}", self.data.join("bellhop.sqlite3").display()))
    }

    /// The folder of files.
    pub fn files(&self) -> PathBuf {
        self.files
            .clone()
            .unwrap_or_else(|| self.data.join("files"))
    }

    /// What keeps passwords for other servers.
    pub fn vault(&self) -> Result<Vault> {
        match (&self.secret_key, &self.secret_key_file) {
            (Some(key), _) => Vault::given(key).context("BELLHOP_SECRET_KEY"),
            (None, Some(file)) => Ok(Vault::at(file)),
            (None, None) => Ok(Vault::at(&self.data.join("secret.key"))),
        }
    }

    /// Opens the database, migrated.
    pub async fn open(&self) -> Result<Platform> {
        let vault = self.vault()?;
        let db = Database::open(&self.url()).await?;
        let files = Files::at(&self.files());
        let platform = Platform::new(db, Arc::new(SystemClock), Ids::random());
        Ok(platform.with_files(files).with_vault(vault))
    }

    /// Opens the database and puts the server's parts together.
    pub async fn app(&self) -> Result<App> {
        Ok(App::new(self.open().await?))
    }
}

/// Writes the log to standard error: words for people on a terminal, JSON elsewhere. `BELLHOP_LOG`
/// chooses what, such as `debug` or `backend::http=debug,warn`.
pub fn start_log() {
    use std::io::IsTerminal as _;
    let filter = EnvFilter::try_from_env("BELLHOP_LOG").unwrap_or_else(|_| {
        EnvFilter::new("info,actix_server=warn,sqlx=warn,sea_orm_migration=warn")
    });
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second start in one process, as tests do, keeps the first.
    let _ = if std::io::stderr().is_terminal() {
        log.with_target(false).compact().try_init()
    } else {
        // Flat, and with the request that a line belongs to, so that one search finds all of it.
        log.json()
            .flatten_event(true)
            .with_span_list(false)
            .try_init()
    };
}
