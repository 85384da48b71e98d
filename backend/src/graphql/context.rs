//! What a resolver finds in the context of its request.

use super::error::coded;
use crate::app::App;
use crate::desk::Desk;
use crate::platform::context::Context as Acting;
use crate::platform::error::{Error, code};
use async_graphql::{Context, Result};

/// The running server.
pub fn app<'a>(ctx: &Context<'a>) -> std::result::Result<&'a App, Error> {
    ctx.data::<App>()
        .map_err(|error| Error::Fault(anyhow::anyhow!(error.message)))
}

/// What acts on tickets need.
pub fn desk<'a>(ctx: &Context<'a>) -> std::result::Result<&'a Desk, Error> {
    Ok(&app(ctx)?.desk)
}

/// The actor of a request; an error for those who have not signed in.
pub fn acting<'a>(ctx: &Context<'a>) -> Result<&'a Acting> {
    ctx.data::<Acting>()
        .map_err(|_| coded(code::UNAUTHENTICATED, "Please sign in.".into(), ""))
}
