//! What clocks mean, rule by rule. Office hours are Monday to Friday, 09:00-17:00 UTC;
//! 2026-05-04 is a Monday.

use shared::service_level::{
    Allowance, ClockState, ClockTarget, EndReason, EscalationPoint, Fact, OnReopen, PointOffset,
    Target, firings,
};
use shared::ticket::{ClockRisk, HoldReason};

use super::support::*;

const WAITING: Fact = Fact::Held {
    reason: HoldReason::WaitingForRequester,
};
const SUPPLIER: Fact = Fact::Held {
    reason: HoldReason::WaitingForSupplier,
};

fn text(at: Option<shared::time::Timestamp>) -> String {
    at.map_or_else(|| "none".to_owned(), |at| at.to_string())
}

#[test]
fn a_ticket_that_has_not_begun_has_no_clock() {
    let office = office();
    let target = resolution(4);
    let terms = [terms("2026-01-01T00:00:00Z", 1, &target, &office)];
    use shared::service_level::evaluate;
    assert_eq!(evaluate(&terms, &[], at("2026-05-04T09:00:00Z")), None);
    let history = [created("2026-05-04T10:00:00Z")];
    assert_eq!(evaluate(&terms, &history, at("2026-05-04T09:00:00Z")), None);
    assert_eq!(
        evaluate::<shared::calendar::CompiledCalendar>(&[], &history, at("2026-05-04T11:00:00Z")),
        None
    );
}

#[test]
fn a_clock_outside_of_hours_starts_at_the_next_opening() {
    let clock = clock(
        &resolution(4),
        &[created("2026-05-02T12:00:00Z")],
        "2026-05-04T10:30:00Z",
    );
    assert_eq!(clock.state, ClockState::Running);
    assert_eq!(clock.contact_at, at("2026-05-02T12:00:00Z"));
    assert_eq!(clock.started_at, at("2026-05-04T09:00:00Z"));
    assert_eq!(text(clock.due_at), "2026-05-04T13:00:00Z");
    assert_eq!(
        (
            clock.target_seconds,
            clock.elapsed_seconds,
            clock.remaining_seconds
        ),
        (14_400, 5_400, 9_000)
    );
}

#[test]
fn a_target_is_met_at_its_due_time_and_breached_the_instant_after() {
    let target = resolution(4);
    let until = |now: &str| clock(&target, &[created("2026-05-04T09:00:00Z")], now);
    assert_eq!(until("2026-05-04T13:00:00Z").state, ClockState::Running);
    let late = until("2026-05-04T13:00:00.001Z");
    assert_eq!(late.state, ClockState::Breached);
    assert_eq!(text(late.breached_at), "2026-05-04T13:00:00Z");
    assert!(late.is_open() && late.is_breached());
    assert_eq!(until("2026-05-04T14:00:00Z").remaining_seconds, -3_600);

    let resolved = |when: &str| {
        let history = [created("2026-05-04T09:00:00Z"), entry(when, Fact::Resolved)];
        clock(&target, &history, "2026-06-01T00:00:00Z")
    };
    let met = resolved("2026-05-04T13:00:00Z");
    assert_eq!(
        (met.state, met.remaining_seconds, met.breached_at),
        (ClockState::Met, 0, None)
    );
    assert_eq!(text(met.outcome_at()), "2026-05-04T13:00:00Z");
    let missed = resolved("2026-05-04T15:00:00Z");
    assert_eq!(
        (missed.state, missed.remaining_seconds),
        (ClockState::Breached, -7_200)
    );
    assert_eq!(text(missed.finished_at), "2026-05-04T15:00:00Z");
    assert_eq!(text(missed.outcome_at()), "2026-05-04T13:00:00Z");
}

#[test]
fn a_pause_costs_only_its_working_time_and_hides_the_due_time() {
    let history = [
        created("2026-05-04T09:00:00Z"),
        entry("2026-05-04T11:00:00Z", WAITING),
        entry("2026-05-06T10:00:00Z", Fact::Resumed),
    ];
    let paused = clock(&resolution(4), &history, "2026-05-05T12:00:00Z");
    assert_eq!(paused.state, ClockState::Paused);
    assert_eq!((paused.due_at, paused.remaining_seconds), (None, 7_200));
    assert_eq!(paused.pause_reason, Some(HoldReason::WaitingForRequester));
    assert_eq!(text(paused.paused_at), "2026-05-04T11:00:00Z");
    let resumed = clock(&resolution(4), &history, "2026-05-06T11:00:00Z");
    assert_eq!(resumed.state, ClockState::Running);
    assert_eq!(text(resumed.due_at), "2026-05-06T12:00:00Z");
    assert_eq!(
        (resumed.elapsed_seconds, resumed.remaining_seconds),
        (10_800, 3_600)
    );
}

#[test]
fn waiting_for_a_supplier_does_not_pause_unless_the_agreement_says_so() {
    let history = [
        created("2026-05-04T09:00:00Z"),
        entry("2026-05-04T10:00:00Z", SUPPLIER),
    ];
    let mut target = resolution(4);
    assert_eq!(
        clock(&target, &history, "2026-05-04T11:00:00Z").state,
        ClockState::Running
    );
    target.pauses_on.push(HoldReason::WaitingForSupplier);
    assert_eq!(
        clock(&target, &history, "2026-05-04T11:00:00Z").state,
        ClockState::Paused
    );
    let response = first_response(4);
    let history = [
        created("2026-05-04T09:00:00Z"),
        entry("2026-05-04T10:00:00Z", WAITING),
    ];
    assert_eq!(
        clock(&response, &history, "2026-05-04T11:00:00Z").state,
        ClockState::Running
    );
}

#[test]
fn another_reason_of_the_same_hold_may_end_the_pause() {
    let history = [
        created("2026-05-04T09:00:00Z"),
        entry("2026-05-04T10:00:00Z", WAITING),
        entry("2026-05-04T11:00:00Z", SUPPLIER),
        entry(
            "2026-05-04T12:00:00Z",
            Fact::Held {
                reason: HoldReason::RequestedDate,
            },
        ),
        entry("2026-05-04T13:00:00Z", Fact::Resumed),
    ];
    let clock = clock(&resolution(4), &history, "2026-05-04T14:00:00Z");
    assert_eq!(text(clock.due_at), "2026-05-04T15:00:00Z");
    assert_eq!(clock.elapsed_seconds, 3 * 3_600);
}

#[test]
fn created_on_hold_nothing_has_run() {
    let history = [
        created("2026-05-04T09:00:00Z"),
        entry("2026-05-04T09:00:00Z", WAITING),
    ];
    let clock = clock(&resolution(4), &history, "2026-05-06T12:00:00Z");
    assert_eq!(
        (clock.state, clock.elapsed_seconds, clock.remaining_seconds),
        (ClockState::Paused, 0, 14_400)
    );
}

#[test]
fn a_message_of_the_requester_ends_waiting_for_the_requester_only() {
    let message = entry("2026-05-04T11:00:00Z", Fact::RequesterMessage);
    let waiting = [
        created("2026-05-04T09:00:00Z"),
        entry("2026-05-04T10:00:00Z", WAITING),
        message,
    ];
    assert_eq!(
        text(clock(&resolution(4), &waiting, "2026-05-04T12:00:00Z").due_at),
        "2026-05-04T14:00:00Z"
    );
    let date = entry(
        "2026-05-04T10:00:00Z",
        Fact::Held {
            reason: HoldReason::RequestedDate,
        },
    );
    let dated = [created("2026-05-04T09:00:00Z"), date, message];
    assert_eq!(
        clock(&resolution(4), &dated, "2026-05-04T12:00:00Z").state,
        ClockState::Paused
    );
}

#[test]
fn a_pause_after_the_due_time_does_not_undo_the_breach() {
    let history = [
        created("2026-05-04T09:00:00Z"),
        entry("2026-05-04T14:00:00Z", WAITING),
    ];
    let clock = clock(&resolution(4), &history, "2026-05-04T16:00:00Z");
    assert_eq!(clock.state, ClockState::Breached);
    assert_eq!(text(clock.due_at), "2026-05-04T13:00:00Z");
    assert_eq!(clock.remaining_seconds, -3_600);
    assert_eq!(clock.pause_reason, Some(HoldReason::WaitingForRequester));
}

#[test]
fn the_first_public_message_of_an_agent_meets_the_first_response() {
    let history = [
        created("2026-05-04T09:00:00Z"),
        entry("2026-05-04T09:30:00Z", Fact::RequesterMessage),
        entry("2026-05-04T10:00:00Z", Fact::PublicAgentMessage),
        entry("2026-05-04T15:00:00Z", Fact::PublicAgentMessage),
        entry("2026-05-04T16:00:00Z", Fact::Resolved),
        entry("2026-05-05T16:00:00Z", Fact::Reopened),
    ];
    let clock = clock(&first_response(2), &history, "2026-05-08T12:00:00Z");
    assert_eq!(
        (clock.state, clock.elapsed_seconds),
        (ClockState::Met, 3_600)
    );
    assert_eq!(text(clock.finished_at), "2026-05-04T10:00:00Z");
}

#[test]
fn a_ticket_recorded_by_an_agent_has_its_response_at_creation() {
    let fact = Fact::Created {
        recorded_by_agent: true,
    };
    let history = [entry("2026-05-03T09:00:00Z", fact)];
    let response = clock(&first_response(2), &history, "2026-05-08T12:00:00Z");
    assert_eq!(
        (response.state, response.elapsed_seconds),
        (ClockState::Met, 0)
    );
    assert_eq!(text(response.finished_at), "2026-05-03T09:00:00Z");
    assert!(clock(&resolution(2), &history, "2026-05-08T12:00:00Z").is_open());
}

#[test]
fn the_message_of_the_resolution_is_a_response_whichever_is_recorded_first() {
    let resolved = entry("2026-05-04T10:00:00Z", Fact::Resolved);
    let message = entry("2026-05-04T10:00:00Z", Fact::PublicAgentMessage);
    for (first, second) in [(resolved, message), (message, resolved)] {
        let history = [created("2026-05-04T09:00:00Z"), first, second];
        assert_eq!(
            clock(&first_response(2), &history, "2026-05-08T12:00:00Z").state,
            ClockState::Met
        );
    }
}

#[test]
fn resolving_without_a_word_makes_the_response_not_needed_and_reopening_resumes_it() {
    let history = [
        created("2026-05-04T09:00:00Z"),
        entry("2026-05-04T10:00:00Z", Fact::Resolved),
        entry("2026-05-05T10:00:00Z", Fact::Reopened),
    ];
    let silent = clock(&first_response(2), &history, "2026-05-04T18:00:00Z");
    assert_eq!(
        (silent.state, silent.outcome_at()),
        (ClockState::NotNeeded, None)
    );
    assert_eq!(silent.ended, Some(EndReason::NotNeeded));
    let reopened = clock(&first_response(2), &history, "2026-05-05T10:30:00Z");
    assert_eq!(
        (reopened.state, reopened.elapsed_seconds),
        (ClockState::Running, 5_400)
    );
    assert_eq!(text(reopened.due_at), "2026-05-05T11:00:00Z");
}

#[test]
fn resolving_without_a_word_does_not_hide_a_breach() {
    let history = [
        created("2026-05-04T09:00:00Z"),
        entry("2026-05-04T15:00:00Z", Fact::Resolved),
    ];
    let clock = clock(&first_response(2), &history, "2026-05-04T18:00:00Z");
    assert_eq!(clock.state, ClockState::Breached);
    assert_eq!(text(clock.outcome_at()), "2026-05-04T11:00:00Z");
}

#[test]
fn from_resolve_to_reopen_nothing_is_counted_closed_or_not() {
    let history = [
        created("2026-05-04T09:00:00Z"),
        entry("2026-05-04T10:00:00Z", Fact::Resolved),
        entry("2026-05-06T10:00:00Z", Fact::Closed),
        entry("2026-05-07T09:00:00Z", Fact::Reopened),
        entry("2026-05-07T10:00:00Z", WAITING),
        entry("2026-05-07T11:00:00Z", Fact::Resolved),
        entry("2026-05-08T09:00:00Z", Fact::Reopened),
    ];
    let clock = clock(&resolution(4), &history, "2026-05-08T10:00:00Z");
    assert_eq!(
        (clock.state, clock.elapsed_seconds, clock.run),
        (ClockState::Running, 3 * 3_600, 1)
    );
    assert_eq!(text(clock.due_at), "2026-05-08T11:00:00Z");
}

#[test]
fn what_was_met_at_its_due_time_breaches_only_when_it_is_reopened() {
    let history = [
        created("2026-05-04T09:00:00Z"),
        entry("2026-05-04T13:00:00Z", Fact::Resolved),
        entry("2026-05-05T10:00:00Z", Fact::Reopened),
    ];
    let clock = |now: &str| super::support::clock(&resolution(4), &history, now);
    assert_eq!(clock("2026-05-05T09:00:00Z").state, ClockState::Met);
    let reopened = clock("2026-05-05T10:00:00Z");
    assert_eq!(reopened.state, ClockState::Breached);
    assert_eq!(text(reopened.breached_at), "2026-05-05T10:00:00Z");
}

#[test]
fn an_agreement_may_start_a_new_run_at_reopening() {
    let mut target = resolution(4);
    target.on_reopen = OnReopen::Anew;
    let history = [
        created("2026-05-04T09:00:00Z"),
        entry("2026-05-04T16:00:00Z", Fact::Resolved),
        entry("2026-05-06T09:30:00Z", Fact::Reopened),
    ];
    let before = clock(&target, &history, "2026-05-05T10:00:00Z");
    assert_eq!((before.state, before.run), (ClockState::Breached, 1));
    let after = clock(&target, &history, "2026-05-06T10:30:00Z");
    assert_eq!(
        (after.state, after.run, after.elapsed_seconds),
        (ClockState::Running, 2, 3_600)
    );
    assert_eq!(after.contact_at, at("2026-05-06T09:30:00Z"));
    assert_eq!(after.breached_at, None);
}

#[test]
fn closing_without_resolving_finishes_the_clock() {
    let history = [
        created("2026-05-04T09:00:00Z"),
        entry("2026-05-04T10:00:00Z", Fact::Closed),
    ];
    assert_eq!(
        clock(&resolution(4), &history, "2026-05-08T10:00:00Z").state,
        ClockState::Met
    );
}

#[test]
fn cancelled_and_merged_clocks_are_not_counted_unless_they_had_breached() {
    for (fact, reason) in [
        (Fact::Cancelled, EndReason::Cancelled),
        (Fact::Merged, EndReason::Merged),
    ] {
        let ended = |when: &str| {
            let history = [created("2026-05-04T09:00:00Z"), entry(when, fact)];
            clock(&resolution(4), &history, "2026-05-08T10:00:00Z")
        };
        let early = ended("2026-05-04T11:00:00Z");
        assert_eq!(
            (early.state, early.ended, early.outcome_at()),
            (ClockState::Cancelled, Some(reason), None)
        );
        assert_eq!(early.elapsed_seconds, 7_200);
        assert_eq!(ended("2026-05-04T14:00:00Z").state, ClockState::Breached);
        // What a resolution has finished stays finished.
        let history = [
            created("2026-05-04T09:00:00Z"),
            entry("2026-05-04T10:00:00Z", Fact::Resolved),
            entry("2026-05-05T10:00:00Z", fact),
        ];
        assert_eq!(
            clock(&resolution(4), &history, "2026-05-08T10:00:00Z").state,
            ClockState::Met
        );
    }
}

#[test]
fn entries_out_of_order_are_taken_in_the_order_of_their_instants() {
    let mut history = vec![
        created("2026-05-04T09:00:00Z"),
        entry("2026-05-04T10:00:00Z", WAITING),
        entry("2026-05-04T12:00:00Z", Fact::Resumed),
    ];
    let expected = clock(&resolution(4), &history, "2026-05-04T14:00:00Z");
    history.reverse();
    assert_eq!(
        clock(&resolution(4), &history, "2026-05-04T14:00:00Z"),
        expected
    );
}

#[test]
fn resuming_may_breach_at_once() {
    // The end of the day after. The pause covers the whole of that day, so what is left is used up
    // at the closing, two hours before the hold ends.
    let target = Target::new(ClockTarget::Resolution, Allowance::WorkingDays(1));
    let history = [
        created("2026-05-03T09:00:00Z"),
        entry("2026-05-05T08:00:00Z", WAITING),
        entry("2026-05-05T19:00:00Z", Fact::Resumed),
    ];
    // Due at Tuesday's opening; the pause begins before it and moves it by eight hours.
    assert_eq!(
        clock(&target, &history, "2026-05-05T18:00:00Z").state,
        ClockState::Paused
    );
    let resumed = clock(&target, &history, "2026-05-05T19:00:00Z");
    assert_eq!(resumed.state, ClockState::Breached);
    assert_eq!(text(resumed.due_at), "2026-05-05T17:00:00Z");
    assert_eq!(text(resumed.breached_at), "2026-05-05T19:00:00Z");
}

#[test]
fn a_day_target_is_moved_by_each_pause_that_begins_before_it() {
    let target = Target::new(ClockTarget::Resolution, Allowance::EndOfWorkingDay(1));
    let history = [
        created("2026-05-04T10:00:00Z"),
        entry("2026-05-04T11:00:00Z", WAITING),
        entry("2026-05-04T15:00:00Z", Fact::Resumed),
        // Begins after Tuesday's closing, but before the due time as moved so far.
        entry("2026-05-05T20:00:00Z", WAITING),
        entry("2026-05-06T10:00:00Z", Fact::Resumed),
        // Begins after the due time.
        entry("2026-05-06T15:00:00Z", WAITING),
    ];
    let clock = |now: &str| super::support::clock(&target, &history, now);
    assert_eq!(
        text(clock("2026-05-04T10:00:00Z").due_at),
        "2026-05-05T17:00:00Z"
    );
    let paused = clock("2026-05-04T12:00:00Z");
    assert_eq!(
        (paused.due_at, paused.remaining_seconds),
        (None, 14 * 3_600)
    );
    assert_eq!(
        text(clock("2026-05-05T10:00:00Z").due_at),
        "2026-05-06T13:00:00Z"
    );
    let last = clock("2026-05-06T16:00:00Z");
    assert_eq!(text(last.due_at), "2026-05-06T14:00:00Z");
    assert_eq!(
        (last.state, last.remaining_seconds),
        (ClockState::Breached, -3_600)
    );
    // Nominally from Monday 10:00 to Tuesday 17:00.
    assert_eq!(last.target_seconds, 15 * 3_600);
}

fn with_points(hours: i64, points: &[(&str, PointOffset)]) -> Target {
    let mut target = resolution(hours);
    target.points = points
        .iter()
        .map(|(key, offset)| EscalationPoint {
            key: (*key).to_owned(),
            offset: *offset,
        })
        .collect();
    target
}

#[test]
fn points_lie_in_unpaused_working_time_before_and_after_the_due_time() {
    let target = with_points(
        4,
        &[
            ("half", PointOffset::PercentUsed(50)),
            ("hour_before", PointOffset::WorkingSeconds(-3_600)),
            ("due", PointOffset::WorkingSeconds(0)),
            ("hour_after", PointOffset::WorkingSeconds(3_600)),
            ("double", PointOffset::PercentUsed(200)),
            ("day_after", PointOffset::WorkingDays(1)),
        ],
    );
    let mut history = vec![created("2026-05-04T14:00:00Z")];
    let points = |history: &[_], now: &str| {
        clock(&target, history, now)
            .points
            .iter()
            .map(|point| text(point.at))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        points(&history, "2026-05-04T14:00:00Z"),
        [
            "2026-05-04T16:00:00Z",
            // An hour before the due time is Tuesday's opening, not Monday's closing.
            "2026-05-05T09:00:00Z",
            "2026-05-05T10:00:00Z",
            "2026-05-05T11:00:00Z",
            "2026-05-05T14:00:00Z",
            "2026-05-06T10:00:00Z",
        ]
    );
    history.push(entry("2026-05-04T16:30:00Z", WAITING));
    // What came before the pause is known, the rest is not.
    assert_eq!(
        points(&history, "2026-05-06T09:00:00Z"),
        [
            "2026-05-04T16:00:00Z",
            "none",
            "none",
            "none",
            "none",
            "none"
        ]
    );
    history.push(entry("2026-05-06T09:00:00Z", Fact::Resumed));
    history.push(entry("2026-05-06T11:00:00Z", WAITING));
    history.push(entry("2026-05-06T12:00:00Z", Fact::Resumed));
    assert_eq!(
        points(&history, "2026-05-06T12:30:00Z"),
        [
            "2026-05-04T16:00:00Z",
            "2026-05-06T09:30:00Z",
            "2026-05-06T10:30:00Z",
            "2026-05-06T12:30:00Z",
            "2026-05-06T15:30:00Z",
            // The pause between moves it by its hour.
            "2026-05-07T11:30:00Z",
        ]
    );
    history.push(entry("2026-05-06T12:00:00Z", Fact::Resolved));
    assert_eq!(
        points(&history, "2026-05-08T12:00:00Z")[2..4],
        ["2026-05-06T10:30:00Z", "none"]
    );
}

#[test]
fn the_next_instant_is_a_point_or_the_breach() {
    let target = with_points(
        4,
        &[
            ("half", PointOffset::PercentUsed(50)),
            ("after", PointOffset::WorkingSeconds(3_600)),
        ],
    );
    let mut history = vec![created("2026-05-04T09:00:00Z")];
    let next = |history: &[_], now: &str| text(clock(&target, history, now).next_instant());
    assert_eq!(
        next(&history, "2026-05-04T09:00:00Z"),
        "2026-05-04T11:00:00Z"
    );
    assert_eq!(
        next(&history, "2026-05-04T11:00:00Z"),
        "2026-05-04T13:00:00.001Z"
    );
    assert_eq!(
        next(&history, "2026-05-04T13:00:00.001Z"),
        "2026-05-04T14:00:00Z"
    );
    assert_eq!(next(&history, "2026-05-04T14:00:00Z"), "none");
    history.push(entry("2026-05-04T10:00:00Z", WAITING));
    assert_eq!(next(&history, "2026-05-04T10:30:00Z"), "none");
}

#[test]
fn what_was_missed_fires_once_marked_late_and_after_a_change_only_the_furthest() {
    let target = with_points(
        4,
        &[
            ("half", PointOffset::PercentUsed(50)),
            ("most", PointOffset::PercentUsed(80)),
            ("after", PointOffset::WorkingSeconds(3_600)),
        ],
    );
    let history = [
        created("2026-05-04T09:00:00Z"),
        entry("2026-05-04T15:00:00Z", Fact::Resolved),
    ];
    let clock = |now: &str| super::support::clock(&target, &history, now);
    let keys = |now: &str, fired: &[&str], changed| {
        let fired: Vec<String> = fired.iter().map(|key| (*key).to_owned()).collect();
        firings(&clock(now), &fired, changed, 60)
    };
    assert!(keys("2026-05-04T10:59:59Z", &[], false).is_empty());
    let on_time = keys("2026-05-04T11:00:00Z", &[], false);
    assert_eq!(
        (on_time[0].key.as_str(), on_time[0].late, on_time.len()),
        ("half", false, 1)
    );
    assert!(keys("2026-05-04T11:00:00Z", &["half"], false).is_empty());
    let missed = keys("2026-05-04T14:00:00Z", &["half"], false);
    assert_eq!(
        missed
            .iter()
            .map(|firing| (firing.key.as_str(), firing.late))
            .collect::<Vec<_>>(),
        [("most", true), ("after", false)]
    );
    let changed = keys("2026-05-04T14:30:00Z", &[], true);
    assert_eq!(changed.len(), 1);
    assert_eq!(
        (changed[0].key.as_str(), changed[0].by_change),
        ("after", true)
    );
    assert_eq!(changed[0].instead_of, ["half", "most"]);
    assert!(
        keys("2026-05-04T15:00:00Z", &[], false).is_empty(),
        "nothing fires for a finished clock"
    );
}

#[test]
fn a_queue_is_driven_by_the_earliest_due_time_with_running_before_paused() {
    let response = first_response(2).with_warning_at(50);
    let long = resolution(4);
    let mut history = vec![created("2026-05-04T09:00:00Z")];
    let standing = |history: &[_], now: &str| {
        shared::service_level::standing(&[
            clock(&long, history, now),
            clock(&response, history, now),
        ])
    };
    let fresh = standing(&history, "2026-05-04T09:30:00Z");
    assert_eq!((fresh.risk, fresh.driver), (ClockRisk::OnTrack, Some(1)));
    assert_eq!(text(fresh.due_at), "2026-05-04T11:00:00Z");
    assert_eq!(
        standing(&history, "2026-05-04T10:00:00Z").risk,
        ClockRisk::AtRisk
    );
    assert_eq!(
        standing(&history, "2026-05-04T11:00:01Z").risk,
        ClockRisk::Breached
    );
    history.push(entry("2026-05-04T10:00:00Z", Fact::PublicAgentMessage));
    let answered = standing(&history, "2026-05-04T10:30:00Z");
    assert_eq!(
        (answered.risk, answered.driver),
        (ClockRisk::OnTrack, Some(0))
    );
    history.push(entry("2026-05-04T10:00:00Z", WAITING));
    let paused = standing(&history, "2026-05-04T10:30:00Z");
    assert_eq!((paused.risk, paused.due_at), (ClockRisk::Paused, None));
    history.push(entry("2026-05-04T11:00:00Z", Fact::Resolved));
    let done = standing(&history, "2026-05-04T11:30:00Z");
    assert_eq!((done.risk, done.driver), (ClockRisk::None, None));
    assert!(answered.due_order < paused.due_order && paused.due_order < done.due_order);
}
