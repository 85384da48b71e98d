//! Routing rules tried on tickets of the past.

use super::context::acting;
use super::error::top_level;
use super::id::parse;
use super::organisation::{Team, load_team};
use super::routing::{RoutingConditionsInput, conditions};
use super::ticket::Ticket;
use crate::desk::entity::ticket;
use crate::desk::routing::trial::{self, Draft, Outcome, Sample};
use crate::desk::store::queue;
use crate::platform::database::Database;
use crate::platform::error::Error;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use shared::id::{TeamId, TicketId};
use shared::time::Timestamp;
use std::collections::HashMap;

/// How many tickets are tried when nobody says it.
const USUAL: u64 = 200;

/// A rule to try; it need not be saved.
#[derive(Clone, Debug, InputObject)]
pub struct RoutingTrialRuleInput {
    /// Name.
    name: String,
    /// When it decides; always when empty.
    #[graphql(default)]
    conditions: RoutingConditionsInput,
    /// To which team. One that is out of use is passed over, as it would be.
    team: ID,
}

/// What rules would have done with tickets of the past.
pub struct RoutingTrial {
    trial: trial::Trial,
    samples: HashMap<TicketId, ticket::Model>,
}

#[Object]
impl RoutingTrial {
    /// How many tickets were looked at: the newest of the department that the viewer sees.
    async fn tickets(&self) -> u32 {
        self.trial.tickets
    }
    /// When the oldest of them was opened.
    async fn since(&self) -> Option<Timestamp> {
        self.trial.since
    }
    /// How many of them another team has now than they would have gone to.
    async fn moved(&self) -> u32 {
        self.trial.moved
    }
    /// What each rule would have done, in their order; last, without a name, what would have come of tickets that no
    /// rule fits.
    async fn outcomes(&self) -> Vec<RoutingOutcome<'_>> {
        let rules = self.trial.rules.iter();
        let rules = rules.map(|(name, outcome)| RoutingOutcome {
            name: Some(name),
            outcome,
            samples: &self.samples,
        });
        let rest = RoutingOutcome {
            name: None,
            outcome: &self.trial.rest,
            samples: &self.samples,
        };
        rules.chain([rest]).collect()
    }
    /// How many tickets each team has now, and would have had.
    async fn teams(&self, ctx: &Context<'_>) -> Result<Vec<RoutingTeamCount>> {
        let mut teams = Vec::with_capacity(self.trial.teams.len());
        for (team, (now, then)) in &self.trial.teams {
            teams.push(RoutingTeamCount {
                team: load_team(ctx, *team).await?,
                now: *now,
                then: *then,
            });
        }
        Ok(teams)
    }
}

/// What one rule would have done.
pub struct RoutingOutcome<'a> {
    name: Option<&'a str>,
    outcome: &'a Outcome,
    samples: &'a HashMap<TicketId, ticket::Model>,
}

#[Object]
impl RoutingOutcome<'_> {
    /// Name of the rule; null where none fits.
    async fn name(&self) -> Option<&str> {
        self.name
    }
    /// Tickets that it would have decided.
    async fn tickets(&self) -> u32 {
        self.outcome.tickets
    }
    /// Those of them that another team has now.
    async fn moved(&self) -> u32 {
        self.outcome.moved
    }
    /// Five of them at most, those that another team has now first.
    async fn samples(&self) -> Vec<RoutingSample> {
        let samples = self.outcome.samples.iter();
        samples
            .filter_map(|sample| {
                Some(RoutingSample {
                    ticket: self.samples.get(&sample.ticket)?.clone(),
                    sample: *sample,
                })
            })
            .collect()
    }
}

/// A ticket, and where it would have gone.
pub struct RoutingSample {
    ticket: ticket::Model,
    sample: Sample,
}

#[Object]
impl RoutingSample {
    /// The ticket.
    async fn ticket(&self) -> Ticket {
        self.ticket.clone().into()
    }
    /// The team that has it.
    async fn now(&self, ctx: &Context<'_>) -> Result<Option<Team>> {
        load_team(ctx, self.sample.now).await
    }
    /// The team that it would have gone to.
    async fn then(&self, ctx: &Context<'_>) -> Result<Option<Team>> {
        load_team(ctx, self.sample.then).await
    }
}

/// How many tickets a team has, and would have had.
#[derive(SimpleObject)]
pub struct RoutingTeamCount {
    /// The team; null: none.
    team: Option<Team>,
    /// Has now.
    now: u32,
    /// Would have had.
    then: u32,
}

fn drafts(inputs: Vec<RoutingTrialRuleInput>) -> Result<Vec<Draft>, Error> {
    let numbered = inputs.into_iter().enumerate();
    numbered.map(|(place, rule)| draft(place, rule)).collect()
}

fn draft(place: usize, input: RoutingTrialRuleInput) -> Result<Draft, Error> {
    let read = |input: RoutingTrialRuleInput| {
        Ok(Draft {
            name: input.name,
            team: parse::<TeamId>(&input.team, "team")?,
            conditions: conditions(input.conditions)?,
        })
    };
    read(input).map_err(|error| trial::at(error, place))
}

/// What can be tried.
#[derive(Default)]
pub struct RoutingTrialQuery;

#[Object]
impl RoutingTrialQuery {
    /// What rules would have done with the newest tickets of a department that the viewer sees, taken as they are now.
    /// Nothing is written. For those who may read the department's rules.
    async fn routing_trial(
        &self,
        ctx: &Context<'_>,
        department: ID,
        #[graphql(desc = "Rules to try, in their order; the saved active ones when absent.")]
        rules: Option<Vec<RoutingTrialRuleInput>>,
        #[graphql(desc = "How many tickets, at most 1000; 200 when absent.")] last: Option<i32>,
    ) -> Result<RoutingTrial> {
        let acting = acting(ctx)?;
        let db = ctx.data::<Database>()?.reader();
        let work = async {
            let department = parse(&department, "department")?;
            let drafts = rules.map(drafts).transpose()?;
            let last = last.map_or(USUAL, |last| u64::try_from(last).unwrap_or(0));
            let trial = trial::run(db, acting, department, drafts, last).await?;
            let ids: Vec<TicketId> = trial.samples().map(|sample| sample.ticket).collect();
            let samples = queue::find_many(db, &acting.scope, &ids).await?;
            let samples = samples.into_iter().map(|row| (row.id, row)).collect();
            Ok(RoutingTrial { trial, samples })
        };
        work.await.map_err(|error| top_level(ctx, error))
    }
}
