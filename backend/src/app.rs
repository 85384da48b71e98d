//! The parts of a running server.

use crate::desk::live::TicketFeed;
use crate::desk::service_level::store::ServiceLevels;
use crate::platform::{Platform, timer};
use std::sync::Arc;

/// Everything that a request may need; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Database, clock, ids, feed.
    pub platform: Platform,
    /// Agreements and compiled calendars.
    pub service_levels: Arc<ServiceLevels>,
    /// Changed tickets, as they change.
    pub tickets: TicketFeed,
}

impl App {
    /// Puts the parts together; nothing runs yet.
    pub fn new(platform: Platform) -> Self {
        Self {
            platform,
            service_levels: Arc::default(),
            tickets: TicketFeed::default(),
        }
    }

    /// Starts what runs beside requests: the live feed, and the timers unless they are fired by
    /// hand.
    pub fn start(&self, timers: bool) {
        tokio::spawn(self.tickets.clone().run(self.platform.clone()));
        tokio::spawn(self.platform.feed.clone().run(self.platform.db.clone()));
        if timers {
            tokio::spawn(timer::run(self.platform.clone(), Arc::new(self.clone())));
        }
    }
}
