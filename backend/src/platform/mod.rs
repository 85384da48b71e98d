//! Mechanics without a word of service management: database, unit of work, event log, live feed,
//! timers, jobs, clock, ids.

mod act_thread;
pub mod background;
pub mod batch;
pub mod budget;
pub mod bulk;
pub mod changes;
pub mod clock;
pub mod context;
mod counter;
pub mod database;
mod eager;
pub mod error;
pub mod event_log;
pub mod event_search;
pub mod feed;
pub mod files;
pub mod idempotency;
pub mod ids;
pub mod job;
mod line;
pub mod markdown;
pub mod paging;
pub mod pulse;
pub mod reader;
pub mod row;
pub mod search;
pub mod setting;
pub mod timer;
pub mod transaction;
pub mod unit_of_work;
pub mod vault;
mod writer;

use clock::Clock;
use database::Database;
use feed::Feed;
use files::Files;
use ids::Ids;
use std::sync::Arc;
use tokio::sync::Notify;
use unit_of_work::BeforeCommit;
use vault::Vault;

/// What every use case works with; cheap to clone.
#[derive(Clone)]
pub struct Platform {
    /// Connections.
    pub db: Database,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where new ids come from.
    pub ids: Arc<Ids>,
    /// What was committed, as it happens.
    pub feed: Feed,
    /// Content that lies beside the database.
    pub files: Files,
    /// Keeps secrets that must be read again.
    pub vault: Vault,
    /// Rung when a timer was set, so that an earlier one is not slept through.
    pub timers_changed: Arc<Notify>,
    /// Rung when a job was written, so that it is begun at once.
    pub jobs_changed: Arc<Notify>,
    /// What else belongs to every act.
    pub(in crate::platform) before_commit: Option<Arc<dyn BeforeCommit>>,
}

impl Platform {
    /// Puts the parts together.
    pub fn new(db: Database, clock: Arc<dyn Clock>, ids: Ids) -> Self {
        Self {
            db,
            clock,
            ids: Arc::new(ids),
            feed: Feed::new(),
            files: Files::default(),
            vault: Vault::default(),
            timers_changed: Arc::new(Notify::new()),
            jobs_changed: Arc::new(Notify::new()),
            before_commit: None,
        }
    }

    /// The same, where `before_commit` belongs to every act.
    pub fn with(self, before_commit: Arc<dyn BeforeCommit>) -> Self {
        Self {
            before_commit: Some(before_commit),
            ..self
        }
    }

    /// The same with a folder for files.
    pub fn with_files(self, files: Files) -> Self {
        Self { files, ..self }
    }

    /// The same with a key for secrets.
    pub fn with_vault(self, vault: Vault) -> Self {
        Self { vault, ..self }
    }
}
