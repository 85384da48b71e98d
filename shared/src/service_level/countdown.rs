//! Counting down on the other side of a wire, without any knowledge of zones.

use serde::{Deserialize, Serialize};

use super::clock::Clock;
use crate::calendar::OpenSpans;
use crate::time::Timestamp;

/// How far ahead open spans are sent.
pub const HORIZON_SECONDS: i64 = 14 * 86_400;

/// What is left of a clock, and how it goes on from there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Countdown {
    /// When it was measured.
    pub measured_at: Timestamp,
    /// Working seconds left then; negative when overdue.
    pub remaining_seconds: i64,
    /// Open spans from then on. Empty: it does not move.
    pub open_spans: OpenSpans,
}

impl Countdown {
    /// Of a clock as the server sent it.
    #[must_use]
    pub fn new(clock: &Clock, open_spans: OpenSpans) -> Self {
        Self {
            measured_at: clock.measured_at,
            remaining_seconds: clock.remaining_seconds,
            open_spans,
        }
    }

    /// Working seconds left at `now`; negative when overdue.
    #[must_use]
    pub fn left_at(&self, now: Timestamp) -> i64 {
        let counted = self.open_spans.working_millis(self.measured_at, now);
        self.remaining_seconds - counted / 1000
    }
}

/// The span for which a clock needs open spans, from its `measured_at`: up to the due time, or for
/// 14 days when it is overdue. `None` when nothing moves, or when the due time lies further away
/// than 14 days; then the due time and what is left are enough.
#[must_use]
pub fn spans_wanted(clock: &Clock) -> Option<(Timestamp, Timestamp)> {
    if !clock.is_counting() {
        return None;
    }
    let from = clock.measured_at;
    let horizon = from.plus_seconds(HORIZON_SECONDS);
    match clock.due_at? {
        due if due > horizon => None,
        due if due > from => Some((from, due)),
        _ => Some((from, horizon)),
    }
}

/// The open spans that a browser needs for a clock; empty when it need not count.
#[cfg(feature = "zones")]
#[must_use]
pub fn open_spans(clock: &Clock, calendar: &crate::calendar::CompiledCalendar) -> OpenSpans {
    spans_wanted(clock)
        .map(|(from, to)| calendar.open_spans(from, to))
        .unwrap_or_default()
}
