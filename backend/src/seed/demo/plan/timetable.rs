//! When people work, and when they write.

use super::{DAYS, PlanError};
use crate::seed::demo::content::{self, Content};
use crate::seed::random::Random;
use jiff::civil::{DateTime, Time, Weekday as Day};
use jiff::tz::TimeZone;
use shared::calendar::{
    CalendarDefinition, ClosedDate, CompiledCalendar, Interval, Weekday, WorkingTime,
};
use shared::time::Timestamp;
use std::collections::BTreeMap;

/// Key of the calendar that never closes.
pub(super) const ALWAYS: &str = "always";

const MINUTE: i64 = 60_000;

/// The calendars of sites, and the present.
pub(super) struct Timetable {
    calendars: BTreeMap<String, CompiledCalendar>,
    /// Zone and calendar by site.
    sites: BTreeMap<String, (TimeZone, String)>,
    pub(super) now: Timestamp,
}

impl Timetable {
    pub(super) fn new(content: &Content, now: Timestamp) -> Result<Self, PlanError> {
        let mut calendars = BTreeMap::new();
        for calendar in &content.organisation.calendars {
            let wrong = || PlanError::Calendar(calendar.key.clone());
            let definition = definition(calendar).ok_or_else(wrong)?;
            let compiled = CompiledCalendar::new(&definition).map_err(|_| wrong())?;
            calendars.insert(calendar.key.clone(), compiled);
        }
        let mut sites = BTreeMap::new();
        for site in &content.organisation.sites {
            let zone = TimeZone::get(&site.zone)
                .map_err(|_| PlanError::Calendar(site.calendar.clone()))?;
            sites.insert(site.key.clone(), (zone, site.calendar.clone()));
        }
        Ok(Self {
            calendars,
            sites,
            now,
        })
    }

    fn calendar(&self, key: &str) -> Result<&CompiledCalendar, PlanError> {
        self.calendars
            .get(key)
            .ok_or_else(|| PlanError::Calendar(key.to_owned()))
    }

    fn site(&self, key: &str) -> Result<&(TimeZone, String), PlanError> {
        self.sites
            .get(key)
            .ok_or_else(|| PlanError::Unknown(key.to_owned()))
    }

    /// That many minutes of the site's working time later; at any hour when `round_the_clock`.
    pub(super) fn later(
        &self,
        site: &str,
        round_the_clock: bool,
        at: Timestamp,
        minutes: i64,
    ) -> Result<Timestamp, PlanError> {
        let key = self.hours(site, round_the_clock)?;
        self.calendar(key)?
            .add_millis(at, minutes.max(0) * MINUTE)
            .ok_or_else(|| PlanError::Calendar(key.to_owned()))
    }

    /// That many minutes of the site's working time earlier.
    pub(super) fn earlier(
        &self,
        site: &str,
        round_the_clock: bool,
        at: Timestamp,
        minutes: i64,
    ) -> Result<Timestamp, PlanError> {
        let key = self.hours(site, round_the_clock)?;
        self.calendar(key)?
            .subtract_millis(at, minutes.max(0) * MINUTE)
            .ok_or_else(|| PlanError::Calendar(key.to_owned()))
    }

    fn hours(&self, site: &str, round_the_clock: bool) -> Result<&str, PlanError> {
        if round_the_clock {
            return Ok(ALWAYS);
        }
        self.site(site).map(|(_, calendar)| calendar.as_str())
    }

    /// Whether people work at that site at that instant.
    pub(super) fn is_open(&self, site: &str, at: Timestamp) -> Result<bool, PlanError> {
        Ok(self.later(site, false, at, 0)? == at)
    }

    /// The site's wall time at that instant.
    pub(super) fn local(&self, site: &str, at: Timestamp) -> Result<DateTime, PlanError> {
        let (zone, calendar) = self.site(site)?;
        jiff::Timestamp::from_millisecond(at.as_millis())
            .map(|instant| instant.to_zoned(zone.clone()).datetime())
            .map_err(|_| PlanError::Calendar(calendar.clone()))
    }

    /// An instant of a past working day at which somebody of that site reports something: most in
    /// the middle of the morning, many in the middle of the afternoon, a few on a weekend or at
    /// night where `any_hour` allows it.
    pub(super) fn arrival(
        &self,
        site: &str,
        any_hour: bool,
        random: &mut Random,
    ) -> Result<Timestamp, PlanError> {
        let (zone, calendar) = self.site(site)?;
        let wrong = || PlanError::Calendar(calendar.clone());
        let today = self.local(site, self.now)?.date();
        loop {
            let back = random.between(0, DAYS - 1);
            let date = today
                .checked_sub(jiff::Span::new().days(back))
                .map_err(|_| wrong())?;
            let likely = match date.weekday() {
                Day::Monday => 1.0,
                Day::Friday => 0.7,
                Day::Saturday | Day::Sunday => 0.1,
                _ => 0.85,
            };
            if !random.chance(likely) {
                continue;
            }
            let at_odd_hour = any_hour && random.chance(0.12);
            let hour = if at_odd_hour {
                random.around(14.0, 5.0)
            } else if random.chance(0.62) {
                random.around(10.2, 1.1)
            } else {
                random.around(15.0, 1.2)
            };
            let second = (hour.clamp(0.1, 23.8) * 3600.0) as i64;
            let at = date
                .to_datetime(Time::midnight())
                .checked_add(jiff::Span::new().seconds(second))
                .and_then(|local| local.to_zoned(zone.clone()))
                .map(|zoned| Timestamp::from_millis(zoned.timestamp().as_millisecond()))
                .map_err(|_| wrong())?;
            if at < self.now && (at_odd_hour || self.is_open(site, at)?) {
                return Ok(at);
            }
        }
    }
}

/// The calendar as `shared` and the database know it.
pub(in crate::seed::demo) fn definition(
    calendar: &content::Calendar,
) -> Option<CalendarDefinition> {
    let mut weekly: BTreeMap<Weekday, Vec<Interval>> = BTreeMap::new();
    for hours in &calendar.hours {
        for day in &hours.days {
            let day: Weekday = serde_json::from_value(day.as_str().into()).ok()?;
            for [from, to] in &hours.open {
                weekly
                    .entry(day)
                    .or_default()
                    .push(Interval::new(minute(from)?, minute(to)?));
            }
        }
    }
    let closed = calendar
        .holidays
        .iter()
        .map(|holiday| {
            Some(ClosedDate {
                on: holiday.on.parse().ok()?,
                name: holiday.name.clone(),
            })
        })
        .collect::<Option<Vec<_>>>()?;
    Some(CalendarDefinition {
        zone: calendar.zone.clone(),
        weekly,
        closed,
        openings: Vec::new(),
    })
}

/// `HH:MM` as minutes of the day.
fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    Some(hours.parse::<u16>().ok()? * 60 + minutes.parse::<u16>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_calendar_of_the_demo_is_valid() {
        let content = Content::read().expect("content");
        for calendar in &content.organisation.calendars {
            let definition = definition(calendar).expect("definition");
            assert_eq!(definition.validate(), vec![], "{}", calendar.key);
        }
    }

    #[test]
    fn reports_arrive_in_working_hours_with_two_peaks() {
        let content = Content::read().expect("content");
        let now = "2026-11-21T03:00:00Z".parse().expect("instant");
        let timetable = Timetable::new(&content, now).expect("timetable");
        let mut random = Random::new(9);
        let mut hours = [0u32; 24];
        for _ in 0..2000 {
            let at = timetable
                .arrival("berlin", false, &mut random)
                .expect("arrival");
            assert!(timetable.is_open("berlin", at).expect("open"));
            assert!(at < now && now.seconds_since(at) <= 61 * 86_400);
            let zoned = jiff::Timestamp::from_millisecond(at.as_millis())
                .expect("instant")
                .in_tz("Europe/Berlin")
                .expect("zone");
            hours[usize::try_from(zoned.hour()).expect("hour")] += 1;
        }
        assert!(hours[10] > hours[12] && hours[15] > hours[12], "{hours:?}");
        assert_eq!(hours[3], 0);
    }
}
