//! Reads inputs and shapes the answers of mutations.

use super::error::{UserError, outcome};
use crate::app::App;
use crate::platform::Platform;
use crate::platform::context::Context as Acting;
use crate::platform::error::{Error, Result, code};
use crate::platform::idempotency::Key;
use async_graphql::{Context, ID, MaybeUndefined};
use shared::id::InvalidId;
use std::fmt::Debug;
use std::str::FromStr;

/// The actor and the platform of a mutation; an error for those who have not signed in.
pub fn parts<'a>(ctx: &Context<'a>) -> async_graphql::Result<(&'a Acting, &'a Platform)> {
    Ok((
        super::organisation::acting(ctx)?,
        &ctx.data::<App>()?.platform,
    ))
}

/// The idempotency key that came with `input`.
pub fn key(operation: &'static str, key: &Option<String>, input: &impl Debug) -> Key {
    Key::new(operation, key.clone(), &format!("{input:?}"))
}

/// A field of an edit that may be left out, but not be null: null leaves it as it is, too.
pub fn kept<T>(value: MaybeUndefined<T>) -> Option<T> {
    value.take()
}

/// A field of an edit that may be left out (stays) or be null (is cleared).
pub fn cleared<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

/// The same for an id.
pub fn cleared_id<T: FromStr<Err = InvalidId>>(
    value: &MaybeUndefined<ID>,
    field: &str,
) -> Result<Option<Option<T>>> {
    match value {
        MaybeUndefined::Undefined => Ok(None),
        MaybeUndefined::Null => Ok(Some(None)),
        MaybeUndefined::Value(id) => Ok(Some(Some(super::id::parse(id, field)?))),
    }
}

/// What a mutation made and why not. After a stale edit `current` gives the object as it is now.
pub async fn answer<T>(
    ctx: &Context<'_>,
    result: Result<T>,
    current: impl Future<Output = Result<Option<T>>>,
) -> async_graphql::Result<(Option<T>, Vec<UserError>)> {
    let stale = matches!(&result, Err(error @ Error::Refused(_)) if error.codes().contains(&code::VERSION_CONFLICT));
    let (value, errors) = outcome(ctx, result)?;
    if !stale {
        return Ok((value, errors));
    }
    let current = current
        .await
        .map_err(|error| super::error::top_level(ctx, error))?;
    Ok((current, errors))
}
