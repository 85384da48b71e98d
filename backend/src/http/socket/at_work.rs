//! A subscription at work, in a task of its own. While it reads it has a connection to the database:
//! if it went on only when its socket has time, a few sockets that wait for connections themselves,
//! or for slow readers, would keep all connections from everybody.

use async_graphql::Response;
use futures_util::{Stream, StreamExt as _};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::Instrument as _;

/// What a subscription says; nothing when it has ended.
pub type Event = Option<Response>;

/// A subscription; dropping it ends it.
pub struct AtWork {
    // Boxed, since a channel makes room for many at once.
    events: mpsc::Receiver<Box<Event>>,
    task: JoinHandle<()>,
}

impl AtWork {
    /// Begins. One event waits for the socket, and the next one for it.
    pub fn begin(events: impl Stream<Item = Event> + 'static) -> Self {
        let (sender, receiver) = mpsc::channel(1);
        let work = async move {
            let mut events = std::pin::pin!(events);
            while let Some(event) = events.next().await {
                if sender.send(Box::new(event)).await.is_err() {
                    return;
                }
            }
        };
        Self {
            events: receiver,
            task: actix_web::rt::spawn(work.in_current_span()),
        }
    }
}

impl Stream for AtWork {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<Option<Event>> {
        let event = self.events.poll_recv(ctx);
        event.map(|event| event.map(|event| *event))
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.task.abort();
    }
}
