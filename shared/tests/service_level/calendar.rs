//! Working time, rule by rule.

use shared::calendar::{
    CalendarDefinition, CompileError, CompiledCalendar, DayPart, Interval, Weekday, WorkingTime,
};
use shared::time::Timestamp;

use super::support::*;

fn add(calendar: &CompiledCalendar, from: &str, millis: i64) -> String {
    calendar
        .add_millis(at(from), millis)
        .map_or_else(|| "never".to_owned(), |at| at.to_string())
}

fn subtract(calendar: &CompiledCalendar, from: &str, millis: i64) -> String {
    calendar
        .subtract_millis(at(from), millis)
        .map_or_else(|| "never".to_owned(), |at| at.to_string())
}

fn working(calendar: &CompiledCalendar, from: &str, to: &str) -> i64 {
    calendar.working_millis(at(from), at(to))
}

fn day(calendar: &CompiledCalendar, from: &str, days: i32, part: DayPart) -> String {
    calendar
        .working_day(at(from), days, part)
        .map_or_else(|| "never".to_owned(), |at| at.to_string())
}

fn codes(definition: &CalendarDefinition) -> Vec<(String, String)> {
    definition
        .validate()
        .into_iter()
        .map(|problem| (problem.code, problem.field))
        .collect()
}

#[test]
fn hours_over_midnight_belong_to_two_dates_and_each_has_its_own_holiday() {
    let mut definition =
        CalendarDefinition::with_hours("UTC", &[Weekday::Monday], &hours("22:00-06:00+"));
    let calendar = compile(&definition);
    // Monday 2026-05-04.
    assert_eq!(
        working(&calendar, "2026-05-04T00:00:00Z", "2026-05-06T00:00:00Z"),
        8 * HOUR
    );
    assert_eq!(
        add(&calendar, "2026-05-04T20:00:00Z", 8 * HOUR),
        "2026-05-05T06:00:00Z"
    );

    definition = closed(definition, &["2026-05-05"]);
    let calendar = compile(&definition);
    assert_eq!(
        working(&calendar, "2026-05-04T00:00:00Z", "2026-05-06T00:00:00Z"),
        2 * HOUR
    );
    assert_eq!(
        add(&calendar, "2026-05-04T20:00:00Z", 2 * HOUR),
        "2026-05-05T00:00:00Z"
    );
}

#[test]
fn exceptional_openings_replace_the_hours_of_a_date_even_on_a_holiday() {
    let definition = closed(
        weekdays("UTC", "09:00-17:00"),
        &["2026-05-04", "2026-05-05"],
    );
    let definition = opening(definition, "2026-05-05", "10:00-12:00");
    let definition = opening(definition, "2026-05-09", "08:00-10:00");
    let definition = opening(definition, "2026-05-06", "");
    let calendar = compile(&definition);
    // Monday closed, Tuesday two hours, Wednesday none, Thursday and Friday eight, Saturday two.
    assert_eq!(
        working(&calendar, "2026-05-04T00:00:00Z", "2026-05-11T00:00:00Z"),
        20 * HOUR
    );
    assert_eq!(
        add(&calendar, "2026-05-04T09:00:00Z", 3 * HOUR),
        "2026-05-07T10:00:00Z"
    );
}

#[test]
fn a_yearly_holiday_on_29_february_exists_in_leap_years_only() {
    let calendar = compile(&closed(daily("UTC", "00:00-24:00"), &["--02-29"]));
    assert_eq!(
        working(&calendar, "2024-02-28T00:00:00Z", "2024-03-02T00:00:00Z"),
        48 * HOUR
    );
    assert_eq!(
        working(&calendar, "2026-02-27T00:00:00Z", "2026-03-02T00:00:00Z"),
        72 * HOUR
    );
}

#[test]
fn touching_spans_are_one() {
    let calendar = compile(&weekdays("UTC", "09:00-12:00 12:00-17:00"));
    assert_eq!(
        add(&calendar, "2026-05-04T09:00:00Z", 3 * HOUR),
        "2026-05-04T12:00:00Z"
    );
    assert_eq!(
        calendar
            .open_spans(at("2026-05-04T00:00:00Z"), at("2026-05-05T00:00:00Z"))
            .spans()
            .count(),
        1
    );
    // Over midnight and over the end of the year as well.
    let calendar = compile(&CalendarDefinition::always_open("UTC"));
    assert_eq!(
        calendar
            .open_spans(at("2020-01-01T00:00:00Z"), at("2030-01-01T00:00:00Z"))
            .spans()
            .count(),
        1
    );
}

#[test]
fn wall_time_that_is_skipped_has_no_length_and_what_occurs_twice_counts_twice() {
    let berlin = compile(&daily("Europe/Berlin", "00:00-24:00"));
    assert_eq!(
        working(&berlin, "2024-03-30T23:00:00Z", "2024-03-31T22:00:00Z"),
        23 * HOUR
    );
    let night = compile(&daily("Europe/Berlin", "02:00-03:00"));
    assert_eq!(
        working(&night, "2024-03-30T12:00:00Z", "2024-03-31T12:00:00Z"),
        0
    );
    assert_eq!(
        working(&night, "2024-10-26T12:00:00Z", "2024-10-27T12:00:00Z"),
        2 * HOUR
    );
    // Closing inside the doubled hour: open until 02:30, closed, open again from 02:00 to 02:30.
    let early = compile(&daily("Europe/Berlin", "01:00-02:30"));
    assert_eq!(
        add(&early, "2024-10-26T23:00:00Z", 90 * MINUTE),
        "2024-10-27T00:30:00Z"
    );
    assert_eq!(
        add(&early, "2024-10-26T23:00:00Z", 91 * MINUTE),
        "2024-10-27T01:01:00Z"
    );
}

#[test]
fn a_skipped_date_is_no_working_day() {
    // Samoa went from Thursday 29 to Saturday 31 December 2011.
    let apia = compile(&daily("Pacific/Apia", "00:00-24:00"));
    assert_eq!(
        working(&apia, "2011-12-29T10:00:00Z", "2011-12-31T10:00:00Z"),
        48 * HOUR
    );
    assert_eq!(
        day(&apia, "2011-12-29T20:00:00Z", 1, DayPart::SameWallTime),
        "2011-12-30T20:00:00Z"
    );
    let weekdays = compile(&weekdays("Pacific/Apia", "09:00-17:00"));
    // From Thursday the next working day is Monday 2 January.
    assert_eq!(
        day(&weekdays, "2011-12-29T20:00:00Z", 1, DayPart::End),
        "2012-01-02T03:00:00Z"
    );
}

#[test]
fn a_half_hour_change_is_half_an_hour() {
    let lord_howe = compile(&daily("Australia/Lord_Howe", "00:00-24:00"));
    assert_eq!(
        working(&lord_howe, "2019-04-06T13:00:00Z", "2019-04-07T13:30:00Z"),
        24 * HOUR + 30 * MINUTE
    );
    let night = compile(&daily("Australia/Lord_Howe", "01:30-02:00"));
    assert_eq!(
        working(&night, "2019-04-06T12:00:00Z", "2019-04-07T12:00:00Z"),
        HOUR
    );
}

#[test]
fn adding_nothing_gives_the_instant_inside_hours_and_else_the_next_opening() {
    let office = office();
    assert_eq!(
        add(&office, "2026-05-04T09:00:00Z", 0),
        "2026-05-04T09:00:00Z"
    );
    assert_eq!(
        add(&office, "2026-05-04T16:59:59.999Z", 0),
        "2026-05-04T16:59:59.999Z"
    );
    assert_eq!(
        add(&office, "2026-05-04T17:00:00Z", 0),
        "2026-05-05T09:00:00Z"
    );
    assert_eq!(
        add(&office, "2026-05-08T18:00:00Z", 0),
        "2026-05-11T09:00:00Z"
    );
    assert_eq!(
        subtract(&office, "2026-05-04T17:00:00Z", 0),
        "2026-05-04T17:00:00Z"
    );
    assert_eq!(
        subtract(&office, "2026-05-04T09:00:00Z", 0),
        "2026-05-01T17:00:00Z"
    );
}

#[test]
fn time_used_up_at_a_closing_is_due_then_and_backwards_at_the_opening() {
    let office = office();
    assert_eq!(
        add(&office, "2026-05-04T09:00:00Z", 8 * HOUR),
        "2026-05-04T17:00:00Z"
    );
    assert_eq!(
        add(&office, "2026-05-04T09:00:00Z", 8 * HOUR + 1),
        "2026-05-05T09:00:00.001Z"
    );
    assert_eq!(
        subtract(&office, "2026-05-05T10:00:00Z", HOUR),
        "2026-05-05T09:00:00Z"
    );
    assert_eq!(
        subtract(&office, "2026-05-05T10:00:00Z", HOUR + 1),
        "2026-05-04T16:59:59.999Z"
    );
    assert_eq!(
        add(&office, "2026-05-05T10:00:00Z", -9 * HOUR),
        "2026-05-04T09:00:00Z"
    );
}

#[test]
fn day_targets_keep_the_wall_time_across_a_change_of_offset() {
    let berlin = compile(&weekdays("Europe/Berlin", "09:00-17:00"));
    // Friday 10:30 in winter, Monday 10:30 in summer.
    assert_eq!(
        day(&berlin, "2024-03-29T09:30:00Z", 1, DayPart::SameWallTime),
        "2024-04-01T08:30:00Z"
    );
    assert_eq!(
        day(&berlin, "2024-03-29T09:30:00Z", 0, DayPart::End),
        "2024-03-29T16:00:00Z"
    );
    assert_eq!(
        day(&berlin, "2024-03-29T09:30:00Z", 3, DayPart::End),
        "2024-04-03T15:00:00Z"
    );
}

#[test]
fn a_day_target_outside_of_that_days_hours_is_clamped_into_them() {
    let mut definition = weekdays("UTC", "08:00-18:00");
    definition
        .weekly
        .insert(Weekday::Tuesday, hours("09:00-12:00 14:00-16:00"));
    let calendar = compile(&definition);
    for (start, due) in [
        ("2026-05-04T08:15:00Z", "2026-05-05T09:00:00Z"),
        ("2026-05-04T11:59:00Z", "2026-05-05T11:59:00Z"),
        ("2026-05-04T12:00:00Z", "2026-05-05T14:00:00Z"),
        ("2026-05-04T13:00:00Z", "2026-05-05T14:00:00Z"),
        ("2026-05-04T16:00:00Z", "2026-05-05T16:00:00Z"),
        ("2026-05-04T17:30:00Z", "2026-05-05T16:00:00Z"),
    ] {
        assert_eq!(
            day(&calendar, start, 1, DayPart::SameWallTime),
            due,
            "from {start}"
        );
    }
}

#[test]
fn a_day_target_outside_of_hours_starts_at_the_next_opening() {
    let calendar = compile(&closed(weekdays("UTC", "09:00-17:00"), &["2026-05-05"]));
    // Saturday: day 0 is Monday the 4th; Tuesday is closed.
    assert_eq!(
        day(&calendar, "2026-05-02T12:00:00Z", 1, DayPart::SameWallTime),
        "2026-05-06T09:00:00Z"
    );
    assert_eq!(
        day(&calendar, "2026-05-04T20:00:00Z", 1, DayPart::End),
        "2026-05-07T17:00:00Z"
    );
    assert_eq!(
        day(&calendar, "2026-05-06T10:00:00Z", -1, DayPart::SameWallTime),
        "2026-05-04T10:00:00Z"
    );
}

#[test]
fn shifting_by_working_days_keeps_the_wall_time_and_skips_closed_dates() {
    let calendar = compile(&closed(
        weekdays("Europe/Berlin", "09:00-17:00"),
        &["2024-04-01"],
    ));
    let shift = |from: &str, days| {
        calendar
            .shift_working_days(at(from), days)
            .map(|at| at.to_string())
    };
    assert_eq!(
        shift("2024-03-29T21:00:00Z", 1).as_deref(),
        Some("2024-04-02T20:00:00Z")
    );
    assert_eq!(
        shift("2024-04-02T20:00:00Z", -1).as_deref(),
        Some("2024-03-29T21:00:00Z")
    );
    assert_eq!(
        shift("2024-03-30T21:00:00Z", 0).as_deref(),
        Some("2024-03-30T21:00:00Z")
    );
}

#[test]
fn a_calendar_that_is_wrong_is_refused_with_the_reasons() {
    let found = |definition: &CalendarDefinition| {
        codes(definition)
            .into_iter()
            .map(|(code, field)| format!("{code} {field}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        found(&weekdays("Mars/Olympus", "09:00-17:00")),
        ["UNKNOWN_ZONE zone"]
    );
    assert_eq!(found(&weekdays("", "09:00-17:00")), ["REQUIRED zone"]);
    assert_eq!(found(&weekdays("UTC", "")), ["NO_OPEN_TIME weekly"]);
    assert_eq!(
        found(&CalendarDefinition::default()),
        ["REQUIRED zone", "NO_OPEN_TIME weekly"]
    );
    let monday =
        |text: &str| CalendarDefinition::with_hours("UTC", &[Weekday::Monday], &hours(text));
    assert_eq!(
        found(&monday("17:00-09:00")),
        ["END_NOT_AFTER_START weekly.monday"]
    );
    assert_eq!(
        found(&monday("09:00-09:00")),
        ["END_NOT_AFTER_START weekly.monday"]
    );
    assert_eq!(
        found(&monday("09:00-12:00 11:59-13:00")),
        ["OVERLAP weekly.monday"]
    );
    assert_eq!(
        found(&monday("09:00-25:00")),
        ["OUT_OF_RANGE weekly.monday"]
    );
    assert_eq!(
        found(&monday("09:00-12:00 12:00-13:00")),
        Vec::<String>::new()
    );
    // The night of Monday runs into Tuesday's hours.
    let mut nights = monday("22:00-06:00+");
    nights
        .weekly
        .insert(Weekday::Tuesday, vec![Interval::new(300, 600)]);
    assert_eq!(found(&nights), ["OVERLAP weekly.tuesday"]);
    let mut dates = closed(
        weekdays("UTC", "09:00-17:00"),
        &["2026-05-05", "2026-05-05"],
    );
    dates.closed[0].on = shared::calendar::ClosedOn::Yearly { month: 2, day: 30 };
    assert_eq!(found(&dates), ["INVALID_DATE closed.0"]);
    let twice = opening(
        opening(weekdays("UTC", "09:00-17:00"), "2026-05-05", "10:00-12:00"),
        "2026-05-05",
        "11:00-10:00",
    );
    assert_eq!(
        found(&twice),
        ["END_NOT_AFTER_START openings.1", "DUPLICATE openings.1"]
    );
    assert!(
        matches!(CompiledCalendar::new(&nights), Err(CompileError::Invalid(problems)) if problems.len() == 1)
    );
}

#[test]
fn a_definition_survives_json() {
    let definition = opening(
        closed(
            weekdays("Europe/Berlin", "09:00-12:00 22:00-06:00+"),
            &["2026-12-24", "--12-25"],
        ),
        "2026-12-24",
        "10:00-12:00",
    );
    let text = serde_json::to_string(&definition).expect("JSON");
    assert!(
        text.contains(
            r#""monday":[{"start":540,"end":720},{"start":1320,"end":360,"ends_next_day":true}]"#
        ),
        "{text}"
    );
    assert!(text.contains(r#""on":"--12-25""#), "{text}");
    assert_eq!(
        serde_json::from_str::<CalendarDefinition>(&text).expect("a calendar"),
        definition
    );
    for wrong in ["02-30", "--02-30", "2026-02-29", "--2-1", "--12-25 "] {
        assert!(
            wrong.parse::<shared::calendar::ClosedOn>().is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn instants_beyond_all_calendars_give_an_answer_too() {
    let office = office();
    let (first, last) = (
        Timestamp::from_millis(i64::MIN),
        Timestamp::from_millis(i64::MAX),
    );
    assert!(office.working_millis(first, last) > 0);
    assert_eq!(office.working_millis(last, first), 0);
    assert_eq!(office.add_millis(last, 0), None);
    assert_eq!(
        office.add_millis(at("2026-05-04T09:00:00Z"), i64::MAX),
        None
    );
    assert_eq!(office.subtract_millis(first, 0), None);
    assert_eq!(
        office.subtract_millis(at("2026-05-04T09:00:00Z"), i64::MAX),
        None
    );
    assert_eq!(
        office.add_millis(at("2026-05-04T09:00:00Z"), i64::MIN),
        None
    );
    assert_eq!(office.working_day(last, 1, DayPart::End), None);
    assert!(office.add_millis(first, 0).is_some());
    let mut length = 0u128;
    office.bands(
        at("1850-01-01T00:00:00Z"),
        at("2600-01-01T00:00:00Z"),
        &mut |from, to, _| length += to.millis_since(from) as u128,
    );
    assert_eq!(
        length,
        at("2600-01-01T00:00:00Z").millis_since(at("1850-01-01T00:00:00Z")) as u128
    );
}

#[test]
fn a_calendar_whose_last_opening_is_past_never_opens_again() {
    let mut definition = CalendarDefinition::always_open("UTC");
    definition.weekly.clear();
    let calendar = compile(&opening(definition, "2026-05-04", "09:00-10:00"));
    assert_eq!(
        add(&calendar, "2026-05-04T00:00:00Z", HOUR),
        "2026-05-04T10:00:00Z"
    );
    assert_eq!(add(&calendar, "2026-05-04T00:00:00Z", HOUR + 1), "never");
    assert_eq!(
        day(&calendar, "2026-05-04T00:00:00Z", 1, DayPart::End),
        "never"
    );
}
