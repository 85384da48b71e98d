//! One socket from its opening to its close. It waits most of the time: what it does is boxed, so that
//! a waiting socket keeps no room for it.

use super::Close;
use super::at_work::AtWork;
use super::protocol::{FromClient, FromServer, ID_BYTES};
use super::registry::Place;
use crate::graphql::schema::prepare_live;
use crate::http::asked::Asked;
use crate::http::graphql::{admit, finish, is_request_error, strip_bearer};
use crate::http::media::error_code as error_code_of;
use crate::http::server::{Actor, Server};
use crate::platform::error::code as error_code;
use crate::session::Caller;
use actix_web::web;
use actix_ws::{AggregatedMessage, AggregatedMessageStream, ProtocolError, Session};
use async_graphql::parser::types::OperationType;
use async_graphql::{ErrorExtensionValues, Response, ServerError};
use futures_util::future::OptionFuture;
use futures_util::{StreamExt, stream};
use serde_json::Value;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_stream::StreamMap;

/// How long a closing word may take; then the line is dropped.
const LAST_WORD: Duration = Duration::from_millis(250);
/// Pings that may stay unanswered.
const UNANSWERED: u32 = 2;

/// Why the loop ends: a close of ours, or the line is gone.
enum Ended {
    Close(Close),
    Gone,
}

impl From<Close> for Ended {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

struct Connection {
    server: web::Data<Server>,
    session: Session,
    request_id: Arc<str>,
    /// Who it is, once known.
    caller: Option<Caller>,
    place: Option<Place>,
    subscriptions: StreamMap<String, AtWork>,
    /// The number of subscriptions so far, which makes request ids.
    asked: u64,
}

/// Serves one socket to its end.
pub async fn serve(
    server: web::Data<Server>,
    session: Session,
    messages: actix_ws::MessageStream,
    request_id: Arc<str>,
) {
    let limit = server.settings.socket.message_bytes;
    let messages = messages
        .max_frame_size(limit)
        .aggregate_continuations()
        .max_continuation_size(limit);
    let mut connection = Connection {
        server,
        session,
        request_id,
        caller: None,
        place: None,
        subscriptions: StreamMap::new(),
        asked: 0,
    };
    let ended = connection.talk(messages).await;
    connection.subscriptions.clear();
    drop(connection.place.take());
    if let Err(Ended::Close(close)) = ended {
        // A reader who is stuck does not get it; the line is dropped all the same.
        let _ = tokio::time::timeout(LAST_WORD, connection.session.close(Some(close.into()))).await;
    }
}

impl Connection {
    async fn talk(&mut self, mut messages: AggregatedMessageStream) -> Result<(), Ended> {
        let settings = self.server.settings.socket.clone();
        let sockets = self.server.sockets.clone();
        let stopped = sockets.stopped();
        tokio::pin!(stopped);
        let init = tokio::time::sleep(settings.init);
        tokio::pin!(init);
        let mut pings = tokio::time::interval_at(Instant::now() + settings.ping, settings.ping);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut unanswered = 0;
        loop {
            let place = self.place.as_mut();
            let ended = OptionFuture::from(place.map(|place| &mut place.ended));
            tokio::select! {
                biased;
                Some(close) = ended => {
                    return Err(close.unwrap_or(Close::ACCESS_CHANGED).into());
                }
                () = &mut stopped => return Err(Close::GOING_AWAY.into()),
                () = &mut init, if self.caller.is_none() => return Err(Close::NO_INIT.into()),
                _ = pings.tick() => {
                    if unanswered >= UNANSWERED {
                        return Err(Close::SILENT.into());
                    }
                    unanswered += 1;
                    Box::pin(self.say(&FromServer::Ping {})).await?;
                }
                message = messages.recv() => {
                    unanswered = 0;
                    Box::pin(self.hear(message)).await?;
                }
                Some((id, event)) = self.subscriptions.next(), if !self.subscriptions.is_empty() => {
                    Box::pin(self.pass_on(&id, event)).await?;
                }
            }
        }
    }

    async fn hear(
        &mut self,
        message: Option<Result<AggregatedMessage, ProtocolError>>,
    ) -> Result<(), Ended> {
        let text = match message {
            None | Some(Ok(AggregatedMessage::Close(_))) => return Err(Ended::Gone),
            Some(Err(ProtocolError::Overflow)) => return Err(Close::TOO_LARGE.into()),
            // The library reports too many continuations as a fault of reading.
            Some(Err(ProtocolError::Io(error))) if error.to_string().contains("continuation") => {
                return Err(Close::TOO_LARGE.into());
            }
            Some(Err(_) | Ok(AggregatedMessage::Binary(_))) => {
                return Err(Close::BAD_MESSAGE.into());
            }
            Some(Ok(AggregatedMessage::Ping(bytes))) => {
                return self.session.pong(&bytes).await.map_err(|_| Ended::Gone);
            }
            Some(Ok(AggregatedMessage::Pong(_))) => return Ok(()),
            Some(Ok(AggregatedMessage::Text(text))) => text,
        };
        let message = serde_json::from_str(&text).map_err(|_| Close::BAD_MESSAGE)?;
        match message {
            FromClient::ConnectionInit { payload } => self.init(payload.as_ref()).await,
            FromClient::Ping {} => self.say(&FromServer::Pong {}).await,
            FromClient::Pong {} => Ok(()),
            FromClient::Subscribe { id, payload } => self.subscribe(id, payload).await,
            FromClient::Complete { id } => {
                self.subscriptions.remove(&id);
                Ok(())
            }
        }
    }

    async fn init(&mut self, payload: Option<&Value>) -> Result<(), Ended> {
        if self.caller.is_some() {
            return Err(Close::SECOND_INIT.into());
        }
        let token = payload
            .and_then(|payload| payload.get("authorization"))
            .and_then(Value::as_str)
            .and_then(strip_bearer)
            .ok_or(Close::UNAUTHORIZED)?;
        let caller = self.known(token).await?.ok_or(Close::BAD_TOKEN)?;
        let most = self.server.settings.socket.per_person;
        self.place = Some(
            self.server
                .sockets
                .enter(caller.person(), caller.id(), most)?,
        );
        // Looked at again from the place: an end that came in between would have been missed.
        self.known(token).await?.ok_or(Close::BAD_TOKEN)?;
        self.caller = Some(caller);
        self.say(&FromServer::ConnectionAck {}).await
    }

    async fn known(&self, token: &str) -> Result<Option<Caller>, Ended> {
        match self.server.caller(token, &self.request_id).await {
            Ok(found) => Ok(found.map(|(caller, _)| caller)),
            Err(error) => {
                tracing::error!(?error, request_id = %self.request_id, "a socket's token could not be checked");
                Err(Close::FAULT.into())
            }
        }
    }

    async fn subscribe(&mut self, id: String, asked: Asked) -> Result<(), Ended> {
        let caller = self.caller.clone().ok_or(Close::UNAUTHORIZED)?;
        if id.is_empty() || id.len() > ID_BYTES {
            return Err(Close::BAD_MESSAGE.into());
        }
        if self.subscriptions.contains_key(&id) {
            return Err(Close::SAME_ID.into());
        }
        self.asked += 1;
        let request_id: Arc<str> = format!("{}/{}", self.request_id, self.asked).into();
        if self.subscriptions.len() >= self.server.settings.socket.subscriptions {
            let message = "This connection has as many subscriptions as it may have.";
            return self
                .refuse(&id, error_code::LIMIT_EXCEEDED, message, &request_id)
                .await;
        }
        let admitted = match admit(&self.server, asked, Some(&caller)) {
            Ok(admitted) if admitted.operation == OperationType::Subscription => admitted,
            Ok(_) => {
                let message = "Only subscriptions are answered here; send the others by POST.";
                return self
                    .refuse(&id, error_code::BAD_QUERY, message, &request_id)
                    .await;
            }
            Err((code, message)) => return self.refuse(&id, code, &message, &request_id).await,
        };
        let worth = admitted.extra.saturating_add(1);
        if self.server.spend(Actor::from(&caller), worth).is_err() {
            let message = "Too many requests. Please wait a little.";
            return self
                .refuse(&id, error_code::LIMIT_EXCEEDED, message, &request_id)
                .await;
        }
        let context = match self.server.still(&caller, &request_id).await {
            Ok(Some(context)) => context,
            Ok(None) => return Err(Close::SESSION_ENDED.into()),
            Err(error) => {
                tracing::error!(?error, %request_id, "the grants of a subscriber could not be read");
                return Err(Close::FAULT.into());
            }
        };
        let request = prepare_live(admitted.request, context);
        let events = self.server.schema.execute_stream(request);
        let server = self.server.clone();
        let counted = server.sockets.count_subscription();
        let events = AssertUnwindSafe(events).catch_unwind().map(move |event| {
            // Counted as long as the stream lives.
            let _ = &counted;
            Some(match event {
                Ok(response) => {
                    let response = finish(response, &request_id);
                    for error in &response.errors {
                        server.counters.error(&error_code_of(error));
                    }
                    response
                }
                Err(_) => {
                    tracing::error!(%request_id, "a subscription panicked");
                    refusal(
                        error_code::INTERNAL,
                        "Something went wrong on our side.",
                        &request_id,
                    )
                }
            })
        });
        let events = events.chain(stream::once(async { None }));
        self.subscriptions.insert(id, AtWork::begin(events));
        Ok(())
    }

    /// Passes an event on. A subscription that could not begin is told so by an error.
    async fn pass_on(&mut self, id: &str, event: Option<Response>) -> Result<(), Ended> {
        let Some(response) = event else {
            self.subscriptions.remove(id);
            return self.say(&FromServer::Complete { id }).await;
        };
        if is_request_error(&response) {
            self.subscriptions.remove(id);
            let payload = &response.errors;
            return self.say(&FromServer::Error { id, payload }).await;
        }
        self.say(&FromServer::Next {
            id,
            payload: &response,
        })
        .await
    }

    async fn refuse(
        &mut self,
        id: &str,
        code: &str,
        message: &str,
        request_id: &str,
    ) -> Result<(), Ended> {
        self.server.counters.error(code);
        let payload = &refusal(code, message, request_id).errors;
        self.say(&FromServer::Error { id, payload }).await
    }

    /// Sends a message; gives up when the reader takes none, or when the session ends meanwhile.
    async fn say(&mut self, message: &FromServer<'_>) -> Result<(), Ended> {
        let text = serde_json::to_string(message).map_err(|error| {
            tracing::error!(%error, request_id = %self.request_id, "an event could not be written");
            Close::FAULT
        })?;
        let write = self.server.settings.socket.write;
        let ended = OptionFuture::from(self.place.as_mut().map(|place| &mut place.ended));
        tokio::select! {
            biased;
            Some(close) = ended => Err(close.unwrap_or(Close::ACCESS_CHANGED).into()),
            sent = tokio::time::timeout(write, self.session.text(text)) => match sent {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) | Err(_) => Err(Ended::Gone),
            }
        }
    }
}

fn refusal(code: &str, message: &str, request_id: &str) -> Response {
    let mut error = ServerError::new(message, None);
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code);
    extensions.set("requestId", request_id);
    error.extensions = Some(extensions);
    Response::from_errors(vec![error])
}
