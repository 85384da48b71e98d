//! `/session/password…`: links by which people set a password.

use super::answer::{code, plain, request_id};
use super::origin;
use super::server::Server;
use super::session::{failed, too_many, wrong_origin};
use crate::platform::error::Error;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Most bytes of a request.
const BODY_BYTES: usize = 16 * 1024;

#[derive(Deserialize)]
struct Forgot {
    login: String,
}

#[derive(Deserialize)]
struct Look {
    token: String,
}

#[derive(Deserialize)]
struct SetPassword {
    token: String,
    password: String,
}

/// `POST /session/password-reset`: sends a link to whoever has this sign-in name or mail address. The
/// answer is the same whether there is anybody.
pub async fn forgot(
    server: web::Data<Server>,
    request: HttpRequest,
    body: web::Payload,
) -> HttpResponse {
    let asked: Forgot = match read(&server, &request, body, "login").await {
        Ok(asked) => asked,
        Err(refused) => return refused,
    };
    let network = origin::network(&request, &server.settings);
    let now = server.app.platform.clock.now();
    if let Err(seconds) = server.password_mails.take(network, now) {
        return too_many(&request, seconds);
    }
    let mail = &server.app.mail;
    match mail.is_on(server.app.platform.db.reader()).await {
        Ok(true) => {}
        Ok(false) => {
            return plain(
                &request,
                StatusCode::CONFLICT,
                crate::platform::error::code::NOT_ALLOWED_NOW,
                "This server sends no mail. Please ask whoever administers it for a new password.",
                Value::Null,
            );
        }
        Err(error) => return failed(&request, &error),
    }
    let id = request_id(&request);
    match mail
        .forgot_password(&server.app.platform, &asked.login, &id)
        .await
    {
        Ok(()) => HttpResponse::Accepted().json(json!({})),
        Err(error) => failed(&request, &error),
    }
}

/// `POST /session/password-link`: whose link this is, while it is good.
pub async fn look(
    server: web::Data<Server>,
    request: HttpRequest,
    body: web::Payload,
) -> HttpResponse {
    let asked: Look = match read(&server, &request, body, "token").await {
        Ok(asked) => asked,
        Err(refused) => return refused,
    };
    if let Some(refused) = hold_up(&server, &request) {
        return refused;
    }
    let found = server
        .app
        .mail
        .look_at_link(&server.app.platform, &asked.token)
        .await;
    match found {
        Ok(Some(good)) => HttpResponse::Ok().json(json!({
            "purpose": good.link.purpose,
            "login": good.person.login,
            "name": good.person.name,
        })),
        Ok(None) => plain(
            &request,
            StatusCode::NOT_FOUND,
            LINK_INVALID,
            "This link is not good any more. Links can be used once, and for a while.",
            Value::Null,
        ),
        Err(error) => failed(&request, &error),
    }
}

const LINK_INVALID: &str = "LINK_INVALID";

/// `POST /session/password`: sets the password of a link's person. It signs nobody in.
pub async fn set(
    server: web::Data<Server>,
    request: HttpRequest,
    body: web::Payload,
) -> HttpResponse {
    let asked: SetPassword = match read(&server, &request, body, "token and password").await {
        Ok(asked) => asked,
        Err(refused) => return refused,
    };
    if let Some(refused) = hold_up(&server, &request) {
        return refused;
    }
    let id = request_id(&request);
    let done = server
        .app
        .mail
        .set_password(&server.app.platform, &asked.token, &asked.password, &id)
        .await;
    match done {
        Ok(person) => HttpResponse::Ok().json(json!({ "login": person.login })),
        Err(Error::Refused(problems)) => {
            let Some(problem) = problems.into_iter().next() else {
                return failed(
                    &request,
                    &anyhow::anyhow!("a refusal without a problem").into(),
                );
            };
            let status = if problem.code == LINK_INVALID {
                StatusCode::NOT_FOUND
            } else {
                StatusCode::UNPROCESSABLE_ENTITY
            };
            plain(
                &request,
                status,
                &problem.code,
                &problem.message,
                json!({ "field": problem.field }),
            )
        }
        Err(error) => failed(&request, &error),
    }
}

/// Looking at links costs what signing in costs: a password may be hashed.
fn hold_up(server: &Server, request: &HttpRequest) -> Option<HttpResponse> {
    let network = origin::network(request, &server.settings);
    let now = server.app.platform.clock.now();
    let seconds = server.sign_ins.take(network, now).err()?;
    Some(too_many(request, seconds))
}

/// A JSON body with these fields, sent by one of our own pages.
async fn read<T: DeserializeOwned>(
    server: &Server,
    request: &HttpRequest,
    body: web::Payload,
    fields: &str,
) -> Result<T, HttpResponse> {
    if !origin::is_ours(request, &server.settings) {
        return Err(wrong_origin(request));
    }
    let time = server.settings.body_time;
    let bytes = super::graphql::read_json(request, body, BODY_BYTES, time)
        .await
        .map_err(|refusal| {
            plain(
                request,
                refusal.status,
                refusal.code,
                refusal.message,
                Value::Null,
            )
        })?;
    serde_json::from_slice(&bytes).map_err(|_| {
        plain(
            request,
            StatusCode::BAD_REQUEST,
            code::BAD_REQUEST,
            &format!("Send JSON with {fields}."),
            Value::Null,
        )
    })
}
