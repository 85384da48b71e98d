//! What is promised while a simulation runs: each agreement again, round the clock and with its
//! time divided by the speed, in front of all others. Afterwards they are out of use.

use crate::app::App;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::practice::service_level::agreement::{self, Agreement, AgreementEdit, NewAgreement};
use crate::practice::service_level::calendar::{self, NewCalendar};
use crate::seed::demo::organise::once;
use shared::calendar::CalendarDefinition;
use shared::id::CalendarId;
use shared::service_level::{
    Allowance, ClockTarget, Conditions, EscalationPoint, PointOffset, Target,
};
use shared::text::NAME_MAX;

/// What begins the names of these agreements, by which they are known again after a crash.
pub const PREFIX: &str = "Simulation: ";
/// Name of the calendar that is drawn up where none is open round the clock.
const CALENDAR: &str = "Round the clock";
/// A working day, where a target counts in days.
const DAY_SECONDS: i64 = 8 * 3600;
/// For what no agreement of the organisation promises anything about, such as imported tickets: to be
/// solved in forty hours. Answers were not recorded, so nothing is promised about them.
const REST: &str = "everything else";
const REST_SECONDS: i64 = 40 * 3600;
const REST_WARNING_PERCENT: u16 = 75;

/// Puts the compressed agreements in front; `rest` adds one for whatever no other promises.
pub(super) async fn put_first(app: &App, ctx: &Context, speed: u32, rest: bool) -> Result<usize> {
    let platform = &app.platform;
    take_back(app, ctx).await?;
    let calendar = round_the_clock(app, ctx).await?;
    let all = agreement::agreements(platform.db.reader(), ctx).await?;
    let (mut ours, others): (Vec<Agreement>, Vec<Agreement>) = all
        .into_iter()
        .partition(|one| one.name.starts_with(PREFIX));
    let mut wanted: Vec<(String, Conditions, Vec<Target>)> = others
        .into_iter()
        .filter(|one| one.active)
        .map(|one| {
            let targets = one.targets.iter().map(|target| compressed(target, speed));
            (named(&one.name), one.conditions, targets.collect())
        })
        .collect();
    if rest {
        let allowance = Allowance::WorkingSeconds(divided(REST_SECONDS, speed));
        let target = Target::new(ClockTarget::Resolution, allowance);
        let targets = vec![target.with_warning_at(REST_WARNING_PERCENT)];
        wanted.push((named(REST), Conditions::default(), targets));
    }
    let count = wanted.len();
    for (place, (name, conditions, targets)) in wanted.into_iter().enumerate() {
        // Those of an earlier simulation are taken into use again.
        if let Some(index) = ours.iter().position(|one| one.name == name) {
            let known = ours.swap_remove(index);
            let edit = AgreementEdit {
                position: Some(place),
                calendar: Some(calendar),
                conditions: Some(conditions),
                targets: Some(targets),
                active: Some(true),
                ..AgreementEdit::default()
            };
            agreement::edit(platform, ctx, known.id, known.version, edit).await?;
        } else {
            let new = NewAgreement {
                name,
                position: Some(place),
                calendar,
                conditions,
                targets,
            };
            agreement::create(platform, ctx, new, once()).await?;
        }
    }
    Ok(count)
}

/// Takes the compressed agreements out of use, and to the end of the list. Gives how many there were.
pub(super) async fn take_back(app: &App, ctx: &Context) -> Result<usize> {
    let platform = &app.platform;
    let mut count = 0;
    for one in agreement::agreements(platform.db.reader(), ctx).await? {
        if !one.active || !one.name.starts_with(PREFIX) {
            continue;
        }
        count += 1;
        let mut version = one.version;
        loop {
            let edit = AgreementEdit {
                position: Some(usize::MAX),
                active: Some(false),
                ..AgreementEdit::default()
            };
            match agreement::edit(platform, ctx, one.id, version, edit).await {
                Ok(_) => break,
                // Somebody edited it just now; what they want of it does not matter any more.
                Err(Error::Refused(_)) => {
                    let known = agreement::agreement(platform.db.reader(), ctx, one.id).await?;
                    match known.filter(|known| known.active && known.version != version) {
                        Some(known) => version = known.version,
                        None => break,
                    }
                }
                Err(fault) => return Err(fault),
            }
        }
    }
    Ok(count)
}

async fn round_the_clock(app: &App, ctx: &Context) -> Result<CalendarId> {
    let platform = &app.platform;
    let calendars = calendar::calendars(platform.db.reader(), ctx).await?;
    let known = calendars.into_iter().find(|known| {
        known.active && known.definition == CalendarDefinition::always_open(&known.definition.zone)
    });
    Ok(match known {
        Some(known) => known.id,
        None => {
            let new = NewCalendar {
                name: CALENDAR.to_owned(),
                is_default: false,
                definition: CalendarDefinition::always_open("UTC"),
            };
            calendar::create(platform, ctx, new, once()).await?.id
        }
    })
}

fn named(name: &str) -> String {
    PREFIX.chars().chain(name.chars()).take(NAME_MAX).collect()
}

fn divided(seconds: i64, speed: u32) -> i64 {
    (seconds / i64::from(speed.max(1))).max(1)
}

/// A target with its time divided by the speed.
fn compressed(target: &Target, speed: u32) -> Target {
    let seconds = match target.allowance {
        Allowance::WorkingSeconds(seconds) => seconds,
        Allowance::WorkingDays(days) => i64::from(days) * DAY_SECONDS,
        Allowance::EndOfWorkingDay(days) => (i64::from(days) + 1) * DAY_SECONDS,
    };
    let points = target.points.iter().map(|point| {
        let offset = match point.offset {
            PointOffset::WorkingSeconds(offset) => {
                PointOffset::WorkingSeconds(offset / i64::from(speed.max(1)))
            }
            PointOffset::WorkingDays(days) => {
                PointOffset::WorkingSeconds(i64::from(days) * DAY_SECONDS / i64::from(speed.max(1)))
            }
            percent @ PointOffset::PercentUsed(_) => percent,
        };
        EscalationPoint {
            offset,
            ..point.clone()
        }
    });
    Target {
        allowance: Allowance::WorkingSeconds(divided(seconds, speed)),
        points: points.collect(),
        ..target.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_divided_and_shares_of_it_stay() {
        let target =
            |allowance| Target::new(ClockTarget::Resolution, allowance).with_warning_at(75);
        let day = compressed(&target(Allowance::WorkingSeconds(86_400)), 600);
        assert_eq!(day, target(Allowance::WorkingSeconds(144)));
        for (allowance, seconds) in [
            (Allowance::WorkingSeconds(900), 1),
            (Allowance::WorkingDays(5), 240),
            (Allowance::EndOfWorkingDay(0), 48),
            (Allowance::WorkingSeconds(60), 1),
        ] {
            let found = compressed(&target(allowance), 600).allowance;
            assert_eq!(found, Allowance::WorkingSeconds(seconds));
        }
        assert_eq!(named(&"x".repeat(NAME_MAX)).chars().count(), NAME_MAX);
    }
}
