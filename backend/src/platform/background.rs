//! A task beside requests, from the start of the server to its end.

use std::future::Future;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A task at work.
pub struct Running {
    /// What it does, for the log.
    name: &'static str,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// Begins a task, which ends soon after what it is given becomes true.
    pub(super) fn begin<F>(
        name: &'static str,
        work: impl FnOnce(watch::Receiver<bool>) -> F,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (stop, stopping) = watch::channel(false);
        Self {
            name,
            stop,
            task: tokio::spawn(work(stopping)),
        }
    }

    /// Lets what is in hand come to its end, begins nothing else, and ends.
    pub async fn stop(self) {
        // An error only says that it has ended.
        let _ = self.stop.send(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, task = self.name, "a task beside requests ended badly");
        }
    }
}
