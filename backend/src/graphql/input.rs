//! Reads inputs of mutations.

use crate::app::App;
use crate::platform::Platform;
use crate::platform::context::Context as Acting;
use crate::platform::error::Result;
use crate::platform::idempotency::Key;
use async_graphql::{Context, ID, MaybeUndefined};
use shared::id::InvalidId;
use std::fmt::Debug;
use std::str::FromStr;

/// The actor and the platform of a mutation; an error for those who have not signed in.
pub fn parts<'a>(ctx: &Context<'a>) -> async_graphql::Result<(&'a Acting, &'a Platform)> {
    Ok((super::context::acting(ctx)?, &ctx.data::<App>()?.platform))
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
