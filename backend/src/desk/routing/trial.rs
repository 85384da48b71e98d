//! What rules would have done with tickets of the past. Nothing is written.

use super::rule::{RoutingRule, check, may_read, tidy};
use super::{default_team, store};
use crate::organisation::store as organisation;
use crate::platform::context::Context;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result, code};
use shared::id::{
    CatalogItemId, CategoryId, DepartmentId, PersonId, RoutingRuleId, ServiceId, TeamId, TicketId,
};
use shared::routing::{Assignment, Conditions, Facts, RULES_MAX, Rule, Words};
use shared::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Most tickets of a trial.
pub const TICKETS_MAX: u64 = 1_000;
/// Tickets that are shown of each outcome.
const SAMPLES: usize = 5;

/// A rule to try, saved or not.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Name.
    pub name: String,
    /// When it decides.
    pub conditions: Conditions,
    /// To which team.
    pub team: TeamId,
}

/// One ticket, and where it would have gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Which.
    pub ticket: TicketId,
    /// The team that has it.
    pub now: Option<TeamId>,
    /// The team that it would have gone to.
    pub then: Option<TeamId>,
}

/// What one rule would have done; or what would have come of tickets that none fits.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Tickets that it would have decided.
    pub tickets: u32,
    /// Those of them that another team has now.
    pub moved: u32,
    /// Some of them, those that moved first.
    pub samples: Vec<Sample>,
}

impl Outcome {
    fn add(&mut self, sample: Sample) {
        self.tickets += 1;
        let moved = sample.now != sample.then;
        self.moved += u32::from(moved);
        if self.samples.len() < SAMPLES {
            self.samples.push(sample);
        } else if moved && let Some(place) = self.samples.iter().position(|s| s.now == s.then) {
            self.samples[place] = sample;
        }
    }
}

/// The outcome of a trial.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// How many tickets were looked at.
    pub tickets: u32,
    /// When the oldest of them was opened.
    pub since: Option<Timestamp>,
    /// Those that another team has now.
    pub moved: u32,
    /// Name of each rule in its order, and what it would have done.
    pub rules: Vec<(String, Outcome)>,
    /// What would have come of those that no rule fits.
    pub rest: Outcome,
    /// How many each team has now, and would have had; of `None` those without a team.
    pub teams: BTreeMap<Option<TeamId>, (u32, u32)>,
}

impl Trial {
    /// All tickets that are shown.
    pub fn samples(&self) -> impl Iterator<Item = &Sample> {
        let rules = self.rules.iter().map(|(_, outcome)| outcome);
        rules
            .chain([&self.rest])
            .flat_map(|outcome| &outcome.samples)
    }
}

/// Tries rules, the saved ones when none are given, on the newest `last` tickets of a department that the viewer sees.
/// Tickets are taken as they are now.
pub async fn run(
    db: &impl Connection,
    ctx: &Context,
    department: DepartmentId,
    drafts: Option<Vec<Draft>>,
    last: u64,
) -> Result<Trial> {
    if !may_read(ctx, department) {
        return Err(Error::forbidden());
    }
    if !(1..=TICKETS_MAX).contains(&last) {
        let message = format!("Between 1 and {TICKETS_MAX} tickets.");
        return Err(Error::refused("OUT_OF_RANGE", "last", message));
    }
    let drafts = match drafts {
        Some(drafts) => drafts,
        None => saved(db, department).await?,
    };
    let rules = ready(db, department, drafts).await?;
    let past = store::newest(db, &ctx.scope, department, last).await?;
    let ground = ground(db, department, &past).await?;
    let mut trial = Trial {
        rules: rules
            .iter()
            .map(|(name, _)| (name.clone(), Outcome::default()))
            .collect(),
        since: past.iter().map(|ticket| ticket.created_at).min(),
        ..Trial::default()
    };
    for ticket in &past {
        let facts = ground.facts(ticket);
        let fits = |rule: &&Rule| ground.in_use(rule.team) && rule.fits(&facts);
        let place = rules.iter().position(|(_, rule)| fits(&rule));
        let then = match place {
            Some(place) => Some(rules[place].1.team),
            None => ground.default_of(ticket),
        };
        let sample = Sample {
            ticket: ticket.id,
            now: ticket.team_id,
            then,
        };
        trial.tickets += 1;
        trial.moved += u32::from(sample.now != sample.then);
        trial.teams.entry(sample.now).or_default().0 += 1;
        trial.teams.entry(sample.then).or_default().1 += 1;
        match place {
            Some(place) => trial.rules[place].1.add(sample),
            None => trial.rest.add(sample),
        }
    }
    Ok(trial)
}

async fn saved(db: &impl Connection, department: DepartmentId) -> Result<Vec<Draft>> {
    let rows = store::active(db, department).await?;
    rows.into_iter()
        .map(|row| {
            let rule = RoutingRule::try_from(row)?;
            Ok(Draft {
                name: rule.name,
                conditions: rule.conditions,
                team: rule.team,
            })
        })
        .collect()
}

/// Rules that can be asked, with their names. What is wrong with a draft is said at its field.
async fn ready(
    db: &impl Connection,
    department: DepartmentId,
    drafts: Vec<Draft>,
) -> Result<Vec<(String, Rule)>> {
    if drafts.len() > RULES_MAX {
        let message = format!("At most {RULES_MAX} rules.");
        return Err(Error::refused(code::TOO_MANY, "rules", message));
    }
    let mut rules = Vec::with_capacity(drafts.len());
    for (place, draft) in drafts.into_iter().enumerate() {
        let rule = RoutingRule {
            id: RoutingRuleId(uuid::Uuid::nil()),
            department,
            position: 0,
            name: draft.name,
            conditions: tidy(draft.conditions),
            team: draft.team,
            assignment: Assignment::None,
            active: true,
            version: 0,
        };
        check(db, &rule, Some(&rule))
            .await
            .map_err(|error| at(error, place))?;
        let ready = Rule::new(rule.id, rule.conditions, rule.team, rule.assignment);
        rules.push((rule.name, ready));
    }
    Ok(rules)
}

/// The same refusal, said at the rule at this place.
pub fn at(error: Error, place: usize) -> Error {
    match error {
        Error::Refused(mut problems) => {
            for problem in &mut problems {
                problem.field = format!("rules.{place}.{}", problem.field);
            }
            Error::Refused(problems)
        }
        fault => fault,
    }
}

/// What tickets of a department are routed by.
struct Ground {
    teams: Vec<crate::organisation::entity::team::Model>,
    categories: HashMap<CategoryId, (Option<CategoryId>, Option<TeamId>)>,
    services: HashMap<ServiceId, Option<TeamId>>,
    items: HashMap<CatalogItemId, Option<TeamId>>,
    people: HashMap<PersonId, (Option<DepartmentId>, bool)>,
}

async fn ground(
    db: &impl Connection,
    department: DepartmentId,
    past: &[store::Past],
) -> Result<Ground> {
    let people: BTreeSet<PersonId> = past
        .iter()
        .map(|t| t.requested_for_id.unwrap_or(t.requester_id))
        .collect();
    let people: Vec<PersonId> = people.into_iter().collect();
    let items: BTreeSet<CatalogItemId> = past.iter().filter_map(|t| t.catalog_item_id).collect();
    let items: Vec<CatalogItemId> = items.into_iter().collect();
    let categories = organisation::categories(db, Some(department), true).await?;
    let services = organisation::services(db, Some(department), true).await?;
    let people = organisation::people_by_id(db, &people).await?;
    let items = store::items(db, &items).await?;
    Ok(Ground {
        teams: organisation::teams(db, Some(&[department]), false).await?,
        categories: categories
            .into_iter()
            .map(|row| (row.id, (row.parent_id, row.team_id)))
            .collect(),
        services: services
            .into_iter()
            .map(|row| (row.id, row.team_id))
            .collect(),
        items: items.into_iter().map(|item| (item.id, item.team)).collect(),
        people: people
            .into_iter()
            .map(|row| (row.id, (row.department_id, row.vip)))
            .collect(),
    })
}

impl Ground {
    fn in_use(&self, team: TeamId) -> bool {
        self.teams.iter().any(|known| known.id == team)
    }

    fn above(&self, category: Option<CategoryId>) -> Option<CategoryId> {
        self.categories.get(&category?)?.0
    }

    fn team_of(&self, category: Option<CategoryId>) -> Option<TeamId> {
        self.categories.get(&category?)?.1
    }

    fn facts(&self, ticket: &store::Past) -> Facts {
        let whom = ticket.requested_for_id.unwrap_or(ticket.requester_id);
        let (requester_department, vip) = self.people.get(&whom).copied().unwrap_or_default();
        Facts {
            kind: ticket.kind,
            service: ticket.service_id,
            categories: [ticket.category_id, self.above(ticket.category_id)]
                .into_iter()
                .flatten()
                .collect(),
            item: ticket.catalog_item_id,
            priority: ticket.priority,
            title: Words::of(&ticket.title),
            requester_department,
            vip,
        }
    }

    /// Where it would have gone without a rule: see `desk::ticket::open`.
    fn default_of(&self, ticket: &store::Past) -> Option<TeamId> {
        let named = [
            self.team_of(ticket.category_id),
            self.team_of(self.above(ticket.category_id)),
            ticket
                .service_id
                .and_then(|id| self.services.get(&id).copied().flatten()),
            ticket
                .catalog_item_id
                .and_then(|id| self.items.get(&id).copied().flatten()),
        ];
        default_team(&self.teams, named)
    }
}
