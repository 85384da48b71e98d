//! Periods, weekdays and hours of a named zone.

use crate::platform::error::{Error, Result, code};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Zoned};
use shared::time::Timestamp;
use std::collections::HashMap;

/// Length of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "PeriodUnit")]
pub enum Unit {
    /// From midnight to midnight.
    Day,
    /// From Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
    /// Three months, from January, April, July, October.
    Quarter,
    /// A calendar year.
    Year,
}

/// Most periods of one report.
pub const PERIODS_MOST: usize = 10_000;

/// A zone, with what was looked up in it.
pub struct Zone {
    zone: TimeZone,
    name: String,
    starts: HashMap<Date, Timestamp>,
}

/// An instant as a clock on the wall shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Local {
    /// The day.
    pub date: Date,
    /// 0 to 23.
    pub hour: i8,
    /// 1 (Monday) to 7 (Sunday).
    pub weekday: i8,
}

impl Zone {
    /// By its IANA name, such as `Europe/Lisbon` or `UTC`.
    pub fn named(name: &str) -> Result<Self> {
        let zone = TimeZone::get(name).map_err(|_| {
            let shown: String = name.chars().take(60).collect();
            Error::refused(
                code::INVALID,
                "bucket.timezone",
                format!("There is no time zone {shown:?}. Names look like Europe/Lisbon."),
            )
        })?;
        Ok(Self {
            zone,
            name: name.to_owned(),
            starts: HashMap::new(),
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the clock on the wall shows.
    pub fn local(&self, at: Timestamp) -> Local {
        let instant = jiff::Timestamp::from_millisecond(at.as_millis())
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let local = self.zone.to_datetime(instant);
        Local {
            date: local.date(),
            hour: local.hour(),
            weekday: local.weekday().to_monday_one_offset(),
        }
    }

    /// The first day of the period that holds a day.
    pub fn first_day(&self, unit: Unit, date: Date) -> Date {
        let first = match unit {
            Unit::Day => Ok(date),
            Unit::Week => {
                let back = date.weekday().since(Weekday::Monday);
                date.checked_sub(Span::new().days(back))
            }
            Unit::Month => Ok(date.first_of_month()),
            Unit::Quarter => Date::new(date.year(), (date.month() - 1) / 3 * 3 + 1, 1),
            Unit::Year => Ok(date.first_of_year()),
        };
        first.unwrap_or(date)
    }

    /// The first day of the next period; `None` at the end of all calendars.
    pub fn next_first_day(&self, unit: Unit, first: Date) -> Option<Date> {
        let span = match unit {
            Unit::Day => Span::new().days(1),
            Unit::Week => Span::new().weeks(1),
            Unit::Month => Span::new().months(1),
            Unit::Quarter => Span::new().months(3),
            Unit::Year => Span::new().years(1),
        };
        first.checked_add(span).ok()
    }

    /// The instant at which a day begins: not always midnight, where clocks are put forward then.
    pub fn start_of(&mut self, date: Date) -> Timestamp {
        if let Some(start) = self.starts.get(&date) {
            return *start;
        }
        let start = date
            .to_zoned(self.zone.clone())
            .map_or(0, |day: Zoned| day.timestamp().as_millisecond());
        let start = Timestamp::from_millis(start);
        self.starts.insert(date, start);
        start
    }

    /// First days of all periods from that of `from` to that of `to`.
    pub fn periods(&self, unit: Unit, from: Timestamp, to: Timestamp) -> Result<Vec<Date>> {
        let last = self.local(to).date;
        let mut day = self.first_day(unit, self.local(from).date);
        let mut days = Vec::new();
        while day <= last {
            if days.len() == PERIODS_MOST {
                return Err(Error::refused(
                    code::LIMIT_EXCEEDED,
                    "bucket",
                    format!(
                        "More than {PERIODS_MOST} periods; ask for longer ones, or give from and to."
                    ),
                ));
            }
            days.push(day);
            match self.next_first_day(unit, day) {
                Some(next) => day = next,
                None => break,
            }
        }
        Ok(days)
    }
}

/// How a period is called: `2016-02-29`, `2016-W09`, `2016-02`, `2016-Q1`, `2016`.
pub fn label(unit: Unit, first: Date) -> String {
    match unit {
        Unit::Day => first.to_string(),
        Unit::Week => {
            let week = first.iso_week_date();
            format!("{:04}-W{:02}", week.year(), week.week())
        }
        Unit::Month => format!("{:04}-{:02}", first.year(), first.month()),
        Unit::Quarter => format!("{:04}-Q{}", first.year(), (first.month() - 1) / 3 + 1),
        Unit::Year => format!("{:04}", first.year()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn an_instant_belongs_to_the_period_of_its_zone() {
        let late = at("2016-02-29T23:30:00Z");
        let utc = Zone::named("UTC").expect("a zone");
        let lisbon = Zone::named("Europe/Berlin").expect("a zone");
        for (unit, there, here) in [
            (Unit::Day, "2016-02-29", "2016-03-01"),
            (Unit::Week, "2016-W09", "2016-W09"),
            (Unit::Month, "2016-02", "2016-03"),
            (Unit::Quarter, "2016-Q1", "2016-Q1"),
            (Unit::Year, "2016", "2016"),
        ] {
            let of = |zone: &Zone| label(unit, zone.first_day(unit, zone.local(late).date));
            assert_eq!(of(&utc), there);
            assert_eq!(of(&lisbon), here);
        }
        assert_eq!(
            (lisbon.local(late).hour, lisbon.local(late).weekday),
            (0, 2)
        );
    }

    #[test]
    fn a_week_belongs_to_the_year_of_its_thursday() {
        let utc = Zone::named("UTC").expect("a zone");
        let new_year = utc.local(at("2016-01-01T12:00:00Z")).date;
        assert_eq!(
            label(Unit::Week, utc.first_day(Unit::Week, new_year)),
            "2015-W53"
        );
    }

    #[test]
    fn a_day_begins_when_the_zone_says_so() {
        let mut berlin = Zone::named("Europe/Berlin").expect("a zone");
        let summer = jiff::civil::date(2016, 7, 1);
        assert_eq!(berlin.start_of(summer), at("2016-06-30T22:00:00Z"));
        // In São Paulo clocks jumped from 00:00 to 01:00 that night.
        let mut paulo = Zone::named("America/Sao_Paulo").expect("a zone");
        let jump = jiff::civil::date(2016, 10, 16);
        assert_eq!(paulo.start_of(jump), at("2016-10-16T03:00:00Z"));
    }

    #[test]
    fn unknown_zones_and_endless_lists_are_refused() {
        assert!(Zone::named("Mars/Olympus").is_err());
        let utc = Zone::named("UTC").expect("a zone");
        let (from, to) = (at("1900-01-01T00:00:00Z"), at("2016-01-01T00:00:00Z"));
        assert!(utc.periods(Unit::Day, from, to).is_err());
        assert_eq!(utc.periods(Unit::Year, from, to).expect("years").len(), 117);
    }
}
