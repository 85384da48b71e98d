//! A bounded stretch of a compiled calendar: zone offsets, open spans, closed dates.

use jiff::tz::TimeZone;

use super::OpenSpans;
use super::date::{DAY_MS, Date};
use super::rules::Rules;

/// Length of a chunk as a power of two: 2^35 ms are about 398 days.
const LENGTH_BITS: u32 = 35;
/// Chunks before 1970.
const BEFORE_EPOCH: i64 = 64;
/// Chunks in all: from 1900 to 2457.
pub(super) const CHUNKS: usize = 512;

/// The first instant of a chunk.
pub(super) const fn chunk_start(index: usize) -> i64 {
    (index as i64 - BEFORE_EPOCH) << LENGTH_BITS
}

/// The first and one past the last instant that chunks cover.
pub(super) const RANGE: (i64, i64) = (chunk_start(0), chunk_start(CHUNKS));

/// The chunk in which an instant lies; the first or last one for instants outside.
pub(super) fn chunk_of(at: i64) -> usize {
    ((at >> LENGTH_BITS) + BEFORE_EPOCH).clamp(0, CHUNKS as i64 - 1) as usize
}

/// Real time with one offset from UTC.
#[derive(Copy, Clone, Debug)]
pub(super) struct Piece {
    pub(super) from: i64,
    pub(super) to: i64,
    /// Local minus UTC, in milliseconds.
    pub(super) offset: i64,
}

impl Piece {
    /// Local dates that it touches, as days since 1970-01-01.
    fn dates(self) -> std::ops::RangeInclusive<i64> {
        let first = (self.from + self.offset).div_euclid(DAY_MS);
        let last = (self.to + self.offset - 1).div_euclid(DAY_MS);
        first..=last
    }

    /// The part of local wall time `[start, end)` that lies within, as real time.
    pub(super) fn clip(self, start: i64, end: i64) -> Option<(i64, i64)> {
        let from = (start - self.offset).max(self.from);
        let to = (end - self.offset).min(self.to);
        (from < to).then_some((from, to))
    }
}

#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) pieces: Vec<Piece>,
    pub(super) open: OpenSpans,
    /// Closed dates as real time, in order.
    pub(super) closed: Vec<(i64, i64)>,
}

impl Chunk {
    pub(super) fn compile(index: usize, zone: &TimeZone, rules: &Rules) -> Self {
        let pieces = pieces(zone, chunk_start(index), chunk_start(index + 1));
        let mut open = OpenSpans::default();
        let mut closed: Vec<(i64, i64)> = Vec::new();
        for piece in &pieces {
            for day in piece.dates() {
                let date = Date::from_days(day as i32);
                let midnight = date.wall_ms();
                if rules.is_closed(date)
                    && let Some((from, to)) = piece.clip(midnight, midnight + DAY_MS)
                {
                    match closed.last_mut() {
                        Some(last) if last.1 == from => last.1 = to,
                        _ => closed.push((from, to)),
                    }
                }
                for (start, end) in rules.hours(date).iter() {
                    if let Some((from, to)) = piece.clip(midnight + start, midnight + end) {
                        open.push(from, to);
                    }
                }
            }
        }
        Self {
            pieces,
            open,
            closed,
        }
    }
}

/// The stretches of one offset between two instants.
fn pieces(zone: &TimeZone, from: i64, to: i64) -> Vec<Piece> {
    let instant =
        |millis| jiff::Timestamp::from_millisecond(millis).unwrap_or(jiff::Timestamp::MAX);
    let mut pieces = Vec::new();
    let mut start = from;
    let mut offset = i64::from(zone.to_offset(instant(from)).seconds()) * 1000;
    for transition in zone.following(instant(from)) {
        let at = transition.timestamp().as_millisecond();
        if at >= to {
            break;
        }
        if at > start {
            pieces.push(Piece {
                from: start,
                to: at,
                offset,
            });
        }
        start = at;
        offset = i64::from(transition.offset().seconds()) * 1000;
    }
    pieces.push(Piece {
        from: start,
        to,
        offset,
    });
    pieces
}
