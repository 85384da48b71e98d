//! Where a clock stands: the result of a history under the terms that applied to it.

use serde::{Deserialize, Serialize};

use super::agreement::{OnChange, Target};
use super::counting::{self, Measure, Segment};
use super::history::{Fact, HistoryEntry};
use super::run::{EndReason, Ending, Run, Why};
use super::{ClockTarget, counting::due};
use crate::calendar::WorkingTime;
use crate::id::{AgreementId, CalendarId};
use crate::ticket::HoldReason;
use crate::time::Timestamp;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Where a clock stands.
    ClockState {
        /// It counts (or waits for working hours), and its due time has not passed.
        Running = "running",
        /// On hold for a reason that pauses it; there is no due time.
        Paused = "paused",
        /// Fulfilled in time.
        Met = "met",
        /// Its due time passed; `finished_at` says whether it was fulfilled later.
        Breached = "breached",
        /// Cancelled or merged with its ticket, or promised no longer.
        Cancelled = "cancelled",
        /// Resolved without the response that was promised; not counted.
        NotNeeded = "not_needed",
    }
}

/// Which agreement and calendar a result rests on.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsVersion {
    /// The agreement.
    pub agreement: AgreementId,
    /// Its version.
    pub agreement_version: i32,
    /// The calendar.
    pub calendar: CalendarId,
    /// Its version.
    pub calendar_version: i32,
}

/// A target with the calendar in which it is counted.
#[derive(Debug)]
pub struct Promise<'a, C: ?Sized> {
    /// Where it comes from.
    pub version: TermsVersion,
    /// What is promised.
    pub target: &'a Target,
    /// How time is counted.
    pub calendar: &'a C,
}

// Not derived: a promise is copied whatever its calendar is.
impl<C: ?Sized> Clone for Promise<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<C: ?Sized> Copy for Promise<'_, C> {}

/// What is promised from an instant on: a new entry for each change of facts.
#[derive(Debug)]
pub struct Terms<'a, C: ?Sized> {
    /// The instant of the change; that of the first terms does not matter.
    pub since: Timestamp,
    /// `None`: no agreement promises this.
    pub promise: Option<Promise<'a, C>>,
}

impl<C: ?Sized> Clone for Terms<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<C: ?Sized> Copy for Terms<'_, C> {}

/// When an escalation point lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointInstant {
    /// Which point of the target.
    pub key: String,
    /// It is a warning: it lies before the due time.
    pub before_due: bool,
    /// `None` while a pause hides it, or when the clock ended before it.
    pub at: Option<Timestamp>,
}

/// A breach under earlier terms that the later ones undo.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupersededBreach {
    /// When it happened.
    pub breached_at: Timestamp,
    /// When the terms changed.
    pub superseded_at: Timestamp,
    /// The terms under which it happened.
    pub version: TermsVersion,
}

/// Terms that applied before.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierTerms {
    /// Which.
    pub version: TermsVersion,
    /// Until when.
    pub until: Timestamp,
}

/// Where one target on one ticket stands at `measured_at`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// What it measures.
    pub target: ClockTarget,
    /// The terms in force; of a finished clock those at its end, for ever.
    pub version: TermsVersion,
    /// Where it stands.
    pub state: ClockState,
    /// The contact instant, from which it is explained.
    pub contact_at: Timestamp,
    /// Its first working instant; the contact instant if working time never comes.
    pub started_at: Timestamp,
    /// 1, and one more with each start anew.
    pub run: u32,
    /// The last instant at which it is met; none while paused.
    pub due_at: Option<Timestamp>,
    /// The earliest warning.
    pub warn_at: Option<Timestamp>,
    /// Nominal working seconds from start to due time.
    pub target_seconds: i64,
    /// Working seconds that count.
    pub elapsed_seconds: i64,
    /// What is left of the allowed time, in working seconds; negative when overdue.
    pub remaining_seconds: i64,
    /// The instant of these numbers.
    pub measured_at: Timestamp,
    /// Since when it has been paused.
    pub paused_at: Option<Timestamp>,
    /// Why it is paused.
    pub pause_reason: Option<HoldReason>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How it ended.
    pub ended: Option<EndReason>,
    /// When it breached: at its due time, or later if the due time could only be told later.
    pub breached_at: Option<Timestamp>,
    /// Its escalation points, in the target's order.
    pub points: Vec<PointInstant>,
    /// Breaches that a change of facts undid.
    pub superseded: Vec<SupersededBreach>,
    /// Terms that applied before these.
    pub earlier: Vec<EarlierTerms>,
}

impl Clock {
    /// Finished late, or still going past its due time.
    #[must_use]
    pub const fn is_breached(&self) -> bool {
        self.breached_at.is_some()
    }

    /// Not ended.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.ended.is_none()
    }

    /// Time counts, as long as the calendar is open.
    #[must_use]
    pub const fn is_counting(&self) -> bool {
        self.ended.is_none() && self.paused_at.is_none()
    }

    /// The instant of its outcome, for ratios by period: when it was met, or when it breached.
    /// `None` while it is open, and for clocks that are not counted.
    #[must_use]
    pub const fn outcome_at(&self) -> Option<Timestamp> {
        match self.state {
            ClockState::Met => self.finished_at,
            ClockState::Breached => self.breached_at,
            _ => None,
        }
    }

    /// The next instant at which something happens without anybody's doing: a point, or the breach,
    /// which comes with the first instant after the due time.
    #[must_use]
    pub fn next_instant(&self) -> Option<Timestamp> {
        if !self.is_open() {
            return None;
        }
        let breach = match self.state {
            ClockState::Running => self.due_at.map(|due| due.plus_millis(1)),
            _ => None,
        };
        let points = self.points.iter().filter_map(|point| point.at);
        points
            .chain(breach)
            .filter(|at| *at > self.measured_at)
            .min()
    }
}

/// One run under one promise, with what is known of it.
struct Case<'a, C: ?Sized> {
    promise: Promise<'a, C>,
    run: Run,
    measure: Measure,
    /// When the terms changed to these; breaches are not before it.
    since: Option<Timestamp>,
}

/// What an earlier change of terms leaves behind.
#[derive(Copy, Clone)]
struct Kept {
    /// Replaces the target's own allowance, in milliseconds.
    allowed: Option<i64>,
    /// A breach under earlier terms that still is one, and the run it belongs to.
    breach: Option<(Timestamp, u32)>,
}

impl<'a, C: WorkingTime + ?Sized> Case<'a, C> {
    fn new(
        promise: Promise<'a, C>,
        history: &[HistoryEntry],
        since: Option<Timestamp>,
        allowed: Option<i64>,
        now: Timestamp,
    ) -> Option<Self> {
        let run = Run::of(promise.target, history, now)?;
        let measure = match allowed {
            Some(millis) => Measure::Working(millis),
            None => Measure::of(promise.calendar, run.from, promise.target.allowance),
        };
        Some(Self {
            promise,
            run,
            measure,
            since,
        })
    }

    /// When it breached, as far as `now` can tell.
    fn breach(&self, now: Timestamp) -> Option<Timestamp> {
        // A breach under terms that are gone is a superseded one.
        if self.run.ending.map(|ending| ending.reason) == Some(EndReason::NoAgreement) {
            return None;
        }
        let due = due(self.promise.calendar, &self.run, self.measure)?;
        let until = self.run.ending.map_or(now, |ending| ending.at);
        // It finished, or stands, in time.
        if until <= due.at {
            return None;
        }
        // Finished exactly at its due time, it was met until it was reopened.
        let reopened = self
            .run
            .stops
            .iter()
            .find(|stop| stop.why == Why::Finished && stop.from == due.at)
            .and_then(|stop| stop.to);
        let known = [Some(due.known_from), self.since, reopened]
            .into_iter()
            .flatten()
            .fold(due.at, Timestamp::max);
        Some(known)
    }

    fn elapsed(&self, now: Timestamp) -> i64 {
        counting::elapsed_millis(self.promise.calendar, &self.run, now)
    }

    fn nominal(&self) -> Option<i64> {
        self.measure
            .nominal_millis(self.promise.calendar, self.run.from)
    }

    fn clock(self, kept: Kept, now: Timestamp) -> Clock {
        let Self {
            promise:
                Promise {
                    version,
                    target,
                    calendar,
                },
            ref run,
            measure,
            ..
        } = self;
        let breached_at = self.breach(now).map(|breach| match kept.breach {
            Some((earlier, number)) if number == run.number => breach.min(earlier),
            _ => breach,
        });
        let due = due(calendar, run, measure).map(|due| due.at);
        let pause = run.current_stop().and_then(|stop| match stop.why {
            Why::Paused(reason) => Some((stop.from, reason)),
            Why::Finished => None,
        });
        let state = match (breached_at, run.ending) {
            (Some(_), _) => ClockState::Breached,
            (None, Some(ending)) => match ending.reason {
                EndReason::Fulfilled => ClockState::Met,
                EndReason::NotNeeded => ClockState::NotNeeded,
                EndReason::Cancelled | EndReason::Merged | EndReason::NoAgreement => {
                    ClockState::Cancelled
                }
            },
            (None, None) if pause.is_some() => ClockState::Paused,
            (None, None) => ClockState::Running,
        };
        let points: Vec<PointInstant> = target
            .points
            .iter()
            .map(|point| PointInstant {
                key: point.key.clone(),
                before_due: point.offset.is_before_due(),
                at: counting::point(calendar, run, measure, point.offset),
            })
            .collect();
        let elapsed = self.elapsed(now);
        let nominal = self.nominal();
        let remaining = counting::remaining_millis(calendar, run, measure, now);
        Clock {
            target: target.kind,
            version,
            state,
            contact_at: run.from,
            started_at: calendar.next_opening(run.from).unwrap_or(run.from),
            run: run.number,
            due_at: due,
            warn_at: points
                .iter()
                .filter(|point| point.before_due)
                .filter_map(|point| point.at)
                .min(),
            // A day target that never comes: the calendar has no time left to give.
            target_seconds: nominal.unwrap_or(0) / 1000,
            elapsed_seconds: elapsed / 1000,
            // Rounded up, so that elapsed and remaining make up the target.
            remaining_seconds: remaining.map_or(0, |millis| -(-millis).div_euclid(1000)),
            measured_at: now,
            paused_at: pause.map(|(from, _)| from),
            pause_reason: pause.map(|(_, reason)| reason),
            finished_at: run.ending.map(|ending| ending.at),
            ended: run.ending.map(|ending| ending.reason),
            breached_at,
            points,
            superseded: Vec::new(),
            earlier: Vec::new(),
        }
    }
}

/// The case in force at `now`, and what led to it.
struct Course<'a, C: ?Sized> {
    case: Case<'a, C>,
    kept: Kept,
    superseded: Vec<SupersededBreach>,
    earlier: Vec<EarlierTerms>,
}

/// Where a target on a ticket stands at `now`, from its history alone.
///
/// `history` is in order of (instant, position in the log); entries after `now` are not looked at.
/// `terms` are in order of `since`. A clock that is unfinished when the terms change is recomputed
/// under the new ones; a finished one keeps its terms until it is reopened. `None` when the ticket
/// has not begun, or nothing was ever promised.
#[must_use]
pub fn evaluate<C: WorkingTime + ?Sized>(
    terms: &[Terms<'_, C>],
    history: &[HistoryEntry],
    now: Timestamp,
) -> Option<Clock> {
    let course = course(terms, history, now)?;
    let mut clock = course.case.clock(course.kept, now);
    clock.superseded = course.superseded;
    clock.earlier = course.earlier;
    Some(clock)
}

/// The clock of [`evaluate`] in segments: when it counted, when not, and why. The sum of their
/// counted seconds is the clock's elapsed time.
#[must_use]
pub fn explain<C: WorkingTime + ?Sized>(
    terms: &[Terms<'_, C>],
    history: &[HistoryEntry],
    now: Timestamp,
) -> Vec<Segment> {
    course(terms, history, now).map_or_else(Vec::new, |course| {
        counting::segments(course.case.promise.calendar, &course.case.run, now)
    })
}

fn course<'a, C: WorkingTime + ?Sized>(
    terms: &[Terms<'a, C>],
    history: &[HistoryEntry],
    now: Timestamp,
) -> Option<Course<'a, C>> {
    let mut in_force = terms.first()?.promise;
    let mut since = None;
    let mut kept = Kept {
        allowed: None,
        breach: None,
    };
    let mut superseded = Vec::new();
    let mut earlier = Vec::new();
    // Where the promise ended without another, and the last one.
    let mut dropped: Option<(Timestamp, Promise<'a, C>, Option<Timestamp>)> = None;
    let mut index = 0;

    for at in switch_instants(terms, history, now) {
        let wanted = terms
            .iter()
            .rposition(|terms| terms.since <= at)
            .unwrap_or(0);
        if wanted <= index {
            continue;
        }
        let Some(before) =
            in_force.and_then(|promise| Case::new(promise, history, since, kept.allowed, at))
        else {
            // Nothing was promised before, or the ticket had not begun: nothing to carry over.
            index = wanted;
            in_force = terms[wanted].promise;
            if in_force.is_some() {
                dropped = None;
                since = Some(at).filter(|at| history.iter().any(|entry| entry.at < *at));
            }
            continue;
        };
        if before.run.ending.is_some() {
            continue;
        }
        index = wanted;
        let breach = match kept.breach {
            Some((breach, number)) if number == before.run.number => Some(breach),
            _ => before.breach(at),
        };
        let version = before.promise.version;
        earlier.push(EarlierTerms { version, until: at });
        in_force = terms[wanted].promise;
        kept = Kept {
            allowed: None,
            breach: None,
        };
        let Some(promise) = in_force else {
            superseded.extend(breach.map(|breached_at| SupersededBreach {
                breached_at,
                superseded_at: at,
                version,
            }));
            dropped = Some((at, before.promise, since));
            continue;
        };
        since = Some(at);
        if promise.target.on_change == OnChange::FromNowOn {
            kept.allowed = allowed_from_now_on(&before, promise, history, at);
        }
        let still = Case::new(promise, history, since, kept.allowed, at)
            .is_some_and(|case| case.breach(at).is_some());
        match breach {
            Some(breach) if still => kept.breach = Some((breach, before.run.number)),
            Some(breached_at) => superseded.push(SupersededBreach {
                breached_at,
                superseded_at: at,
                version,
            }),
            None => {}
        }
    }

    let case = match (in_force, dropped) {
        (Some(promise), _) => Case::new(promise, history, since, kept.allowed, now)?,
        (None, Some((at, promise, since))) => {
            let mut case = Case::new(promise, history, since, None, at)?;
            case.run.resume(at);
            case.run.ending = Some(Ending {
                at,
                reason: EndReason::NoAgreement,
            });
            earlier.pop();
            case
        }
        (None, None) => return None,
    };
    Some(Course {
        case,
        kept,
        superseded,
        earlier,
    })
}

/// When terms may change: at their own instants, and at reopenings, for clocks that were finished
/// when the terms changed.
fn switch_instants<C: ?Sized>(
    terms: &[Terms<'_, C>],
    history: &[HistoryEntry],
    now: Timestamp,
) -> Vec<Timestamp> {
    if terms.len() < 2 {
        return Vec::new();
    }
    let reopenings = history
        .iter()
        .filter(|entry| entry.fact == Fact::Reopened)
        .map(|entry| entry.at);
    let mut instants: Vec<Timestamp> = terms[1..]
        .iter()
        .map(|terms| terms.since)
        .chain(reopenings)
        .filter(|at| *at <= now)
        .collect();
    instants.sort_unstable();
    instants.dedup();
    instants
}

/// The allowance, counted from the start, under which as large a fraction of the new target is left
/// at the change as was left of the old one.
fn allowed_from_now_on<C: WorkingTime + ?Sized>(
    before: &Case<'_, C>,
    promise: Promise<'_, C>,
    history: &[HistoryEntry],
    at: Timestamp,
) -> Option<i64> {
    let after = Case::new(promise, history, None, None, at)?;
    let old_nominal = i128::from(before.nominal().filter(|nominal| *nominal > 0)?);
    let new_nominal = i128::from(after.nominal()?);
    let left = old_nominal - i128::from(before.elapsed(at));
    let allowed = i128::from(after.elapsed(at)) + new_nominal * left / old_nominal;
    i64::try_from(allowed.max(0)).ok()
}
