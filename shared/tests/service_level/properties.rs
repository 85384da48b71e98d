//! Random calendars and clocks against the walker.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use shared::calendar::{
    Band, CalendarDefinition, ClosedDate, ClosedOn, CompiledCalendar, Date, DayPart,
    ExceptionalOpening, Interval, OpenSpans, Weekday, WorkingTime, zone_names,
};
use shared::service_level::counting::{self, Measure};
use shared::service_level::run::{Run, Why};
use shared::service_level::{PointOffset, SegmentKind};
use shared::ticket::HoldReason;
use shared::time::Timestamp;

use super::support::{HOUR, MINUTE, at, cases};
use super::walker::Walker;

const DAY: i64 = 24 * HOUR;

/// Zones with odd rules, at the instants of their oddities.
const ODD: &[(&str, &str)] = &[
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    ("Pacific/Kwajalein", "1993-08-21T12:00:00Z"),
    ("Australia/Lord_Howe", "2019-04-06T15:00:00Z"),
    ("Australia/Lord_Howe", "2019-10-05T15:30:00Z"),
    ("America/Sao_Paulo", "2018-11-04T03:00:00Z"),
    ("America/Sao_Paulo", "2019-02-17T02:00:00Z"),
    ("America/Havana", "2024-03-10T05:00:00Z"),
    ("America/Havana", "2024-11-03T05:00:00Z"),
    ("Asia/Beirut", "2024-03-30T22:00:00Z"),
    ("Africa/Cairo", "2014-05-15T22:00:00Z"),
    ("Africa/Casablanca", "2023-03-19T02:00:00Z"),
    ("Asia/Tehran", "2022-03-21T20:30:00Z"),
    ("Asia/Kathmandu", "1985-12-31T18:30:00Z"),
    ("America/St_Johns", "2006-10-29T02:31:00Z"),
    ("Europe/Dublin", "2024-10-27T01:00:00Z"),
    ("Antarctica/Troll", "2024-03-31T01:00:00Z"),
    ("Asia/Pyongyang", "2015-08-14T15:00:00Z"),
    ("America/Caracas", "2016-05-01T07:00:00Z"),
    ("Pacific/Chatham", "2024-04-06T14:00:00Z"),
    ("Europe/Lisbon", "1992-09-27T01:00:00Z"),
    ("Africa/Juba", "2021-01-31T21:00:00Z"),
    ("Europe/Berlin", "2024-03-31T01:00:00Z"),
    ("America/New_York", "2024-11-03T06:00:00Z"),
    ("UTC", "2024-02-29T00:00:00Z"),
];

fn interval() -> impl Strategy<Value = Interval> {
    (0u16..96, 1u16..=96, any::<bool>()).prop_map(|(a, b, overnight)| {
        let (start, end) = (a.min(b - 1) * 15, (a.max(b - 1) + 1) * 15);
        if overnight && end < 1440 {
            Interval::overnight(end, start.max(15))
        } else {
            Interval::new(start, end)
        }
    })
}

/// Any calendar of a zone, with exceptions around a date. Spans may overlap; they merge.
fn definition(zone: &'static str, around: Date) -> impl Strategy<Value = CalendarDefinition> {
    let near = (-6i32..6).prop_map(move |days| around.plus_days(days));
    let weekly = btree_map(select(Weekday::ALL.to_vec()), vec(interval(), 0..3), 1..=7);
    let closed = vec((near.clone(), any::<bool>()), 0..3);
    let openings = btree_map(near, vec(interval(), 0..2), 0..2);
    (weekly, closed, openings).prop_map(move |(weekly, closed, openings)| CalendarDefinition {
        zone: zone.to_owned(),
        weekly,
        closed: closed
            .into_iter()
            .map(|(date, yearly)| {
                let (month, day) = date.month_day();
                ClosedDate {
                    on: if yearly {
                        ClosedOn::Yearly { month, day }
                    } else {
                        ClosedOn::Once(date)
                    },
                    name: String::new(),
                }
            })
            .collect(),
        openings: openings
            .into_iter()
            .map(|(date, hours)| ExceptionalOpening {
                date,
                hours,
                name: String::new(),
            })
            .collect(),
    })
}

#[derive(Debug, Clone)]
struct Scene {
    definition: CalendarDefinition,
    /// Start of the walked window.
    start: i64,
    /// Two instants in it, in whole seconds, in order.
    from: i64,
    to: i64,
}

const WINDOW: i64 = 6 * DAY;

fn scene_of(zone: &'static str, oddity: i64) -> impl Strategy<Value = Scene> {
    let around = Date::from_days(oddity.div_euclid(DAY) as i32);
    let middle = oddity.div_euclid(MINUTE) * MINUTE;
    let instant = 0..(WINDOW / 1000 - 1);
    (
        definition(zone, around),
        instant.clone(),
        instant,
        0..4 * DAY / MINUTE,
    )
        .prop_map(move |(definition, a, b, shift)| {
            let start = middle - DAY - shift * MINUTE;
            Scene {
                definition,
                start,
                from: start + a.min(b) * 1000,
                to: start + a.max(b) * 1000,
            }
        })
}

fn odd_scene() -> impl Strategy<Value = Scene> {
    select(ODD).prop_flat_map(|(zone, oddity)| scene_of(zone, at(oddity).as_millis()))
}

/// Any zone, at any of its changes since 1975.
fn any_scene() -> impl Strategy<Value = Scene> {
    let zones: Vec<&'static str> = zone_names()
        .into_iter()
        .map(|name| &*Box::leak(name.into_boxed_str()))
        .collect();
    (select(zones), 1975i64..2040).prop_flat_map(|(zone, year)| {
        let begin = (year - 1970) * 365 * DAY;
        let rules = jiff::tz::TimeZoneDatabase::bundled()
            .get(zone)
            .expect("a zone");
        let begin = jiff::Timestamp::from_millisecond(begin).expect("an instant");
        let oddity = rules
            .following(begin)
            .next()
            .map_or(begin, |change| change.timestamp());
        scene_of(zone, oddity.as_millisecond())
    })
}

fn open(scene: &Scene) -> (CompiledCalendar, Walker) {
    let calendar = CompiledCalendar::lenient(&scene.definition).expect("a calendar");
    let start = Timestamp::from_millis(scene.start);
    let walker = Walker::new(&scene.definition, start, (WINDOW / MINUTE) as usize);
    (calendar, walker)
}

/// An answer is compared only when it lies in the window that was walked.
fn within(walker: &Walker, scene: &Scene, answer: Option<Timestamp>) -> Option<i64> {
    answer
        .map(Timestamp::as_millis)
        .filter(|at| (scene.start..=walker.end()).contains(at))
}

fn agree_on_arithmetic(scene: &Scene) -> Result<(), TestCaseError> {
    let (calendar, walker) = open(scene);
    let (from, to) = (
        Timestamp::from_millis(scene.from),
        Timestamp::from_millis(scene.to),
    );
    let working = walker.working_millis(scene.from, scene.to);
    prop_assert_eq!(calendar.working_millis(from, to), working);

    for millis in [0, 1000, working / 2000 * 1000, working, working + 1000] {
        let forward = within(&walker, scene, calendar.add_millis(from, millis));
        let walked = walker.add_millis(scene.from, millis);
        // Used up exactly at the end of the window, the walker sees no opening after it.
        prop_assert_eq!(forward, walked.or(forward.filter(|at| *at == walker.end())));
        let backward = within(&walker, scene, calendar.subtract_millis(to, millis));
        let walked = walker.subtract_millis(scene.to, millis);
        prop_assert_eq!(
            backward,
            walked.or(backward.filter(|at| *at == scene.start))
        );
    }

    let spans = calendar.open_spans(from, to);
    prop_assert_eq!(spans.total_millis(), working);
    let mut covered = scene.from;
    let mut fault = None;
    calendar.bands(from, to, &mut |a, b, band| {
        let (a, b) = (a.as_millis(), b.as_millis());
        if a != covered || b <= a {
            fault = Some(format!("a gap before {a}"));
        }
        covered = b;
        for second in (a..b).step_by(1000) {
            let expected = match (walker.is_open(second), walker.is_holiday(second)) {
                (true, _) => Band::Open,
                (false, true) => Band::Holiday,
                (false, false) => Band::OutsideHours,
            };
            if band != expected {
                fault = Some(format!("{band:?} at {second}, walked {expected:?}"));
            }
        }
    });
    prop_assert_eq!(fault, None);
    prop_assert_eq!(covered, scene.to);
    Ok(())
}

fn agree_on_days(scene: &Scene, days: i32) -> Result<(), TestCaseError> {
    let (calendar, walker) = open(scene);
    let from = Timestamp::from_millis(scene.from);
    for part in [DayPart::SameWallTime, DayPart::End] {
        let zone = &scene.definition.zone;
        let walked = walker.working_day(zone, scene.from, days, part == DayPart::End);
        if let Some(walked) = walked {
            let answer = calendar.working_day(from, days, part);
            prop_assert_eq!(answer, Some(Timestamp::from_millis(walked)));
        }
    }
    Ok(())
}

/// Pauses as seconds after the window's start, in pairs; the last may stay open.
fn agree_on_clock(
    scene: &Scene,
    mut cuts: Vec<i64>,
    allowed_seconds: i64,
) -> Result<(), TestCaseError> {
    let (calendar, walker) = open(scene);
    cuts.sort_unstable();
    let mut run = Run::starting(Timestamp::from_millis(scene.from));
    for (index, cut) in cuts.iter().enumerate() {
        let cut = Timestamp::from_millis(scene.start + cut * 1000);
        if index % 2 == 0 {
            run.stop(cut, Why::Paused(HoldReason::WaitingForRequester));
        } else {
            run.resume(cut);
        }
    }
    let paused = |second: i64| {
        cuts.chunks(2).any(|pair| {
            let begin = scene.start + pair[0] * 1000;
            let end = pair.get(1).map_or(i64::MAX, |end| scene.start + end * 1000);
            (begin..end).contains(&second)
        })
    };
    let counts = |second: i64| walker.is_open(second) && !paused(second);

    let until = Timestamp::from_millis(scene.to);
    let walked: i64 = (scene.from..scene.to)
        .step_by(1000)
        .map(|second| i64::from(counts(second)))
        .sum();
    let segments = counting::segments(&calendar, &run, until);
    prop_assert_eq!(
        counting::elapsed_millis(&calendar, &run, until),
        walked * 1000
    );
    let sum: i64 = segments.iter().map(|segment| segment.counted_seconds).sum();
    prop_assert_eq!(sum, walked);
    for segment in &segments {
        for second in (segment.from.as_millis()..segment.to.as_millis()).step_by(1000) {
            let kind = if paused(second) {
                SegmentKind::Paused
            } else if walker.is_open(second) {
                SegmentKind::Counted
            } else if walker.is_holiday(second) {
                SegmentKind::Holiday
            } else {
                SegmentKind::OutsideHours
            };
            prop_assert_eq!(segment.kind, kind);
        }
    }

    // The due time is the first instant by which the allowance has counted.
    let allowed = allowed_seconds * 1000;
    let measure = Measure::Working(allowed);
    let mut left = allowed_seconds;
    let walked_due = (scene.from..walker.end()).step_by(1000).find_map(|second| {
        left -= i64::from(counts(second));
        (left == 0).then_some(second + 1000)
    });
    let due = counting::due(&calendar, &run, measure).map(|due| due.at);
    prop_assert_eq!(within(&walker, scene, due), walked_due);

    if let Some(due) = walked_due {
        // A warning is the last instant from which its distance counts until the due time.
        let distance = allowed_seconds / 2;
        if distance > 0 {
            let mut left = distance;
            let mut second = due;
            while left > 0 {
                second -= 1000;
                left -= i64::from(counts(second));
            }
            let offset = PointOffset::WorkingSeconds(-distance);
            let point = counting::point(&calendar, &run, measure, offset);
            prop_assert_eq!(point, Some(Timestamp::from_millis(second)));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn a_compiled_calendar_agrees_with_a_walk_through_odd_zones(scene in odd_scene()) {
        agree_on_arithmetic(&scene)?;
    }

    #[test]
    fn a_compiled_calendar_agrees_with_a_walk_through_any_zone(scene in any_scene()) {
        agree_on_arithmetic(&scene)?;
    }

    #[test]
    fn a_clock_with_pauses_agrees_with_a_walk(
        scene in odd_scene(),
        cuts in vec(0..WINDOW / 1000, 0..6),
        allowed in 1i64..40 * 3600,
    ) {
        agree_on_clock(&scene, cuts, allowed)?;
    }

    #[test]
    fn day_targets_agree_with_a_walk(scene in odd_scene(), days in -3i32..4) {
        agree_on_days(&scene, days)?;
    }

    #[test]
    fn spans_without_zones_add_up_like_the_calendar(scene in odd_scene(), millis in 1i64..50 * HOUR) {
        let (calendar, _) = open(&scene);
        let from = Timestamp::from_millis(scene.from);
        let end = Timestamp::from_millis(scene.start + WINDOW);
        let spans = calendar.open_spans(from, end);
        let text = serde_json::to_string(&spans).expect("JSON");
        let received: OpenSpans = serde_json::from_str(&text).expect("spans");
        let to = Timestamp::from_millis(scene.to);
        prop_assert_eq!(received.working_millis(from, to), calendar.working_millis(from, to));
        let expected = calendar.add_millis(from, millis).filter(|at| *at <= end);
        prop_assert_eq!(received.add_millis(from, millis), expected);
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn adding_and_measuring_undo_each_other_over_years(
        scene in odd_scene(),
        millis in 0i64..3000 * HOUR,
    ) {
        let calendar = CompiledCalendar::lenient(&scene.definition).expect("a calendar");
        let from = Timestamp::from_millis(scene.from);
        if let Some(end) = calendar.add_millis(from, millis) {
            prop_assert_eq!(calendar.working_millis(from, end), millis);
            if millis > 0 {
                let opening = calendar.next_opening(from).expect("it opens");
                prop_assert_eq!(calendar.subtract_millis(end, millis), Some(opening));
            }
        }
    }

    #[test]
    fn working_time_is_additive(scene in odd_scene(), days in 1i64..2000) {
        let calendar = CompiledCalendar::lenient(&scene.definition).expect("a calendar");
        let a = Timestamp::from_millis(scene.from - days * DAY);
        let b = Timestamp::from_millis(scene.to);
        let c = Timestamp::from_millis(scene.to + days * DAY);
        prop_assert_eq!(
            calendar.working_millis(a, b) + calendar.working_millis(b, c),
            calendar.working_millis(a, c)
        );
    }
}
