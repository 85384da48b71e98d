//! Which hours of which local date are working time; a definition made quick to ask.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::open_spans::merge;
use super::{CalendarDefinition, ClosedOn, Date, Weekday};

/// Hours of one local date in wall milliseconds since its midnight: sorted, apart, not touching.
pub(crate) type Hours = Vec<(i64, i64)>;

/// A definition, split over midnights and merged.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    weekly: [Hours; 7],
    closed_once: Vec<Date>,
    closed_yearly: Vec<(u32, u32)>,
    openings: BTreeMap<Date, Hours>,
    /// What exceptional openings bring to the date after theirs.
    spill: BTreeMap<Date, Hours>,
}

impl Rules {
    pub(crate) fn of(definition: &CalendarDefinition) -> Self {
        let mut weekly: [Hours; 7] = Default::default();
        for (weekday, hours) in &definition.weekly {
            for interval in hours {
                let (own, next) = interval.parts();
                weekly[weekday.index()].push(millis(own));
                weekly[weekday.next().index()].extend(next.map(millis));
            }
        }
        let mut openings: BTreeMap<Date, Hours> = BTreeMap::new();
        let mut spill: BTreeMap<Date, Hours> = BTreeMap::new();
        for opening in &definition.openings {
            let own_hours = openings.entry(opening.date).or_default();
            for interval in &opening.hours {
                let (own, next) = interval.parts();
                own_hours.push(millis(own));
                if let Some(next) = next {
                    spill
                        .entry(opening.date.plus_days(1))
                        .or_default()
                        .push(millis(next));
                }
            }
        }
        weekly.iter_mut().for_each(merge);
        openings.values_mut().for_each(merge);
        spill.values_mut().for_each(merge);
        let mut closed_once = Vec::new();
        let mut closed_yearly = Vec::new();
        for closed in &definition.closed {
            match closed.on {
                ClosedOn::Once(date) => closed_once.push(date),
                ClosedOn::Yearly { month, day } => closed_yearly.push((month, day)),
            }
        }
        closed_once.sort_unstable();
        Self {
            weekly,
            closed_once,
            closed_yearly,
            openings,
            spill,
        }
    }

    /// Whether the date is closed: listed, and without exceptional opening.
    pub(crate) fn is_closed(&self, date: Date) -> bool {
        (self.closed_once.binary_search(&date).is_ok()
            || (!self.closed_yearly.is_empty() && self.closed_yearly.contains(&date.month_day())))
            && !self.openings.contains_key(&date)
    }

    /// The working hours of a date.
    pub(crate) fn hours(&self, date: Date) -> Cow<'_, [(i64, i64)]> {
        let own = match self.openings.get(&date) {
            Some(hours) => hours.as_slice(),
            None if self.is_closed(date) => return Cow::Borrowed(&[]),
            None => self.weekly_of(date.weekday()),
        };
        match self.spill.get(&date) {
            None => Cow::Borrowed(own),
            Some(more) => {
                let mut hours = own.to_vec();
                hours.extend_from_slice(more);
                merge(&mut hours);
                Cow::Owned(hours)
            }
        }
    }

    fn weekly_of(&self, weekday: Weekday) -> &[(i64, i64)] {
        &self.weekly[weekday.index()]
    }
}

fn millis((start, end): (u16, u16)) -> (i64, i64) {
    (i64::from(start) * 60_000, i64::from(end) * 60_000)
}
