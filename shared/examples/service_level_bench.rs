//! Measures the service-level engine: `cargo run --release -p shared --features zones --example
//! service_level_bench`.
//!
//! Prints microseconds for compiling a year of a calendar, adding a working year, recomputing a
//! clock over 50 history entries, and explaining it.

use std::hint::black_box;
use std::time::Instant;

use shared::calendar::{
    CalendarDefinition, ClosedDate, ClosedOn, CompiledCalendar, Interval, Weekday, WorkingTime,
};
use shared::id::{AgreementId, CalendarId};
use shared::service_level::{
    Allowance, ClockTarget, Fact, HistoryEntry, Promise, Target, Terms, TermsVersion, evaluate,
    explain,
};
use shared::ticket::HoldReason;
use shared::time::Timestamp;

const HOUR: i64 = 3_600_000;

fn calendar() -> CompiledCalendar {
    let weekdays = &Weekday::ALL[..5];
    let hours = [Interval::new(480, 720), Interval::new(780, 1020)];
    let mut definition = CalendarDefinition::with_hours("Europe/Berlin", weekdays, &hours);
    definition.closed = [(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)]
        .into_iter()
        .map(|(month, day)| ClosedDate {
            on: ClosedOn::Yearly { month, day },
            name: String::new(),
        })
        .collect();
    CompiledCalendar::new(&definition).expect("a calendar")
}

/// A ticket of four weeks: 24 holds for the requester, each answered, and a resolution.
fn history(start: Timestamp) -> Vec<HistoryEntry> {
    let mut history = vec![HistoryEntry::new(
        start,
        Fact::Created {
            recorded_by_agent: false,
        },
    )];
    for hold in 0..24 {
        let at = start.plus_millis(hold * 27 * HOUR + 2 * HOUR);
        let reason = HoldReason::WaitingForRequester;
        history.push(HistoryEntry::new(at, Fact::Held { reason }));
        history.push(HistoryEntry::new(at.plus_millis(5 * HOUR), Fact::Resumed));
    }
    let end = start.plus_millis(24 * 28 * HOUR);
    history.push(HistoryEntry::new(end, Fact::Resolved));
    history
}

/// The fastest of several rounds, in microseconds a call.
fn measure(name: &str, calls: u32, mut call: impl FnMut(u32)) {
    let best = (0..15)
        .map(|_| {
            let begun = Instant::now();
            (0..calls).for_each(&mut call);
            begun.elapsed().as_secs_f64() * 1e6 / f64::from(calls)
        })
        .fold(f64::INFINITY, f64::min);
    println!("{name:<52} {best:>10.3} µs");
}

fn main() {
    let start: Timestamp = "2026-03-02T08:30:00Z".parse().expect("an instant");
    let year = calendar().working_millis(start, start.plus_seconds(365 * 86_400));

    measure("compile a calendar and its first 13 months", 200, |_| {
        black_box(calendar().next_opening(black_box(start)));
    });

    let calendar = calendar();
    measure("add a working year", 100_000, |i| {
        let at = start.plus_seconds(i64::from(i) * 61);
        black_box(calendar.add_millis(black_box(at), black_box(year)));
    });
    measure("working time of a year", 100_000, |i| {
        let at = start.plus_seconds(i64::from(i) * 61);
        black_box(calendar.working_millis(black_box(at), at.plus_seconds(365 * 86_400)));
    });

    let history = history(start);
    let now = start.plus_seconds(60 * 86_400);
    let version = TermsVersion {
        agreement: AgreementId(uuid::Uuid::nil()),
        agreement_version: 1,
        calendar: CalendarId(uuid::Uuid::nil()),
        calendar_version: 1,
    };
    let target = Target::new(
        ClockTarget::Resolution,
        Allowance::WorkingSeconds(40 * 3600),
    )
    .with_warning_at(75);
    let terms = [Terms {
        since: start,
        promise: Some(Promise {
            version,
            target: &target,
            calendar: &calendar,
        }),
    }];
    let name = format!("recompute a clock over {} entries", history.len());
    measure(&name, 5_000, |_| {
        black_box(evaluate(black_box(&terms), black_box(&history), now));
    });
    measure("explain it", 5_000, |_| {
        black_box(explain(black_box(&terms), black_box(&history), now));
    });
}
