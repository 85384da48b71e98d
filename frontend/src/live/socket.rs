//! A socket that notes when it last heard anything, so that a line which died without a word is noticed.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use graphql_ws_client::{Connection, Error, Message, ws_stream_wasm};

use crate::api;

/// The library's socket with an ear.
pub(super) struct Listening {
    inner: ws_stream_wasm::Connection,
    last_heard: Arc<AtomicI64>,
}

impl Listening {
    pub(super) fn new(inner: ws_stream_wasm::Connection, last_heard: Arc<AtomicI64>) -> Self {
        last_heard.store(api::browser_now(), Ordering::Relaxed);
        Self { inner, last_heard }
    }
}

impl Connection for Listening {
    async fn receive(&mut self) -> Option<Message> {
        let message = self.inner.receive().await;
        self.last_heard.store(api::browser_now(), Ordering::Relaxed);
        message
    }

    async fn send(&mut self, message: Message) -> Result<(), Error> {
        self.inner.send(message).await
    }
}
