//! A thread for acts that hold the one writer. In a request's own thread, whoever has the turn goes on
//! only when that thread has done what else is ready there, and all who want to write wait meanwhile;
//! here nothing else is ready.

use super::error::Result;
use anyhow::Context as _;
use std::future::Future;
use std::sync::Arc;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tracing::Instrument as _;

/// The thread; it ends with the last copy of this.
#[derive(Clone)]
pub(super) struct ActThread(Arc<Inner>);

struct Inner {
    runtime: Handle,
    /// Dropped to end the thread.
    _end: oneshot::Sender<()>,
}

impl ActThread {
    /// Begins.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(super) fn begin() -> anyhow::Result<Self> {
        let runtime = Builder::new_current_thread().enable_time().build();
        let runtime = runtime.context("no runtime for acts")?;
        let handle = runtime.handle().clone();
        let (end, ended) = oneshot::channel();
        std::thread::Builder::new()
            .name("acts".to_owned())
            .spawn(move || {
                // Never sent, but dropped.
                let _ = runtime.block_on(ended);
            })
            .context("no thread for acts")?;
        Ok(Self(Arc::new(Inner {
            runtime: handle,
            _end: end,
        })))
    }

    /// Does something there. It comes to its end even when nobody waits for it any longer.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        act: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let done = self.0.runtime.spawn(act.in_current_span()).await;
        done.map_err(anyhow::Error::from)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_done_there_comes_to_its_end_without_anybody_waiting() {
        let thread = ActThread::begin().expect("a thread");
        let (begun, beginning) = oneshot::channel();
        let (go, going) = oneshot::channel::<()>();
        let (done, ending) = oneshot::channel();
        let act = {
            let thread = thread.clone();
            tokio::spawn(async move {
                let act = async move {
                    let _ = begun.send(std::thread::current().name().map(str::to_owned));
                    let _ = going.await;
                    let _ = done.send(());
                    Ok(())
                };
                thread.run(act).await
            })
        };
        assert_eq!(beginning.await.expect("begun").as_deref(), Some("acts"));
        act.abort();
        assert!(act.await.is_err(), "given up");
        go.send(()).expect("somebody is there");
        ending.await.expect("done all the same");
    }
}
