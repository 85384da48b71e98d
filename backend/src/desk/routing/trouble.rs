//! What keeps a rule from doing what it says, for those who set rules up.

use super::rule::RoutingRule;
use super::store;
use crate::organisation::store as organisation;
use crate::platform::database::Connection;
use crate::platform::error::Result;
use shared::id::{CategoryId, DepartmentId, RoutingRuleId, TeamId};
use shared::routing::{Assignment, RoutingTrouble, Rule};
use std::collections::{BTreeMap, BTreeSet};

/// What is wrong, and the earlier rule that is to blame, if one is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What is wrong.
    pub kind: RoutingTrouble,
    /// The rule that takes everything before this one can.
    pub because: Option<RoutingRuleId>,
}

impl Trouble {
    fn of(kind: RoutingTrouble) -> Self {
        let because = None;
        Self { kind, because }
    }
}

/// What rules are judged by.
struct Known {
    teams: BTreeSet<TeamId>,
    empty: BTreeSet<(DepartmentId, TeamId)>,
    above: BTreeMap<CategoryId, CategoryId>,
    in_use: BTreeSet<uuid::Uuid>,
}

/// Each rule with its troubles; `rules` are all those of their departments.
pub async fn of(
    db: &impl Connection,
    mut rules: Vec<RoutingRule>,
) -> Result<Vec<(RoutingRule, Vec<Trouble>)>> {
    if rules.is_empty() {
        return Ok(Vec::new());
    }
    rules.sort_by_key(|rule| (rule.department, rule.position, rule.id));
    let known = know(db, &rules).await?;
    let mut judged: Vec<(RoutingRule, Vec<Trouble>)> = Vec::with_capacity(rules.len());
    let mut earlier: Vec<(DepartmentId, Rule)> = Vec::new();
    for rule in rules {
        let ready = Rule::new(rule.id, rule.conditions.clone(), rule.team, rule.assignment);
        let troubles = match rule.active {
            true => troubles(&rule, &ready, &earlier, &known),
            false => Vec::new(),
        };
        // A rule that is passed over takes nothing from those after it.
        if rule.active && known.teams.contains(&rule.team) {
            earlier.push((rule.department, ready));
        }
        judged.push((rule, troubles));
    }
    Ok(judged)
}

fn troubles(
    rule: &RoutingRule,
    ready: &Rule,
    earlier: &[(DepartmentId, Rule)],
    known: &Known,
) -> Vec<Trouble> {
    let mut troubles = Vec::new();
    if !known.teams.contains(&rule.team) {
        troubles.push(Trouble::of(RoutingTrouble::TeamOutOfUse));
    } else if known.empty.contains(&(rule.department, rule.team)) {
        troubles.push(Trouble::of(RoutingTrouble::NobodyToAssign));
    }
    let cover = earlier.iter().find(|(department, earlier)| {
        *department == rule.department && earlier.covers(ready, |id| known.above.get(&id).copied())
    });
    if let Some((_, cover)) = cover {
        troubles.push(Trouble {
            kind: RoutingTrouble::NeverReached,
            because: Some(cover.id),
        });
    }
    let asked = &rule.conditions;
    if dead(&asked.services, |id| known.in_use.contains(&id.0))
        || dead(&asked.categories, |id| known.in_use.contains(&id.0))
        || dead(&asked.items, |id| known.in_use.contains(&id.0))
    {
        troubles.push(Trouble::of(RoutingTrouble::NothingFits));
    }
    troubles
}

/// Whether things are asked for, and none of them is in use.
fn dead<T>(asked: &[T], in_use: impl Fn(&T) -> bool) -> bool {
    !asked.is_empty() && !asked.iter().any(in_use)
}

async fn know(db: &impl Connection, rules: &[RoutingRule]) -> Result<Known> {
    let departments: BTreeSet<DepartmentId> = rules.iter().map(|rule| rule.department).collect();
    let departments: Vec<DepartmentId> = departments.into_iter().collect();
    let teams = organisation::teams(db, Some(&departments), false).await?;
    let assigning: BTreeSet<(DepartmentId, TeamId)> = rules
        .iter()
        .filter(|rule| rule.active && rule.assignment != Assignment::None)
        .map(|rule| (rule.department, rule.team))
        .collect();
    let mut empty = BTreeSet::new();
    for (department, team) in assigning {
        if store::able(db, team, department, None).await?.is_empty() {
            empty.insert((department, team));
        }
    }
    fn all<T: Copy + Ord>(lists: impl Iterator<Item = Vec<T>>) -> Vec<T> {
        lists
            .flatten()
            .collect::<BTreeSet<T>>()
            .into_iter()
            .collect()
    }
    let asked = || rules.iter().map(|rule| &rule.conditions);
    let services = all(asked().map(|c| c.services.clone()));
    let categories = all(asked().map(|c| c.categories.clone()));
    let items = all(asked().map(|c| c.items.clone()));
    let services = organisation::services_by_id(db, &services).await?;
    let categories = organisation::categories_by_id(db, &categories).await?;
    let items = store::items(db, &items).await?;
    let mut in_use = BTreeSet::new();
    in_use.extend(services.iter().filter(|row| row.active).map(|row| row.id.0));
    in_use.extend(
        items
            .iter()
            .filter(|item| item.active)
            .map(|item| item.id.0),
    );
    let used = categories.iter().filter(|row| row.active);
    in_use.extend(used.map(|row| row.id.0));
    let above = categories
        .iter()
        .filter_map(|row| Some((row.id, row.parent_id?)))
        .collect();
    Ok(Known {
        teams: teams.into_iter().map(|team| team.id).collect(),
        empty,
        above,
        in_use,
    })
}
