//! Passwords (what is a good one says `shared::organisation`): argon2id, with as much work for an unknown name as for a known one.

use crate::platform::ids::Ids;
use anyhow::{Context as _, anyhow};
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use shared::organisation::PASSWORD_LONGEST;
use std::sync::LazyLock;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// OWASP's recommendation for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Passwords of strangers that are checked at the same time: each takes 19 MiB and a core.
const STRANGERS_AT_ONCE: usize = 3;
/// The same for browsers that are known: a flood of strangers leaves them their turn.
const KNOWN_AT_ONCE: usize = 2;
/// The same for whoever is signed in, and for new passwords: they hold up nobody who wants to sign in.
const SIGNED_IN_AT_ONCE: usize = 1;
/// How long an attempt waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

static STRANGERS: Semaphore = Semaphore::const_new(STRANGERS_AT_ONCE);
static KNOWN: Semaphore = Semaphore::const_new(KNOWN_AT_ONCE);
static SIGNED_IN: Semaphore = Semaphore::const_new(SIGNED_IN_AT_ONCE);

/// Whose password is compared; each kind waits for its own turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Somebody's who signs in from a browser that never held their session.
    Stranger,
    /// Somebody's who signs in from a browser that did.
    Known,
    /// Somebody's who is signed in and proves it once more.
    SignedIn,
}

/// Compared with when there is no such person, so that the answer takes as long. Nobody knows a
/// password for it, and it would not help: the outcome is thrown away.
static NOBODY: LazyLock<Option<String>> = LazyLock::new(|| {
    let salt = SaltString::encode_b64(&[0x5a; 16]).ok()?;
    let hash = hasher().ok()?.hash_password(b"nobody", &salt).ok()?;
    Some(hash.to_string())
});

/// Why a password could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Too many at once.
    #[error("too many passwords are being checked")]
    Busy,
    /// Ours.
    #[error(transparent)]
    Fault(#[from] anyhow::Error),
}

fn hasher() -> anyhow::Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|error| anyhow!("argon2 parameters: {error}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hashes a password with a random salt.
pub async fn hash(ids: &Ids, password: &str) -> anyhow::Result<String> {
    let mut salt = [0; 16];
    ids.fill(&mut salt);
    let password = password.to_owned();
    let turn = SIGNED_IN.acquire().await.context("passwords are hashed")?;
    let hashed = tokio::task::spawn_blocking(move || {
        let salt =
            SaltString::encode_b64(&salt).map_err(|error| anyhow!("a salt of argon2: {error}"))?;
        hasher()?
            .hash_password(password.as_bytes(), &salt)
            .map(|hash| hash.to_string())
            .map_err(|error| anyhow!("argon2: {error}"))
    })
    .await;
    drop(turn);
    hashed.context("hashing a password was cut short")?
}

/// Whether `password` is the one that `hash` was made of. Without a hash the work is done all the
/// same and the answer is no.
pub async fn verify(
    hash: Option<String>,
    password: &str,
    whose: Whose,
) -> Result<bool, VerifyError> {
    let turns = match whose {
        Whose::Stranger => &STRANGERS,
        Whose::Known => &KNOWN,
        Whose::SignedIn => &SIGNED_IN,
    };
    let turn: SemaphorePermit<'_> = tokio::time::timeout(PATIENCE, turns.acquire())
        .await
        .map_err(|_| VerifyError::Busy)?
        .context("passwords are compared")?;
    // More than the longest password is compared by its beginning and fails by its length.
    let fits = password.chars().count() <= PASSWORD_LONGEST;
    let password: String = password.chars().take(PASSWORD_LONGEST).collect();
    let outcome = tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        let text = match hash.or_else(|| NOBODY.clone()) {
            Some(text) => text,
            None => return Err(anyhow!("argon2 does not work on this machine")),
        };
        let parsed = PasswordHash::new(&text).map_err(|error| anyhow!("a stored hash: {error}"))?;
        let right = hasher()?
            .verify_password(password.as_bytes(), &parsed)
            .is_ok();
        Ok(known && fits && right)
    })
    .await;
    drop(turn);
    Ok(outcome.context("comparing a password was cut short")??)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_is_right() {
        let ids = Ids::seeded(1);
        let hash = hash(&ids, "correct horse").await.expect("a hash");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(
            verify(Some(hash.clone()), "correct horse", Whose::Known)
                .await
                .expect("compared")
        );
        assert!(
            !verify(Some(hash.clone()), "correct hors", Whose::Known)
                .await
                .expect("compared")
        );
        let long = format!("correct horse{}", "x".repeat(PASSWORD_LONGEST));
        assert!(
            !verify(Some(hash), &long, Whose::Stranger)
                .await
                .expect("compared")
        );
        assert!(
            !verify(None, "nobody", Whose::Stranger)
                .await
                .expect("compared")
        );
    }
}
