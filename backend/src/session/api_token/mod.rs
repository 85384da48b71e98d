//! Tokens by which tools act for a person: looked up, and ended with what they rest on.
//!
//! A token is 256 random bits behind a prefix by which people and scanners know it. Only its digest
//! is kept: guessing is hopeless, so a slow digest would gain nothing.

mod store;

pub use store::{by_ids, list, lock, lock_running_of, row};

use super::token::digest;
use crate::platform::Platform;
use crate::platform::error::Result;
use crate::platform::event_log::{Change, Changes, NewEvent};
use crate::platform::unit_of_work::UnitOfWork;
use serde_json::Value;
use shared::event::EventKind;
use shared::id::{ApiTokenId, PersonId};
use shared::permission::TokenScope;
use shared::time::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What every token begins with.
pub const PREFIX: &str = "bhp_";
/// Seconds between two writings of when a token was used.
const USED_EVERY_SECONDS: i64 = 60;
/// Characters of its end by which a person tells it from others.
const ENDING: usize = 4;
/// Most tokens that one sweep ends.
const BATCH: u64 = 500;

/// Why a token ended, as the log names it.
pub mod end_reason {
    /// Somebody took it back.
    pub const REVOKED: &str = "revoked";
    /// Its time was up.
    pub const EXPIRED: &str = "expired";
    /// Its owner was deactivated.
    pub const DEACTIVATED: &str = "deactivated";
    /// Its owner lost a role that it needs.
    pub const ROLE_LOST: &str = "role_lost";
    /// Somebody else set its owner's password.
    pub const PASSWORD_SET: &str = "password_set";
}

/// Which tool acts, for whom, and for what it may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenHolder {
    /// The owner.
    pub person: PersonId,
    /// The token.
    pub token: ApiTokenId,
    /// What it may be used for.
    pub scopes: Arc<BTreeSet<TokenScope>>,
}

/// A new secret, with its digest and its end.
pub struct Secret {
    /// Shown once, kept nowhere.
    pub text: String,
    /// What is kept.
    pub digest: String,
    /// By what it is told from others.
    pub ending: String,
}

impl Secret {
    /// Made of random bits.
    pub fn new(platform: &Platform) -> Self {
        let mut bytes = [0; 32];
        platform.ids.fill(&mut bytes);
        let (first, second) = bytes.split_at(16);
        let word = |half: &[u8]| {
            let number = half
                .iter()
                .fold(0_u128, |number, byte| (number << 8) | u128::from(*byte));
            shared::id::encode(uuid::Uuid::from_u128(number))
        };
        let text = format!("{PREFIX}{}{}", word(first), word(second));
        Self {
            digest: digest(&text),
            ending: text[text.len() - ENDING..].to_owned(),
            text,
        }
    }
}

/// The scopes of a row; words that are no scopes any more open nothing.
pub fn scopes(row: &row::Model) -> BTreeSet<TokenScope> {
    row.scopes
        .split(' ')
        .filter_map(|word| word.parse().ok())
        .collect()
}

/// As a row keeps them.
pub fn scope_words(scopes: &BTreeSet<TokenScope>) -> String {
    let words: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    words.join(" ")
}

/// Whether a text could be a token for tools.
pub fn looks_like_one(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// Who holds this token, if it is one and has not ended. Notes that it was used, at most once a
/// minute.
pub async fn holder(platform: &Platform, text: &str) -> Result<Option<TokenHolder>> {
    let now = platform.clock.now();
    let found = store::by_digest(platform.db.reader(), &digest(text)).await?;
    let Some(found) = found.filter(|row| is_good(row, now)) else {
        return Ok(None);
    };
    let noted = now.plus_seconds(-USED_EVERY_SECONDS);
    if found.used_at.is_none_or(|at| at <= noted) {
        // Whether it can be noted is no reason to refuse the tool.
        if let Err(error) = store::note_use(platform, found.id, now, noted).await {
            tracing::warn!(%error, token = %found.id, "the use of a token could not be noted");
        }
    }
    Ok(Some(TokenHolder {
        person: found.person_id,
        token: found.id,
        scopes: Arc::new(scopes(&found)),
    }))
}

/// Whether a token that was good earlier still is.
pub async fn is_still_good(platform: &Platform, token: ApiTokenId) -> Result<bool> {
    let found = store::find(platform.db.reader(), token).await?;
    Ok(found.is_some_and(|row| is_good(&row, platform.clock.now())))
}

fn is_good(row: &row::Model, now: Timestamp) -> bool {
    row.ended_at.is_none() && now < row.expires_at
}

/// Writes a new token.
pub async fn insert(uow: &mut UnitOfWork, row: row::Model) -> Result<()> {
    let mut event = event(uow, EventKind::ApiTokenCreated, &row);
    let scopes: Vec<&str> = row.scopes.split(' ').collect();
    note(&mut event.changes, "name", row.name.as_str().into());
    note(&mut event.changes, "scopes", scopes.into());
    note(
        &mut event.changes,
        "expiresAt",
        row.expires_at.to_string().into(),
    );
    crate::platform::row::insert(uow.tx(), row).await?;
    uow.emit(event);
    Ok(())
}

/// Ends a token that runs. Its sockets follow within a second.
pub async fn end(uow: &mut UnitOfWork, row: &row::Model, reason: &str) -> Result<row::Model> {
    let ended = row::Model {
        ended_at: Some(uow.context().now),
        end_reason: Some(reason.to_owned()),
        ..row.clone()
    };
    store::set_ended(uow.tx(), row.id, uow.context().now, reason).await?;
    let mut event = event(uow, EventKind::ApiTokenEnded, row);
    note(&mut event.changes, "name", row.name.as_str().into());
    note(&mut event.changes, "reason", reason.into());
    uow.emit(event);
    Ok(ended)
}

/// Ends all tokens of a person of which `ends` is true.
pub async fn end_of(
    uow: &mut UnitOfWork,
    person: PersonId,
    reason: &str,
    ends: impl Fn(&BTreeSet<TokenScope>) -> bool,
) -> Result<()> {
    for row in lock_running_of(uow.tx(), person).await? {
        if ends(&scopes(&row)) {
            end(uow, &row, reason).await?;
        }
    }
    Ok(())
}

/// Ends tokens whose time is up.
pub(super) async fn sweep(uow: &mut UnitOfWork) -> Result<()> {
    let now = uow.context().now;
    let overdue = store::lock_overdue(uow.tx(), now).await?;
    for row in overdue {
        end(uow, &row, end_reason::EXPIRED).await?;
    }
    Ok(())
}

fn event(uow: &UnitOfWork, kind: EventKind, row: &row::Model) -> NewEvent {
    let mut changes = Changes::new();
    note(&mut changes, "person", row.person_id.to_string().into());
    NewEvent {
        occurred_at: uow.context().now,
        kind,
        subject_kind: ApiTokenId::PREFIX,
        subject_id: row.id.0,
        ticket: None,
        department: None,
        version_after: None,
        cause: None,
        changes,
    }
}

fn note(changes: &mut Changes, field: &str, after: Value) {
    let before = Value::Null;
    changes.insert(field.to_owned(), Change { before, after });
}
