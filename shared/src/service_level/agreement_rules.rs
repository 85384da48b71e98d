//! What is wrong with an agreement as its editor saves it.

use super::agreement::{Allowance, Conditions, PointOffset, Target};
use crate::text::NAME_MAX;
use crate::validation::{Problem, Problems};

/// Most targets of an agreement.
pub const TARGETS_MAX: usize = 40;
/// Most values of one condition.
pub const VALUES_MAX: usize = 500;
/// Most points of a target.
pub const POINTS_MAX: usize = 20;
/// Shortest target that an editor may ask for, in working seconds.
pub const SECONDS_LEAST: i64 = 60;
/// Longest target, in working seconds: a year around the clock.
const SECONDS_MAX: i64 = 366 * 86_400;
/// Longest target, in working days.
const DAYS_MAX: u16 = 366;
/// Furthest point, in per cent of the allowed time.
const PERCENT_MAX: u16 = 1_000;

/// Checks an agreement: a name, at least one target, sensible amounts of time (from `seconds_least`
/// on), no target that an earlier one always hides, points with keys of their own.
pub fn check_agreement(
    name: &str,
    conditions: &Conditions,
    targets: &[Target],
    seconds_least: i64,
) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    problems.text("name", name, NAME_MAX);
    for (field, count) in [
        ("conditions.kinds", conditions.kinds.len()),
        ("conditions.priorities", conditions.priorities.len()),
        ("conditions.departments", conditions.departments.len()),
        ("conditions.services", conditions.services.len()),
        ("conditions.categories", conditions.categories.len()),
    ] {
        if count > VALUES_MAX {
            problems.add("TOO_MANY", field, format!("At most {VALUES_MAX} values."));
        }
    }
    if targets.is_empty() || targets.len() > TARGETS_MAX {
        problems.add(
            "OUT_OF_RANGE",
            "targets",
            format!("Between 1 and {TARGETS_MAX} targets."),
        );
    }
    for (index, target) in targets.iter().enumerate() {
        check_allowance(&mut problems, index, target, seconds_least);
        check_points(&mut problems, index, target);
        if targets[..index]
            .iter()
            .any(|earlier| hides(earlier, target))
        {
            problems.add(
                "NEVER_REACHED",
                &format!("targets.{index}"),
                "An earlier target for the same always comes first.",
            );
        }
    }
    problems.finish()
}

/// Whether `later` never counts because `earlier` holds for all its priorities.
fn hides(earlier: &Target, later: &Target) -> bool {
    earlier.kind == later.kind
        && (earlier.priorities.is_empty()
            || (!later.priorities.is_empty()
                && later
                    .priorities
                    .iter()
                    .all(|priority| earlier.priorities.contains(priority))))
}

fn check_allowance(problems: &mut Problems, index: usize, target: &Target, seconds_least: i64) {
    let sensible = match target.allowance {
        Allowance::WorkingSeconds(seconds) => (seconds_least..=SECONDS_MAX).contains(&seconds),
        Allowance::WorkingDays(days) => (1..=DAYS_MAX).contains(&days),
        Allowance::EndOfWorkingDay(days) => days <= DAYS_MAX,
    };
    if !sensible {
        problems.add(
            "OUT_OF_RANGE",
            &format!("targets.{index}.allowance"),
            "Between a minute and a year.",
        );
    }
}

fn check_points(problems: &mut Problems, index: usize, target: &Target) {
    let field = format!("targets.{index}.points");
    if target.points.len() > POINTS_MAX {
        problems.add("TOO_MANY", &field, format!("At most {POINTS_MAX} points."));
    }
    for (place, point) in target.points.iter().enumerate() {
        let name = |part: &str| format!("{field}.{place}.{part}");
        let plain = !point.key.is_empty()
            && point.key.len() <= 60
            && point
                .key
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !plain {
            problems.add(
                "INVALID",
                &name("key"),
                "A key has small letters, digits and underscores.",
            );
        }
        if target.points[..place].iter().any(|p| p.key == point.key) {
            problems.add("NOT_UNIQUE", &name("key"), "Another point has this key.");
        }
        let sensible = match point.offset {
            PointOffset::WorkingSeconds(seconds) => (-SECONDS_MAX..=SECONDS_MAX).contains(&seconds),
            PointOffset::WorkingDays(days) => days.unsigned_abs() <= u32::from(DAYS_MAX),
            PointOffset::PercentUsed(percent) => (1..=PERCENT_MAX).contains(&percent),
        };
        if !sensible {
            problems.add(
                "OUT_OF_RANGE",
                &name("offset"),
                "This point lies too far away.",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service_level::ClockTarget;
    use crate::ticket::Priority;

    fn target(priorities: &[Priority], seconds: i64) -> Target {
        Target {
            priorities: priorities.to_vec(),
            ..Target::new(ClockTarget::Resolution, Allowance::WorkingSeconds(seconds))
        }
    }

    fn codes(targets: &[Target]) -> Vec<String> {
        check_agreement("Standard", &Conditions::default(), targets, SECONDS_LEAST)
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|problem| problem.code)
            .collect()
    }

    #[test]
    fn an_agreement_promises_something_sensible() {
        assert!(codes(&[target(&[], 3_600)]).is_empty());
        assert_eq!(codes(&[]), ["OUT_OF_RANGE"]);
        assert_eq!(codes(&[target(&[], 0)]), ["OUT_OF_RANGE"]);
    }

    #[test]
    fn a_target_behind_one_for_everything_is_never_reached() {
        let narrow = target(&[Priority::Critical], 3_600);
        let wide = target(&[], 7_200);
        assert!(codes(&[narrow.clone(), wide.clone()]).is_empty());
        assert_eq!(codes(&[wide, narrow]), ["NEVER_REACHED"]);
    }

    #[test]
    fn points_of_one_target_have_keys_of_their_own() {
        let twice = target(&[], 3_600).with_warning_at(75).with_warning_at(75);
        assert_eq!(codes(&[twice]), ["NOT_UNIQUE"]);
    }
}
