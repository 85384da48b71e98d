//! The two media types of GraphQL over HTTP, and the status that each of them wants.
//!
//! `application/json` is for everybody: whatever GraphQL has to say comes with 200.
//! `application/graphql-response+json` is for whoever asks for it by name: a request that was not
//! executed has a status that says so, and no `data`.

use super::graphql::is_request_error;
use crate::platform::error::code;
use actix_web::http::header::ACCEPT;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use async_graphql::{Response, ServerError};
use serde::Serialize;

/// A media type of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `application/json`.
    Json,
    /// `application/graphql-response+json`.
    GraphqlResponse,
}

impl Media {
    /// What a request wants. Wildcards and unknown types get `application/json`.
    pub fn of(request: &HttpRequest) -> Self {
        let texts = request.headers().get_all(ACCEPT);
        let texts = texts.filter_map(|value| value.to_str().ok());
        Self::of_accept(texts)
    }

    fn of_accept<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let (mut json, mut response) = (0.0, 0.0);
        for range in texts.flat_map(|text| text.split(',')) {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default();
            let quality = parts
                .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
                .map_or(1.0, |text| text.parse::<f32>().unwrap_or(0.0));
            if name.eq_ignore_ascii_case(Self::Json.name()) {
                json = quality;
            } else if name.eq_ignore_ascii_case(Self::GraphqlResponse.name()) {
                response = quality;
            }
        }
        if response > 0.0 && response >= json {
            Self::GraphqlResponse
        } else {
            Self::Json
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::GraphqlResponse => "application/graphql-response+json",
        }
    }

    /// The header `Content-Type`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        }
    }

    /// The status of a request that was not executed for what its document says.
    pub fn refusal(self, code: &str) -> StatusCode {
        match (self, code) {
            (Self::Json, _) => StatusCode::OK,
            (Self::GraphqlResponse, code::UNAUTHENTICATED) => StatusCode::UNAUTHORIZED,
            (Self::GraphqlResponse, code::FORBIDDEN) => StatusCode::FORBIDDEN,
            (Self::GraphqlResponse, code::UNAVAILABLE) => StatusCode::SERVICE_UNAVAILABLE,
            (Self::GraphqlResponse, code::INTERNAL) => StatusCode::INTERNAL_SERVER_ERROR,
            (Self::GraphqlResponse, _) => StatusCode::BAD_REQUEST,
        }
    }

    /// The answer to a request that was executed, or that execution refused to begin.
    pub fn answer(self, response: &Response) -> serde_json::Result<HttpResponse> {
        let (status, body) = if is_request_error(response) {
            let first = response.errors.first();
            let status = self.refusal(&first.map(error_code).unwrap_or_default());
            let errors = &response.errors;
            (status, serde_json::to_vec(&WithoutData { errors })?)
        } else {
            (StatusCode::OK, serde_json::to_vec(response)?)
        };
        Ok(HttpResponse::build(status)
            .insert_header((header::CONTENT_TYPE, self.content_type()))
            .body(body))
    }
}

/// Nothing was executed, so there is nothing to show, not even `null`.
#[derive(Serialize)]
struct WithoutData<'a> {
    errors: &'a [ServerError],
}

/// The code of an error.
pub fn error_code(error: &ServerError) -> String {
    match error.extensions.as_ref().and_then(|all| all.get("code")) {
        Some(async_graphql::Value::String(code)) => code.clone(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::Media::{GraphqlResponse, Json};
    use super::*;

    #[test]
    fn the_newer_media_type_is_for_those_who_name_it() {
        for (accept, media) in [
            (vec![], Json),
            (vec!["*/*"], Json),
            (vec!["application/*"], Json),
            (vec!["text/html"], Json),
            (vec!["application/json"], Json),
            (
                vec!["Application/GraphQL-Response+JSON; charset=utf-8"],
                GraphqlResponse,
            ),
            (
                vec!["application/graphql-response+json, application/json;q=0.9"],
                GraphqlResponse,
            ),
            (
                vec!["application/json", "application/graphql-response+json"],
                GraphqlResponse,
            ),
            (
                vec!["application/json, application/graphql-response+json;q=0.5"],
                Json,
            ),
            (vec!["application/graphql-response+json;q=0"], Json),
            (vec!["application/graphql-response+json;q=x"], Json),
        ] {
            assert_eq!(
                Media::of_accept(accept.iter().copied()),
                media,
                "{accept:?}"
            );
        }
    }
}
