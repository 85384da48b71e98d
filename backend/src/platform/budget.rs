//! How much one actor may ask: a bucket that fills by the second and is emptied by requests.
//!
//! It lives in memory: a node's own protection, not an account of anything.

use shared::time::Timestamp;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// Actors that are remembered before those with a full bucket are forgotten.
const REMEMBERED: usize = 10_000;

struct Bucket {
    left: f64,
    at: Timestamp,
}

/// Budgets by actor.
pub struct Budgets<K> {
    burst: f64,
    per_second: f64,
    buckets: Mutex<HashMap<K, Bucket>>,
}

impl<K: Hash + Eq> Budgets<K> {
    /// Each actor has `burst` requests at once and `per_second` in the long run.
    pub fn new(burst: u32, per_second: f64) -> Self {
        Self {
            burst: f64::from(burst),
            per_second,
            buckets: Mutex::new(HashMap::new()),
        }
    }

    /// Takes one request out of an actor's budget, or says after how many seconds there is one.
    pub fn take(&self, actor: K, now: Timestamp) -> Result<(), i64> {
        self.take_many(actor, 1, now)
    }

    /// Takes what a costly request is worth; no more than a full budget is ever asked for.
    pub fn take_many(&self, actor: K, worth: u32, now: Timestamp) -> Result<(), i64> {
        let worth = f64::from(worth).min(self.burst);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= REMEMBERED && !buckets.contains_key(&actor) {
            buckets.retain(|_, bucket| self.filled(bucket, now) < self.burst);
        }
        // Still too many: those who come now share what is left to nobody in particular.
        if buckets.len() >= 2 * REMEMBERED && !buckets.contains_key(&actor) {
            return Err(1);
        }
        let bucket = buckets.entry(actor).or_insert(Bucket {
            left: self.burst,
            at: now,
        });
        bucket.left = self.filled(bucket, now);
        bucket.at = now;
        if bucket.left >= worth {
            bucket.left -= worth;
            return Ok(());
        }
        let seconds = ((worth - bucket.left) / self.per_second).ceil();
        #[expect(clippy::cast_possible_truncation, reason = "clamped to an hour")]
        Err(seconds.clamp(1.0, 3_600.0) as i64)
    }

    fn filled(&self, bucket: &Bucket, now: Timestamp) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds since the last request"
        )]
        let seconds = now.millis_since(bucket.at).max(0) as f64 / 1000.0;
        (bucket.left + seconds * self.per_second).min(self.burst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_spent_and_fills_again_for_each_actor_alone() {
        let budgets = Budgets::new(3, 0.5);
        let start = Timestamp::from_millis(0);
        for _ in 0..3 {
            assert_eq!(budgets.take("a", start), Ok(()));
        }
        assert_eq!(budgets.take("a", start), Err(2));
        assert_eq!(budgets.take("b", start), Ok(()));
        assert_eq!(budgets.take("a", start.plus_seconds(1)), Err(1));
        assert_eq!(budgets.take("a", start.plus_seconds(2)), Ok(()));
        assert_eq!(budgets.take("a", start.plus_seconds(2)), Err(2));
    }

    #[test]
    fn costly_requests_take_more_and_a_full_budget_pays_for_any() {
        let budgets = Budgets::new(10, 1.0);
        let start = Timestamp::from_millis(0);
        assert_eq!(budgets.take_many("a", 6, start), Ok(()));
        assert_eq!(budgets.take_many("a", 6, start), Err(2));
        assert_eq!(budgets.take_many("a", 4, start), Ok(()));
        assert_eq!(budgets.take_many("b", 1_000, start), Ok(()));
        assert_eq!(budgets.take("b", start), Err(1));
    }

    #[test]
    fn a_crowd_of_strangers_does_not_grow_memory() {
        let budgets = Budgets::new(1, 1.0);
        for n in 0..50_000_i64 {
            // Some are refused; none is remembered for ever.
            let _ = budgets.take(n, Timestamp::from_millis(n));
        }
        let kept = budgets.buckets.lock().expect("not poisoned").len();
        assert!(kept <= 2 * REMEMBERED, "{kept}");
    }
}
