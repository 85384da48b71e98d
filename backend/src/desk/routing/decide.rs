//! Asks the rules about a new ticket.

use super::entity::rule::Model as Row;
use super::store;
use crate::organisation;
use crate::organisation::entity::team::Model as Team;
use crate::platform::context::Actor;
use crate::platform::database::Connection;
use crate::platform::error::Result;
use crate::platform::event_log::{Change, Changes};
use crate::platform::unit_of_work::UnitOfWork;
use serde_json::{Value, json};
use shared::id::{DepartmentId, PersonId, RoutingRuleId, TeamId};
use shared::routing::{Assignment, Facts, Rule, first_fitting, least_loaded, next_in_turn};

/// Name of the change that holds a rule's id in the event of routing.
pub const RULE: &str = "routingRule";

/// What a rule decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routed {
    /// Which rule.
    pub rule: RoutingRuleId,
    /// Its name then.
    pub name: String,
    /// To which team.
    pub team: TeamId,
    /// How somebody in it is found.
    pub assignment: Assignment,
    /// Who gets it, if somebody can.
    pub assignee: Option<PersonId>,
}

impl Routed {
    /// For the event that says so.
    pub fn changes(&self) -> Changes {
        let set = |name: &str, after: Value| {
            let before = Value::Null;
            (name.to_owned(), Change { before, after })
        };
        let mut changes = Changes::from([
            set(RULE, json!(self.rule)),
            set("rule", json!(self.name)),
            set("team", json!(self.team)),
        ]);
        if let Some(person) = self.assignee {
            changes.extend([
                set("assignee", json!(person)),
                set("assignment", json!(self.assignment)),
            ]);
        }
        changes
    }
}

/// A rule as it is asked.
pub(super) fn ready(row: &Row) -> Result<Rule> {
    let conditions = serde_json::from_str(&row.conditions)?;
    Ok(Rule::new(row.id, conditions, row.team_id, row.assignment))
}

/// A department's rules that are in use, in their order.
pub struct Rules {
    department: DepartmentId,
    rows: Vec<Row>,
}

impl Rules {
    /// As they stand.
    pub async fn of(db: &impl Connection, department: DepartmentId) -> Result<Self> {
        Ok(Self {
            department,
            rows: store::active(db, department).await?,
        })
    }
}

/// What the first rule that fits decides; `teams` are those of the department that are in use. With `assign` off it says
/// the team alone. Importers ask no rules.
pub async fn decide(
    uow: &UnitOfWork,
    rules: &Rules,
    teams: &[Team],
    facts: &Facts,
    assign: bool,
) -> Result<Option<Routed>> {
    if uow.context().actor == Actor::Import {
        return Ok(None);
    }
    let Rules { department, rows } = rules;
    let rules = rows
        .iter()
        .filter(|row| teams.iter().any(|team| team.id == row.team_id))
        .map(ready)
        .collect::<Result<Vec<_>>>()?;
    let Some(rule) = first_fitting(&rules, facts) else {
        return Ok(None);
    };
    let assignee = match rule.assignment {
        Assignment::RoundRobin | Assignment::LeastLoaded if assign => {
            person(uow, *department, rule.team, rule.assignment).await?
        }
        _ => None,
    };
    let name = rows.iter().find(|row| row.id == rule.id);
    Ok(Some(Routed {
        rule: rule.id,
        name: name.map_or_else(String::new, |row| row.name.clone()),
        team: rule.team,
        assignment: rule.assignment,
        assignee,
    }))
}

/// Who in the team is next, or has the fewest open tickets. The team's turn is held to the end, so that tickets opened at
/// once on any number of nodes are given out one after the other, and whoever is chosen is held as
/// `desk::ticket::edit::assign` holds them: before there is a ticket.
async fn person(
    uow: &UnitOfWork,
    department: DepartmentId,
    team: TeamId,
    how: Assignment,
) -> Result<Option<PersonId>> {
    let db = uow.tx();
    uow.wait_turn(&format!("routing {team}")).await?;
    let mut able = store::able(db, team, department, None).await?;
    let (last, loads) = match how {
        Assignment::LeastLoaded => (None, store::loads(db, &able).await?),
        Assignment::RoundRobin | Assignment::None => {
            (store::last_turn(db, team).await?, Vec::new())
        }
    };
    loop {
        let next = match how {
            Assignment::LeastLoaded => {
                let still = loads.iter().filter(|(person, _)| able.contains(person));
                least_loaded(&still.copied().collect::<Vec<_>>())
            }
            Assignment::RoundRobin | Assignment::None => next_in_turn(&able, last),
        };
        let Some(next) = next else { return Ok(None) };
        organisation::store::hold_person(db, next).await?;
        // Between the look and the hold they may have been deactivated, or lost their role.
        if store::able(db, team, department, Some(next))
            .await?
            .is_empty()
        {
            able.retain(|person| *person != next);
            continue;
        }
        if how == Assignment::RoundRobin {
            store::set_turn(db, team, next).await?;
        }
        return Ok(Some(next));
    }
}
