//! Mechanics without a word of service management: database, unit of work, event log, live feed,
//! timers, clock, ids.

pub mod changes;
pub mod clock;
pub mod context;
pub mod database;
pub mod error;
pub mod event_log;
pub mod feed;
pub mod idempotency;
pub mod ids;
pub mod markdown;
pub mod paging;
pub mod row;
pub mod setting;
pub mod timer;
pub mod unit_of_work;

use clock::Clock;
use database::Database;
use feed::Feed;
use ids::Ids;
use std::sync::Arc;
use tokio::sync::Notify;

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
    /// Rung when a timer was set, so that an earlier one is not slept through.
    pub timers_changed: Arc<Notify>,
}

impl Platform {
    /// Puts the parts together.
    pub fn new(db: Database, clock: Arc<dyn Clock>, ids: Ids) -> Self {
        Self {
            db,
            clock,
            ids: Arc::new(ids),
            feed: Feed::new(),
            timers_changed: Arc::new(Notify::new()),
        }
    }
}
