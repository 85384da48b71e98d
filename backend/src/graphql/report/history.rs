//! Figures over the histories of tickets.

use super::figure::small;
use crate::graphql::organisation::{Team, load_team};
use crate::graphql::scalar::Sequence;
use crate::report::history::{Report, Stay, Transition};
use crate::report::measure::rounded;
use async_graphql::{Context, Object, Result, SimpleObject};
use shared::id::TeamId;

/// Steps that led to a state, and the time until the next ones.
#[derive(SimpleObject)]
pub struct StateSteps {
    /// The state, in our words or the source's.
    state: String,
    /// How many steps; of an import its rows.
    rows: i32,
    /// Seconds from these steps to the next ones of their tickets.
    seconds: f64,
    /// The same in hours, rounded to two decimals.
    hours: f64,
}

/// Steps after which a team had the ticket, and the time until the next ones.
pub struct TeamSteps(Option<TeamId>, Stay);

/// Steps after which a team had the ticket, and the time until the next ones.
#[Object]
impl TeamSteps {
    /// The team; null for none.
    async fn team(&self, ctx: &Context<'_>) -> Result<Option<Team>> {
        load_team(ctx, self.0).await
    }
    /// How many steps.
    async fn rows(&self) -> i32 {
        small(self.1.steps)
    }
    /// Seconds from these steps to the next ones of their tickets.
    async fn seconds(&self) -> f64 {
        seconds(self.1.millis)
    }
    /// The same in hours, rounded to two decimals.
    async fn hours(&self) -> f64 {
        hours(self.1.millis)
    }
}

/// How often tickets went from one state to another.
#[derive(SimpleObject)]
pub struct StateTransition {
    /// From; `(start)` for a ticket's first state.
    from: String,
    /// To; always another state.
    to: String,
    /// How often.
    count: i32,
}

/// Figures over the histories of tickets.
#[derive(SimpleObject)]
pub struct TicketEventReport {
    /// All steps.
    rows: i32,
    /// By the state that a step led to, the most frequent first.
    by_state: Vec<StateSteps>,
    /// The most frequent first.
    transitions: Vec<StateTransition>,
    /// By the team that had the ticket, the most frequent first.
    by_team: Vec<TeamSteps>,
    /// Position in the log up to which steps are counted.
    as_of: Sequence,
}

impl From<Report> for TicketEventReport {
    fn from(report: Report) -> Self {
        let state = |(state, stay): (String, Stay)| StateSteps {
            state,
            rows: small(stay.steps),
            seconds: seconds(stay.millis),
            hours: hours(stay.millis),
        };
        let transition = |t: Transition| StateTransition {
            from: t.from.unwrap_or_else(|| "(start)".to_owned()),
            to: t.to,
            count: small(t.count),
        };
        Self {
            rows: small(report.steps),
            by_state: report.by_state.into_iter().map(state).collect(),
            transitions: report.transitions.into_iter().map(transition).collect(),
            by_team: report
                .by_team
                .into_iter()
                .map(|(team, stay)| TeamSteps(team, stay))
                .collect(),
            as_of: Sequence(report.as_of),
        }
    }
}

fn seconds(millis: i64) -> f64 {
    millis as f64 / 1000.0
}

fn hours(millis: i64) -> f64 {
    rounded(millis as f64 / 3_600_000.0, 2)
}
