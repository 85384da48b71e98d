//! Slows down those who guess, without giving anybody a way to shut another person out.
//!
//! Failures are counted by (sign-in name, device) for a browser that signed in with that name
//! before, and by (sign-in name, network) for everybody else; never by the name alone. Who is
//! signed in and gives their password once more is counted by session. After some
//! free failures the wait doubles. When a name is under attack from many networks, strangers have
//! fewer free failures each; they are never refused for what others did.

use super::device::Device;
use super::network::Network;
use super::store;
use super::{SignInError, token};
use crate::platform::Platform;
use crate::platform::error::Result;
use crate::platform::unit_of_work::UnitOfWork;
use shared::id::SessionId;
use shared::time::Timestamp;

/// Free failures of a known device.
const FREE_DEVICE: i32 = 10;
/// Free failures of a network.
const FREE_NETWORK: i32 = 5;
/// Free failures of a session.
const FREE_SESSION: i32 = 5;
/// The same of a network while the name is under attack.
const FREE_UNDER_ATTACK: i32 = 2;
/// Failures of strangers within [`ATTACK_SECONDS`] of each other that make an attack.
const ATTACK_FAILURES: i32 = 100;
/// Failures further apart than this start a new count.
const ATTACK_SECONDS: i64 = 3_600;
/// Longest wait.
const LONGEST_WAIT_SECONDS: i64 = 900;
/// After so long without a failure all is forgotten.
pub(super) const FORGET_SECONDS: i64 = 86_400;

/// Where an attempt comes from.
pub enum Source<'a> {
    /// A browser that this person used before.
    Device(&'a Device),
    /// Any other.
    Network(&'a Network),
    /// Somebody who is signed in.
    Session(SessionId),
}

/// The counts that an attempt belongs to.
pub struct Buckets {
    own: String,
    free: i32,
    /// Failures of all strangers; none for those who are none.
    strangers: Option<String>,
}

impl Buckets {
    /// The counts of an attempt with a normal sign-in name. Names are kept as digests: people type
    /// passwords into the wrong field.
    pub fn of(login: &str, source: Source<'_>) -> Self {
        let digest = |kind: &str, rest: &str| token::digest(&format!("{kind}\n{login}\n{rest}"));
        match source {
            Source::Device(device) => Self {
                own: digest("device", device.name()),
                free: FREE_DEVICE,
                strangers: None,
            },
            Source::Network(network) => Self {
                own: digest("network", &network.to_string()),
                free: FREE_NETWORK,
                strangers: Some(digest("strangers", "")),
            },
            Source::Session(session) => Self {
                own: digest("session", &session.to_string()),
                free: FREE_SESSION,
                strangers: None,
            },
        }
    }

    /// Forgets the failures of this source, after a success.
    pub async fn clear(&self, uow: &UnitOfWork) -> Result<()> {
        store::delete_attempts(uow.tx(), &self.own).await
    }
}

/// What was counted, this attempt among it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    failures: i32,
    free: i32,
    strangers: i32,
}

impl Counted {
    /// Whether the attempt, if it failed, was the one after which its source has to wait.
    pub fn holds_up(self) -> bool {
        self.failures == self.free
    }

    /// Whether the attempt, if it failed, was the one by which failures of strangers become an
    /// attack upon the name.
    pub fn is_attack(self) -> bool {
        self.strangers == ATTACK_FAILURES
    }
}

/// Counts an attempt as a failure (a success clears it), or refuses it for now.
pub async fn count(
    platform: &Platform,
    buckets: &Buckets,
    now: Timestamp,
) -> Result<Counted, SignInError> {
    let tx = platform.db.begin().await?;
    let free = match &buckets.strangers {
        None => buckets.free,
        Some(bucket) => {
            let row = store::lock_attempts(&tx, bucket, now).await?;
            let failures = remembered(row.failures, row.last_at, now, ATTACK_SECONDS);
            if failures >= ATTACK_FAILURES {
                FREE_UNDER_ATTACK
            } else {
                buckets.free
            }
        }
    };
    let own = store::lock_attempts(&tx, &buckets.own, now).await?;
    let failures = remembered(own.failures, own.last_at, now, FORGET_SECONDS);
    let wait = wait_seconds(failures, free);
    // A clock that was set back makes nobody wait longer than anybody has to.
    let left = wait - now.seconds_since(own.last_at).max(0);
    if left > 0 {
        return Err(SignInError::TooManyAttempts {
            retry_after_seconds: left,
        });
    }
    let mut counted = Counted {
        failures: failures.saturating_add(1),
        free,
        strangers: 0,
    };
    store::set_attempts(&tx, &buckets.own, counted.failures, now).await?;
    if let Some(bucket) = &buckets.strangers {
        let row = store::lock_attempts(&tx, bucket, now).await?;
        let failures = remembered(row.failures, row.last_at, now, ATTACK_SECONDS);
        counted.strangers = failures.saturating_add(1);
        store::set_attempts(&tx, bucket, counted.strangers, now).await?;
    }
    tx.commit().await?;
    Ok(counted)
}

fn remembered(failures: i32, last_at: Timestamp, now: Timestamp, seconds: i64) -> i32 {
    if now.seconds_since(last_at) >= seconds {
        0
    } else {
        failures
    }
}

/// How long after the last failure the next attempt may come.
fn wait_seconds(failures: i32, free: i32) -> i64 {
    match u32::try_from(failures - free) {
        Err(_) => 0,
        Ok(over) => 1_i64
            .checked_shl(over)
            .filter(|_| over < 32)
            .unwrap_or(LONGEST_WAIT_SECONDS)
            .min(LONGEST_WAIT_SECONDS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_one_second_to_a_quarter_of_an_hour() {
        let waits: Vec<i64> = (0..20).map(|n| wait_seconds(n, 5)).collect();
        assert_eq!(waits[..9], [0, 0, 0, 0, 0, 1, 2, 4, 8]);
        assert_eq!(wait_seconds(14, 5), 512);
        assert_eq!(wait_seconds(15, 5), 900);
        assert_eq!(wait_seconds(i32::MAX, 5), 900);
    }
}
