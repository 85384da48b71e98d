//! How the clocks of one ticket together drive queues.

use super::clock::{Clock, ClockState};
use crate::ticket::{ClockRisk, DUE_ORDER_NONE, DUE_ORDER_PAUSED};
use crate::time::Timestamp;

/// What a queue knows of a ticket's clocks.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How the driving clock stands.
    pub risk: ClockRisk,
    /// The earliest due time among unmet targets; none while all are paused or done.
    pub due_at: Option<Timestamp>,
    /// Sorts running before paused before none; never null, so that databases order alike.
    pub due_order: i64,
    /// Which of the clocks drives, by its place in the list.
    pub driver: Option<usize>,
}

/// The standing of a ticket with these clocks, at their `measured_at`.
#[must_use]
pub fn standing(clocks: &[Clock]) -> Standing {
    let order = |clock: &Clock| match clock.due_at {
        Some(due) => due.as_millis(),
        None if clock.state == ClockState::Paused => {
            DUE_ORDER_PAUSED.saturating_add(clock.remaining_seconds.max(0).saturating_mul(1000))
        }
        None => DUE_ORDER_NONE,
    };
    let driver = clocks
        .iter()
        .enumerate()
        .filter(|(_, clock)| clock.is_open())
        .min_by_key(|(_, clock)| order(clock));
    match driver {
        None => Standing {
            risk: ClockRisk::None,
            due_at: None,
            due_order: DUE_ORDER_NONE,
            driver: None,
        },
        Some((index, clock)) => Standing {
            risk: risk(clock),
            due_at: clock.due_at,
            due_order: order(clock).min(DUE_ORDER_NONE),
            driver: Some(index),
        },
    }
}

/// How one clock stands.
#[must_use]
pub fn risk(clock: &Clock) -> ClockRisk {
    match clock.state {
        _ if !clock.is_open() => ClockRisk::None,
        ClockState::Breached => ClockRisk::Breached,
        ClockState::Paused => ClockRisk::Paused,
        _ if clock.warn_at.is_some_and(|at| at <= clock.measured_at) => ClockRisk::AtRisk,
        _ => ClockRisk::OnTrack,
    }
}
