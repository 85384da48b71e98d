//! Refusals become data, faults become errors without detail.

use crate::platform::context::Context;
use crate::platform::error::{Error, code};
use async_graphql::{ErrorExtensions, SimpleObject};
use shared::validation::Problem;

/// Why an act was refused.
#[derive(Clone, Debug, SimpleObject)]
pub struct UserError {
    /// Stable, upper case.
    code: String,
    /// For the person who asked.
    message: String,
    /// The input's field, where one is to blame.
    field: Option<String>,
}

impl From<Problem> for UserError {
    fn from(problem: Problem) -> Self {
        let field = (!problem.field.is_empty()).then_some(problem.field);
        Self {
            code: problem.code,
            message: problem.message,
            field,
        }
    }
}

/// Splits a use case's result: what was made, and why not; faults become the outer error.
pub fn outcome<T>(
    ctx: &async_graphql::Context<'_>,
    result: Result<T, Error>,
) -> async_graphql::Result<(Option<T>, Vec<UserError>)> {
    match result {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(Error::Refused(problems)) => Ok((None, problems.into_iter().map(Into::into).collect())),
        Err(fault) => Err(top_level(ctx, fault)),
    }
}

/// An error of a query: refusals by their first code, faults without detail, logged once here.
pub fn top_level(ctx: &async_graphql::Context<'_>, error: Error) -> async_graphql::Error {
    let request_id = ctx
        .data_opt::<Context>()
        .map_or_else(String::new, |c| c.request_id.to_string());
    match error {
        Error::Refused(problems) => {
            let problem = problems
                .into_iter()
                .next()
                .unwrap_or_else(|| Problem::new(code::INVALID, "", "Refused."));
            coded(&problem.code, problem.message, &request_id)
        }
        error if error.is_unavailable() => {
            tracing::error!(?error, %request_id, "the database is not available");
            coded(code::UNAVAILABLE, UNAVAILABLE.into(), &request_id)
        }
        Error::Fault(fault) => {
            tracing::error!(error = ?fault, %request_id, "a request failed");
            coded(
                code::INTERNAL,
                "Something went wrong on our side. The request id finds it in the log.".into(),
                &request_id,
            )
        }
    }
}

/// What is said when the database is away.
pub const UNAVAILABLE: &str =
    "The database is not available just now. Please try again in a moment.";

/// An error with a code.
pub fn coded(code: &str, message: String, request_id: &str) -> async_graphql::Error {
    async_graphql::Error::new(message).extend_with(|_, extensions| {
        extensions.set("code", code);
        extensions.set("requestId", request_id);
    })
}
