//! The parts of a running server.

use crate::platform::Platform;

/// Everything that a request may need; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Database, clock, ids, feed.
    pub platform: Platform,
}
