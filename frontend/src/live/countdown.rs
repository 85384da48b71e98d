//! How much of a promise is left: the server's measurement, less the working time that has passed since.

use crate::api::{
    ClockState, Timestamp,
    operations::{ClockFace, Span},
};

/// A clock as it stands at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Working seconds left; negative when overdue.
    pub remaining_seconds: i64,
    /// Part of the target that is used, in percent, 0 to 100.
    pub used_percent: u8,
    /// How it stands, for words and colour.
    pub mood: Mood,
}

/// How a clock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Running, with time to spare.
    Calm,
    /// Running, past its warning.
    Soon,
    /// Running, past its due time.
    Overdue,
    /// Not counting at present.
    Paused,
    /// Finished in time.
    Met,
    /// Finished too late.
    Missed,
    /// Finished without counting.
    Void,
}

/// Seconds of the spans between the two instants. Spans are apart and in order.
#[must_use]
pub fn open_seconds(spans: &[Span], from: Timestamp, to: Timestamp) -> i64 {
    let millis: i64 = spans
        .iter()
        .map(|span| (span.to.min(to).as_millis() - span.from.max(from).as_millis()).max(0))
        .sum();
    millis / 1000
}

/// Where the clock stands at `now`.
///
/// The spans of the server end at the due time or after 14 days, whichever is first. Past the due time every second
/// counts as overdue until the server says otherwise, which it does at the next measurement.
#[must_use]
pub fn standing(clock: &ClockFace, now: Timestamp) -> Standing {
    let measured = i64::from(clock.remaining_seconds);
    let running = clock.state == ClockState::Running
        || (clock.state == ClockState::Breached && clock.finished_at.is_none());
    let remaining_seconds = if running {
        measured - passed(clock, now)
    } else {
        measured
    };
    let target = i64::from(clock.target_seconds).max(1);
    let used = (target - remaining_seconds).clamp(0, target) * 100 / target;
    let warned = clock.warn_at.is_some_and(|warn| warn <= now);
    let mood = match clock.state {
        ClockState::Paused => Mood::Paused,
        ClockState::Met => Mood::Met,
        ClockState::Cancelled | ClockState::NotNeeded => Mood::Void,
        ClockState::Breached if clock.finished_at.is_some() => Mood::Missed,
        ClockState::Running | ClockState::Breached if clock.breached || remaining_seconds < 0 => {
            Mood::Overdue
        }
        _ if warned || (clock.warn_at.is_none() && used >= 75) => Mood::Soon,
        _ => Mood::Calm,
    };
    Standing {
        remaining_seconds,
        used_percent: u8::try_from(used).unwrap_or(100),
        mood,
    }
}

fn passed(clock: &ClockFace, now: Timestamp) -> i64 {
    let counted = open_seconds(&clock.open_spans, clock.measured_at, now);
    let Some(due) = clock.due_at else {
        return counted;
    };
    // Beyond the due time the spans say nothing; the wall clock is the nearest that is known.
    let beyond = now.seconds_since(due.max(clock.measured_at)).max(0);
    if now > due { counted + beyond } else { counted }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{ClockTarget, Id};

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_millis(minute * 60_000)
    }

    fn clock(state: ClockState) -> ClockFace {
        ClockFace {
            id: Id::new("clock_1"),
            target: ClockTarget::Resolution,
            state,
            breached: false,
            due_at: Some(at(180)),
            warn_at: Some(at(150)),
            finished_at: None,
            pause_reason: None,
            target_seconds: 2 * 3600,
            elapsed_seconds: 0,
            remaining_seconds: 2 * 3600,
            measured_at: at(0),
            open_spans: vec![
                Span {
                    from: at(0),
                    to: at(60),
                },
                Span {
                    from: at(120),
                    to: at(180),
                },
            ],
            agreement_name: String::new(),
            timezone: "Europe/Lisbon".to_owned(),
        }
    }

    #[test]
    fn time_outside_the_open_spans_does_not_count() {
        let clock = clock(ClockState::Running);
        assert_eq!(standing(&clock, at(30)).remaining_seconds, 90 * 60);
        assert_eq!(standing(&clock, at(60)).remaining_seconds, 60 * 60);
        assert_eq!(standing(&clock, at(119)).remaining_seconds, 60 * 60);
        assert_eq!(standing(&clock, at(150)).remaining_seconds, 30 * 60);
        assert_eq!(standing(&clock, at(180)).remaining_seconds, 0);
    }

    #[test]
    fn a_clock_warns_from_its_warning_on_and_is_overdue_past_its_due_time() {
        let clock = clock(ClockState::Running);
        assert_eq!(standing(&clock, at(149)).mood, Mood::Calm);
        assert_eq!(standing(&clock, at(150)).mood, Mood::Soon);
        assert_eq!(standing(&clock, at(180)).mood, Mood::Soon);
        let late = standing(&clock, at(185));
        assert_eq!(
            (late.mood, late.remaining_seconds, late.used_percent),
            (Mood::Overdue, -300, 100)
        );
    }

    #[test]
    fn a_paused_clock_stands_still() {
        let clock = ClockFace {
            due_at: None,
            warn_at: None,
            ..clock(ClockState::Paused)
        };
        assert_eq!(standing(&clock, at(170)).remaining_seconds, 2 * 3600);
        assert_eq!(standing(&clock, at(170)).mood, Mood::Paused);
    }

    #[test]
    fn a_clock_measured_when_overdue_goes_on_from_there() {
        let clock = ClockFace {
            state: ClockState::Breached,
            breached: true,
            remaining_seconds: -600,
            measured_at: at(190),
            open_spans: vec![],
            ..clock(ClockState::Breached)
        };
        assert_eq!(standing(&clock, at(195)).remaining_seconds, -900);
    }

    #[test]
    fn a_finished_clock_keeps_its_result() {
        let met = ClockFace {
            finished_at: Some(at(40)),
            remaining_seconds: 4800,
            ..clock(ClockState::Met)
        };
        assert_eq!(standing(&met, at(170)).remaining_seconds, 4800);
        assert_eq!(standing(&met, at(170)).mood, Mood::Met);
        let missed = ClockFace {
            finished_at: Some(at(190)),
            breached: true,
            ..clock(ClockState::Breached)
        };
        assert_eq!(standing(&missed, at(200)).mood, Mood::Missed);
    }
}
