//! A brute-force calendar that walks real time minute by minute and asks the zone each time.
//!
//! It shares nothing with the compiled calendar but the definition: every minute of a window is
//! turned into a wall time, and the definition is read for that wall time.

use std::collections::BTreeMap;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use shared::calendar::{CalendarDefinition, ClosedOn, Interval};
use shared::time::Timestamp;

use super::support::MINUTE;

pub struct Walker {
    start: i64,
    open: Vec<bool>,
    holiday: Vec<bool>,
}

impl Walker {
    /// Walks `minutes` from `start`, which must be a whole minute.
    pub fn new(definition: &CalendarDefinition, start: Timestamp, minutes: usize) -> Self {
        let zone = TimeZoneDatabase::bundled()
            .get(&definition.zone)
            .expect("a zone");
        let start = start.as_millis();
        assert_eq!(start % MINUTE, 0);
        let (open, holiday) = (0..minutes as i64)
            .map(|minute| look_up(definition, &zone, start + minute * MINUTE))
            .unzip();
        Self {
            start,
            open,
            holiday,
        }
    }

    pub fn is_open(&self, at: i64) -> bool {
        self.open[((at - self.start) / MINUTE) as usize]
    }

    pub fn is_holiday(&self, at: i64) -> bool {
        self.holiday[((at - self.start) / MINUTE) as usize]
    }

    pub fn end(&self) -> i64 {
        self.start + self.open.len() as i64 * MINUTE
    }

    /// Open milliseconds, counted second by second.
    pub fn working_millis(&self, from: i64, to: i64) -> i64 {
        (from..to)
            .step_by(1000)
            .filter(|at| self.is_open(*at))
            .count() as i64
            * 1000
    }

    /// The first instant by which so much has passed.
    pub fn add_millis(&self, from: i64, millis: i64) -> Option<i64> {
        let mut left = millis;
        let mut at = from;
        while at < self.end() {
            if self.is_open(at) {
                if left == 0 {
                    return Some(at);
                }
                left -= 1000;
                if left == 0 {
                    return Some(at + 1000);
                }
            }
            at += 1000;
        }
        None
    }

    /// The last instant from which so much passes until `to`.
    pub fn subtract_millis(&self, to: i64, millis: i64) -> Option<i64> {
        let mut left = millis;
        let mut at = to;
        while at > self.start {
            at -= 1000;
            if self.is_open(at) {
                if left == 0 {
                    return Some(at + 1000);
                }
                left -= 1000;
                if left == 0 {
                    return Some(at);
                }
            }
        }
        None
    }
}

/// A day target, found by sorting the minutes of a window by their dates.
impl Walker {
    /// `None` when the window does not hold the whole of the wanted date.
    pub fn working_day(&self, zone: &str, from: i64, days: i32, end_of_day: bool) -> Option<i64> {
        let zone = TimeZoneDatabase::bundled().get(zone).expect("a zone");
        let wall =
            |at| zone.to_datetime(jiff::Timestamp::from_millisecond(at).expect("an instant"));
        let opening = self.add_millis(from, 0)?;
        // By date, not by neighbourhood: a change at one past midnight makes a date begin twice.
        let mut open_minutes: BTreeMap<jiff::civil::Date, Vec<i64>> = BTreeMap::new();
        for at in (self.start..self.end()).step_by(MINUTE as usize) {
            let minutes = open_minutes.entry(wall(at).date()).or_default();
            minutes.extend(Some(at).filter(|at| self.is_open(*at)));
        }
        let dates: Vec<(jiff::civil::Date, Vec<i64>)> = open_minutes.into_iter().collect();
        let (first, last) = (dates.first()?.0, dates.last()?.0);
        let zero = dates
            .iter()
            .position(|(date, _)| *date == wall(opening).date())?;
        let is_open = |(_, open): &&(jiff::civil::Date, Vec<i64>)| !open.is_empty();
        let nth = days.unsigned_abs() as usize;
        let (date, open) = match days {
            0 => dates.get(zero)?,
            1.. => dates[zero + 1..].iter().filter(is_open).nth(nth - 1)?,
            _ => dates[..zero].iter().rev().filter(is_open).nth(nth - 1)?,
        };
        if *date == first || *date == last {
            return None;
        }
        let closing = open.last()? + MINUTE;
        if end_of_day {
            return Some(closing);
        }
        let at = zone
            .to_ambiguous_timestamp(date.to_datetime(wall(opening).time()))
            .compatible()
            .expect("an instant")
            .as_millisecond();
        let next = open.iter().find(|minute| at < *minute + MINUTE);
        Some(next.map_or(closing, |minute| at.max(*minute)))
    }
}

/// Whether an instant is working time, and whether its date is closed.
fn look_up(definition: &CalendarDefinition, zone: &TimeZone, at: i64) -> (bool, bool) {
    use jiff::civil::Weekday as Day;
    use shared::calendar::Weekday;
    let instant = jiff::Timestamp::from_millisecond(at).expect("an instant");
    let wall = zone.to_datetime(instant);
    let minute = wall.hour() as u16 * 60 + wall.minute() as u16;
    let weekday = |day: Day| match day {
        Day::Monday => Weekday::Monday,
        Day::Tuesday => Weekday::Tuesday,
        Day::Wednesday => Weekday::Wednesday,
        Day::Thursday => Weekday::Thursday,
        Day::Friday => Weekday::Friday,
        Day::Saturday => Weekday::Saturday,
        Day::Sunday => Weekday::Sunday,
    };
    let date = wall.date();
    let own = |interval: &Interval| {
        let end = if interval.ends_next_day {
            1440
        } else {
            interval.end
        };
        (interval.start..end).contains(&minute)
    };
    let from_before =
        |interval: &Interval| interval.ends_next_day && (0..interval.end).contains(&minute);
    let exception = |date: jiff::civil::Date| {
        definition
            .openings
            .iter()
            .find(|opening| opening.date.to_string() == date.to_string())
    };
    let yesterday = date.yesterday().expect("a date");
    let spill = exception(yesterday).is_some_and(|opening| opening.hours.iter().any(from_before));
    if let Some(opening) = exception(date) {
        return (spill || opening.hours.iter().any(own), false);
    }
    let is_closed = definition.closed.iter().any(|closed| match closed.on {
        ClosedOn::Once(closed) => closed.to_string() == date.to_string(),
        ClosedOn::Yearly { month, day } => (month, day) == (date.month() as u32, date.day() as u32),
    });
    if is_closed {
        return (false, true);
    }
    let of = |day: Day| {
        definition
            .weekly
            .get(&weekday(day))
            .map_or(&[][..], Vec::as_slice)
    };
    let open =
        of(date.weekday()).iter().any(own) || of(date.weekday().previous()).iter().any(from_before);
    (open || spill, false)
}
