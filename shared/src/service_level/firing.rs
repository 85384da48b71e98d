//! Which escalation points to fire now.

use super::clock::Clock;
use crate::time::Timestamp;

/// A point to fire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Firing {
    /// Which point.
    pub key: String,
    /// When it should have fired.
    pub at: Timestamp,
    /// It comes later than it should, by more than the tolerance: after a downtime.
    pub late: bool,
    /// A change made it past; the points in `instead_of` became past with it and do not fire.
    pub by_change: bool,
    /// Points that this one stands for.
    pub instead_of: Vec<String>,
}

/// The points of a clock that are past at its `measured_at` and have not fired in this run.
///
/// `changed`: the clock was recomputed under changed terms just now; then only the furthest fires,
/// in place of all that became past with it. `tolerance_seconds` says from when on a firing is late.
/// Nothing fires for a clock that has ended.
#[must_use]
pub fn firings(
    clock: &Clock,
    fired: &[String],
    changed: bool,
    tolerance_seconds: i64,
) -> Vec<Firing> {
    if !clock.is_open() {
        return Vec::new();
    }
    let now = clock.measured_at;
    let mut past: Vec<(Timestamp, &str)> = clock
        .points
        .iter()
        .filter(|point| !fired.contains(&point.key))
        .filter_map(|point| point.at.map(|at| (at, point.key.as_str())))
        .filter(|(at, _)| *at <= now)
        .collect();
    past.sort_by_key(|(at, _)| *at);
    if changed {
        return past
            .split_last()
            .map(|((at, key), nearer)| Firing {
                key: (*key).to_owned(),
                at: *at,
                late: false,
                by_change: true,
                instead_of: nearer.iter().map(|(_, key)| (*key).to_owned()).collect(),
            })
            .into_iter()
            .collect();
    }
    past.into_iter()
        .map(|(at, key)| Firing {
            key: key.to_owned(),
            at,
            late: now.seconds_since(at) > tolerance_seconds,
            by_change: false,
            instead_of: Vec::new(),
        })
        .collect()
}
