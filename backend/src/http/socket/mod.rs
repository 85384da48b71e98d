//! `/graphql/ws`: subscriptions over one socket a browser tab.
//!
//! The socket belongs to the session, not to the access token that opened it, and ends with it.
//! A subscription is at most two events ahead of its socket: a reader who is slow holds up its own
//! socket and nothing else.

mod at_work;
mod connection;
mod protocol;
pub mod registry;

use super::answer::{self, code};
use super::origin;
use super::server::Server;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use actix_ws::{CloseCode, CloseReason};
use tracing::Instrument as _;

/// Why a socket is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Close {
    /// Code of the protocol.
    pub code: u16,
    /// For whoever debugs a client.
    pub reason: &'static str,
}

impl Close {
    /// The server stops.
    pub const GOING_AWAY: Self = Self::of(1001, "The server stops");
    /// A message of more bytes than allowed.
    pub const TOO_LARGE: Self = Self::of(1009, "The message is too large");
    /// Not a message of the protocol.
    pub const BAD_MESSAGE: Self = Self::of(4400, "Not a message of graphql-transport-ws");
    /// Subscribed without saying who it is.
    pub const UNAUTHORIZED: Self = Self::of(4401, "Unauthorized");
    /// The access token is no good.
    pub const BAD_TOKEN: Self = Self::of(4401, "Sign in again");
    /// The session has ended.
    pub const SESSION_ENDED: Self = Self::of(4401, "The session has ended");
    /// What the person may see has changed.
    pub const ACCESS_CHANGED: Self = Self::of(4403, "Access has changed; connect again");
    /// Silent instead of saying who it is.
    pub const NO_INIT: Self = Self::of(4408, "Connection initialisation timeout");
    /// Silent for too long.
    pub const SILENT: Self = Self::of(4408, "Nothing was heard");
    /// Two subscriptions of one id.
    pub const SAME_ID: Self = Self::of(4409, "A subscription of this id exists");
    /// Said twice who it is.
    pub const SECOND_INIT: Self = Self::of(4429, "Too many initialisation requests");
    /// More sockets than one person needs.
    pub const TOO_MANY_SOCKETS: Self = Self::of(4429, "Too many connections");
    /// Our fault.
    pub const FAULT: Self = Self::of(1011, "Something went wrong");

    const fn of(code: u16, reason: &'static str) -> Self {
        Self { code, reason }
    }
}

impl From<Close> for CloseReason {
    fn from(close: Close) -> Self {
        (CloseCode::from(close.code), close.reason).into()
    }
}

/// `GET /graphql/ws`.
pub async fn open(
    server: web::Data<Server>,
    request: HttpRequest,
    body: web::Payload,
) -> HttpResponse {
    let refused =
        |status, code: &str, message: &str| answer::graphql(&request, status, code, message);
    if !origin::is_ours(&request, &server.settings) {
        return refused(
            StatusCode::FORBIDDEN,
            code::WRONG_ORIGIN,
            "This request came from another site.",
        );
    }
    let offered = request
        .headers()
        .get_all(actix_web::http::header::SEC_WEBSOCKET_PROTOCOL)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|name| name.trim() == protocol::NAME);
    if !offered {
        return refused(
            StatusCode::BAD_REQUEST,
            code::BAD_REQUEST,
            "Open a websocket with the protocol graphql-transport-ws.",
        );
    }
    match actix_ws::handle_with_protocols(&request, body, &[protocol::NAME]) {
        Ok((response, session, messages)) => {
            let id = answer::request_id(&request);
            let span = tracing::error_span!("socket", request_id = %id);
            let serving = connection::serve(server, session, messages, id);
            actix_web::rt::spawn(serving.instrument(span));
            response
        }
        Err(_) => refused(
            StatusCode::BAD_REQUEST,
            code::BAD_REQUEST,
            "Open a websocket with the protocol graphql-transport-ws.",
        ),
    }
}
