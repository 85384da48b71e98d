//! How far the live feed has read, for whoever asks whether it keeps up.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Written by the feed, read by anybody; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Pulse(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    position: AtomicI64,
    events: AtomicU64,
    beat: Mutex<Option<Instant>>,
}

impl Pulse {
    /// A reading succeeded: the log is known up to `position`, `events` of it since the last one.
    pub(super) fn beat(&self, position: i64, events: usize) {
        self.0.position.store(position, Ordering::Relaxed);
        self.0.events.fetch_add(events as u64, Ordering::Relaxed);
        let mut beat = self.0.beat.lock().unwrap_or_else(PoisonError::into_inner);
        *beat = Some(Instant::now());
    }

    /// The last sequence that was read.
    pub fn position(&self) -> i64 {
        self.0.position.load(Ordering::Relaxed)
    }

    /// Events read since the start.
    pub fn events(&self) -> u64 {
        self.0.events.load(Ordering::Relaxed)
    }

    /// How long ago a reading succeeded; `None` before the first.
    pub fn age(&self) -> Option<Duration> {
        let beat = self.0.beat.lock().unwrap_or_else(PoisonError::into_inner);
        beat.map(|at| at.elapsed())
    }
}
