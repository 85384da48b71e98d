//! `/session`: sign in, renew, sign out.

use super::answer::{self, code, plain, request_id};
use super::graphql::bearer;
use super::origin;
use super::server::Server;
use super::settings::Settings;
use crate::platform::error::Error;
use crate::session::{ABSOLUTE_SECONDS, ACCESS_SECONDS, Attempt, Granted, SignInError};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

/// Cookie with the refresh token.
const SESSION_COOKIE: &str = "bellhop_session";
/// Cookie by which a browser is recognised; see `session::device`.
const DEVICE_COOKIE: &str = "bellhop_device";
/// A year, in seconds.
const DEVICE_SECONDS: i64 = 365 * 86_400;
/// Most bytes of a sign-in.
const BODY_BYTES: usize = 16 * 1024;

#[derive(Deserialize)]
struct Credentials {
    login: String,
    password: String,
}

#[derive(Deserialize)]
pub struct SignOut {
    #[serde(default)]
    everywhere: bool,
}

/// `POST /session`.
pub async fn sign_in(
    server: web::Data<Server>,
    request: HttpRequest,
    body: web::Payload,
) -> HttpResponse {
    let settings = &server.settings;
    if !origin::is_ours(&request, settings) {
        return wrong_origin(&request);
    }
    let bytes =
        match super::graphql::read_json(&request, body, BODY_BYTES, settings.body_time).await {
            Ok(bytes) => bytes,
            Err(refusal) => {
                return plain(
                    &request,
                    refusal.status,
                    refusal.code,
                    refusal.message,
                    Value::Null,
                );
            }
        };
    let Ok(credentials) = serde_json::from_slice::<Credentials>(&bytes) else {
        return plain(
            &request,
            StatusCode::BAD_REQUEST,
            code::BAD_REQUEST,
            "Send JSON with login and password.",
            Value::Null,
        );
    };
    let network = origin::network(&request, settings);
    let device = cookie(&request, DEVICE_COOKIE);
    let known = device
        .as_deref()
        .is_some_and(|cookie| server.sessions.knows_device(cookie, &credentials.login));
    if !known
        && let Err(seconds) = server
            .sign_ins
            .take(network, server.app.platform.clock.now())
    {
        return too_many(&request, seconds);
    }
    let id = request_id(&request);
    let attempt = Attempt {
        login: &credentials.login,
        password: &credentials.password,
        network,
        device: device.as_deref(),
        user_agent: request
            .headers()
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default(),
        request_id: &id,
    };
    match server.sessions.sign_in(attempt).await {
        Ok(signed_in) => {
            let mut response = granted(&server, &request, signed_in.granted);
            let cookie = set_cookie(
                &request,
                settings,
                DEVICE_COOKIE,
                &signed_in.device,
                DEVICE_SECONDS,
            );
            append_cookie(&mut response, &cookie);
            response
        }
        Err(SignInError::WrongCredentials) => plain(
            &request,
            StatusCode::UNAUTHORIZED,
            code::WRONG_CREDENTIALS,
            "The sign-in name or the password is not right.",
            Value::Null,
        ),
        Err(SignInError::TooManyAttempts {
            retry_after_seconds,
        }) => too_many(&request, retry_after_seconds),
        Err(SignInError::Busy) => plain(
            &request,
            StatusCode::SERVICE_UNAVAILABLE,
            code::BUSY,
            "Many people are signing in right now. Please try again in a moment.",
            Value::Null,
        ),
        Err(SignInError::Failed(error)) => failed(&request, &error),
    }
}

/// `POST /session/refresh`. A browser without the cookie gets an empty answer and no error: nobody
/// is signed in there, and nothing is wrong with that.
pub async fn refresh(server: web::Data<Server>, request: HttpRequest) -> HttpResponse {
    if !origin::is_ours(&request, &server.settings) {
        return wrong_origin(&request);
    }
    // Every first visit asks this; an error would stand in the browser's console as a fault.
    let Some(token) = cookie(&request, SESSION_COOKIE) else {
        return HttpResponse::NoContent().finish();
    };
    if let Some(session) = server.sessions.session_of(&token)
        && let Err(seconds) = server
            .renewals
            .take(session, server.app.platform.clock.now())
    {
        return too_many(&request, seconds);
    }
    match server.sessions.refresh(&token, &request_id(&request)).await {
        Ok(Some(renewed)) => granted(&server, &request, renewed),
        Ok(None) => no_session(&server, &request),
        Err(error) => failed(&request, &error),
    }
}

/// `DELETE /session`, with `?everywhere=true` for all of the person's.
pub async fn sign_out(
    server: web::Data<Server>,
    request: HttpRequest,
    query: Result<web::Query<SignOut>, actix_web::Error>,
) -> HttpResponse {
    if !origin::is_ours(&request, &server.settings) {
        return wrong_origin(&request);
    }
    let Ok(query) = query else {
        return plain(
            &request,
            StatusCode::BAD_REQUEST,
            code::BAD_REQUEST,
            "everywhere is true or false.",
            Value::Null,
        );
    };
    let id = request_id(&request);
    let holder = match bearer(&request) {
        Some(token) => server.sessions.holder(token).await,
        None => Ok(None),
    };
    let outcome = match (holder, cookie(&request, SESSION_COOKIE)) {
        (Err(error), _) => Err(error),
        (Ok(Some(holder)), _) => {
            server
                .sessions
                .sign_out(holder, query.everywhere, &id)
                .await
        }
        // The access token may just have run out; the cookie then says which session it is.
        (Ok(None), Some(token)) => {
            server
                .sessions
                .sign_out_by_refresh_token(&token, query.everywhere, &id)
                .await
        }
        (Ok(None), None) => Ok(()),
    };
    match outcome {
        Ok(()) => {
            let mut response = HttpResponse::NoContent().finish();
            let gone = set_cookie(&request, &server.settings, SESSION_COOKIE, "", 0);
            append_cookie(&mut response, &gone);
            response
        }
        Err(error) => failed(&request, &error),
    }
}

/// Other methods of `/session`.
pub async fn other(request: HttpRequest) -> HttpResponse {
    plain(
        &request,
        StatusCode::METHOD_NOT_ALLOWED,
        code::METHOD_NOT_ALLOWED,
        "This address does not know the method.",
        Value::Null,
    )
}

fn granted(server: &Server, request: &HttpRequest, granted: Granted) -> HttpResponse {
    let now = server.app.platform.clock.now();
    let left = granted
        .expires_at
        .seconds_since(now)
        .clamp(0, ABSOLUTE_SECONDS);
    let mut response = HttpResponse::Ok().json(json!({
        "accessToken": granted.access_token,
        "expiresInSeconds": ACCESS_SECONDS,
    }));
    let cookie = set_cookie(
        request,
        &server.settings,
        SESSION_COOKIE,
        &granted.refresh_token,
        left,
    );
    append_cookie(&mut response, &cookie);
    response
}

fn no_session(server: &Server, request: &HttpRequest) -> HttpResponse {
    let mut response = plain(
        request,
        StatusCode::UNAUTHORIZED,
        code::NO_SESSION,
        "Nobody is signed in here.",
        Value::Null,
    );
    let gone = set_cookie(request, &server.settings, SESSION_COOKIE, "", 0);
    append_cookie(&mut response, &gone);
    response
}

pub(super) fn too_many(request: &HttpRequest, seconds: i64) -> HttpResponse {
    let mut response = plain(
        request,
        StatusCode::TOO_MANY_REQUESTS,
        code::TOO_MANY_ATTEMPTS,
        "Too many attempts from here. Please wait a little.",
        json!({ "retryAfterSeconds": seconds }),
    );
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
    response
}

pub(super) fn wrong_origin(request: &HttpRequest) -> HttpResponse {
    plain(
        request,
        StatusCode::FORBIDDEN,
        code::WRONG_ORIGIN,
        "This request came from another site.",
        Value::Null,
    )
}

pub(super) fn failed(request: &HttpRequest, error: &Error) -> HttpResponse {
    let id = answer::request_id(request);
    tracing::error!(?error, request_id = %id, "a session request failed");
    let (status, code, words) = answer::of_fault(error);
    plain(request, status, code, words, Value::Null)
}

/// The refresh token that came along, if one did.
pub(super) fn session_cookie(request: &HttpRequest) -> Option<String> {
    cookie(request, SESSION_COOKIE)
}

/// The first cookie of this name.
fn cookie(request: &HttpRequest, name: &str) -> Option<String> {
    request
        .headers()
        .get_all(header::COOKIE)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, value)| *found == name && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}

fn set_cookie(
    request: &HttpRequest,
    settings: &Settings,
    name: &str,
    value: &str,
    seconds: i64,
) -> String {
    let secure = if origin::plain_http(request, settings) {
        ""
    } else {
        "; Secure"
    };
    format!("{name}={value}; Path=/session; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}

fn append_cookie(response: &mut HttpResponse, cookie: &str) {
    // Tokens are base64 and dots, so this cannot fail.
    if let Ok(value) = header::HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
