//! Reports over histories: steps by state and team, time between them, transitions.

pub use super::event_store::Pace;

use super::event_store::{self, Question};
use crate::platform::database::Database;
use crate::platform::error::Result;
use shared::id::TeamId;
use shared::permission::Scope;
use shared::ticket::TicketFilter;
use shared::time::Timestamp;
use std::collections::{BTreeMap, HashMap};

/// In whose words states are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "StateBasis")]
pub enum Basis {
    /// In ours: all tickets, imported ones as their states were mapped.
    #[default]
    State,
    /// In those of an import's source: imported rows alone.
    SourceState,
}

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Of which tickets.
    pub filter: TicketFilter,
    /// In whose words.
    pub basis: Basis,
    /// Steps from here on.
    pub from: Option<Timestamp>,
    /// Steps before this.
    pub to: Option<Timestamp>,
}

/// How many steps led somewhere, and how long tickets stayed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stay {
    /// Steps.
    pub steps: u64,
    /// Milliseconds from these steps to the next ones of their tickets. A ticket's last step has no
    /// next one and adds nothing.
    pub millis: i64,
}

/// How often tickets went from one state to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// From; none at the start.
    pub from: Option<String>,
    /// To; always another state.
    pub to: String,
    /// How often.
    pub count: u64,
}

/// A report over histories.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// All steps.
    pub steps: u64,
    /// By state after the step, the most frequent first.
    pub by_state: Vec<(String, Stay)>,
    /// The most frequent first.
    pub transitions: Vec<Transition>,
    /// By team after the step, the most frequent first.
    pub by_team: Vec<(Option<TeamId>, Stay)>,
    /// Position in the log up to which steps are counted.
    pub as_of: i64,
}

/// Brings the steps of tickets up to the end of the log, so that the next report need not.
pub async fn catch_up(db: &Database, pace: Pace) -> Result<()> {
    event_store::catch_up(db, pace).await?;
    Ok(())
}

/// Makes a report of what the scope sees.
pub async fn run(db: &Database, scope: &Scope, request: &Request) -> Result<Report> {
    let as_of = event_store::catch_up(db, Pace::AtOnce).await?;
    let counted = event_store::count(
        db,
        &Question {
            scope,
            filter: &request.filter,
            by_source: request.basis == Basis::SourceState,
            from: request.from,
            to: request.to,
        },
    )
    .await?;
    let mut by_state: BTreeMap<String, Stay> = BTreeMap::new();
    let mut by_team: HashMap<Option<TeamId>, Stay> = HashMap::new();
    let mut transitions: BTreeMap<(Option<String>, String), u64> = BTreeMap::new();
    let mut steps = 0;
    for group in counted {
        steps += group.steps;
        for stay in [
            by_state.entry(group.after.clone()).or_default(),
            by_team.entry(group.team).or_default(),
        ] {
            stay.steps += group.steps;
            stay.millis += group.millis;
        }
        if group.before.as_ref() != Some(&group.after) {
            *transitions.entry((group.before, group.after)).or_default() += group.steps;
        }
    }
    let mut by_state: Vec<_> = by_state.into_iter().collect();
    by_state.sort_by_key(|(_, stay)| std::cmp::Reverse(stay.steps));
    let mut by_team: Vec<_> = by_team.into_iter().collect();
    by_team.sort_by_key(|(team, stay)| (std::cmp::Reverse(stay.steps), *team));
    let mut transitions: Vec<Transition> = transitions
        .into_iter()
        .map(|((from, to), count)| Transition { from, to, count })
        .collect();
    transitions.sort_by_key(|t| std::cmp::Reverse(t.count));
    Ok(Report {
        steps,
        by_state,
        transitions,
        by_team,
        as_of,
    })
}
