//! Random histories: what must hold of every clock at every instant.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use shared::calendar::CompiledCalendar;
use shared::service_level::{
    Allowance, Clock, ClockState, ClockTarget, Fact, HistoryEntry, OnChange, OnReopen, PointOffset,
    Target, Terms, evaluate, explain,
};
use shared::ticket::HoldReason;

use super::support::*;

fn fact() -> impl Strategy<Value = Fact> {
    let reason = select(HoldReason::ALL.to_vec());
    prop_oneof![
        3 => reason.prop_map(|reason| Fact::Held { reason }),
        3 => Just(Fact::Resumed),
        1 => Just(Fact::PublicAgentMessage),
        1 => Just(Fact::RequesterMessage),
        2 => Just(Fact::Resolved),
        2 => Just(Fact::Reopened),
        1 => Just(Fact::Closed),
        1 => select(vec![Fact::Cancelled, Fact::Merged, Fact::RequesterMessage]),
    ]
}

/// Facts of one week in any order and number, sensible or not.
fn history() -> impl Strategy<Value = Vec<HistoryEntry>> {
    let start = at("2026-05-04T07:00:00Z");
    vec((0i64..7 * 24 * 60, fact()), 0..14).prop_map(move |facts| {
        let mut history = vec![created("2026-05-04T07:00:00Z")];
        let mut facts = facts;
        facts.sort_by_key(|(minute, _)| *minute);
        history.extend(
            facts
                .into_iter()
                .map(|(minute, fact)| HistoryEntry::new(start.plus_seconds(minute * 60), fact)),
        );
        history
    })
}

fn target() -> impl Strategy<Value = Target> {
    let allowance = prop_oneof![
        (0i64..40 * 60).prop_map(|minutes| Allowance::WorkingSeconds(minutes * 60)),
        (0u16..4).prop_map(Allowance::WorkingDays),
        (0u16..4).prop_map(Allowance::EndOfWorkingDay),
    ];
    let kind = select(ClockTarget::ALL.to_vec());
    (kind, allowance, any::<bool>()).prop_map(|(kind, allowance, from_now_on)| {
        let mut target = Target::new(kind, allowance).with_warning_at(75);
        target.pauses_on = vec![HoldReason::WaitingForRequester, HoldReason::RequestedDate];
        if from_now_on {
            target.on_change = OnChange::FromNowOn;
        }
        target
    })
}

fn at_every_hour(terms: &[Terms<'_, CompiledCalendar>], history: &[HistoryEntry]) -> Vec<Clock> {
    let start = at("2026-05-04T07:00:00Z");
    (0..12 * 24)
        .filter_map(|hour| {
            let now = start.plus_seconds(hour * 3600 + 7);
            let clock = evaluate(terms, history, now)?;
            let segments = explain(terms, history, now);
            let counted: i64 = segments.iter().map(|segment| segment.counted_seconds).sum();
            assert_eq!(counted, clock.elapsed_seconds, "explained at {now}");
            Some(clock)
        })
        .collect()
}

proptest! {
    #![proptest_config(cases(120))]

    #[test]
    fn a_breach_is_seen_when_it_happens_and_stays(history in history(), target in target()) {
        let office = office();
        let terms = [terms("2026-01-01T00:00:00Z", 1, &target, &office)];
        let clocks = at_every_hour(&terms, &history);
        for pair in clocks.windows(2) {
            let (before, after) = (&pair[0], &pair[1]);
            prop_assert!(before.elapsed_seconds <= after.elapsed_seconds);
            match (before.breached_at, after.breached_at) {
                (Some(before), after) => prop_assert_eq!(Some(before), after),
                (None, Some(breach)) => {
                    prop_assert!(breach >= before.measured_at && breach < after.measured_at);
                }
                (None, None) => {}
            }
        }
        for clock in &clocks {
            if matches!(target.allowance, Allowance::WorkingSeconds(_)) {
                prop_assert_eq!(clock.elapsed_seconds + clock.remaining_seconds, clock.target_seconds);
            }
            if clock.state == ClockState::Running {
                let due = clock.due_at.expect("a running clock has a due time");
                prop_assert!(due >= clock.measured_at && clock.remaining_seconds >= 0);
            }
            prop_assert_eq!(clock.state == ClockState::Breached, clock.breached_at.is_some());
            prop_assert_eq!(clock.next_instant().is_some_and(|at| at <= clock.measured_at), false);
        }
    }

    #[test]
    fn any_change_of_terms_gives_a_consistent_clock(
        history in history(),
        targets in vec((0i64..9 * 24, proptest::option::of(target())), 1..4),
        anew in any::<bool>(),
    ) {
        let office = office();
        let kind = ClockTarget::Resolution;
        let mut targets = targets;
        targets.sort_by_key(|(hour, _)| *hour);
        for target in targets.iter_mut().filter_map(|(_, target)| target.as_mut()) {
            target.kind = kind;
            target.on_reopen = if anew { OnReopen::Anew } else { OnReopen::Resume };
        }
        let start = at("2026-05-04T05:00:00Z");
        let terms: Vec<Terms<'_, CompiledCalendar>> = targets
            .iter()
            .enumerate()
            .map(|(index, (hour, target))| Terms {
                since: start.plus_seconds(hour * 3600),
                promise: target.as_ref().and_then(|target| {
                    terms("2026-01-01T00:00:00Z", index as i32, target, &office).promise
                }),
            })
            .collect();
        for clock in at_every_hour(&terms, &history) {
            prop_assert!(clock.breached_at.is_none_or(|breach| breach < clock.measured_at));
            prop_assert_eq!(clock.state == ClockState::Breached, clock.breached_at.is_some());
            prop_assert_eq!(clock.is_open(), clock.finished_at.is_none());
            for earlier in &clock.earlier {
                prop_assert!(earlier.until <= clock.measured_at);
            }
            for breach in &clock.superseded {
                prop_assert!(breach.breached_at <= breach.superseded_at);
            }
        }
    }

    #[test]
    fn points_lie_in_the_order_of_their_offsets(history in history(), mut target in target()) {
        let office = office();
        target.points.clear();
        for (index, minutes) in (-300i64..300).step_by(40).enumerate() {
            target.points.push(shared::service_level::EscalationPoint {
                key: index.to_string(),
                offset: PointOffset::WorkingSeconds(minutes * 60),
            });
        }
        let terms = [terms("2026-01-01T00:00:00Z", 1, &target, &office)];
        for clock in at_every_hour(&terms, &history) {
            let known: Vec<_> = clock.points.iter().filter_map(|point| point.at).collect();
            prop_assert!(known.windows(2).all(|pair| pair[0] <= pair[1]));
            prop_assert!(known.iter().all(|at| clock.finished_at.is_none_or(|end| *at <= end)));
        }
    }
}
