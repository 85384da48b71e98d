//! To which team a new ticket goes, and to whom in it: an ordered list of rules, of which the first that fits decides.

use crate::id::{
    CatalogItemId, CategoryId, DepartmentId, PersonId, RoutingRuleId, ServiceId, TeamId,
};
use crate::ticket::{Priority, TicketKind};
use crate::vocabulary::vocabulary;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// Who in the team gets it.
    Assignment {
        /// Nobody: it waits in the team's queue.
        None = "none",
        /// The next in turn.
        RoundRobin = "round_robin",
        /// Who has the fewest open tickets.
        LeastLoaded = "least_loaded",
    }
}

/// What a ticket must be for a rule to fit. A list that is empty asks nothing; of a list that is not, one must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Conditions {
    /// Owning department.
    pub departments: Vec<DepartmentId>,
    /// Kind of work.
    pub kinds: Vec<TicketKind>,
    /// Affected service.
    pub services: Vec<ServiceId>,
    /// Category, or the one above it.
    pub categories: Vec<CategoryId>,
    /// What was asked for.
    pub items: Vec<CatalogItemId>,
    /// How urgent it is.
    pub priorities: Vec<Priority>,
    /// Words of the title, whatever their case; each stands for itself, not for a part of another.
    pub words: Vec<String>,
    /// Department of the requester.
    pub requester_departments: Vec<DepartmentId>,
    /// The requester is somebody very important, or is not.
    pub vip: Option<bool>,
}

/// What of a ticket rules look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Owning department.
    pub department: DepartmentId,
    /// Kind of work.
    pub kind: TicketKind,
    /// Affected service.
    pub service: Option<ServiceId>,
    /// Category, and those above it.
    pub categories: Vec<CategoryId>,
    /// What was asked for.
    pub item: Option<CatalogItemId>,
    /// How urgent it is.
    pub priority: Priority,
    /// In the requester's words.
    pub title: String,
    /// Department of the requester.
    pub requester_department: Option<DepartmentId>,
    /// The requester is somebody very important.
    pub vip: bool,
}

impl Conditions {
    /// Whether a ticket fits.
    pub fn fit(&self, facts: &Facts) -> bool {
        fn among<T: PartialEq>(list: &[T], value: Option<&T>) -> bool {
            list.is_empty() || value.is_some_and(|value| list.contains(value))
        }
        among(&self.departments, Some(&facts.department))
            && among(&self.kinds, Some(&facts.kind))
            && among(&self.services, facts.service.as_ref())
            && (self.categories.is_empty()
                || facts.categories.iter().any(|c| self.categories.contains(c)))
            && among(&self.items, facts.item.as_ref())
            && among(&self.priorities, Some(&facts.priority))
            && among(
                &self.requester_departments,
                facts.requester_department.as_ref(),
            )
            && self.vip.is_none_or(|vip| vip == facts.vip)
            && (self.words.is_empty() || self.words.iter().any(|word| says(&facts.title, word)))
    }
}

/// Whether a title contains a word or a few words in a row.
fn says(title: &str, wanted: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let wanted = words(wanted);
    !wanted.is_empty() && words(title).windows(wanted.len()).any(|row| row == wanted)
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Which.
    pub id: RoutingRuleId,
    /// When it decides.
    pub conditions: Conditions,
    /// To which team.
    pub team: TeamId,
    /// To whom in it.
    pub assignment: Assignment,
}

/// The rule that decides: the first that fits.
pub fn first_fitting<'a>(rules: &'a [Rule], facts: &Facts) -> Option<&'a Rule> {
    rules.iter().find(|rule| rule.conditions.fit(facts))
}

/// The next in turn after `last`. The turn goes by id, so that it is the same whoever asks, and goes on where it was
/// when somebody leaves or joins.
pub fn next_in_turn(members: &[PersonId], last: Option<PersonId>) -> Option<PersonId> {
    let after = last.and_then(|last| members.iter().filter(|id| **id > last).min());
    after.or_else(|| members.iter().min()).copied()
}

/// Who has the fewest; of several the first by id.
pub fn least_loaded(loads: &[(PersonId, u64)]) -> Option<PersonId> {
    loads
        .iter()
        .min_by_key(|(person, load)| (*load, *person))
        .map(|(person, _)| *person)
}
