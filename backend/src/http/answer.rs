//! What every answer has: a request id, headers that harden it, and errors with a code.

use crate::platform::error::{Error, code as error_code};
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument as _;

use super::media::Media;
use super::metrics::Kind;
use super::server::Server;

/// Header that names the request.
pub const REQUEST_ID: &str = "x-request-id";

/// Codes of errors that only HTTP knows; the others are in `platform::error::code`.
pub mod code {
    /// Not what this address expects.
    pub const BAD_REQUEST: &str = "BAD_REQUEST";
    /// More bytes than allowed.
    pub const TOO_LARGE: &str = "TOO_LARGE";
    /// The request came from a page of another site.
    pub const WRONG_ORIGIN: &str = "WRONG_ORIGIN";
    /// This address does not know the method.
    pub const METHOD_NOT_ALLOWED: &str = "METHOD_NOT_ALLOWED";
    /// Wrong sign-in name or password.
    pub const WRONG_CREDENTIALS: &str = "WRONG_CREDENTIALS";
    /// Too many failures; see `retryAfterSeconds`.
    pub const TOO_MANY_ATTEMPTS: &str = "TOO_MANY_ATTEMPTS";
    /// Nobody is signed in here, or not any more.
    pub const NO_SESSION: &str = "NO_SESSION";
    /// Too many requests; see `Retry-After`.
    pub const TOO_MANY_REQUESTS: &str = "TOO_MANY_REQUESTS";
    /// A file of a kind that is not taken, or that is not what its name says.
    pub const UNSUPPORTED_FILE: &str = "UNSUPPORTED_FILE";
    /// The disk is full.
    pub const NO_ROOM: &str = "NO_ROOM";
    /// The server has more to do than it can; try again soon.
    pub const BUSY: &str = "BUSY";
}

/// Status, code and words of a fault: a database that is away is told apart from our own faults.
pub fn of_fault(error: &Error) -> (StatusCode, &'static str, &'static str) {
    if error.is_unavailable() {
        let words = "The database is not available just now. Please try again in a moment.";
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            error_code::UNAVAILABLE,
            words,
        );
    }
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        error_code::INTERNAL,
        "Something went wrong on our side. The request id finds it in the log.",
    )
}

/// Identity of a request, known from its arrival.
#[derive(Clone)]
pub struct RequestId(pub Arc<str>);

/// The code of an error that was answered, for the figures.
struct Coded(String);

/// Longest id that a proxy may give.
const ID_MOST: usize = 64;

/// The id that the proxy gave, if it is one: letters, digits, `-`, `_` and `.`.
fn given_id(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(REQUEST_ID)?.to_str().ok()?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    ((1..=ID_MOST).contains(&text.len()) && text.chars().all(fits)).then_some(text)
}

/// The id of a request.
pub fn request_id(request: &HttpRequest) -> Arc<str> {
    request
        .extensions()
        .get::<RequestId>()
        .map_or_else(|| Arc::from("-"), |id| id.0.clone())
}

/// Middleware: names the request, counts it, and hardens the answer.
pub async fn frame(
    server: web::Data<Server>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let platform = &server.app.platform;
    // Only a proxy of ours may name requests: anybody else could give two of them one name.
    let given = given_id(request.headers()).filter(|_| server.settings.behind_proxy);
    let id: Arc<str> = match given {
        Some(id) => id.into(),
        None => platform.ids.next(platform.clock.now()).to_string().into(),
    };
    request.extensions_mut().insert(RequestId(id.clone()));
    let started = Instant::now();
    let span = tracing::error_span!("request", request_id = %id);
    let mut response = next.call(request).instrument(span).await?;
    count(&server, &response, started);
    let secure = server
        .settings
        .public_url
        .as_deref()
        .is_some_and(|url| url.starts_with("https://"));
    harden(response.headers_mut(), &id, secure);
    Ok(response)
}

fn count(server: &Server, response: &ServiceResponse<impl MessageBody>, started: Instant) {
    let request = response.request();
    let mut noted = request.extensions_mut();
    let kind = noted
        .remove::<Kind>()
        .unwrap_or_else(|| Kind::of_path(request.path()));
    let status = response.status();
    server.counters.answered(kind, status, started.elapsed());
    if let Some(Coded(code)) = noted.remove() {
        server.counters.error(&code);
    }
}

fn harden(headers: &mut HeaderMap, id: &str, secure: bool) {
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static(REQUEST_ID), value);
    }
    let defaults = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in defaults {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if secure {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
}

/// An error of an address that is not GraphQL: `{error: {code, message, requestId, …}}`.
pub fn plain(
    request: &HttpRequest,
    status: StatusCode,
    code: &str,
    message: &str,
    more: Value,
) -> HttpResponse {
    request.extensions_mut().insert(Coded(code.to_owned()));
    let mut error = json!({
        "code": code,
        "message": message,
        "requestId": &*request_id(request),
    });
    if let (Value::Object(error), Value::Object(more)) = (&mut error, more) {
        error.extend(more);
    }
    HttpResponse::build(status).json(json!({ "error": error }))
}

/// An error of GraphQL before anything was executed: `{errors: [{message, extensions}]}`.
pub fn graphql(
    request: &HttpRequest,
    status: StatusCode,
    code: &str,
    message: &str,
) -> HttpResponse {
    request.extensions_mut().insert(Coded(code.to_owned()));
    let body = json!({
        "errors": [{
            "message": message,
            "extensions": { "code": code, "requestId": &*request_id(request) },
        }]
    });
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, Media::of(request).content_type()))
        .body(body.to_string())
}
