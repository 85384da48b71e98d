//! What a change of facts does to clocks.

use shared::calendar::{CompiledCalendar, WorkingTime};
use shared::service_level::{
    Allowance, Clock, ClockState, EndReason, Fact, HistoryEntry, OnChange, Target, Terms, evaluate,
};
use shared::ticket::HoldReason;

use super::support::*;

const START: &str = "2026-05-04T09:00:00Z";
const CHANGE: &str = "2026-05-04T14:00:00Z";

/// A clock whose terms change from one target to another at [`CHANGE`].
fn changed(from: &Target, to: Option<&Target>, history: &[HistoryEntry], now: &str) -> Clock {
    let office = office();
    let terms = [
        terms(START, 1, from, &office),
        Terms {
            since: at(CHANGE),
            promise: to.and_then(|to| terms(CHANGE, 2, to, &office).promise),
        },
    ];
    evaluate(&terms, history, at(now)).expect("a clock")
}

#[test]
fn an_unfinished_clock_is_recomputed_as_if_the_new_target_had_always_applied() {
    let clock = changed(
        &resolution(6),
        Some(&resolution(8)),
        &[created(START)],
        "2026-05-04T14:00:00Z",
    );
    assert_eq!(
        (clock.version.agreement_version, clock.state),
        (2, ClockState::Running)
    );
    assert_eq!(clock.due_at, Some(at("2026-05-04T17:00:00Z")));
    assert_eq!(clock.earlier.len(), 1);
    assert_eq!(clock.earlier[0].version, version(1));
    assert_eq!(clock.earlier[0].until, at(CHANGE));
    let before = changed(
        &resolution(6),
        Some(&resolution(8)),
        &[created(START)],
        "2026-05-04T13:59:59Z",
    );
    assert_eq!((before.version, before.earlier.len()), (version(1), 0));
}

#[test]
fn a_new_due_time_that_is_already_past_is_breached_at_the_change() {
    let clock = changed(
        &resolution(6),
        Some(&resolution(2)),
        &[created(START)],
        "2026-05-04T14:00:00Z",
    );
    assert_eq!(clock.state, ClockState::Breached);
    assert_eq!(clock.due_at, Some(at("2026-05-04T11:00:00Z")));
    assert_eq!(clock.breached_at, Some(at(CHANGE)));
    assert!(clock.superseded.is_empty());
}

#[test]
fn a_breach_that_the_new_terms_undo_stays_as_superseded() {
    let clock = changed(
        &resolution(2),
        Some(&resolution(8)),
        &[created(START)],
        "2026-05-04T15:00:00Z",
    );
    assert_eq!(
        (clock.state, clock.breached_at),
        (ClockState::Running, None)
    );
    assert_eq!(clock.superseded.len(), 1);
    assert_eq!(clock.superseded[0].breached_at, at("2026-05-04T11:00:00Z"));
    assert_eq!(clock.superseded[0].superseded_at, at(CHANGE));
    assert_eq!(clock.superseded[0].version, version(1));
}

#[test]
fn a_breach_under_both_terms_keeps_its_instant() {
    let clock = changed(
        &resolution(2),
        Some(&resolution(3)),
        &[created(START)],
        "2026-05-04T15:00:00Z",
    );
    assert_eq!(clock.state, ClockState::Breached);
    assert_eq!(clock.breached_at, Some(at("2026-05-04T11:00:00Z")));
    assert!(clock.superseded.is_empty());
}

#[test]
fn a_finished_clock_keeps_its_result_and_its_versions() {
    let history = [
        created(START),
        entry("2026-05-04T11:00:00Z", Fact::Resolved),
    ];
    let clock = changed(
        &resolution(4),
        Some(&resolution(1)),
        &history,
        "2026-05-08T15:00:00Z",
    );
    assert_eq!((clock.state, clock.version), (ClockState::Met, version(1)));
    assert_eq!(clock.target_seconds, 4 * 3600);
    let dropped = changed(&resolution(4), None, &history, "2026-05-08T15:00:00Z");
    assert_eq!(
        (dropped.state, dropped.version),
        (ClockState::Met, version(1))
    );
}

#[test]
fn a_reopened_clock_is_unfinished_and_takes_the_present_terms() {
    let history = [
        created(START),
        entry("2026-05-04T11:00:00Z", Fact::Resolved),
        entry("2026-05-05T09:00:00Z", Fact::Reopened),
    ];
    let clock = changed(
        &resolution(4),
        Some(&resolution(8)),
        &history,
        "2026-05-05T10:00:00Z",
    );
    assert_eq!(
        (clock.state, clock.version),
        (ClockState::Running, version(2))
    );
    assert_eq!(clock.due_at, Some(at("2026-05-05T15:00:00Z")));
    assert_eq!(clock.earlier[0].until, at("2026-05-05T09:00:00Z"));
}

#[test]
fn a_response_that_was_given_is_not_undone_by_any_change() {
    let history = [
        created(START),
        entry("2026-05-04T10:00:00Z", Fact::PublicAgentMessage),
        entry("2026-05-04T16:00:00Z", Fact::Resolved),
        entry("2026-05-05T10:00:00Z", Fact::Reopened),
    ];
    let office = office();
    let (long, short) = (
        first_response(4),
        Target::new(
            shared::service_level::ClockTarget::FirstResponse,
            Allowance::WorkingSeconds(60),
        ),
    );
    let terms = [
        terms(START, 1, &long, &office),
        terms(CHANGE, 2, &short, &office),
    ];
    let clock = evaluate(&terms, &history, at("2026-05-08T10:00:00Z")).expect("a clock");
    assert_eq!((clock.state, clock.version), (ClockState::Met, version(1)));
}

#[test]
fn without_an_agreement_a_running_clock_is_cancelled() {
    let clock = changed(
        &resolution(8),
        None,
        &[created(START)],
        "2026-05-08T15:00:00Z",
    );
    assert_eq!(
        (clock.state, clock.ended),
        (ClockState::Cancelled, Some(EndReason::NoAgreement))
    );
    assert_eq!(
        (clock.finished_at, clock.version),
        (Some(at(CHANGE)), version(1))
    );
    assert_eq!(clock.elapsed_seconds, 5 * 3600);
    let breached = changed(
        &resolution(2),
        None,
        &[created(START)],
        "2026-05-08T15:00:00Z",
    );
    assert_eq!(
        (breached.state, breached.breached_at),
        (ClockState::Cancelled, None)
    );
    assert_eq!(breached.superseded.len(), 1);
}

#[test]
fn a_promise_that_comes_later_counts_from_the_start_of_the_ticket() {
    let office = office();
    let target = resolution(2);
    let terms = [
        Terms::<CompiledCalendar> {
            since: at(START),
            promise: None,
        },
        terms(CHANGE, 1, &target, &office),
    ];
    let history = [created(START)];
    assert_eq!(evaluate(&terms, &history, at("2026-05-04T12:00:00Z")), None);
    let clock = evaluate(&terms, &history, at("2026-05-04T15:00:00Z")).expect("a clock");
    assert_eq!(
        (clock.due_at, clock.breached_at),
        (Some(at("2026-05-04T11:00:00Z")), Some(at(CHANGE)))
    );
    assert_eq!(clock.elapsed_seconds, 6 * 3600);
}

#[test]
fn a_pause_is_kept_when_the_terms_change() {
    let history = [
        created(START),
        entry(
            "2026-05-04T10:00:00Z",
            Fact::Held {
                reason: HoldReason::WaitingForRequester,
            },
        ),
        entry("2026-05-04T12:00:00Z", Fact::Resumed),
    ];
    let clock = changed(
        &resolution(4),
        Some(&resolution(5)),
        &history,
        "2026-05-04T15:00:00Z",
    );
    assert_eq!(clock.due_at, Some(at("2026-05-04T16:00:00Z")));
}

#[test]
fn another_calendar_applies_from_the_start_as_well() {
    let (office, always) = (
        office(),
        compile(&shared::calendar::CalendarDefinition::always_open("UTC")),
    );
    let target = resolution(10);
    let terms = [
        terms(START, 1, &target, &office),
        terms(CHANGE, 2, &target, &always),
    ];
    let clock = evaluate(
        &terms,
        &[created("2026-05-04T08:00:00Z")],
        at("2026-05-04T15:00:00Z"),
    )
    .expect("a clock");
    assert_eq!(
        (clock.due_at, clock.elapsed_seconds),
        (Some(at("2026-05-04T18:00:00Z")), 7 * 3600)
    );
}

#[test]
fn from_now_on_keeps_the_fraction_that_is_used() {
    let mut to = resolution(12);
    to.on_change = OnChange::FromNowOn;
    // Five of eight hours are used; three eighths of twelve hours are left.
    let clock = changed(
        &resolution(8),
        Some(&to),
        &[created(START)],
        "2026-05-04T15:00:00Z",
    );
    let office = office();
    assert_eq!(
        clock.due_at,
        office.add_millis(at(CHANGE), 4 * HOUR + 30 * MINUTE)
    );
    assert_eq!(
        (clock.elapsed_seconds, clock.remaining_seconds),
        (6 * 3600, 3 * 3600 + 1800)
    );
}

#[test]
fn a_fraction_used_beyond_the_whole_stays_breached_since_then() {
    let mut to = resolution(100);
    to.on_change = OnChange::FromNowOn;
    let clock = changed(
        &resolution(2),
        Some(&to),
        &[created(START)],
        "2026-05-04T15:00:00Z",
    );
    assert_eq!(
        (clock.state, clock.breached_at),
        (ClockState::Breached, Some(at("2026-05-04T11:00:00Z")))
    );
}

#[test]
fn several_changes_are_taken_one_after_another() {
    let office = office();
    let (two, eight, three) = (resolution(2), resolution(8), resolution(3));
    let terms = [
        terms(START, 1, &two, &office),
        terms("2026-05-04T12:00:00Z", 2, &eight, &office),
        terms(CHANGE, 3, &three, &office),
    ];
    let clock = evaluate(&terms, &[created(START)], at("2026-05-04T16:00:00Z")).expect("a clock");
    // Breached at 11:00, undone at 12:00, breached by the change at 14:00.
    assert_eq!(clock.breached_at, Some(at(CHANGE)));
    assert_eq!(clock.superseded.len(), 1);
    assert_eq!(
        clock
            .earlier
            .iter()
            .map(|earlier| earlier.version.agreement_version)
            .collect::<Vec<_>>(),
        [1, 2]
    );
}
