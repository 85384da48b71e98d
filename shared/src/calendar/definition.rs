//! A calendar as an administrator writes it, and what is wrong with it.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Date, Weekday};
use crate::validation::Problem;

/// Minutes from 00:00 to 24:00 on the wall.
pub const MINUTES_OF_A_DAY: u16 = 1440;

/// Working hours on one date, `[start, end)`, in minutes of the local day (0 to 1440).
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// Minute of the local day at which work begins.
    pub start: u16,
    /// Minute at which it ends; 1440 is the midnight that ends the date.
    pub end: u16,
    /// The end lies on the following date. Counts as two intervals, one on each date, and each
    /// date's closing applies to its own part.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ends_next_day: bool,
}

impl Interval {
    /// Hours within one date.
    #[must_use]
    pub const fn new(start: u16, end: u16) -> Self {
        Self {
            start,
            end,
            ends_next_day: false,
        }
    }

    /// Hours that end on the following date.
    #[must_use]
    pub const fn overnight(start: u16, end: u16) -> Self {
        Self {
            start,
            end,
            ends_next_day: true,
        }
    }

    /// The part on its own date, and the part on the following one.
    pub(crate) const fn parts(self) -> ((u16, u16), Option<(u16, u16)>) {
        if self.ends_next_day {
            ((self.start, MINUTES_OF_A_DAY), Some((0, self.end)))
        } else {
            ((self.start, self.end), None)
        }
    }
}

/// Which dates are closed. Text and JSON: `2026-12-24` once, `--12-25` every year.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub enum ClosedOn {
    /// On one date.
    Once(Date),
    /// On this month (1-12) and day of every year; 29 February only in leap years.
    Yearly {
        /// 1 to 12.
        month: u32,
        /// 1 to 31.
        day: u32,
    },
}

/// The text is neither a date nor a yearly date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither a date like 2026-12-24 nor a yearly one like --12-25")]
pub struct ParseClosedOnError(String);

/// A date without working time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedDate {
    /// When.
    pub on: ClosedOn,
    /// What it is called, such as "Christmas Day".
    #[serde(default)]
    pub name: String,
}

/// Hours that replace those of one date, also when the date is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionalOpening {
    /// When.
    pub date: Date,
    /// The hours; none at all means that the date has no working time.
    pub hours: Vec<Interval>,
    /// Why, such as "Stocktaking".
    #[serde(default)]
    pub name: String,
}

/// A working calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarDefinition {
    /// IANA name, such as `Europe/Berlin`.
    pub zone: String,
    /// Hours of each weekday; a weekday that is missing has none.
    #[serde(default)]
    pub weekly: BTreeMap<Weekday, Vec<Interval>>,
    /// Closed dates.
    #[serde(default)]
    pub closed: Vec<ClosedDate>,
    /// Exceptional openings, at most one a date.
    #[serde(default)]
    pub openings: Vec<ExceptionalOpening>,
}

impl CalendarDefinition {
    /// A calendar with the same hours on some weekdays.
    #[must_use]
    pub fn with_hours(zone: &str, weekdays: &[Weekday], hours: &[Interval]) -> Self {
        Self {
            zone: zone.to_owned(),
            weekly: weekdays
                .iter()
                .map(|weekday| (*weekday, hours.to_vec()))
                .collect(),
            closed: Vec::new(),
            openings: Vec::new(),
        }
    }

    /// Open all day, every day.
    #[must_use]
    pub fn always_open(zone: &str) -> Self {
        Self::with_hours(zone, &Weekday::ALL, &[Interval::new(0, MINUTES_OF_A_DAY)])
    }

    /// Everything that makes it unusable; empty when it is fine. Codes: `REQUIRED`, `UNKNOWN_ZONE`,
    /// `OUT_OF_RANGE`, `END_NOT_AFTER_START`, `OVERLAP`, `NO_OPEN_TIME`, `INVALID_DATE`,
    /// `DUPLICATE`. Without the feature `zones` a zone is only required, not looked up.
    #[must_use]
    pub fn validate(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        self.check_zone(&mut problems);
        self.check_weekly(&mut problems);
        self.check_closed(&mut problems);
        self.check_openings(&mut problems);
        let opens = |hours: &[Interval]| !hours.is_empty();
        if !self.weekly.values().any(|hours| opens(hours))
            && !self.openings.iter().any(|opening| opens(&opening.hours))
        {
            problems.push(Problem::new(
                "NO_OPEN_TIME",
                "weekly",
                "This calendar never opens. Please give at least one day some hours.",
            ));
        }
        problems
    }

    fn check_zone(&self, problems: &mut Vec<Problem>) {
        let blank = self.zone.trim().is_empty();
        if blank {
            problems.push(Problem::new(
                "REQUIRED",
                "zone",
                "Please choose a time zone.",
            ));
        }
        #[cfg(feature = "zones")]
        if !blank && !super::zone_exists(&self.zone) {
            let zone: String = self.zone.chars().take(64).collect();
            problems.push(Problem::new(
                "UNKNOWN_ZONE",
                "zone",
                format!("“{zone}” is not a known time zone, such as Europe/Berlin."),
            ));
        }
    }

    fn check_weekly(&self, problems: &mut Vec<Problem>) {
        let mut parts: [Vec<(u16, u16)>; 7] = Default::default();
        for (weekday, hours) in &self.weekly {
            let field = format!("weekly.{}", weekday_name(*weekday));
            for interval in hours {
                if !check_interval(*interval, &field, problems) {
                    continue;
                }
                let (own, next) = interval.parts();
                parts[weekday.index()].push(own);
                parts[weekday.next().index()].extend(next);
            }
        }
        for weekday in Weekday::ALL {
            let name = weekday_name(weekday);
            if let Some(minute) = overlap(&mut parts[weekday.index()]) {
                problems.push(Problem::new(
                    "OVERLAP",
                    &format!("weekly.{name}"),
                    format!("Two spans of hours overlap on {name} at {}.", clock(minute)),
                ));
            }
        }
    }

    fn check_closed(&self, problems: &mut Vec<Problem>) {
        for (index, closed) in self.closed.iter().enumerate() {
            if let ClosedOn::Yearly { month, day } = closed.on
                && !exists_yearly(month, day)
            {
                problems.push(Problem::new(
                    "INVALID_DATE",
                    &format!("closed.{index}"),
                    format!("There is no {} in any year.", closed.on),
                ));
            }
            if self.closed[..index]
                .iter()
                .any(|other| other.on == closed.on)
            {
                problems.push(Problem::new(
                    "DUPLICATE",
                    &format!("closed.{index}"),
                    format!("{} is listed twice.", closed.on),
                ));
            }
        }
    }

    fn check_openings(&self, problems: &mut Vec<Problem>) {
        for (index, opening) in self.openings.iter().enumerate() {
            let field = format!("openings.{index}");
            let mut parts = Vec::new();
            for interval in &opening.hours {
                if check_interval(*interval, &field, problems) {
                    parts.push(interval.parts().0);
                }
            }
            if let Some(minute) = overlap(&mut parts) {
                problems.push(Problem::new(
                    "OVERLAP",
                    &field,
                    format!(
                        "Two spans of hours overlap on {} at {}.",
                        opening.date,
                        clock(minute)
                    ),
                ));
            }
            if self.openings[..index]
                .iter()
                .any(|other| other.date == opening.date)
            {
                problems.push(Problem::new(
                    "DUPLICATE",
                    &field,
                    format!("{} has exceptional hours twice.", opening.date),
                ));
            }
        }
    }
}

/// Adds what is wrong with one span of hours; true when it can be used.
fn check_interval(interval: Interval, field: &str, problems: &mut Vec<Problem>) -> bool {
    let Interval {
        start,
        end,
        ends_next_day,
    } = interval;
    if start >= MINUTES_OF_A_DAY || end > MINUTES_OF_A_DAY {
        problems.push(Problem::new(
            "OUT_OF_RANGE",
            field,
            "Hours lie between 00:00 and 24:00.",
        ));
        return false;
    }
    let (ends_after, hint) = if ends_next_day {
        (end > 0, "")
    } else {
        (end > start, " If it ends on the next day, say so.")
    };
    if !ends_after {
        problems.push(Problem::new(
            "END_NOT_AFTER_START",
            field,
            format!(
                "{}–{} ends before it begins.{hint}",
                clock(start),
                clock(end)
            ),
        ));
    }
    ends_after
}

/// The minute at which two of them overlap. Touching is not overlapping.
fn overlap(parts: &mut [(u16, u16)]) -> Option<u16> {
    parts.sort_unstable();
    parts
        .windows(2)
        .find(|pair| pair[1].0 < pair[0].1)
        .map(|pair| pair[1].0)
}

fn exists_yearly(month: u32, day: u32) -> bool {
    // 2000 was a leap year, so it has every date that any year has.
    Date::new(2000, month, day).is_some()
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn weekday_name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
        Weekday::Sunday => "sunday",
    }
}

impl fmt::Display for ClosedOn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Once(date) => date.fmt(f),
            Self::Yearly { month, day } => write!(f, "--{month:02}-{day:02}"),
        }
    }
}

impl FromStr for ClosedOn {
    type Err = ParseClosedOnError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let yearly = text.strip_prefix("--").and_then(|rest| {
            // Read as a date of a leap year, so that one parser knows what a date looks like.
            let (month, day) = format!("2000-{rest}").parse::<Date>().ok()?.month_day();
            Some(Self::Yearly { month, day })
        });
        yearly
            .or_else(|| text.parse().ok().map(Self::Once))
            .ok_or_else(|| ParseClosedOnError(text.chars().take(40).collect()))
    }
}

impl Serialize for ClosedOn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClosedOn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
