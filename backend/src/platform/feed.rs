//! The committed log as it grows, once per node, to any number of listeners.

use super::database::Database;
use super::error::Result;
use super::event_log::{self, Event};
use super::pulse::Pulse;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, broadcast};

/// Events of one reading, in the order of the log.
pub type Batch = Arc<Vec<Event>>;

/// How often the log is read without being rung: for commits of other nodes.
const POLL: Duration = Duration::from_millis(250);
/// Most events of one reading.
const BATCH: u64 = 1_000;
/// Batches that a slow listener may lag behind before it has to start over.
const BUFFER: usize = 1_024;

/// The live feed.
#[derive(Clone)]
pub struct Feed {
    bell: Arc<Notify>,
    sender: broadcast::Sender<Batch>,
    pulse: Pulse,
}

impl Default for Feed {
    fn default() -> Self {
        Self::new()
    }
}

impl Feed {
    /// Without listeners.
    pub fn new() -> Self {
        Self {
            bell: Arc::new(Notify::new()),
            sender: broadcast::channel(BUFFER).0,
            pulse: Pulse::default(),
        }
    }

    /// Something was committed here.
    pub fn ring(&self) {
        self.bell.notify_one();
    }

    /// Listens from now on.
    pub fn listen(&self) -> broadcast::Receiver<Batch> {
        self.sender.subscribe()
    }

    /// How far the log was read.
    pub fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    /// Reads the log for ever, from its present end. A reading that fails is logged and repeated.
    pub async fn run(self, db: Database) {
        let mut last = loop {
            match event_log::last_sequence(db.reader()).await {
                Ok(last) => break last,
                Err(error) => self.pause(&error).await,
            }
        };
        loop {
            match self.read(&db, &mut last).await {
                Ok(true) => {}
                Ok(false) => {
                    let _ = tokio::time::timeout(POLL, self.bell.notified()).await;
                }
                Err(error) => self.pause(&error).await,
            }
        }
    }

    /// Whether there was anything.
    async fn read(&self, db: &Database, last: &mut i64) -> Result<bool> {
        let events = event_log::after(db.reader(), *last, BATCH).await?;
        let Some(newest) = events.last() else {
            self.pulse.beat(*last, 0);
            return Ok(false);
        };
        *last = newest.sequence;
        self.pulse.beat(*last, events.len());
        // An error only says that nobody listens.
        let _ = self.sender.send(Arc::new(events));
        Ok(true)
    }

    async fn pause(&self, error: &super::error::Error) {
        tracing::error!(%error, "the event log cannot be read; trying again");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
