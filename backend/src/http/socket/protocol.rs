//! The words of `graphql-transport-ws`.

use crate::http::asked::Asked;
use async_graphql::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Name of the protocol.
pub const NAME: &str = "graphql-transport-ws";

/// Longest id of a subscription, in bytes.
pub const ID_BYTES: usize = 128;

/// What a client says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromClient {
    /// Who it is.
    ConnectionInit {
        /// `{"authorization": "Bearer …"}`.
        payload: Option<Value>,
    },
    /// Are you there?
    Ping {},
    /// I am here.
    Pong {},
    /// Begins a subscription.
    Subscribe {
        /// Chosen by the client.
        id: String,
        /// What is asked.
        payload: Asked,
    },
    /// Ends a subscription.
    Complete {
        /// Which.
        id: String,
    },
}

/// What the server says.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromServer<'a> {
    /// You are known.
    ConnectionAck {},
    /// Are you there?
    Ping {},
    /// I am here.
    Pong {},
    /// An event.
    Next {
        /// Of which subscription.
        id: &'a str,
        /// The event.
        payload: &'a Response,
    },
    /// A subscription that was not begun.
    Error {
        /// Which.
        id: &'a str,
        /// Why.
        payload: &'a [async_graphql::ServerError],
    },
    /// A subscription has ended.
    Complete {
        /// Which.
        id: &'a str,
    },
}
