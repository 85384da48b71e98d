//! Somebody who is signed in proves once more who they are, before what a stolen token must not do.

use super::lockout::{self, Buckets, Source};
use super::password::{self, Whose};
use super::{SignInError, alarm, store};
use crate::platform::Platform;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::unit_of_work::UnitOfWork;
use shared::id::SessionId;

/// A password that was right just now.
pub struct Proof {
    session: SessionId,
    hash: Option<String>,
    buckets: Buckets,
}

impl Proof {
    /// Whether it still holds in this unit of work: `hash` is the person's now, and the session has
    /// not ended meanwhile. Forgives the session's earlier failures.
    pub async fn holds(self, uow: &UnitOfWork, hash: Option<&str>) -> Result<bool> {
        let session = store::lock(uow, self.session).await?;
        if self.hash.as_deref() != hash || session.is_none_or(|s| s.ended_at.is_some()) {
            return Ok(false);
        }
        self.buckets.clear(uow).await?;
        Ok(true)
    }
}

/// Compares a password with `hash`, the person's. Failures are counted by session, with the brake
/// of sign-ins: whoever stole a token cannot guess at speed, and holds up no other session.
pub async fn prove(
    platform: &Platform,
    ctx: &Context,
    session: SessionId,
    hash: Option<String>,
    password: &str,
) -> Result<Proof, SignInError> {
    let buckets = Buckets::of("", Source::Session(session));
    let counted = lockout::count(platform, &buckets, ctx.now).await?;
    let right = password::verify(hash.clone(), password, Whose::SignedIn).await?;
    if !right {
        let (person, id) = (ctx.person(), &ctx.request_id);
        let source = "somebody who is signed in";
        alarm::wrong_password(platform, person, counted, source, ctx.now, id).await?;
        return Err(SignInError::WrongCredentials);
    }
    Ok(Proof {
        session,
        hash,
        buckets,
    })
}
