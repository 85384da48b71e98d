//! Tokens for tools are made and taken back.

use super::access::authorize;
use super::{password, reference};
use crate::platform::Platform;
use crate::platform::context::Context;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result, code};
use crate::platform::unit_of_work::UnitOfWork;
use crate::session::api_token::row::Model as ApiToken;
use crate::session::api_token::{self, Secret, end_reason, scope_words};
use crate::session::proof;
use shared::id::{ApiTokenId, PersonId};
use shared::organisation::check_named;
use shared::permission::{SetUp, TokenScope};
use shared::time::Timestamp;
use std::collections::BTreeSet;

/// Longest life of a token: a year, and a day for whoever counts from tomorrow.
const LONGEST_SECONDS: i64 = 366 * 86_400;
/// Most tokens of a person that run.
const MOST: usize = 20;

/// A new token.
pub struct NewApiToken {
    /// What it is for.
    pub name: String,
    /// What it may be used for.
    pub scopes: BTreeSet<TokenScope>,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The owner's present password: a stolen session makes no token that outlives it.
    pub current_password: String,
}

/// Makes a token for whoever acts; its text is given this once.
pub async fn create(
    platform: &Platform,
    ctx: &Context,
    new: NewApiToken,
) -> Result<(ApiToken, String)> {
    // A token makes no tokens: whoever stole one would keep it for ever.
    let session = ctx.session.ok_or_else(Error::forbidden)?;
    if !TokenScope::ALL
        .iter()
        .any(|scope| scope.open_to(&ctx.grants))
    {
        return Err(Error::forbidden());
    }
    check_named(&new.name, "")?;
    check_scopes(ctx, &new.scopes)?;
    if new.expires_at <= ctx.now || new.expires_at > ctx.now.plus_seconds(LONGEST_SECONDS) {
        return Err(Error::refused(
            "OUT_OF_RANGE",
            "expiresAt",
            "A token ends in the future, within a year.",
        ));
    }
    let owner = reference::require_person(platform.db.reader(), ctx.person(), "").await?;
    let hash = owner.password_hash;
    let proof = proof::prove(platform, ctx, session, hash, &new.current_password)
        .await
        .map_err(password::refusal)?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    // Held against whoever deactivates the owner or takes a role meanwhile.
    let owner = super::store::lock_person(uow.tx(), ctx.person())
        .await?
        .filter(|row| row.active)
        .ok_or_else(|| Error::not_found(""))?;
    if !proof.holds(&uow, owner.password_hash.as_deref()).await? {
        return Err(password::refusal(
            crate::session::SignInError::WrongCredentials,
        ));
    }
    let grants = super::access::grants(uow.tx(), owner.id).await?;
    if !new.scopes.iter().all(|scope| scope.open_to(&grants)) {
        return Err(Error::forbidden());
    }
    if api_token::lock_running_of(uow.tx(), owner.id).await?.len() >= MOST {
        return Err(Error::refused(
            "TOO_MANY",
            "",
            format!("At most {MOST} tokens at a time. Take one back first."),
        ));
    }
    let secret = Secret::new(platform);
    let row = ApiToken {
        id: ApiTokenId(uow.next_id()),
        person_id: owner.id,
        name: new.name.trim().to_owned(),
        scopes: scope_words(&new.scopes),
        digest: secret.digest,
        ending: secret.ending,
        created_at: ctx.now,
        expires_at: new.expires_at,
        used_at: None,
        ended_at: None,
        end_reason: None,
    };
    api_token::insert(&mut uow, row.clone()).await?;
    uow.commit().await?;
    Ok((row, secret.text))
}

fn check_scopes(ctx: &Context, scopes: &BTreeSet<TokenScope>) -> Result<()> {
    if scopes.is_empty() {
        return Err(Error::refused(
            code::REQUIRED,
            "scopes",
            "Please say what the token may be used for.",
        ));
    }
    if !scopes.iter().all(|scope| scope.open_to(&ctx.grants)) {
        return Err(Error::refused(
            code::FORBIDDEN,
            "scopes",
            "A token may do no more than you.",
        ));
    }
    Ok(())
}

/// Takes a token back: its owner, or an administrator. One that has ended stays as it is.
pub async fn revoke(platform: &Platform, ctx: &Context, id: ApiTokenId) -> Result<ApiToken> {
    if ctx.token.is_some() {
        return Err(Error::forbidden());
    }
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    let row = api_token::lock(uow.tx(), id)
        .await?
        .filter(|row| may_see(ctx, row.person_id))
        .ok_or_else(|| Error::not_found("apiToken"))?;
    if row.ended_at.is_some() {
        return Ok(row);
    }
    let ended = api_token::end(&mut uow, &row, end_reason::REVOKED).await?;
    uow.commit().await?;
    Ok(ended)
}

/// Tokens, newest first: those of a person, or all of them for administrators.
pub async fn list(
    db: &impl Connection,
    ctx: &Context,
    person: Option<PersonId>,
    ended_too: bool,
    before: Option<ApiTokenId>,
    limit: u64,
) -> Result<Vec<ApiToken>> {
    match person {
        Some(person) if person == ctx.person() => {}
        _ => authorize(ctx, SetUp::Site)?,
    }
    api_token::list(db, person, ended_too, before, limit).await
}

/// Tokens are their owner's and the administrators' to see.
fn may_see(ctx: &Context, owner: PersonId) -> bool {
    ctx.person() == owner || ctx.grants.may_set_up(SetUp::Site)
}
