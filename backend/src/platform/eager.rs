//! Waiting for what comes in many small parts from another thread, a row at a time: going to sleep
//! and being woken costs more than each of them takes to come.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

/// How long the next part is awaited before going to sleep: about what a sleep costs.
const PATIENCE: Duration = Duration::from_micros(10);
/// How long it stays awake at a time: then others of this thread have theirs.
const AWAKE: Duration = Duration::from_micros(300);

/// A future that, once something has come, stays awake for the next part a little while.
pub(super) struct Eager<F> {
    future: Pin<Box<F>>,
    ear: Arc<Ear>,
    waker: Waker,
    begun: bool,
}

/// Hears that something has come.
#[derive(Default)]
struct Ear {
    heard: AtomicBool,
    sleeper: Mutex<Option<Waker>>,
}

impl Ear {
    fn sleeper(&self) -> std::sync::MutexGuard<'_, Option<Waker>> {
        self.sleeper.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> bool {
        self.heard.swap(false, Ordering::AcqRel)
    }
}

impl Wake for Ear {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.heard.store(true, Ordering::Release);
        let sleeper = self.sleeper().take();
        if let Some(sleeper) = sleeper {
            sleeper.wake();
        }
    }
}

impl<F: Future> Eager<F> {
    pub(super) fn new(future: F) -> Self {
        let ear = Arc::<Ear>::default();
        Self {
            future: Box::pin(future),
            waker: Waker::from(ear.clone()),
            ear,
            begun: false,
        }
    }
}

impl<F: Future> Future for Eager<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        // Nobody sleeps while this is awake.
        this.ear.sleeper().take();
        this.ear.take();
        let since = Instant::now();
        loop {
            let polled = this
                .future
                .as_mut()
                .poll(&mut Context::from_waker(&this.waker));
            if polled.is_ready() {
                return polled;
            }
            // The first part may take as long as the statement does.
            let begun = std::mem::replace(&mut this.begun, true);
            if begun && this.soon() {
                if since.elapsed() < AWAKE {
                    continue;
                }
                ctx.waker().wake_by_ref();
                return Poll::Pending;
            }
            *this.ear.sleeper() = Some(ctx.waker().clone());
            if this.ear.take() {
                // It came just before it was said who sleeps.
                ctx.waker().wake_by_ref();
            }
            return Poll::Pending;
        }
    }
}

impl<F> Eager<F> {
    /// Whether something comes within our patience.
    fn soon(&self) -> bool {
        let since = Instant::now();
        loop {
            if self.ear.take() {
                return true;
            }
            if since.elapsed() >= PATIENCE {
                return false;
            }
            for _ in 0..32 {
                std::hint::spin_loop();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::mpsc;

    /// Whatever the pace at which parts come, and wherever a sleep falls: nothing is missed.
    #[test]
    fn every_part_is_heard() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.expect("a runtime");
        for round in 0..200_u32 {
            let (sender, mut receiver) = mpsc::unbounded_channel();
            let other = std::thread::spawn(move || {
                for part in 0..50_u32 {
                    for _ in 0..(part * round) % 700 {
                        std::hint::spin_loop();
                    }
                    if part % 17 == 0 {
                        std::thread::yield_now();
                    }
                    sender.send(part).expect("somebody listens");
                }
            });
            let sum = Eager::new(async move {
                let mut sum = 0;
                while let Some(part) = receiver.recv().await {
                    sum += part;
                }
                sum
            });
            assert_eq!(runtime.block_on(sum), 49 * 50 / 2);
            other.join().expect("the other thread");
        }
    }

    /// Also when parts come faster than they are taken, and when the future has to be asked again
    /// before it goes on, as those of the runtime have from time to time.
    #[test]
    fn others_have_their_turn_meanwhile() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let (sender, mut receiver) = mpsc::unbounded_channel();
        for part in 0..10_000_u32 {
            sender.send(part).expect("somebody listens");
        }
        let parts = Eager::new(async move {
            let mut parts = 0;
            while receiver.recv().await.is_some() {
                parts += 1;
                if parts == 10_000 {
                    return parts;
                }
            }
            parts
        });
        assert_eq!(runtime.expect("a runtime").block_on(parts), 10_000);
        drop(sender);
    }

    #[test]
    fn what_is_there_is_not_awaited() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let answer = runtime
            .expect("a runtime")
            .block_on(Eager::new(async { 7 }));
        assert_eq!(answer, 7);
    }
}
