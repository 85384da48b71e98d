//! Why so much has elapsed.

use shared::service_level::{Fact, Segment, SegmentKind, explain};
use shared::ticket::HoldReason;

use super::support::*;

fn lines(segments: &[Segment]) -> Vec<String> {
    segments
        .iter()
        .map(|segment| {
            let reason = segment
                .pause_reason
                .map_or(String::new(), |reason| format!(" ({reason})"));
            format!(
                "{} {} {}{reason}: {} of {}, {}",
                segment.from,
                segment.to,
                segment.kind,
                segment.counted_seconds,
                segment.working_seconds,
                segment.running_total
            )
        })
        .collect()
}

#[test]
fn each_stretch_says_what_it_is_with_finished_before_paused_before_holiday() {
    let calendar = compile(&closed(weekdays("UTC", "09:00-17:00"), &["2026-05-05"]));
    let target = resolution(4);
    let terms = [terms("2026-05-01T00:00:00Z", 1, &target, &calendar)];
    let history = [
        created("2026-05-04T08:00:00Z"),
        entry(
            "2026-05-06T10:00:00Z",
            Fact::Held {
                reason: HoldReason::WaitingForRequester,
            },
        ),
        entry("2026-05-06T12:00:00Z", Fact::Resolved),
        entry("2026-05-07T10:00:00Z", Fact::Reopened),
        entry("2026-05-07T11:00:00Z", Fact::Resolved),
    ];
    let segments = explain(&terms, &history, at("2026-06-01T00:00:00Z"));
    assert_eq!(
        lines(&segments),
        [
            "2026-05-04T08:00:00Z 2026-05-04T09:00:00Z outside_hours: 0 of 0, 0",
            "2026-05-04T09:00:00Z 2026-05-04T17:00:00Z counted: 28800 of 28800, 28800",
            "2026-05-04T17:00:00Z 2026-05-05T00:00:00Z outside_hours: 0 of 0, 28800",
            "2026-05-05T00:00:00Z 2026-05-06T00:00:00Z holiday: 0 of 0, 28800",
            "2026-05-06T00:00:00Z 2026-05-06T09:00:00Z outside_hours: 0 of 0, 28800",
            "2026-05-06T09:00:00Z 2026-05-06T10:00:00Z counted: 3600 of 3600, 32400",
            "2026-05-06T10:00:00Z 2026-05-06T12:00:00Z paused (waiting_for_requester): 0 of 7200, 32400",
            "2026-05-06T12:00:00Z 2026-05-07T10:00:00Z finished: 0 of 21600, 32400",
            "2026-05-07T10:00:00Z 2026-05-07T11:00:00Z counted: 3600 of 3600, 36000",
        ]
    );
}

#[test]
fn seconds_add_up_even_when_instants_lie_between_seconds() {
    let calendar = office();
    let target = resolution(4);
    let terms = [terms("2026-05-01T00:00:00Z", 1, &target, &calendar)];
    let mut history = vec![created("2026-05-04T09:00:00.700Z")];
    for minute in 1..20 {
        let when = at("2026-05-04T09:00:00.100Z")
            .plus_seconds(minute * 60)
            .plus_millis(minute * 37);
        let fact = if minute % 2 == 1 {
            Fact::Held {
                reason: HoldReason::RequestedDate,
            }
        } else {
            Fact::Resumed
        };
        history.push(shared::service_level::HistoryEntry::new(when, fact));
    }
    let now = at("2026-05-04T15:00:00.900Z");
    let segments = explain(&terms, &history, now);
    let clock = shared::service_level::evaluate(&terms, &history, now).expect("a clock");
    assert!(segments.len() > 15);
    assert_eq!(
        segments
            .iter()
            .map(|segment| segment.counted_seconds)
            .sum::<i64>(),
        clock.elapsed_seconds
    );
    assert_eq!(
        segments.last().map(|segment| segment.running_total),
        Some(clock.elapsed_seconds)
    );
    assert_eq!(
        clock.elapsed_seconds + clock.remaining_seconds,
        clock.target_seconds
    );
    assert!(
        segments
            .windows(2)
            .all(|pair| pair[0].to == pair[1].from && pair[0].kind != pair[1].kind)
    );
}

#[test]
fn a_clock_that_is_met_at_once_has_nothing_to_explain() {
    let calendar = office();
    let target = first_response(4);
    let terms = [terms("2026-05-01T00:00:00Z", 1, &target, &calendar)];
    let history = [entry(
        "2026-05-04T09:00:00Z",
        Fact::Created {
            recorded_by_agent: true,
        },
    )];
    assert_eq!(explain(&terms, &history, at("2026-06-01T00:00:00Z")), []);
    assert_eq!(SegmentKind::ALL.len(), 5);
}
