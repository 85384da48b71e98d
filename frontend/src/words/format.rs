//! Times and durations in words.

use js_sys::{Array, Date, Intl, Object, Reflect};
use wasm_bindgen::JsValue;

use super::{terms::Named, terms_words as words};
use crate::{
    api::{Timestamp, operations::ClockFace},
    live::countdown::{Mood, Standing},
};

/// A length of time in at most two units: "2 h 14 min", "3 d 4 h", "35 min". The sign is dropped.
#[must_use]
pub fn duration(seconds: i64) -> String {
    let minutes = seconds.abs() / 60;
    let (days, hours, rest) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    match (days, hours, rest) {
        (0, 0, 0) => words::under_a_minute().to_owned(),
        (0, 0, _) => words::minutes(rest),
        (0, _, 0) => words::hours(hours),
        (0, ..) => words::hours_minutes(hours, rest),
        (_, 0, _) => words::days(days),
        _ => words::days_hours(days, hours),
    }
}

/// A length of time in its largest unit, rounded down: from an hour on the minutes say little.
fn about(seconds: i64) -> String {
    let minutes = seconds.abs() / 60;
    match (minutes / 1_440, minutes / 60) {
        (0, 0) => words::minutes(minutes),
        (0, hours) => words::hours(hours),
        (days, _) => words::days(days),
    }
}

/// What a clock's chip says.
#[must_use]
pub fn clock_words(clock: &ClockFace, standing: Standing) -> String {
    match standing.mood {
        Mood::Calm | Mood::Soon => words::left_running(duration(standing.remaining_seconds)),
        Mood::Overdue => words::left_overdue(duration(standing.remaining_seconds)),
        Mood::Paused => match clock.pause_reason {
            Some(reason) => words::left_paused_for(lower_first(reason.word())),
            None => words::left_paused().to_owned(),
        },
        Mood::Met => words::left_met().to_owned(),
        Mood::Missed => words::left_missed().to_owned(),
        Mood::Void => words::left_void().to_owned(),
    }
}

/// The sentence's first letter small, to stand inside another sentence.
#[must_use]
pub fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

/// "12 min ago", "in 3 h": a time by its distance from now. The exact time belongs beside it, see [`exact`].
#[must_use]
pub fn relative(instant: Timestamp, now: Timestamp) -> String {
    let seconds = now.seconds_since(instant);
    if (-59..60).contains(&seconds) {
        words::just_now().to_owned()
    } else if seconds > 0 {
        words::ago(about(seconds))
    } else {
        words::in_time(about(seconds))
    }
}

/// The instant with date, time and zone, in the person's zone.
#[must_use]
pub fn exact(instant: Timestamp, timezone: &str) -> String {
    intl(
        instant,
        timezone,
        &[
            ("year", "numeric"),
            ("month", "short"),
            ("day", "numeric"),
            ("hour", "2-digit"),
            ("minute", "2-digit"),
            ("timeZoneName", "short"),
        ],
    )
}

/// Time of day.
#[must_use]
pub fn time_of_day(instant: Timestamp, timezone: &str) -> String {
    intl(
        instant,
        timezone,
        &[("hour", "2-digit"), ("minute", "2-digit")],
    )
}

/// Day and month, with the time of day.
#[must_use]
pub fn day_and_time(instant: Timestamp, timezone: &str) -> String {
    intl(
        instant,
        timezone,
        &[
            ("weekday", "short"),
            ("day", "numeric"),
            ("month", "short"),
            ("hour", "2-digit"),
            ("minute", "2-digit"),
        ],
    )
}

/// Day, month and year.
#[must_use]
pub fn day(instant: Timestamp, timezone: &str) -> String {
    intl(
        instant,
        timezone,
        &[("year", "numeric"), ("month", "short"), ("day", "numeric")],
    )
}

/// A day of the calendar (`YYYY-MM-DD`) as day and month.
#[must_use]
pub fn calendar_day(date: &str) -> String {
    let noon = format!("{date}T12:00:00Z").parse::<Timestamp>();
    noon.map_or_else(
        |_| date.to_owned(),
        |noon| intl(noon, "UTC", &[("day", "numeric"), ("month", "short")]),
    )
}

/// A figure with the digits' groups marked, at most one decimal: "1,204", "2.5".
#[must_use]
pub fn number(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    let text = format!("{:.1}", rounded.abs());
    let (whole, decimal) = text.split_once('.').unwrap_or((&text, "0"));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if rounded < 0.0 { "-" } else { "" };
    if decimal == "0" {
        format!("{sign}{grouped}")
    } else {
        format!("{sign}{grouped}.{decimal}")
    }
}

/// By the browser's tables of zones and habits; an unknown zone is shown in the browser's own.
fn intl(instant: Timestamp, timezone: &str, parts: &[(&str, &str)]) -> String {
    let options = Object::new();
    let set = |name: &str, value: &str| {
        // A plain object takes any property.
        _ = Reflect::set(&options, &name.into(), &value.into());
    };
    for (name, value) in parts {
        set(name, value);
    }
    set("hourCycle", "h23");
    set("timeZone", timezone);
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds since 1970 are exact below 2^53"
    )]
    let date = Date::new(&JsValue::from_f64(instant.as_millis() as f64));
    let locales = Array::of1(&"en-GB".into());
    let known = Reflect::construct(&intl_constructor(), &Array::of2(&locales, &options)).is_ok();
    if !known {
        // The zone is not in this browser's tables.
        _ = Reflect::delete_property(&options, &"timeZone".into());
    }
    Intl::DateTimeFormat::new(&locales, &options)
        .format()
        .call1(&JsValue::UNDEFINED, &date)
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

fn intl_constructor() -> js_sys::Function {
    use wasm_bindgen::JsCast;
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).unwrap_or(JsValue::UNDEFINED);
    Reflect::get(&intl, &"DateTimeFormat".into())
        .unwrap_or(JsValue::UNDEFINED)
        .unchecked_into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_at_most_two_units() {
        assert_eq!(duration(0), "under 1 min");
        assert_eq!(duration(59), "under 1 min");
        assert_eq!(duration(35 * 60 + 20), "35 min");
        assert_eq!(duration(2 * 3600 + 14 * 60), "2 h 14 min");
        assert_eq!(duration(3 * 3600), "3 h");
        assert_eq!(duration(26 * 3600 + 59), "1 d 2 h");
        assert_eq!(duration(-(35 * 60)), "35 min");
    }

    #[test]
    fn figures_have_their_groups_marked() {
        assert_eq!(number(0.0), "0");
        assert_eq!(number(999.0), "999");
        assert_eq!(number(1_204.0), "1,204");
        assert_eq!(number(-1_234_567.25), "-1,234,567.3");
        assert_eq!(number(2.5), "2.5");
    }

    #[test]
    fn distances_from_now_are_said_both_ways() {
        let now = Timestamp::from_millis(10_000_000_000);
        assert_eq!(relative(now.plus_seconds(-5), now), "just now");
        assert_eq!(relative(now.plus_seconds(-720), now), "12 min ago");
        assert_eq!(relative(now.plus_seconds(3 * 3600), now), "in 3 h");
        assert_eq!(
            relative(now.plus_seconds(-(6 * 3600 + 1_800)), now),
            "6 h ago"
        );
        assert_eq!(relative(now.plus_seconds(-200_000), now), "2 d ago");
    }

    #[test]
    fn a_sentence_inside_another_starts_small() {
        assert_eq!(
            lower_first("Waiting for the requester"),
            "waiting for the requester"
        );
        assert_eq!(lower_first(""), "");
    }
}
