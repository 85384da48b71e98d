//! Figures of a report's row.

use crate::report::measure::{Met, Summary, rounded};
use async_graphql::SimpleObject;
use shared::time::Timestamp;

/// A period of a report.
#[derive(Clone, Debug, SimpleObject)]
pub struct ReportPeriod {
    /// Such as 2016-02-29, 2016-W09, 2016-02, 2016-Q1, 2016.
    pub(super) label: String,
    /// Its first instant.
    pub(super) starts_at: Timestamp,
    /// The first instant after it.
    pub(super) ends_at: Timestamp,
}

/// Times of tickets. Numbers are rounded to three decimals.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct TimeFigures {
    /// Of how many tickets.
    n: i32,
    /// Mean.
    mean_seconds: Option<f64>,
    /// Median; half-way between the two middle values when there are two.
    median_seconds: Option<f64>,
    /// 90th percentile by nearest rank: always a value that occurs.
    p90_seconds: Option<f64>,
    /// Mean, in minutes.
    mean_minutes: Option<f64>,
    /// Median, in minutes.
    median_minutes: Option<f64>,
    /// 90th percentile by nearest rank, in minutes.
    p90_minutes: Option<f64>,
}

impl From<Option<Summary>> for TimeFigures {
    fn from(summary: Option<Summary>) -> Self {
        let number = |pick: fn(Summary) -> f64, unit: f64| {
            summary.map(|summary| rounded(pick(summary) / unit, 3))
        };
        Self {
            n: small(summary.map_or(0, |s| s.n)),
            mean_seconds: number(|s| s.mean_seconds, 1.0),
            median_seconds: number(|s| s.median_seconds, 1.0),
            p90_seconds: number(|s| s.p90_seconds, 1.0),
            mean_minutes: number(|s| s.mean_seconds, 60.0),
            median_minutes: number(|s| s.median_seconds, 60.0),
            p90_minutes: number(|s| s.p90_seconds, 60.0),
        }
    }
}

/// Promises kept and broken.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct MetFigures {
    /// Kept.
    met: i32,
    /// Broken.
    breached: i32,
    /// Met ÷ (met + breached); null without outcomes.
    ratio: Option<f64>,
}

impl From<Met> for MetFigures {
    fn from(met: Met) -> Self {
        Self {
            met: small(met.met),
            breached: small(met.breached),
            ratio: met.ratio(),
        }
    }
}

/// A count as the API gives it.
pub(super) fn small(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
