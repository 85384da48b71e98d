//! A calendar with the rules of its zone, compiled chunk by chunk as it is asked.

use std::sync::{LazyLock, OnceLock};

use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::chunk::{CHUNKS, Chunk, Piece, RANGE, chunk_of, chunk_start};
use super::date::DAY_MS;
use super::open_spans::merge;
use super::rules::Rules;
use super::{Band, CalendarDefinition, Date, DayPart, OpenSpans, WorkingTime};
use crate::time::Timestamp;
use crate::validation::Problem;

/// The zone rules in this program, not those of the machine: every installation agrees.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// Larger than any offset from UTC.
const LARGEST_OFFSET: i64 = 26 * 3_600_000;

/// Whether the IANA name is known.
#[must_use]
pub fn zone_exists(name: &str) -> bool {
    ZONES.get(name).is_ok()
}

/// All zones, by IANA name, in alphabetical order.
#[must_use]
pub fn zone_names() -> Vec<String> {
    let mut names: Vec<String> = ZONES.available().map(|name| name.to_string()).collect();
    names.sort_unstable();
    names
}

/// Why a definition does not compile.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// The zone is not in the database.
    #[error("unknown time zone `{0}`")]
    UnknownZone(String),
    /// What [`CalendarDefinition::validate`] says.
    #[error("{}", .0.iter().map(|problem| format!("{}: {}", problem.field, problem.message)).collect::<Vec<_>>().join(" "))]
    Invalid(Vec<Problem>),
}

/// A calendar that answers. It covers the years 1900 to 2456; outside of them nothing is open.
///
/// Parts of about 13 months are compiled when they are first asked for and kept, so that a calendar
/// can be shared between threads and stays quick however far a due time lies.
#[derive(Debug)]
pub struct CompiledCalendar {
    zone: TimeZone,
    zone_name: String,
    rules: Rules,
    chunks: Box<[OnceLock<Box<Chunk>>]>,
}

impl CompiledCalendar {
    /// Compiles a definition that [`CalendarDefinition::validate`] accepts.
    ///
    /// # Errors
    /// What `validate` finds.
    pub fn new(definition: &CalendarDefinition) -> Result<Self, CompileError> {
        let problems = definition.validate();
        if problems.is_empty() {
            Self::lenient(definition)
        } else {
            Err(CompileError::Invalid(problems))
        }
    }

    /// Compiles whatever has a known zone: overlaps merge, spans without length drop, and a
    /// calendar may never open.
    ///
    /// # Errors
    /// An unknown zone.
    pub fn lenient(definition: &CalendarDefinition) -> Result<Self, CompileError> {
        let zone = ZONES
            .get(&definition.zone)
            .map_err(|_| CompileError::UnknownZone(definition.zone.clone()))?;
        Ok(Self {
            zone,
            zone_name: definition.zone.clone(),
            rules: Rules::of(definition),
            chunks: (0..CHUNKS).map(|_| OnceLock::new()).collect(),
        })
    }

    /// IANA name of its zone.
    #[must_use]
    pub fn zone_name(&self) -> &str {
        &self.zone_name
    }

    /// The open spans within `[from, to)`, cut at both ends: what a browser needs to count down.
    #[must_use]
    pub fn open_spans(&self, from: Timestamp, to: Timestamp) -> OpenSpans {
        let mut open = OpenSpans::default();
        self.bands(from, to, &mut |from, to, band| {
            if band == Band::Open {
                open.push(from.as_millis(), to.as_millis());
            }
        });
        open
    }

    /// The local date of an instant.
    #[must_use]
    pub fn local_date(&self, at: Timestamp) -> Date {
        self.local(at.as_millis()).0
    }

    fn chunk(&self, index: usize) -> &Chunk {
        self.chunks[index].get_or_init(|| Box::new(Chunk::compile(index, &self.zone, &self.rules)))
    }

    /// The pieces that touch `[from, to]`, in order.
    fn pieces(&self, from: i64, to: i64) -> impl Iterator<Item = Piece> + '_ {
        (chunk_of(from)..=chunk_of(to))
            .flat_map(|index| self.chunk(index).pieces.iter().copied())
            .filter(move |piece| piece.to > from && piece.from <= to)
    }

    /// Local date, and wall milliseconds since its midnight.
    fn local(&self, at: i64) -> (Date, i64) {
        let at = clamp(at);
        let offset = self.pieces(at, at).next().map_or(0, |piece| piece.offset);
        let local = at + offset;
        let date = Date::from_days(local.div_euclid(DAY_MS) as i32);
        (date, local - date.wall_ms())
    }

    /// The instant of a wall time: the first when it occurs twice; when it is skipped, as far after
    /// the skip as it would lie into it.
    fn resolve(&self, date: Date, wall: i64) -> Option<i64> {
        let local = date.wall_ms() + wall;
        let mut before_gap = None;
        for piece in self.pieces(local - LARGEST_OFFSET, local + LARGEST_OFFSET) {
            let at = local - piece.offset;
            if (piece.from..piece.to).contains(&at) {
                return Some(at);
            }
            if at >= piece.to {
                before_gap = Some(at);
            }
        }
        before_gap
    }

    /// A date's working time as real time.
    fn spans_of(&self, date: Date) -> Vec<(i64, i64)> {
        let hours = self.rules.hours(date);
        if hours.is_empty() {
            return Vec::new();
        }
        let midnight = date.wall_ms();
        let around = (
            midnight - LARGEST_OFFSET,
            midnight + DAY_MS + LARGEST_OFFSET,
        );
        let mut spans = Vec::with_capacity(hours.len());
        for piece in self.pieces(around.0, around.1) {
            spans.extend(
                hours
                    .iter()
                    .filter_map(|(start, end)| piece.clip(midnight + start, midnight + end)),
            );
        }
        merge(&mut spans);
        spans
    }

    /// The `days`-th date with working time after (negative: before) a date, with its spans.
    fn nth_working_date(&self, from: Date, days: i32) -> Option<(Date, Vec<(i64, i64)>)> {
        let step = days.signum();
        let mut date = from;
        let mut spans = self.spans_of(date);
        for _ in 0..days.unsigned_abs() {
            loop {
                date = date.plus_days(step);
                if !(RANGE.0..RANGE.1).contains(&date.wall_ms()) {
                    return None;
                }
                spans = self.spans_of(date);
                if !spans.is_empty() {
                    break;
                }
            }
        }
        Some((date, spans))
    }
}

fn clamp(at: i64) -> i64 {
    at.clamp(RANGE.0, RANGE.1 - 1)
}

impl WorkingTime for CompiledCalendar {
    fn working_millis(&self, from: Timestamp, to: Timestamp) -> i64 {
        let from = from.as_millis().clamp(RANGE.0, RANGE.1);
        let to = to.as_millis().clamp(RANGE.0, RANGE.1);
        if to <= from {
            return 0;
        }
        let (first, last) = (chunk_of(from), chunk_of(to));
        let whole: i64 = (first..last)
            .map(|index| self.chunk(index).open.total_millis())
            .sum();
        whole + self.chunk(last).open.before(to) - self.chunk(first).open.before(from)
    }

    fn add_millis(&self, at: Timestamp, millis: i64) -> Option<Timestamp> {
        if millis < 0 {
            return self.subtract_millis(at, millis.checked_neg()?);
        }
        let at = at.as_millis();
        if at >= RANGE.1 {
            return None;
        }
        let at = at.max(RANGE.0);
        let first = chunk_of(at);
        if millis == 0 {
            return (first..CHUNKS)
                .find_map(|index| self.chunk(index).open.opening_from(at))
                .map(Timestamp::from_millis);
        }
        let mut wanted = self.chunk(first).open.before(at).checked_add(millis)?;
        for index in first..CHUNKS {
            let open = &self.chunk(index).open;
            if wanted <= open.total_millis() {
                return Some(Timestamp::from_millis(open.first_with(wanted)));
            }
            wanted -= open.total_millis();
        }
        None
    }

    fn subtract_millis(&self, at: Timestamp, millis: i64) -> Option<Timestamp> {
        if millis < 0 {
            return self.add_millis(at, millis.checked_neg()?);
        }
        let at = at.as_millis();
        if at <= RANGE.0 {
            return None;
        }
        let at = at.min(RANGE.1);
        let last = chunk_of(at);
        if millis == 0 {
            return (0..=last)
                .rev()
                .find_map(|index| self.chunk(index).open.closing_until(at))
                .map(Timestamp::from_millis);
        }
        let mut wanted = self.chunk(last).open.before(at) - millis;
        let mut index = last;
        while wanted < 0 {
            index = index.checked_sub(1)?;
            wanted += self.chunk(index).open.total_millis();
        }
        Some(Timestamp::from_millis(
            self.chunk(index).open.last_with(wanted),
        ))
    }

    fn bands(
        &self,
        from: Timestamp,
        to: Timestamp,
        each: &mut dyn FnMut(Timestamp, Timestamp, Band),
    ) {
        let mut emit = |from: i64, to: i64, band| {
            if from < to {
                each(
                    Timestamp::from_millis(from),
                    Timestamp::from_millis(to),
                    band,
                );
            }
        };
        let (start, end) = (from.as_millis(), to.as_millis());
        emit(start, end.min(RANGE.0), Band::OutsideHours);
        let (mut cursor, inner_end) = (start.max(RANGE.0), end.min(RANGE.1));
        while cursor < inner_end {
            let index = chunk_of(cursor);
            let chunk = self.chunk(index);
            let until = chunk_start(index + 1).min(inner_end);
            let mut closed = chunk.closed[chunk.closed.partition_point(|span| span.1 <= cursor)..]
                .iter()
                .peekable();
            let mut gap = |mut from: i64, to: i64, emit: &mut dyn FnMut(i64, i64, Band)| {
                while let Some((closed_from, closed_to)) =
                    closed.next_if(|span| span.0 < to).copied()
                {
                    emit(from, closed_from, Band::OutsideHours);
                    emit(closed_from.max(from), closed_to.min(to), Band::Holiday);
                    from = closed_to.min(to);
                }
                emit(from, to, Band::OutsideHours);
            };
            for (open, close) in chunk.open.within(cursor, until) {
                gap(cursor, open, &mut emit);
                emit(open.max(cursor), close.min(until), Band::Open);
                cursor = close.min(until);
            }
            gap(cursor, until, &mut emit);
            cursor = until;
        }
        emit(start.max(RANGE.1), end, Band::OutsideHours);
    }

    fn working_day(&self, start: Timestamp, days: i32, part: DayPart) -> Option<Timestamp> {
        let opening = self.next_opening(start)?;
        let (day_zero, wall) = self.local(opening.as_millis());
        let (date, spans) = self.nth_working_date(day_zero, days)?;
        let last_closing = spans.last()?.1;
        let due = match part {
            DayPart::End => last_closing,
            DayPart::SameWallTime => {
                let at = self.resolve(date, wall)?;
                spans
                    .iter()
                    .find(|span| at < span.1)
                    .map_or(last_closing, |span| at.max(span.0))
            }
        };
        Some(Timestamp::from_millis(due))
    }

    fn shift_working_days(&self, at: Timestamp, days: i32) -> Option<Timestamp> {
        if days == 0 {
            return Some(at);
        }
        let (date, wall) = self.local(at.as_millis());
        let (date, _) = self.nth_working_date(date, days)?;
        self.resolve(date, wall).map(Timestamp::from_millis)
    }
}
