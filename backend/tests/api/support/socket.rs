//! A browser's websocket, speaking `graphql-transport-ws` or anything else.

use super::http::Client;
use actix_codec::Framed;
use awc::BoxedSocket;
use awc::error::WsClientError;
use awc::ws::{Codec, Frame, Message};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::time::Duration;

/// Nothing that is expected takes longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// An open socket.
pub struct Socket(Framed<BoxedSocket, Codec>);

/// What came.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// A message.
    Message(Value),
    /// The end, with its code (1006 when none was given).
    Closed(u16),
}

impl Socket {
    /// Opens one as our own pages do.
    pub async fn open(client: &Client) -> Self {
        Self::open_with(client, &[], "graphql-transport-ws")
            .await
            .expect("a socket")
    }

    /// Opens one with more headers and another protocol; an error when the server does not want it.
    pub async fn open_with(
        client: &Client,
        headers: &[(&str, &str)],
        protocol: &str,
    ) -> Result<Self, WsClientError> {
        let mut request = awc::Client::builder()
            .disable_timeout()
            .finish()
            .ws(format!("http://{}/graphql/ws", client.server()))
            .protocols([protocol]);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (_, framed) = request.connect().await?;
        Ok(Self(framed))
    }

    /// Sends anything.
    pub async fn send(&mut self, message: Message) {
        self.0.send(message).await.expect("sent");
    }

    /// Sends JSON.
    pub async fn say(&mut self, message: &Value) {
        self.send(Message::Text(message.to_string().into())).await;
    }

    /// Says who it is and waits for the answer.
    pub async fn init(&mut self, token: &str) {
        self.say_init(token).await;
        assert_eq!(
            self.hear().await,
            Heard::Message(json!({ "type": "connection_ack" }))
        );
    }

    /// Says who it is.
    pub async fn say_init(&mut self, token: &str) {
        let payload = json!({ "authorization": format!("Bearer {token}") });
        self.say(&json!({ "type": "connection_init", "payload": payload }))
            .await;
    }

    /// Asks for a subscription.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.say(&json!({ "type": "subscribe", "id": id, "payload": payload }))
            .await;
    }

    /// The next message or the end; pings are answered and passed over.
    pub async fn hear(&mut self) -> Heard {
        loop {
            match self.hear_all().await {
                Heard::Message(message) if message["type"] == "ping" => {
                    self.say(&json!({ "type": "pong" })).await;
                }
                heard => return heard,
            }
        }
    }

    /// The next message, pings among them, or the end.
    pub async fn hear_all(&mut self) -> Heard {
        loop {
            let frame = tokio::time::timeout(PATIENCE, self.0.next())
                .await
                .expect("something to hear");
            match frame {
                Some(Ok(Frame::Text(bytes))) => {
                    return Heard::Message(serde_json::from_slice(&bytes).expect("JSON"));
                }
                Some(Ok(Frame::Close(reason))) => {
                    return Heard::Closed(reason.map_or(1006, |reason| reason.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Heard::Closed(1006),
            }
        }
    }

    /// The code with which the server closes, whatever it says before.
    pub async fn closed(&mut self) -> u16 {
        loop {
            if let Heard::Closed(code) = self.hear_all().await {
                return code;
            }
        }
    }

    /// Uses the socket for one subscription.
    pub async fn into_subscription(mut self, query: &str, variables: Value) -> Subscription {
        self.subscribe("1", query, variables).await;
        Subscription(self)
    }
}

/// A subscription on a socket of its own.
pub struct Subscription(pub Socket);

impl Subscription {
    /// The next event's `data`; panics on an error, the end, or nothing within ten seconds.
    pub async fn next(&mut self) -> Value {
        match self.0.hear().await {
            Heard::Message(mut message) if message["type"] == "next" => {
                let errors = message["payload"].get("errors");
                assert!(
                    errors.is_none_or(|e| e.as_array().is_some_and(Vec::is_empty)),
                    "{message}"
                );
                message["payload"]["data"].take()
            }
            other => panic!("no event: {other:?}"),
        }
    }

    /// The code with which the subscription is refused.
    pub async fn refused(&mut self) -> String {
        match self.0.hear().await {
            Heard::Message(message) => {
                let code = message
                    .pointer("/payload/0/extensions/code")
                    .or_else(|| message.pointer("/payload/errors/0/extensions/code"));
                code.and_then(Value::as_str)
                    .unwrap_or_else(|| panic!("not refused: {message}"))
                    .to_owned()
            }
            Heard::Closed(code) => panic!("closed with {code}"),
        }
    }
}
