//! A subscription at work, in a task of its own. While it reads it has a connection to the database:
//! if it went on only when its socket has time, a few sockets that wait for connections themselves,
//! or for slow readers, would keep all connections from everybody.

use async_graphql::Response;
use futures_util::{FutureExt as _, Stream, StreamExt as _};
use std::panic::AssertUnwindSafe;
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
            let told = AssertUnwindSafe(tell(events, &sender)).catch_unwind().await;
            if told.is_err() {
                tracing::error!("a subscription panicked");
                // Nobody who listens is left to wonder.
                let _ = sender.send(Box::new(None)).await;
            }
        };
        Self {
            events: receiver,
            task: actix_web::rt::spawn(work.in_current_span()),
        }
    }
}

/// Tells all events; ends early when nobody listens any longer.
async fn tell(events: impl Stream<Item = Event>, listener: &mpsc::Sender<Box<Event>>) {
    let mut events = std::pin::pin!(events);
    while let Some(event) = events.next().await {
        if listener.send(Box::new(event)).await.is_err() {
            return;
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
