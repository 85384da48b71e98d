//! Counting down in a browser.

use shared::service_level::countdown::{Countdown, open_spans};
use shared::service_level::{Fact, evaluate};
use shared::ticket::HoldReason;

use super::support::*;

#[test]
fn a_browser_counts_down_to_what_the_server_would_say() {
    let berlin = compile(&closed(
        weekdays("Europe/Berlin", "09:00-12:00 13:00-17:00"),
        &["2026-05-05"],
    ));
    let target = resolution(20);
    let terms = [terms("2026-05-01T00:00:00Z", 1, &target, &berlin)];
    let history = [created("2026-05-04T08:10:00Z")];
    let measured = evaluate(&terms, &history, at("2026-05-04T09:00:00Z")).expect("a clock");
    let sent = Countdown::new(&measured, open_spans(&measured, &berlin));
    let text = serde_json::to_string(&sent).expect("JSON");
    let received: Countdown = serde_json::from_str(&text).expect("a countdown");
    let due = measured.due_at.expect("a due time");
    let mut now = measured.measured_at;
    while now <= due {
        let server = evaluate(&terms, &history, now).expect("a clock");
        assert_eq!(received.left_at(now), server.remaining_seconds, "at {now}");
        now = now.plus_seconds(601);
    }
    assert_eq!(received.left_at(due), 0);
}

#[test]
fn an_overdue_clock_goes_on_below_zero() {
    let office = office();
    let target = resolution(1);
    let terms = [terms("2026-05-01T00:00:00Z", 1, &target, &office)];
    let clock = evaluate(
        &terms,
        &[created("2026-05-04T09:00:00Z")],
        at("2026-05-04T16:00:00Z"),
    )
    .expect("a clock");
    let countdown = Countdown::new(&clock, open_spans(&clock, &office));
    assert_eq!(countdown.left_at(at("2026-05-05T10:00:00Z")), -8 * 3600);
}

#[test]
fn nothing_is_sent_for_what_does_not_move_or_lies_far_away() {
    let office = office();
    let spans = |hours, history: &[_], now: &str| {
        let target = resolution(hours);
        let clock = evaluate(
            &[terms("2026-05-01T00:00:00Z", 1, &target, &office)],
            history,
            at(now),
        )
        .expect("a clock");
        open_spans(&clock, &office)
    };
    let mut history = vec![created("2026-05-04T09:00:00Z")];
    assert_eq!(
        spans(8, &history, "2026-05-04T10:00:00Z").spans().count(),
        1
    );
    assert!(
        spans(800, &history, "2026-05-04T10:00:00Z").is_empty(),
        "the due time lies months away"
    );
    history.push(entry(
        "2026-05-04T11:00:00Z",
        Fact::Held {
            reason: HoldReason::WaitingForRequester,
        },
    ));
    assert!(
        spans(8, &history, "2026-05-04T12:00:00Z").is_empty(),
        "paused"
    );
    history.push(entry("2026-05-04T13:00:00Z", Fact::Resolved));
    assert!(
        spans(8, &history, "2026-05-04T14:00:00Z").is_empty(),
        "finished"
    );
}
