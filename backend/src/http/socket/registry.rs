//! Which sockets are open, and what ends them: the log says when a session ends or a role changes.

use super::Close;
use crate::platform::event_log::Event;
use crate::platform::feed::Batch;
use shared::event::EventKind;
use shared::id::PersonId;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{broadcast, oneshot, watch};
use uuid::Uuid;

struct Open {
    person: PersonId,
    /// The session or the token.
    caller: Uuid,
    end: oneshot::Sender<Close>,
}

#[derive(Default)]
struct Table {
    next: u64,
    open: HashMap<u64, Open>,
}

/// The open sockets of this node; cheap to clone.
#[derive(Clone, Default)]
pub struct Sockets {
    table: Arc<Mutex<Table>>,
    /// The server stops: for those who have not said yet who they are, too.
    stopping: Arc<watch::Sender<bool>>,
    subscriptions: Arc<AtomicUsize>,
}

/// A subscription that is counted as long as this lives.
pub struct Counted(Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A place among the open sockets; given up when dropped.
pub struct Place {
    number: u64,
    sockets: Sockets,
    /// Says when and why to close.
    pub ended: oneshot::Receiver<Close>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.sockets.table(|table| table.open.remove(&self.number));
    }
}

impl Sockets {
    /// Takes a place. To be called before the session is looked at: what ends it afterwards is
    /// then never missed. Refused when the person has `most` already.
    pub fn enter(&self, person: PersonId, caller: Uuid, most: usize) -> Result<Place, Close> {
        let (end, ended) = oneshot::channel();
        let number = self.table(|table| {
            if table.open.values().filter(|o| o.person == person).count() >= most {
                return Err(Close::TOO_MANY_SOCKETS);
            }
            table.next += 1;
            table.open.insert(
                table.next,
                Open {
                    person,
                    caller,
                    end,
                },
            );
            Ok(table.next)
        })?;
        Ok(Place {
            number,
            sockets: self.clone(),
            ended,
        })
    }

    /// How many said who they are.
    pub fn open(&self) -> usize {
        self.table(|table| table.open.len())
    }

    /// How many subscriptions run.
    pub fn subscriptions(&self) -> usize {
        self.subscriptions.load(Ordering::Relaxed)
    }

    /// Counts a subscription until what this gives is dropped.
    pub fn count_subscription(&self) -> Counted {
        self.subscriptions.fetch_add(1, Ordering::Relaxed);
        Counted(self.subscriptions.clone())
    }

    /// Tells all sockets that the server stops, those to come as well.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Waits until the server stops.
    pub async fn stopped(&self) {
        let mut stopping = self.stopping.subscribe();
        // The sender lives as long as this does.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    }

    /// Listens to the log for ever.
    pub async fn watch(self, mut feed: broadcast::Receiver<Batch>) {
        loop {
            match feed.recv().await {
                Ok(batch) => batch.iter().for_each(|event| self.hear(event)),
                // What was missed may have ended any of them: all come back and are looked at anew.
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    self.close(|_| true, Close::ACCESS_CHANGED);
                }
                Err(broadcast::error::RecvError::Closed) => return,
            }
        }
    }

    fn hear(&self, event: &Event) {
        let subject = event.subject_id;
        match event.kind {
            EventKind::SessionEnded | EventKind::ApiTokenEnded => {
                self.close(|open| open.caller == subject, Close::SESSION_ENDED);
            }
            EventKind::RoleGranted | EventKind::RoleRevoked => {
                self.close_person(subject, Close::ACCESS_CHANGED);
            }
            EventKind::PersonEdited if changes(event, "active") => {
                self.close_person(subject, Close::SESSION_ENDED);
            }
            EventKind::DemoRemoved => self.close(|_| true, Close::SESSION_ENDED),
            // Which departments there are, and which are confidential, decides what all may see.
            EventKind::DepartmentCreated => self.close(|_| true, Close::ACCESS_CHANGED),
            EventKind::DepartmentEdited if changes(event, "confidential") => {
                self.close(|_| true, Close::ACCESS_CHANGED);
            }
            _ => {}
        }
    }

    fn close_person(&self, person: Uuid, close: Close) {
        self.close(|open| open.person.0 == person, close);
    }

    fn close(&self, which: impl Fn(&Open) -> bool, close: Close) {
        let ended: Vec<Open> = self.table(|table| {
            let numbers: Vec<u64> = table
                .open
                .iter()
                .filter(|(_, open)| which(open))
                .map(|(number, _)| *number)
                .collect();
            numbers
                .iter()
                .filter_map(|number| table.open.remove(number))
                .collect()
        });
        for open in ended {
            // A socket that is gone already needs no word.
            let _ = open.end.send(close);
        }
    }

    fn table<T>(&self, work: impl FnOnce(&mut Table) -> T) -> T {
        work(&mut self.table.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whether the event changed this field; an event whose changes cannot be read may have.
fn changes(event: &Event, field: &str) -> bool {
    event
        .changes()
        .map_or(true, |changes| changes.contains_key(field))
}
