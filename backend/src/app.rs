//! The parts of a running server.

use crate::channel::mail::Mail;
use crate::channel::mail::password::Forgotten;
use crate::desk::Desk;
use crate::desk::live::TicketFeed;
use crate::desk::search::store::Tickets;
use crate::first_hour::FirstHour;
use crate::platform::background::Running;
use crate::platform::job::runner::Runner;
use crate::platform::search::indexer::Indexer;
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
    /// Outgoing mail.
    pub mail: Mail,
    /// Whether this server waits for its first administrator.
    pub first_hour: FirstHour,
}

impl App {
    /// Puts the parts together; nothing runs yet, and mail is off.
    pub fn new(platform: Platform) -> Self {
        let mail = Mail::default();
        let platform = platform.with(Arc::new(mail.clone()));
        Self {
            desk: Desk::new(platform.clone()),
            platform,
            tickets: TicketFeed::default(),
            mail,
            first_hour: FirstHour::default(),
        }
    }

    /// Starts what runs beside requests: the live feed, and the timers unless they are fired by
    /// hand; those are to be stopped before the server ends.
    pub fn start(&self, timers: bool) -> Option<Running> {
        tokio::spawn(self.tickets.clone().run(self.platform.clone()));
        tokio::spawn(self.platform.feed.clone().run(self.platform.db.clone()));
        timers.then(|| timer::start(self.platform.clone(), Arc::new(self.desk.clone())))
    }

    /// Does jobs; not running yet.
    pub fn runner(&self) -> Runner {
        let mail = self.mail.clone();
        Runner::new(
            self.platform.clone(),
            vec![Arc::new(Forgotten(mail.clone())), Arc::new(mail)],
        )
    }

    /// Keeps the search index up to date; not running yet.
    pub fn indexer(&self) -> Indexer {
        Indexer::new(self.platform.clone(), Arc::new(Tickets))
    }

    /// Starts to keep the search index up to date, to be stopped before the server ends.
    pub fn start_indexer(&self) -> Running {
        self.indexer().start()
    }

    /// Starts to do jobs, to be stopped before the server ends.
    pub fn start_jobs(&self) -> Running {
        self.runner().start()
    }
}
