//! Short ways to write calendars, histories and clocks.

use proptest::prelude::ProptestConfig;
use shared::calendar::{
    CalendarDefinition, ClosedDate, CompiledCalendar, ExceptionalOpening, Interval, Weekday,
};
use shared::id::{AgreementId, CalendarId};
use shared::service_level::{
    Allowance, Clock, ClockTarget, Fact, HistoryEntry, Promise, Target, Terms, TermsVersion,
    evaluate,
};
use shared::time::Timestamp;
use uuid::Uuid;

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;

pub fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// `"09:00-17:00"`, or several apart by a space; `"22:00-06:00+"` ends on the next day.
pub fn hours(text: &str) -> Vec<Interval> {
    let minute = |text: &str| {
        let (hour, minute) = text.split_once(':').expect("HH:MM");
        hour.parse::<u16>().expect("hours") * 60 + minute.parse::<u16>().expect("minutes")
    };
    text.split_whitespace()
        .map(|span| {
            let (span, overnight) = match span.strip_suffix('+') {
                Some(span) => (span, true),
                None => (span, false),
            };
            let (start, end) = span.split_once('-').expect("a span");
            if overnight {
                Interval::overnight(minute(start), minute(end))
            } else {
                Interval::new(minute(start), minute(end))
            }
        })
        .collect()
}

/// Monday to Friday the same hours.
pub fn weekdays(zone: &str, text: &str) -> CalendarDefinition {
    CalendarDefinition::with_hours(zone, &Weekday::ALL[..5], &hours(text))
}

/// The same hours every day.
pub fn daily(zone: &str, text: &str) -> CalendarDefinition {
    CalendarDefinition::with_hours(zone, &Weekday::ALL, &hours(text))
}

pub fn closed(mut definition: CalendarDefinition, dates: &[&str]) -> CalendarDefinition {
    definition
        .closed
        .extend(dates.iter().map(|date| ClosedDate {
            on: date.parse().expect("a closed date"),
            name: "Holiday".to_owned(),
        }));
    definition
}

pub fn opening(mut definition: CalendarDefinition, date: &str, text: &str) -> CalendarDefinition {
    definition.openings.push(ExceptionalOpening {
        date: date.parse().expect("a date"),
        hours: hours(text),
        name: String::new(),
    });
    definition
}

pub fn compile(definition: &CalendarDefinition) -> CompiledCalendar {
    CompiledCalendar::new(definition).expect("a usable calendar")
}

/// Monday to Friday 09:00-17:00 in UTC.
pub fn office() -> CompiledCalendar {
    compile(&weekdays("UTC", "09:00-17:00"))
}

pub fn created(text: &str) -> HistoryEntry {
    entry(
        text,
        Fact::Created {
            recorded_by_agent: false,
        },
    )
}

pub fn entry(text: &str, fact: Fact) -> HistoryEntry {
    HistoryEntry::new(at(text), fact)
}

pub fn version(number: i32) -> TermsVersion {
    TermsVersion {
        agreement: AgreementId(Uuid::from_u128(1)),
        agreement_version: number,
        calendar: CalendarId(Uuid::from_u128(2)),
        calendar_version: 1,
    }
}

pub fn resolution(working_hours: i64) -> Target {
    Target::new(
        ClockTarget::Resolution,
        Allowance::WorkingSeconds(working_hours * 3600),
    )
}

pub fn first_response(working_hours: i64) -> Target {
    Target::new(
        ClockTarget::FirstResponse,
        Allowance::WorkingSeconds(working_hours * 3600),
    )
}

/// Terms that promise `target` from an instant on.
pub fn terms<'a>(
    since: &str,
    number: i32,
    target: &'a Target,
    calendar: &'a CompiledCalendar,
) -> Terms<'a, CompiledCalendar> {
    Terms {
        since: at(since),
        promise: Some(Promise {
            version: version(number),
            target,
            calendar,
        }),
    }
}

/// The clock of one target in [`office`] hours.
pub fn clock(target: &Target, history: &[HistoryEntry], now: &str) -> Clock {
    let calendar = office();
    evaluate(
        &[terms("2026-01-01T00:00:00Z", 1, target, &calendar)],
        history,
        at(now),
    )
    .expect("a clock")
}

/// So many random cases, or `PROPTEST_CASES`, for a longer look.
pub fn cases(usual: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok();
    ProptestConfig {
        cases: asked.and_then(|cases| cases.parse().ok()).unwrap_or(usual),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
