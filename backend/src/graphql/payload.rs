//! Answers of mutations: an object, and why not.

use super::error::{UserError, outcome, top_level};
use crate::platform::error::{Error, Result, code};
use async_graphql::Context;

/// What a mutation answers.
pub trait Payload: Sized {
    /// What its use case gives.
    type Made;

    /// Puts it together.
    fn of(made: Option<Self::Made>, user_errors: Vec<UserError>) -> Self;
}

/// Declares payloads: their one object, what use cases give for it, and how one becomes the other.
macro_rules! payloads {
    ($(
        $(#[$meta:meta])*
        $name:ident { $(#[$about:meta])* $field:ident: $object:ty = $made:ty => $wrap:expr }
    )+) => {$(
        $(#[$meta])*
        #[derive(async_graphql::SimpleObject)]
        pub struct $name {
            $(#[$about])*
            $field: Option<$object>,
            /// Why not.
            user_errors: Vec<$crate::graphql::error::UserError>,
        }

        impl $crate::graphql::payload::Payload for $name {
            type Made = $made;

            fn of(
                made: Option<$made>,
                user_errors: Vec<$crate::graphql::error::UserError>,
            ) -> Self {
                Self {
                    $field: made.map($wrap),
                    user_errors,
                }
            }
        }
    )+};
}
pub(super) use payloads;

/// The answer of an act: what it made, or why it was refused.
pub fn made<P: Payload>(ctx: &Context<'_>, result: Result<P::Made>) -> async_graphql::Result<P> {
    let (made, user_errors) = outcome(ctx, result)?;
    Ok(P::of(made, user_errors))
}

/// The same of an edit. After a stale one `current` gives the object as it is now.
pub async fn edited<P: Payload>(
    ctx: &Context<'_>,
    result: Result<P::Made>,
    current: impl Future<Output = Result<Option<P::Made>>>,
) -> async_graphql::Result<P> {
    let stale = matches!(&result, Err(error @ Error::Refused(_)) if error.codes().contains(&code::VERSION_CONFLICT));
    let (mut made, user_errors) = outcome(ctx, result)?;
    if stale {
        made = current.await.map_err(|error| top_level(ctx, error))?;
    }
    Ok(P::of(made, user_errors))
}
