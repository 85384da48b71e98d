//! Working time: calendars, their rules and the arithmetic on them.
//!
//! A [`CalendarDefinition`] is what an administrator edits and what is stored. With the feature
//! `zones` it compiles into a `CompiledCalendar`, which knows the rules of its time zone and answers
//! within microseconds. [`OpenSpans`] is the part without zones: a list of open spans in UTC, which
//! the server sends and the browser counts down with the same code.
//!
//! Working time is measured in milliseconds. An instant is working time iff its local date is not
//! closed and its local time lies in one of that date's `[start, end)`; wall time that a zone skips
//! has no length, wall time that occurs twice counts twice.

mod date;
mod definition;
mod open_spans;

#[cfg(feature = "zones")]
mod chunk;
#[cfg(feature = "zones")]
mod compiled;
#[cfg(feature = "zones")]
mod rules;

pub use date::{Date, ParseDateError, Weekday};
pub use definition::{
    CalendarDefinition, ClosedDate, ClosedOn, ExceptionalOpening, Interval, MINUTES_OF_A_DAY,
    ParseClosedOnError,
};
pub use open_spans::{OpenSpans, Span};

#[cfg(feature = "zones")]
pub use compiled::{CompileError, CompiledCalendar, zone_exists, zone_names};

use crate::time::Timestamp;

/// What a stretch of real time is to a calendar.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Band {
    /// Working time.
    Open,
    /// No working time, though the date is not closed.
    OutsideHours,
    /// A closed date.
    Holiday,
}

/// Where on a working day a day target falls.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum DayPart {
    /// At the wall time of the start, clamped into that day's working time.
    SameWallTime,
    /// At that day's last closing.
    End,
}

/// Arithmetic on working time. Durations are milliseconds; `None` means that the calendar has no
/// such instant within the years it covers.
pub trait WorkingTime {
    /// Working time from `from` to `to`; 0 when `to` is not later.
    fn working_millis(&self, from: Timestamp, to: Timestamp) -> i64;

    /// The first instant by which `millis` of working time have passed since `at`. With 0: `at`
    /// itself inside `[opening, closing)`, else the next opening. Negative: [`Self::subtract_millis`].
    fn add_millis(&self, at: Timestamp, millis: i64) -> Option<Timestamp>;

    /// The last instant from which `millis` of working time pass until `at`. With 0: `at` itself
    /// inside `(opening, closing]`, else the previous closing.
    fn subtract_millis(&self, at: Timestamp, millis: i64) -> Option<Timestamp>;

    /// Calls `each` with the bands between `from` and `to`, in order and without a gap.
    /// Neighbours may be of the same kind.
    fn bands(
        &self,
        from: Timestamp,
        to: Timestamp,
        each: &mut dyn FnMut(Timestamp, Timestamp, Band),
    );

    /// The day target: `start` moves to the next opening, whose date is day 0; the answer lies on
    /// the `days`-th following (negative: preceding) date that has working time. A wall time in a
    /// gap gives the next opening, one after the last closing that closing.
    fn working_day(&self, start: Timestamp, days: i32, part: DayPart) -> Option<Timestamp>;

    /// The same wall time on the `days`-th following (negative: preceding) date with working time,
    /// whether open at that time or not; 0 gives `at`.
    fn shift_working_days(&self, at: Timestamp, days: i32) -> Option<Timestamp>;

    /// The next instant at which work may begin: [`Self::add_millis`] with 0.
    fn next_opening(&self, at: Timestamp) -> Option<Timestamp> {
        self.add_millis(at, 0)
    }
}
