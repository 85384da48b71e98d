//! One case of a conformance file.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Mismatch;
use crate::calendar::{
    CalendarDefinition, ClosedDate, CompiledCalendar, DayPart, Interval, Weekday, WorkingTime,
};
use crate::service_level::agreement::{Allowance, PointOffset};
use crate::service_level::counting::{self, Measure};
use crate::service_level::run::{Run, Why};
use crate::ticket::HoldReason;
use crate::time::Timestamp;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EventType {
    Pause,
    Resume,
}

#[derive(Debug, Deserialize)]
struct Event {
    at: Timestamp,
    #[serde(rename = "type")]
    kind: EventType,
}

#[derive(Copy, Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Unit {
    #[serde(alias = "minutes")]
    Minute,
    #[serde(alias = "hours")]
    Hour,
    #[serde(alias = "days")]
    Day,
}

#[derive(Debug, Deserialize)]
struct Escalation {
    offset: f64,
    unit: Unit,
    at: Option<Timestamp>,
}

#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Model {
    #[default]
    ExcludePauses,
    WorkingDays,
}

#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Direction {
    #[default]
    Forward,
    Backward,
}

/// A case as the file has it; fields that only inform are not read.
#[derive(Debug, Deserialize)]
pub(super) struct Case {
    timezone: String,
    weekly_hours: BTreeMap<String, Vec<(String, String)>>,
    #[serde(default)]
    holidays: Vec<String>,
    start: Timestamp,
    clock: String,
    #[serde(default)]
    model: Model,
    #[serde(default)]
    target_minutes: Option<f64>,
    #[serde(default)]
    target_days: Option<u16>,
    #[serde(default)]
    end_of_working_day: bool,
    #[serde(default)]
    direction: Direction,
    #[serde(default)]
    events: Vec<Event>,
    #[serde(default)]
    measure_at: Option<Timestamp>,
    #[serde(default)]
    expected_due: Option<Timestamp>,
    #[serde(default)]
    expected_elapsed_minutes: Option<serde_json::Number>,
    #[serde(default)]
    expected_breach: Option<bool>,
    #[serde(default)]
    escalations: Vec<Escalation>,
    #[serde(default)]
    tolerance_seconds: i64,
}

impl Case {
    /// Everything that comes out otherwise than expected.
    pub(super) fn run(&self) -> Vec<Mismatch> {
        let mut mismatches = Vec::new();
        match self.calendar() {
            Ok(calendar) => self.compare(&calendar, &mut mismatches),
            Err(reason) => mismatches.push(Mismatch {
                what: "calendar".to_owned(),
                expected: "a usable calendar".to_owned(),
                actual: reason,
            }),
        }
        mismatches
    }

    fn calendar(&self) -> Result<CompiledCalendar, String> {
        let mut definition = CalendarDefinition {
            zone: self.timezone.clone(),
            ..CalendarDefinition::default()
        };
        for (name, spans) in &self.weekly_hours {
            let hours = spans
                .iter()
                .map(|(start, end)| Ok(Interval::new(minute(start)?, minute(end)?)))
                .collect::<Result<Vec<_>, String>>()?;
            definition.weekly.insert(weekday(name)?, hours);
        }
        for holiday in &self.holidays {
            let on = holiday.parse().map_err(|error| format!("{error}"))?;
            definition.closed.push(ClosedDate {
                on,
                name: String::new(),
            });
        }
        // What is merely odd (a calendar that never opens, a date listed twice) may be asked about.
        let unusable = [
            "UNKNOWN_ZONE",
            "REQUIRED",
            "OUT_OF_RANGE",
            "END_NOT_AFTER_START",
        ];
        match definition
            .validate()
            .into_iter()
            .find(|problem| unusable.contains(&problem.code.as_str()))
        {
            Some(problem) => Err(format!("{}: {}", problem.field, problem.message)),
            None => CompiledCalendar::lenient(&definition).map_err(|error| error.to_string()),
        }
    }

    fn history(&self) -> Run {
        let mut events: Vec<&Event> = self.events.iter().collect();
        events.sort_by_key(|event| event.at);
        let mut run = Run::starting(self.start);
        for event in events {
            match event.kind {
                EventType::Pause => {
                    run.stop(event.at, Why::Paused(HoldReason::WaitingForRequester));
                }
                EventType::Resume => run.resume(event.at),
            }
        }
        run
    }

    fn allowance(&self) -> Option<Allowance> {
        match (self.target_days, self.target_minutes) {
            (Some(days), _)
                if self.model == Model::WorkingDays || self.target_minutes.is_none() =>
            {
                Some(if self.end_of_working_day {
                    Allowance::EndOfWorkingDay(days)
                } else {
                    Allowance::WorkingDays(days)
                })
            }
            (_, Some(minutes)) => Some(Allowance::WorkingSeconds((minutes * 60.0).round() as i64)),
            _ if self.clock == "start" => Some(Allowance::WorkingSeconds(0)),
            _ => None,
        }
    }

    fn compare(&self, calendar: &CompiledCalendar, mismatches: &mut Vec<Mismatch>) {
        let run = self.history();
        let measure = self.allowance().map(|allowance| match self.direction {
            Direction::Forward => Measure::of(calendar, self.start, allowance),
            Direction::Backward => self
                .counted_back(calendar, &run, allowance)
                .map_or(Measure::Never, Measure::Until),
        });
        let due = measure.and_then(|measure| match (self.direction, measure) {
            // Pauses are already left out on the way back.
            (Direction::Backward, Measure::Until(due)) => Some(due),
            _ => counting::due(calendar, &run, measure).map(|due| due.at),
        });

        if let Some(expected) = self.expected_due {
            self.compare_instant("due", Some(expected), due, mismatches);
        }
        let elapsed = self
            .measure_at
            .map(|at| counting::elapsed_millis(calendar, &run, at));
        if let Some(expected) = &self.expected_elapsed_minutes {
            self.compare_elapsed(expected, elapsed, mismatches);
        }
        if let Some(expected) = self.expected_breach {
            let over_target = || match (measure, elapsed) {
                (Some(Measure::Working(allowed)), Some(elapsed)) => Some(elapsed > allowed),
                (Some(_), Some(_)) => Some(false),
                _ => None,
            };
            let actual = match (due, self.measure_at) {
                (Some(due), Some(at)) => Some(at > due),
                _ => over_target(),
            };
            if actual != Some(expected) {
                mismatches.push(Mismatch {
                    what: "breach".to_owned(),
                    expected: expected.to_string(),
                    actual: actual
                        .map_or_else(|| "unknown".to_owned(), |breach| breach.to_string()),
                });
            }
        }
        for escalation in &self.escalations {
            let offset = match escalation.unit {
                Unit::Minute => {
                    PointOffset::WorkingSeconds((escalation.offset * 60.0).round() as i64)
                }
                Unit::Hour => {
                    PointOffset::WorkingSeconds((escalation.offset * 3600.0).round() as i64)
                }
                Unit::Day => PointOffset::WorkingDays(escalation.offset.round() as i32),
            };
            let actual =
                measure.and_then(|measure| counting::point(calendar, &run, measure, offset));
            let what =
                format!("escalation {} {:?}", escalation.offset, escalation.unit).to_lowercase();
            self.compare_instant(&what, escalation.at, actual, mismatches);
        }
    }

    fn counted_back(
        &self,
        calendar: &CompiledCalendar,
        run: &Run,
        allowance: Allowance,
    ) -> Option<Timestamp> {
        match allowance {
            Allowance::WorkingSeconds(seconds) => {
                counting::count_back(calendar, run, self.start, seconds.saturating_mul(1000))
            }
            Allowance::WorkingDays(days) => {
                calendar.working_day(self.start, -i32::from(days), DayPart::SameWallTime)
            }
            Allowance::EndOfWorkingDay(days) => {
                calendar.working_day(self.start, -i32::from(days), DayPart::End)
            }
        }
    }

    fn compare_instant(
        &self,
        what: &str,
        expected: Option<Timestamp>,
        actual: Option<Timestamp>,
        mismatches: &mut Vec<Mismatch>,
    ) {
        let same = match (expected, actual) {
            (Some(expected), Some(actual)) => {
                expected.millis_since(actual).abs() <= self.tolerance_seconds.saturating_mul(1000)
            }
            (expected, actual) => expected == actual,
        };
        if !same {
            let text =
                |at: Option<Timestamp>| at.map_or_else(|| "none".to_owned(), |at| at.to_string());
            mismatches.push(Mismatch {
                what: what.to_owned(),
                expected: text(expected),
                actual: text(actual),
            });
        }
    }

    /// Whole numbers are minutes rounded down; numbers with a fraction are exact to the second.
    fn compare_elapsed(
        &self,
        expected: &serde_json::Number,
        actual: Option<i64>,
        mismatches: &mut Vec<Mismatch>,
    ) {
        let tolerance = (self.tolerance_seconds as f64).max(0.5);
        let same = actual.is_some_and(|millis| {
            let floored = expected.as_i64() == Some(millis.div_euclid(60_000));
            let exact = expected.as_f64().is_some_and(|minutes| {
                (minutes * 60.0 - millis as f64 / 1000.0).abs() <= tolerance
            });
            floored || exact
        });
        if !same {
            mismatches.push(Mismatch {
                what: "elapsed minutes".to_owned(),
                expected: expected.to_string(),
                actual: actual.map_or_else(
                    || "unknown".to_owned(),
                    |millis| format!("{:.6}", millis as f64 / 60_000.0),
                ),
            });
        }
    }
}

fn weekday(name: &str) -> Result<Weekday, String> {
    let short = name.get(..3).unwrap_or(name).to_lowercase();
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        .iter()
        .position(|known| *known == short)
        .map(|index| Weekday::ALL[index])
        .ok_or_else(|| format!("`{name}` is not a weekday"))
}

/// Minutes of `HH:MM`, up to `24:00`.
fn minute(text: &str) -> Result<u16, String> {
    let two = |digits: &str| {
        (digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| digits.parse::<u16>().ok())
            .flatten()
    };
    text.split_once(':')
        .and_then(|(hours, minutes)| Some((two(hours)?, two(minutes)?)))
        .filter(|(hours, minutes)| *minutes < 60 && hours * 60 + minutes <= 1440)
        .map(|(hours, minutes)| hours * 60 + minutes)
        .ok_or_else(|| format!("`{text}` is not a time like 08:30"))
}
