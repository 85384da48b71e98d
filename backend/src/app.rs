//! The parts of a running server.

use crate::desk::Desk;
use crate::desk::live::TicketFeed;
use crate::platform::{Platform, timer};
use std::sync::Arc;

/// Everything that a request may need; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Database, clock, ids, feed.
    pub platform: Platform,
    /// What acts on tickets need.
    pub desk: Desk,
    /// Changed tickets, as they change.
    pub tickets: TicketFeed,
}

impl App {
    /// Puts the parts together; nothing runs yet.
    pub fn new(platform: Platform) -> Self {
        Self {
            desk: Desk::new(platform.clone()),
            platform,
            tickets: TicketFeed::default(),
        }
    }

    /// Starts what runs beside requests: the live feed, and the timers unless they are fired by
    /// hand.
    pub fn start(&self, timers: bool) {
        tokio::spawn(self.tickets.clone().run(self.platform.clone()));
        tokio::spawn(self.platform.feed.clone().run(self.platform.db.clone()));
        if timers {
            tokio::spawn(timer::run(
                self.platform.clone(),
                Arc::new(self.desk.clone()),
            ));
        }
    }
}
