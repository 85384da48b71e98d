//! `POST /import/people`: a CSV file of people, as it is. Answers what was done, or with `dryRun`
//! what would be.

use super::answer::{code as http_code, plain};
use super::export::{admitted_for, question_of, refused};
use super::server::Server;
use crate::desk::handover::HandOver;
use crate::import::people::{self, Options, Outcome};
use crate::organisation::access::authorize;
use crate::platform::error::Error;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::permission::{SetUp, TokenScope};

/// Most bytes of a file: some 100,000 people.
const FILE_BYTES: usize = 16 * 1024 * 1024;
/// Rejected rows that are listed; the file of rejects has all.
const LISTED: usize = 100;

/// How the file is loaded.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Question {
    dry_run: bool,
    deactivate_missing: bool,
    timezone: Option<String>,
}

/// `POST /import/people`.
pub async fn post(
    server: web::Data<Server>,
    request: HttpRequest,
    question: Result<web::Query<Question>, actix_web::Error>,
    body: web::Payload,
) -> HttpResponse {
    let (_, context) = match admitted_for(&server, &request, TokenScope::Administer).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let question = match authorize(&context, SetUp::Site).and_then(|()| question_of(question)) {
        Ok(question) => question,
        Err(error) => return refused(&request, &error),
    };
    let bytes = match tokio::time::timeout(server.settings.body_time, read(body)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err((status, message))) => {
            return plain(&request, status, http_code::TOO_LARGE, message, Value::Null);
        }
        Err(_) => {
            return plain(
                &request,
                StatusCode::REQUEST_TIMEOUT,
                http_code::BAD_REQUEST,
                "The file took too long to arrive.",
                Value::Null,
            );
        }
    };
    let options = Options {
        dry_run: question.dry_run,
        deactivate_missing: question.deactivate_missing,
        timezone: question.timezone.unwrap_or_else(|| "UTC".to_owned()),
    };
    let app = server.app.clone();
    // Goes on to its end when the browser does not wait: parts would be left.
    let loading = tokio::spawn(async move {
        let hand_over = HandOver {
            desk: &app.desk,
            to: Vec::new(),
        };
        people::run(&app.platform, &context, &bytes, &options, &hand_over).await
    });
    match loading.await {
        Ok(Ok(outcome)) => match told(&outcome) {
            Ok(told) => HttpResponse::Ok().json(told),
            Err(error) => refused(&request, &error),
        },
        Ok(Err(error)) => refused(&request, &error),
        Err(error) => refused(&request, &Error::Fault(error.into())),
    }
}

async fn read(mut body: web::Payload) -> Result<Vec<u8>, (StatusCode, &'static str)> {
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_| (StatusCode::BAD_REQUEST, "The file was cut off."))?;
        if bytes.len() + chunk.len() > FILE_BYTES {
            return Err((StatusCode::PAYLOAD_TOO_LARGE, "The file is too large."));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn told(outcome: &Outcome) -> Result<Value, Error> {
    let rejected: Vec<Value> = outcome
        .rejected
        .iter()
        .take(LISTED)
        .map(|reject| json!({ "line": reject.line, "reason": reject.reason }))
        .collect();
    Ok(json!({
        "rows": outcome.rows,
        "created": outcome.created,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "deactivated": outcome.deactivated,
        "rejectedCount": outcome.rejected.len(),
        "rejected": rejected,
        "rejects": outcome.rejects_csv()?,
        "encoding": outcome.encoding,
        "ignored": outcome.ignored,
    }))
}
