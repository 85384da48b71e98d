//! `POST /graphql`, and `GET /graphql?query=…` for queries.

use super::answer::{self, code, request_id};
use super::asked::Asked;
use super::limits::{self, Refusal};
use super::media::{self, Media};
use super::metrics::Kind;
use super::origin;
use super::server::{Actor, Server};
use super::tool_scope;
use crate::graphql::schema::{self, prepare};
use crate::platform::context::Context;
use crate::platform::error::code as error_code;
use crate::session::Caller;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection};
use async_graphql::{ErrorExtensionValues, Name, Request, Response, ServerError, Variables};
use futures_util::{FutureExt, StreamExt};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Why a body is not read.
pub struct BodyRefusal {
    /// HTTP status.
    pub status: StatusCode,
    /// Code.
    pub code: &'static str,
    /// For whoever wrote the client.
    pub message: &'static str,
}

const fn refusal(status: StatusCode, code: &'static str, message: &'static str) -> BodyRefusal {
    BodyRefusal {
        status,
        code,
        message,
    }
}

/// Reads a JSON body of at most `limit` bytes. Only `application/json` is taken: a page of another
/// site cannot send that without being asked about it first.
pub async fn read_json(
    request: &HttpRequest,
    mut body: web::Payload,
    limit: usize,
    time: Duration,
) -> Result<Vec<u8>, BodyRefusal> {
    const TOO_LARGE: BodyRefusal = refusal(
        StatusCode::PAYLOAD_TOO_LARGE,
        code::TOO_LARGE,
        "The request is too large.",
    );
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.split(';').next())
        .unwrap_or_default();
    if !kind.trim().eq_ignore_ascii_case("application/json") {
        return Err(refusal(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            code::BAD_REQUEST,
            "Send application/json.",
        ));
    }
    // Nothing is unpacked, so that nothing small becomes large here.
    if request
        .headers()
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| encoding != "identity")
    {
        return Err(refusal(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            code::BAD_REQUEST,
            "Send the body as it is, not compressed.",
        ));
    }
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(TOO_LARGE);
    }
    let reading = async {
        let mut bytes = Vec::with_capacity(announced.unwrap_or(1_024));
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|_| {
                refusal(
                    StatusCode::BAD_REQUEST,
                    code::BAD_REQUEST,
                    "The request was cut off.",
                )
            })?;
            if bytes.len() + chunk.len() > limit {
                return Err(TOO_LARGE);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    tokio::time::timeout(time, reading)
        .await
        .unwrap_or_else(|_| {
            Err(refusal(
                StatusCode::REQUEST_TIMEOUT,
                code::BAD_REQUEST,
                "The request took too long to arrive.",
            ))
        })
}

/// The access token of a request.
pub fn bearer(request: &HttpRequest) -> Option<&str> {
    let text = request
        .headers()
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?;
    strip_bearer(text)
}

/// The token in `Bearer <token>`.
pub fn strip_bearer(text: &str) -> Option<&str> {
    let (scheme, token) = text.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

/// `POST /graphql`.
pub async fn post(
    server: web::Data<Server>,
    request: HttpRequest,
    body: web::Payload,
) -> HttpResponse {
    let call = match Call::of(&server, &request).await {
        Ok(call) => call,
        Err(refused) => return refused,
    };
    let settings = &server.settings;
    let refused = |status, code, message| answer::graphql(&request, status, code, message);
    let bytes = match read_json(&request, body, settings.body_bytes, settings.body_time).await {
        Ok(bytes) => bytes,
        Err(refusal) => return refused(refusal.status, refusal.code, refusal.message),
    };
    match Asked::of_body(&bytes) {
        Ok(asked) => {
            let allowed = [OperationType::Query, OperationType::Mutation];
            call.ask(asked, &allowed).await
        }
        Err(message) => refused(StatusCode::BAD_REQUEST, error_code::BAD_QUERY, message),
    }
}

/// `GET /graphql?query=…`: for queries alone. What changes something is never done by following a
/// link.
pub async fn get(server: web::Data<Server>, request: HttpRequest) -> HttpResponse {
    let call = match Call::of(&server, &request).await {
        Ok(call) => call,
        Err(refused) => return refused,
    };
    match Asked::of_address(request.query_string()) {
        Ok(asked) => call.ask(asked, &[OperationType::Query]).await,
        Err(message) => answer::graphql(
            &request,
            StatusCode::BAD_REQUEST,
            error_code::BAD_QUERY,
            message,
        ),
    }
}

/// Who sent a request, and the request.
struct Call<'a> {
    server: &'a Server,
    request: &'a HttpRequest,
    id: Arc<str>,
    caller: Option<Caller>,
    context: Option<Context>,
    actor: Actor,
}

impl<'a> Call<'a> {
    /// Finds out who it is and takes the request from their budget.
    async fn of(server: &'a Server, request: &'a HttpRequest) -> Result<Self, HttpResponse> {
        let refused =
            |status, code: &str, message: &str| answer::graphql(request, status, code, message);
        let id = request_id(request);
        let found = if request.headers().contains_key(header::AUTHORIZATION) {
            match server
                .caller(bearer(request).unwrap_or_default(), &id)
                .await
            {
                Ok(Some(found)) => Some(found),
                Ok(None) => {
                    return Err(refused(
                        StatusCode::UNAUTHORIZED,
                        error_code::UNAUTHENTICATED,
                        "Please sign in again.",
                    ));
                }
                Err(error) => {
                    tracing::error!(?error, request_id = %id, "an access token could not be checked");
                    let (status, code, words) = answer::of_fault(&error);
                    return Err(refused(status, code, words));
                }
            }
        } else {
            None
        };
        let (caller, context) = found.unzip();
        let actor = match &caller {
            Some(caller) => Actor::from(caller),
            None => Actor::Network(origin::network(request, &server.settings)),
        };
        server
            .spend(actor, 1)
            .map_err(|seconds| too_many(request, seconds))?;
        Ok(Self {
            server,
            request,
            id,
            caller,
            context,
            actor,
        })
    }

    /// Answers, if it is one of these operations.
    async fn ask(self, asked: Asked, allowed: &[OperationType]) -> HttpResponse {
        let Self {
            server,
            request,
            id,
            caller,
            context,
            actor,
        } = self;
        let media = Media::of(request);
        let admitted = match admit(server, asked, caller.as_ref()) {
            Ok(admitted) => admitted,
            Err((code, message)) => {
                return answer::graphql(request, media.refusal(code), code, &message);
            }
        };
        let kind = match admitted.operation {
            OperationType::Query => Kind::Query,
            OperationType::Mutation => Kind::Mutation,
            OperationType::Subscription => Kind::Refused,
        };
        request.extensions_mut().insert(kind);
        if admitted.operation == OperationType::Subscription {
            let words = "Subscriptions are answered at /graphql/ws.";
            let code = error_code::BAD_QUERY;
            return answer::graphql(request, StatusCode::BAD_REQUEST, code, words);
        }
        if !allowed.contains(&admitted.operation) {
            return only(request, "POST", "Send mutations by POST.");
        }
        if let Err(seconds) = server.spend(actor, admitted.extra) {
            return too_many(request, seconds);
        }
        let started = Instant::now();
        let response = run(server, admitted.request, context, &id).await;
        let response = finish(response, &id);
        for error in &response.errors {
            server.counters.error(&media::error_code(error));
        }
        let took = started.elapsed();
        if took > server.settings.slow && !is_request_error(&response) {
            server.counters.slow();
            tell_slow(kind, &admitted.fields, took, &id);
        }
        media.answer(&response).unwrap_or_else(|error| {
            tracing::error!(%error, request_id = %id, "an answer could not be written");
            answer::graphql(
                request,
                StatusCode::INTERNAL_SERVER_ERROR,
                error_code::INTERNAL,
                OUR_FAULT,
            )
        })
    }
}

/// Says which fields of the schema were asked, and nothing of what was asked about.
fn tell_slow(kind: Kind, fields: &[Name], took: Duration, id: &str) {
    let fields: Vec<&str> = fields.iter().map(Name::as_str).collect();
    tracing::warn!(
        kind = kind.name(),
        fields = fields.join(","),
        milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        request_id = %id,
        "a request took long"
    );
}

fn too_many(request: &HttpRequest, seconds: i64) -> HttpResponse {
    let mut response = answer::graphql(
        request,
        StatusCode::TOO_MANY_REQUESTS,
        code::TOO_MANY_REQUESTS,
        "Too many requests. Please wait a little.",
    );
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
    response
}

/// Other methods of `/graphql`.
pub async fn other(request: HttpRequest) -> HttpResponse {
    only(&request, "GET, POST", "Send queries by POST.")
}

fn only(request: &HttpRequest, allowed: &'static str, message: &str) -> HttpResponse {
    let mut response = answer::graphql(
        request,
        StatusCode::METHOD_NOT_ALLOWED,
        code::METHOD_NOT_ALLOWED,
        message,
    );
    response
        .headers_mut()
        .insert(header::ALLOW, header::HeaderValue::from_static(allowed));
    response
}

const OUR_FAULT: &str = "Something went wrong on our side. The request id finds it in the log.";

/// A request that may be executed.
pub struct Admitted {
    /// Ready but for its actor.
    pub request: Request,
    /// Query, mutation or subscription.
    pub operation: OperationType,
    /// The first fields of its first level, by their names in the schema.
    pub fields: Vec<Name>,
    /// What it takes out of the actor's budget besides the one of every request.
    pub extra: u32,
}

/// Estimated fields of an answer that are worth one request more.
const FIELDS_A_REQUEST: u64 = 1_000;
/// Fields of a slow request that the log names.
const FIELDS_TOLD: usize = 5;

/// Measures what is asked, before it costs anything.
pub fn admit(
    server: &Server,
    asked: Asked,
    caller: Option<&Caller>,
) -> Result<Admitted, (&'static str, String)> {
    let variables = asked.variables.unwrap_or_default();
    if variables.values().any(contains_null_character) {
        return Err((
            error_code::BAD_QUERY,
            "A variable contains a null character.".into(),
        ));
    }
    let variables = Variables::from_json(serde_json::Value::Object(variables));
    let (document, measured) = server
        .limits
        .check(&asked.query, asked.operation_name.as_deref(), &variables)
        .map_err(|refusal| match refusal {
            Refusal::Bad(message) => (error_code::BAD_QUERY, message),
            Refusal::TooMuch(message) => (error_code::LIMIT_EXCEEDED, message),
        })?;
    if let Some(Caller::Token(holder)) = caller
        && let Ok(operation) = limits::chosen(&document, asked.operation_name.as_deref())
        && let Some(field) = tool_scope::closed_field(&document, &operation.node, &holder.scopes)
    {
        return Err((
            error_code::FORBIDDEN,
            format!("This token may not be used for `{field}`."),
        ));
    }
    if measured.introspects && caller.is_none() {
        return Err((
            error_code::UNAUTHENTICATED,
            "Sign in to ask about the schema.".into(),
        ));
    }
    let fields = first_fields(&document, asked.operation_name.as_deref());
    let mut request = Request::new(asked.query).variables(variables);
    request.operation_name = asked.operation_name;
    request.set_parsed_query(document);
    let acts = match measured.operation {
        OperationType::Mutation => measured.first_level.saturating_sub(1),
        OperationType::Query | OperationType::Subscription => 0,
    };
    let extra = acts + measured.complexity / FIELDS_A_REQUEST;
    Ok(Admitted {
        request,
        operation: measured.operation,
        fields,
        extra: u32::try_from(extra).unwrap_or(u32::MAX),
    })
}

/// Names that tell requests apart in the log; those within fragments are left out.
fn first_fields(document: &ExecutableDocument, name: Option<&str>) -> Vec<Name> {
    let Ok(operation) = limits::chosen(document, name) else {
        return Vec::new();
    };
    let fields = operation.node.selection_set.node.items.iter();
    let names = fields.filter_map(|item| match &item.node {
        Selection::Field(field) => Some(field.node.name.node.clone()),
        Selection::FragmentSpread(_) | Selection::InlineFragment(_) => None,
    });
    names.take(FIELDS_TOLD).collect()
}

fn contains_null_character(value: &serde_json::Value) -> bool {
    use serde_json::Value;
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(contains_null_character),
        Value::Object(map) => map
            .iter()
            .any(|(name, value)| name.contains('\0') || contains_null_character(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

async fn run(server: &Server, request: Request, context: Option<Context>, id: &str) -> Response {
    let request = prepare(request, &server.app, context);
    let execution = AssertUnwindSafe(schema::execute(&server.schema, request)).catch_unwind();
    match tokio::time::timeout(server.settings.execution_time, execution).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            tracing::error!(request_id = %id, "a resolver panicked");
            failed(error_code::INTERNAL, OUR_FAULT)
        }
        Err(_) => {
            tracing::warn!(request_id = %id, "a query took too long and was given up");
            failed(
                error_code::LIMIT_EXCEEDED,
                "This took too long and was given up.",
            )
        }
    }
}

fn failed(code: &str, message: &str) -> Response {
    let mut error = ServerError::new(message, None);
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code);
    error.extensions = Some(extensions);
    Response::from_errors(vec![error])
}

/// Whether execution did not begin: none of the errors is of a field.
pub fn is_request_error(response: &Response) -> bool {
    response.data == async_graphql::Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

/// Gives every error a code and the request's id, and takes away what is nobody's business.
pub fn finish(mut response: Response, id: &str) -> Response {
    for error in &mut response.errors {
        let mut extensions = error.extensions.take().unwrap_or_default();
        if extensions.get("code").is_none() {
            let fault = !error.path.is_empty() && !is_input_error(error);
            if fault {
                tracing::error!(
                    message = error.message,
                    path = ?error.path,
                    request_id = %id,
                    "a resolver failed without a code"
                );
                error.message = OUR_FAULT.to_owned();
                extensions.set("code", error_code::INTERNAL);
            } else {
                extensions.set("code", error_code::BAD_QUERY);
            }
        }
        extensions.set("requestId", id);
        error.source = None;
        error.extensions = Some(extensions);
    }
    response
}

/// The library reports arguments that do not fit their type with the path of their field.
fn is_input_error(error: &ServerError) -> bool {
    error.source.is_none()
        && [
            "Failed to parse \"",
            "Invalid value for argument",
            "Invalid value for variable",
            "Variable ",
        ]
        .iter()
        .any(|start| error.message.starts_with(start))
}
