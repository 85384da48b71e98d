//! The measures: what each counts, in words and as code.

use super::facts::{Facts, Need};
use shared::time::Timestamp;

macro_rules! measures {
    ($($(#[$meta:meta])* $variant:ident = $key:literal, $words:literal;)+) => {
        /// What a report can count.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, async_graphql::Enum)]
        #[graphql(name = "ReportMeasure")]
        pub enum Measure { $(#[doc = $words] $(#[$meta])* $variant),+ }

        impl Measure {
            /// All, in declared order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name in addresses.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key),+ }
            }

            /// Its definition, in words.
            pub const fn words(self) -> &'static str {
                match self { $(Self::$variant => $words),+ }
            }
        }
    };
}

measures! {
    Count = "count",
        "How many tickets. With a period, weekday or hour: those that have the instant that is asked for (created, resolved or closed), in the period that holds it.";
    Backlog = "backlog",
        "Tickets created before an instant t and not closed or cancelled before t: a ticket that is closed at t itself is still counted. t is each period's start, or `at` without periods.";
    BacklogUnresolved = "backlog_unresolved",
        "Tickets created before an instant t and not resolved, closed or cancelled before t. t is each period's start, or `at` without periods. At the present instant, of tickets that were created here, these are the open ones.";
    RespondTime = "respond_time",
        "From creation to the first response: the end of the first-response clock if it has ended, else the first public message of somebody who is not the requester. Calendar time. Tickets without a response, and imported ones without either, are left out.";
    ResolveTime = "resolve_time",
        "From creation to resolution, in calendar time. Tickets without a resolution are left out; imported ones count by the source's opened and resolved instants.";
    MetRatio = "met_ratio",
        "Met ÷ (met + breached) over all service-level clocks of both targets. A clock is breached from the moment its due time passes. Running, paused, cancelled and unneeded clocks are left out.";
    RespondMetRatio = "respond_met_ratio",
        "The same, over first-response clocks alone.";
    ResolveMetRatio = "resolve_met_ratio",
        "The same, over resolution clocks alone.";
    ImportedMetRatio = "imported_met_ratio",
        "Met ÷ (met + breached) as the source of an import said of its own promise (`made_sla` of the last row). Tickets of which no source said so are left out.";
    Reopened = "reopened",
        "Tickets that were reopened at least once (imported ones: any row with a reopen count above 0).";
    Reassigned = "reassigned",
        "Tickets that moved from one team or person to another at least once (imported ones: any row with a reassignment count above 0).";
    WithoutResolution = "without_resolution",
        "Tickets without an instant of resolution, whatever their state.";
    WithProblem = "with_problem",
        "Imported tickets that the source put under a problem in any row.";
}

impl Measure {
    /// What it has to know of a ticket, besides its start.
    pub(super) const fn needs(self) -> &'static [Need] {
        match self {
            Self::Count => &[],
            Self::Backlog => &[Need::Closed],
            Self::BacklogUnresolved => &[Need::Closed, Need::Resolved],
            Self::RespondTime => &[Need::Responded],
            Self::ResolveTime | Self::WithoutResolution => &[Need::Resolved],
            Self::MetRatio => &[Need::RespondMet, Need::ResolveMet],
            Self::RespondMetRatio => &[Need::RespondMet],
            Self::ResolveMetRatio => &[Need::ResolveMet],
            Self::ImportedMetRatio => &[Need::MadeSla],
            Self::Reopened => &[Need::Reopened],
            Self::Reassigned => &[Need::Reassigned],
            Self::WithProblem => &[Need::Problem],
        }
    }
}

/// Whether a ticket is in the backlog at `at`: [`Measure::Backlog`] or, with `unresolved`,
/// [`Measure::BacklogUnresolved`]. Gives the span in which it is: after the first instant, up to
/// and including the second.
pub fn backlog_span(facts: &Facts, unresolved: bool) -> (Timestamp, Option<Timestamp>) {
    let end = if unresolved {
        [facts.resolved_at, facts.closed_at]
            .into_iter()
            .flatten()
            .min()
    } else {
        facts.closed_at
    };
    (facts.created_at, end)
}

/// Met and breached promises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Met {
    /// Kept.
    pub met: u64,
    /// Broken.
    pub breached: u64,
}

impl Met {
    /// Met ÷ (met + breached); none without outcomes.
    pub fn ratio(self) -> Option<f64> {
        let all = self.met + self.breached;
        (all > 0).then(|| self.met as f64 / all as f64)
    }

    fn add(&mut self, (met, breached): (u32, u32)) {
        self.met += u64::from(met);
        self.breached += u64::from(breached);
    }
}

/// Times of several tickets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Times {
    /// Milliseconds, in ascending order once finished.
    millis: Vec<i64>,
}

/// What is told of times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Of how many tickets.
    pub n: u64,
    /// Mean, in seconds.
    pub mean_seconds: f64,
    /// Median, in seconds; between the two middle ones when there are two.
    pub median_seconds: f64,
    /// 90th percentile by nearest rank, in seconds: the smallest value that at least nine tenths
    /// do not exceed.
    pub p90_seconds: f64,
}

impl Times {
    fn add(&mut self, from: Timestamp, to: Timestamp) {
        self.millis.push(to.millis_since(from));
    }

    /// Mean, median and 90th percentile; none without tickets.
    pub fn summary(&mut self) -> Option<Summary> {
        let n = self.millis.len();
        if n == 0 {
            return None;
        }
        self.millis.sort_unstable();
        let sum: i128 = self.millis.iter().map(|m| i128::from(*m)).sum();
        let middle = n / 2;
        let median = if n % 2 == 1 {
            self.millis[middle] as f64
        } else {
            (self.millis[middle - 1] as f64 + self.millis[middle] as f64) / 2.0
        };
        // ⌈0.9 n⌉ in whole numbers.
        let rank = (9 * n).div_ceil(10);
        Some(Summary {
            n: n as u64,
            mean_seconds: sum as f64 / n as f64 / 1000.0,
            median_seconds: median / 1000.0,
            p90_seconds: self.millis[rank - 1] as f64 / 1000.0,
        })
    }
}

/// The figures of one group of tickets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// [`Measure::Count`].
    pub count: u64,
    /// [`Measure::Backlog`].
    pub backlog: u64,
    /// [`Measure::BacklogUnresolved`].
    pub backlog_unresolved: u64,
    /// [`Measure::RespondTime`].
    pub respond: Times,
    /// [`Measure::ResolveTime`].
    pub resolve: Times,
    /// [`Measure::RespondMetRatio`].
    pub respond_met: Met,
    /// [`Measure::ResolveMetRatio`].
    pub resolve_met: Met,
    /// [`Measure::ImportedMetRatio`].
    pub imported_met: Met,
    /// [`Measure::Reopened`].
    pub reopened: u64,
    /// [`Measure::Reassigned`].
    pub reassigned: u64,
    /// [`Measure::WithoutResolution`].
    pub without_resolution: u64,
    /// [`Measure::WithProblem`].
    pub with_problem: u64,
}

impl Figures {
    /// Counts a ticket in (all measures but the backlogs, which count instants).
    pub fn add(&mut self, facts: &Facts) {
        self.count += 1;
        if let Some(at) = facts.responded_at {
            self.respond.add(facts.created_at, at);
        }
        match facts.resolved_at {
            Some(at) => self.resolve.add(facts.created_at, at),
            None => self.without_resolution += 1,
        }
        self.respond_met.add(facts.respond_met);
        self.resolve_met.add(facts.resolve_met);
        if let Some(made) = facts.made_sla {
            self.imported_met.add((u32::from(made), u32::from(!made)));
        }
        self.reopened += u64::from(facts.reopened);
        self.reassigned += u64::from(facts.reassigned);
        self.with_problem += u64::from(facts.with_problem);
    }

    /// [`Measure::MetRatio`].
    pub fn met(&self) -> Met {
        Met {
            met: self.respond_met.met + self.resolve_met.met,
            breached: self.respond_met.breached + self.resolve_met.breached,
        }
    }
}

/// A number with so many decimals, as text would show it.
pub fn rounded(number: f64, decimals: usize) -> f64 {
    format!("{number:.decimals$}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(seconds: &[i64]) -> Times {
        Times {
            millis: seconds.iter().map(|s| s * 1000).collect(),
        }
    }

    #[test]
    fn the_median_lies_between_two_middle_values() {
        let summary = times(&[40, 10, 20, 30]).summary().expect("four");
        assert_eq!(summary.median_seconds, 25.0);
        assert_eq!(summary.mean_seconds, 25.0);
        assert_eq!(
            times(&[5, 1, 9]).summary().expect("three").median_seconds,
            5.0
        );
    }

    #[test]
    fn the_90th_percentile_is_a_value_that_occurs() {
        let ten: Vec<i64> = (1..=10).collect();
        assert_eq!(times(&ten).summary().expect("ten").p90_seconds, 9.0);
        let eleven: Vec<i64> = (1..=11).collect();
        assert_eq!(times(&eleven).summary().expect("eleven").p90_seconds, 10.0);
        assert_eq!(times(&[7]).summary().expect("one").p90_seconds, 7.0);
        assert_eq!(times(&[]).summary(), None);
    }

    #[test]
    fn a_ratio_without_outcomes_is_none() {
        assert_eq!(Met::default().ratio(), None);
        let met = Met {
            met: 3,
            breached: 1,
        };
        assert_eq!(met.ratio(), Some(0.75));
    }

    #[test]
    fn rounding_follows_the_exact_value() {
        assert_eq!(rounded(15439.5264, 3), 15439.526);
        assert_eq!(rounded(-0.125, 2), -0.12);
    }
}
