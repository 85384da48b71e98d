//! The arithmetic on a run: what counts, when it is due, when its points lie.

use serde::{Deserialize, Serialize};

use super::agreement::{Allowance, PointOffset};
use super::run::{Run, Stop, Why};
use crate::calendar::{Band, DayPart, WorkingTime};
use crate::ticket::HoldReason;
use crate::time::Timestamp;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What a stretch of real time is to a clock; the first that holds.
    SegmentKind {
        /// Working time that counts.
        Counted = "counted",
        /// Outside of working hours.
        OutsideHours = "outside_hours",
        /// A closed date.
        Holiday = "holiday",
        /// On hold for a reason that pauses the clock.
        Paused = "paused",
        /// Resolved or closed.
        Finished = "finished",
    }
}

/// A stretch of a clock's explanation.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
    /// What it is.
    pub kind: SegmentKind,
    /// Why it is paused, if it is.
    pub pause_reason: Option<HoldReason>,
    /// Working time in it, counted or not, in seconds.
    pub working_seconds: i64,
    /// Time that counts, in seconds; the sum over all segments is the elapsed time.
    pub counted_seconds: i64,
    /// Elapsed time at its end, in seconds.
    pub running_total: i64,
}

/// A piece of a run as [`walk`] sees it. Durations in milliseconds.
struct Step {
    from: Timestamp,
    to: Timestamp,
    kind: SegmentKind,
    pause_reason: Option<HoldReason>,
    working: i64,
    counted: i64,
}

/// Goes through a run from its start up to `until` (or its end). Elapsed time and explanation are
/// both sums over these steps, so they cannot differ.
fn walk<C: WorkingTime + ?Sized>(
    calendar: &C,
    run: &Run,
    until: Timestamp,
    mut each: impl FnMut(Step),
) {
    let until = run.ending.map_or(until, |ending| until.min(ending.at));
    let counting = |from: Timestamp, to: Timestamp, each: &mut dyn FnMut(Step)| {
        calendar.bands(from, to, &mut |from, to, band| {
            let (kind, counted) = match band {
                Band::Open => (SegmentKind::Counted, to.millis_since(from)),
                Band::OutsideHours => (SegmentKind::OutsideHours, 0),
                Band::Holiday => (SegmentKind::Holiday, 0),
            };
            each(Step {
                from,
                to,
                kind,
                pause_reason: None,
                working: counted,
                counted,
            });
        });
    };
    let mut cursor = run.from;
    for stop in &run.stops {
        if stop.from >= until {
            break;
        }
        if stop.from > cursor {
            counting(cursor, stop.from, &mut each);
        }
        let end = stop.to.map_or(until, |to| to.min(until));
        let (kind, pause_reason) = match stop.why {
            Why::Paused(reason) => (SegmentKind::Paused, Some(reason)),
            Why::Finished => (SegmentKind::Finished, None),
        };
        if stop.from < end {
            each(Step {
                from: stop.from,
                to: end,
                kind,
                pause_reason,
                working: calendar.working_millis(stop.from, end),
                counted: 0,
            });
        }
        cursor = end;
    }
    if cursor < until {
        counting(cursor, until, &mut each);
    }
}

/// Milliseconds that count between the start of a run and `until`.
#[must_use]
pub fn elapsed_millis<C: WorkingTime + ?Sized>(calendar: &C, run: &Run, until: Timestamp) -> i64 {
    let mut total = 0;
    walk(calendar, run, until, |step| total += step.counted);
    total
}

/// Why so much has elapsed: the run in segments, in order and without a gap.
#[must_use]
pub fn segments<C: WorkingTime + ?Sized>(
    calendar: &C,
    run: &Run,
    until: Timestamp,
) -> Vec<Segment> {
    let mut steps: Vec<Step> = Vec::new();
    walk(calendar, run, until, |step| match steps.last_mut() {
        Some(last) if last.kind == step.kind && last.pause_reason == step.pause_reason => {
            last.to = step.to;
            last.working += step.working;
            last.counted += step.counted;
        }
        _ => steps.push(step),
    });
    // Seconds are differences of rounded totals, so that they add up to the rounded elapsed time.
    let mut total = 0;
    steps
        .into_iter()
        .map(|step| {
            let before = total / 1000;
            total += step.counted;
            let counted_seconds = total / 1000 - before;
            Segment {
                from: step.from,
                to: step.to,
                kind: step.kind,
                pause_reason: step.pause_reason,
                working_seconds: if step.kind == SegmentKind::Counted {
                    counted_seconds
                } else {
                    step.working / 1000
                },
                counted_seconds,
                running_total: total / 1000,
            }
        })
        .collect()
}

/// A due time.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The last instant at which the target is met.
    pub at: Timestamp,
    /// Since when the due time could be told: the start, or the end of the last pause that moved it.
    pub known_from: Timestamp,
}

/// What a run is measured against. Durations in milliseconds.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Measure {
    /// So much may be counted.
    Working(i64),
    /// A day target: this is its due time without any pause.
    Until(Timestamp),
    /// A day target that the calendar never reaches.
    Never,
}

impl Measure {
    /// The measure of an allowance for a clock that starts at `start`.
    #[must_use]
    pub fn of<C: WorkingTime + ?Sized>(
        calendar: &C,
        start: Timestamp,
        allowance: Allowance,
    ) -> Self {
        let day = |days: u16, part| {
            calendar
                .working_day(start, i32::from(days), part)
                .map_or(Self::Never, Self::Until)
        };
        match allowance {
            Allowance::WorkingSeconds(seconds) => {
                Self::Working(seconds.saturating_mul(1000).max(0))
            }
            Allowance::WorkingDays(days) => day(days, DayPart::SameWallTime),
            Allowance::EndOfWorkingDay(days) => day(days, DayPart::End),
        }
    }

    /// The nominal working time from start to due time; `None` when that is never.
    #[must_use]
    pub fn nominal_millis<C: WorkingTime + ?Sized>(
        self,
        calendar: &C,
        start: Timestamp,
    ) -> Option<i64> {
        match self {
            Self::Working(millis) => Some(millis),
            Self::Until(due) => Some(calendar.working_millis(start, due)),
            Self::Never => None,
        }
    }
}

/// The due time of a run; `None` while a pause that moves it lasts, or when it never comes.
#[must_use]
pub fn due<C: WorkingTime + ?Sized>(calendar: &C, run: &Run, measure: Measure) -> Option<Due> {
    match measure {
        Measure::Working(millis) => due_after(calendar, run, millis),
        Measure::Until(nominal) => due_moved(calendar, run, nominal),
        Measure::Never => None,
    }
}

/// The first instant by which so much has counted.
fn due_after<C: WorkingTime + ?Sized>(calendar: &C, run: &Run, millis: i64) -> Option<Due> {
    let mut left = millis;
    let mut cursor = run.from;
    for stop in &run.stops {
        if left == 0 {
            // Nothing is asked for but an opening, which the stop may cover.
            if calendar
                .add_millis(cursor, 0)
                .is_some_and(|at| at <= stop.from)
            {
                break;
            }
        } else {
            let counted = calendar.working_millis(cursor, stop.from);
            if left <= counted {
                break;
            }
            left -= counted;
        }
        cursor = stop.to?;
    }
    let at = calendar.add_millis(cursor, left)?;
    Some(Due {
        at,
        known_from: cursor,
    })
}

/// A due time, moved by the working time of each stop that begins before it.
fn due_moved<C: WorkingTime + ?Sized>(calendar: &C, run: &Run, nominal: Timestamp) -> Option<Due> {
    let mut due = Due {
        at: nominal,
        known_from: run.from,
    };
    for stop in &run.stops {
        if stop.from >= due.at {
            break;
        }
        let to = stop.to?;
        let covered = calendar.working_millis(stop.from, to);
        // Adding nothing would move a due time at a closing to the next opening.
        if covered > 0 {
            due.at = calendar.add_millis(due.at, covered)?;
        }
        due.known_from = to;
    }
    Some(due)
}

/// What is left until the due time at `now`, in milliseconds that count; negative after it. While
/// paused: what will be left. `None` when the due time never comes.
#[must_use]
pub fn remaining_millis<C: WorkingTime + ?Sized>(
    calendar: &C,
    run: &Run,
    measure: Measure,
    now: Timestamp,
) -> Option<i64> {
    let now = run.ending.map_or(now, |ending| now.min(ending.at));
    match measure {
        Measure::Never => None,
        Measure::Working(millis) => Some(millis - elapsed_millis(calendar, run, now)),
        Measure::Until(nominal) => {
            let due = match due_moved(calendar, run, nominal) {
                Some(due) => due.at,
                // The pause that lasts hides a due time: what was left when it began.
                None => {
                    let pause = run.current_stop()?;
                    let mut before = run.clone();
                    before.stops.pop();
                    let due = due_moved(calendar, &before, nominal)?.at;
                    return Some(counted_between(calendar, &before, pause.from, due));
                }
            };
            Some(if due >= now {
                counted_between(calendar, run, now, due)
            } else {
                -counted_between(calendar, run, due, now)
            })
        }
    }
}

/// Working time between two instants without the stops.
fn counted_between<C: WorkingTime + ?Sized>(
    calendar: &C,
    run: &Run,
    from: Timestamp,
    to: Timestamp,
) -> i64 {
    let mut total = calendar.working_millis(from, to);
    for stop in &run.stops {
        let end = stop.to.map_or(to, |end| end.min(to));
        total -= calendar.working_millis(stop.from.max(from), end);
    }
    total
}

/// When a point lies, as far as can be told: `None` while a pause lasts that comes before it, or
/// when it lies after the run's end.
#[must_use]
pub fn point<C: WorkingTime + ?Sized>(
    calendar: &C,
    run: &Run,
    measure: Measure,
    offset: PointOffset,
) -> Option<Timestamp> {
    let due = due(calendar, run, measure);
    let nominal = measure.nominal_millis(calendar, run.from)?;
    let at = match (offset, due) {
        (PointOffset::WorkingDays(days), Some(due)) => {
            let at = calendar.shift_working_days(due.at, days)?;
            moved_after(calendar, run, due.at, at)
        }
        (PointOffset::WorkingDays(_), None) => None,
        (PointOffset::WorkingSeconds(seconds), due) => {
            by_counting(calendar, run, due, nominal, seconds.saturating_mul(1000))
        }
        (PointOffset::PercentUsed(percent), due) => {
            let wanted = i128::from(nominal) * i128::from(percent) / 100;
            let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
            by_counting(calendar, run, due, nominal, wanted - nominal)
        }
    }?;
    let ended_before = run.ending.is_some_and(|ending| ending.at < at);
    (!ended_before).then_some(at)
}

fn by_counting<C: WorkingTime + ?Sized>(
    calendar: &C,
    run: &Run,
    due: Option<Due>,
    nominal: i64,
    offset: i64,
) -> Option<Timestamp> {
    match due {
        Some(due) if offset < 0 => count_back(calendar, run, due.at, -offset),
        Some(due) if offset > 0 => count_on(calendar, run, due.at, offset),
        Some(due) => Some(due.at),
        None => passed_before_pause(calendar, run, nominal.saturating_add(offset)),
    }
}

/// The last instant from which so much (in milliseconds) counts until `at`.
pub fn count_back<C: WorkingTime + ?Sized>(
    calendar: &C,
    run: &Run,
    at: Timestamp,
    millis: i64,
) -> Option<Timestamp> {
    let mut left = millis;
    let mut cursor = at;
    for stop in run.stops.iter().rev() {
        if stop.from >= cursor {
            continue;
        }
        let end = stop.to.map_or(cursor, |to| to.min(cursor));
        let counted = calendar.working_millis(end, cursor);
        if left <= counted {
            break;
        }
        left -= counted;
        cursor = stop.from;
    }
    calendar.subtract_millis(cursor, left)
}

/// The first instant by which so much has counted since `at`; `None` if a stop that lasts comes
/// before it.
fn count_on<C: WorkingTime + ?Sized>(
    calendar: &C,
    run: &Run,
    at: Timestamp,
    millis: i64,
) -> Option<Timestamp> {
    let mut left = millis;
    let mut cursor = at;
    for stop in &run.stops {
        if stop.to.is_some_and(|to| to <= cursor) {
            continue;
        }
        let counted = calendar.working_millis(cursor, stop.from);
        if left <= counted {
            break;
        }
        left -= counted;
        cursor = stop.to?;
    }
    calendar.add_millis(cursor, left)
}

/// A point after the due time, moved by the working time of the stops between.
fn moved_after<C: WorkingTime + ?Sized>(
    calendar: &C,
    run: &Run,
    due: Timestamp,
    at: Timestamp,
) -> Option<Timestamp> {
    let mut at = at;
    for stop in run.stops.iter().filter(|stop| stop.from >= due) {
        if stop.from >= at {
            break;
        }
        let covered = calendar.working_millis(stop.from, stop.to?);
        if covered > 0 {
            at = calendar.add_millis(at, covered)?;
        }
    }
    Some(at)
}

/// While a pause lasts: the last instant with `wanted` counted, if it came before the pause.
fn passed_before_pause<C: WorkingTime + ?Sized>(
    calendar: &C,
    run: &Run,
    wanted: i64,
) -> Option<Timestamp> {
    if wanted < 0 {
        let opening = calendar.next_opening(run.from)?;
        return calendar.subtract_millis(opening, wanted.checked_neg()?);
    }
    let mut left = wanted;
    let mut cursor = run.from;
    for Stop { from, to, .. } in run.stops.iter().copied() {
        let counted = calendar.working_millis(cursor, from);
        if left < counted {
            return calendar.subtract_millis(from, counted - left);
        }
        left -= counted;
        cursor = to?;
    }
    None
}
