//! Open spans in UTC with running totals: working time without any knowledge of zones.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time::Timestamp;

/// A stretch of real time, `[from, to)`.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
struct Entry {
    open: i64,
    close: i64,
    /// Working time in all earlier spans.
    before: i64,
}

/// Open spans, in order and apart. Outside of them nothing is known to be open.
///
/// JSON is the list of spans `{from, to}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenSpans {
    entries: Vec<Entry>,
    total: i64,
}

impl OpenSpans {
    /// From spans in any order; those that touch or overlap are merged.
    #[must_use]
    pub fn new(spans: &[Span]) -> Self {
        let mut sorted: Vec<(i64, i64)> = spans
            .iter()
            .map(|span| (span.from.as_millis(), span.to.as_millis()))
            .collect();
        merge(&mut sorted);
        let mut open = Self::default();
        for (from, to) in sorted {
            open.push(from, to);
        }
        open
    }

    /// Appends `[from, to)`, which must not begin before the last one's end; joins it when it
    /// touches.
    pub(crate) fn push(&mut self, from: i64, to: i64) {
        if from >= to {
            return;
        }
        match self.entries.last_mut() {
            Some(last) if last.close == from => last.close = to,
            _ => self.entries.push(Entry {
                open: from,
                close: to,
                before: self.total,
            }),
        }
        self.total += to - from;
    }

    /// The spans.
    pub fn spans(&self) -> impl Iterator<Item = Span> + '_ {
        self.entries.iter().map(|entry| Span {
            from: Timestamp::from_millis(entry.open),
            to: Timestamp::from_millis(entry.close),
        })
    }

    /// Whether there is no open time at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All working time, in milliseconds.
    #[must_use]
    pub const fn total_millis(&self) -> i64 {
        self.total
    }

    /// Working time from `from` to `to` in milliseconds; 0 when `to` is not later.
    #[must_use]
    pub fn working_millis(&self, from: Timestamp, to: Timestamp) -> i64 {
        if to <= from {
            return 0;
        }
        self.before(to.as_millis()) - self.before(from.as_millis())
    }

    /// The first instant by which `millis` (not negative) of working time have passed since `at`;
    /// with 0 the next instant inside `[opening, closing)`. `None` beyond the last span.
    #[must_use]
    pub fn add_millis(&self, at: Timestamp, millis: i64) -> Option<Timestamp> {
        let at = at.as_millis();
        if millis <= 0 {
            return self.opening_from(at).map(Timestamp::from_millis);
        }
        let wanted = self.before(at) + millis;
        (wanted <= self.total).then(|| Timestamp::from_millis(self.first_with(wanted)))
    }

    /// Working time before the instant.
    pub(crate) fn before(&self, at: i64) -> i64 {
        match self.index_at(at) {
            None => 0,
            Some(index) => {
                let entry = self.entries[index];
                entry.before + (at.min(entry.close) - entry.open)
            }
        }
    }

    /// `at` inside `[opening, closing)`, else the next opening.
    pub(crate) fn opening_from(&self, at: i64) -> Option<i64> {
        let index = self.entries.partition_point(|entry| entry.close <= at);
        self.entries.get(index).map(|entry| entry.open.max(at))
    }

    /// The first instant that has `wanted` working time before it; 0 < wanted ≤ total.
    pub(crate) fn first_with(&self, wanted: i64) -> i64 {
        let index = self.entries.partition_point(|entry| entry.before < wanted) - 1;
        let entry = self.entries[index];
        entry.open + (wanted - entry.before)
    }

    /// Index of the last span that begins at or before the instant.
    fn index_at(&self, at: i64) -> Option<usize> {
        self.entries
            .partition_point(|entry| entry.open <= at)
            .checked_sub(1)
    }
}

/// What only a compiled calendar asks.
#[cfg(feature = "zones")]
impl OpenSpans {
    /// `at` inside `(opening, closing]`, else the previous closing.
    pub(crate) fn closing_until(&self, at: i64) -> Option<i64> {
        let count = self.entries.partition_point(|entry| entry.open < at);
        let entry = self.entries.get(count.checked_sub(1)?)?;
        Some(entry.close.min(at))
    }

    /// The last instant that has `wanted` working time before it; 0 ≤ wanted < total.
    pub(crate) fn last_with(&self, wanted: i64) -> i64 {
        let index = self.entries.partition_point(|entry| entry.before <= wanted) - 1;
        let entry = self.entries[index];
        entry.open + (wanted - entry.before)
    }

    /// The spans that end after `from` and begin before `to`, whole.
    pub(crate) fn within(&self, from: i64, to: i64) -> impl Iterator<Item = (i64, i64)> + '_ {
        let first = self.entries.partition_point(|entry| entry.close <= from);
        self.entries[first..]
            .iter()
            .take_while(move |entry| entry.open < to)
            .map(|entry| (entry.open, entry.close))
    }
}

/// Sorts, drops what has no length and merges what touches or overlaps.
pub(crate) fn merge(spans: &mut Vec<(i64, i64)>) {
    spans.retain(|(start, end)| start < end);
    spans.sort_unstable();
    spans.dedup_by(|later, earlier| {
        let touches = later.0 <= earlier.1;
        if touches {
            earlier.1 = earlier.1.max(later.1);
        }
        touches
    });
}

impl Serialize for OpenSpans {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.spans())
    }
}

impl<'de> Deserialize<'de> for OpenSpans {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<Span>::deserialize(deserializer).map(|spans| Self::new(&spans))
    }
}
