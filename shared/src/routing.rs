//! To which team of its department a new ticket goes, and to whom in it: an ordered list of rules, of which the first
//! that fits decides.

use crate::id::{
    CatalogItemId, CategoryId, DepartmentId, PersonId, RoutingRuleId, ServiceId, TeamId,
};
use crate::text::NAME_MAX;
use crate::ticket::{Priority, TicketKind};
use crate::validation::{Problem, Problems};
use crate::vocabulary::vocabulary;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

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

/// Most rules of a department.
pub const RULES_MAX: usize = 100;
/// Most entries of each list of conditions but the words.
pub const LIST_MAX: usize = 100;
/// Most words of a rule.
pub const WORDS_MAX: usize = 50;
/// Most characters of a word, or of a few in a row.
pub const WORD_MAX: usize = 60;

/// What a ticket of the rule's department must be for the rule to fit. A list that is empty asks nothing; of a list that
/// is not, one must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Conditions {
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
    /// Department of the person it is for.
    pub requester_departments: Vec<DepartmentId>,
    /// The person it is for is somebody very important, or is not.
    pub vip: Option<bool>,
}

/// What of a ticket rules look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
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
    pub title: Words,
    /// Department of the person it is for: the requester, unless another was named.
    pub requester_department: Option<DepartmentId>,
    /// The person it is for is somebody very important.
    pub vip: bool,
}

/// A text as rules compare it: its words in small letters, in a row and for looking up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    row: Vec<String>,
    known: HashSet<String>,
}

impl Words {
    /// The words of a text.
    pub fn of(text: &str) -> Self {
        let words = text.split(|c: char| !c.is_alphanumeric());
        let row: Vec<String> = words
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        let known = row.iter().cloned().collect();
        Self { row, known }
    }

    /// Whether they contain these words in a row.
    pub fn say(&self, wanted: &Self) -> bool {
        let wanted = &wanted.row;
        let begins = wanted
            .first()
            .is_some_and(|first| self.known.contains(first));
        begins && self.row.windows(wanted.len()).any(|row| row == wanted)
    }
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Which.
    pub id: RoutingRuleId,
    /// To which team.
    pub team: TeamId,
    /// To whom in it.
    pub assignment: Assignment,
    conditions: Conditions,
    phrases: Vec<Words>,
}

impl Rule {
    /// A rule that is ready to be asked of many tickets.
    pub fn new(
        id: RoutingRuleId,
        conditions: Conditions,
        team: TeamId,
        assignment: Assignment,
    ) -> Self {
        Self {
            id,
            team,
            assignment,
            phrases: conditions
                .words
                .iter()
                .map(|word| Words::of(word))
                .collect(),
            conditions,
        }
    }

    /// Whether a ticket fits.
    pub fn fits(&self, facts: &Facts) -> bool {
        fn among<T: PartialEq>(list: &[T], value: Option<&T>) -> bool {
            list.is_empty() || value.is_some_and(|value| list.contains(value))
        }
        let asked = &self.conditions;
        among(&asked.kinds, Some(&facts.kind))
            && among(&asked.services, facts.service.as_ref())
            && (asked.categories.is_empty()
                || facts
                    .categories
                    .iter()
                    .any(|c| asked.categories.contains(c)))
            && among(&asked.items, facts.item.as_ref())
            && among(&asked.priorities, Some(&facts.priority))
            && among(
                &asked.requester_departments,
                facts.requester_department.as_ref(),
            )
            && asked.vip.is_none_or(|vip| vip == facts.vip)
            && (self.phrases.is_empty()
                || self.phrases.iter().any(|phrase| facts.title.say(phrase)))
    }

    /// Whether every ticket that `later` fits is this rule's already; `above` gives the category above another. What it
    /// says holds; it may miss that several rules together leave nothing to a later one.
    pub fn covers(&self, later: &Self, above: impl Fn(CategoryId) -> Option<CategoryId>) -> bool {
        fn within<T: PartialEq>(wide: &[T], narrow: &[T]) -> bool {
            wide.is_empty() || (!narrow.is_empty() && narrow.iter().all(|one| wide.contains(one)))
        }
        let (wide, narrow) = (&self.conditions, &later.conditions);
        let category = |id: &CategoryId| {
            wide.categories.contains(id)
                || above(*id).is_some_and(|above| wide.categories.contains(&above))
        };
        within(&wide.kinds, &narrow.kinds)
            && within(&wide.services, &narrow.services)
            && (wide.categories.is_empty()
                || (!narrow.categories.is_empty() && narrow.categories.iter().all(category)))
            && within(&wide.items, &narrow.items)
            && within(&wide.priorities, &narrow.priorities)
            && within(&wide.requester_departments, &narrow.requester_departments)
            && wide.vip.is_none_or(|vip| narrow.vip == Some(vip))
            && (self.phrases.is_empty()
                || (!later.phrases.is_empty()
                    && later
                        .phrases
                        .iter()
                        .all(|phrase| self.phrases.iter().any(|own| phrase.say(own)))))
    }
}

/// The rule that decides: the first that fits.
pub fn first_fitting<'a>(rules: &'a [Rule], facts: &Facts) -> Option<&'a Rule> {
    rules.iter().find(|rule| rule.fits(facts))
}

/// Checks a rule as somebody wrote it.
///
/// # Errors
/// All that is wrong.
pub fn check_rule(name: &str, conditions: &Conditions) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    problems.text("name", name, NAME_MAX);
    for (field, count, most) in [
        ("kinds", conditions.kinds.len(), LIST_MAX),
        ("services", conditions.services.len(), LIST_MAX),
        ("categories", conditions.categories.len(), LIST_MAX),
        ("items", conditions.items.len(), LIST_MAX),
        ("priorities", conditions.priorities.len(), LIST_MAX),
        ("words", conditions.words.len(), WORDS_MAX),
        (
            "requesterDepartments",
            conditions.requester_departments.len(),
            LIST_MAX,
        ),
    ] {
        if count > most {
            let message = format!("At most {most}; these are {count}.");
            problems.add("TOO_MANY", &format!("conditions.{field}"), message);
        }
    }
    for word in conditions.words.iter().take(WORDS_MAX) {
        check_word(&mut problems, word);
    }
    problems.finish()
}

fn check_word(problems: &mut Problems, word: &str) {
    const FIELD: &str = "conditions.words";
    if word.chars().count() > WORD_MAX {
        problems.add(
            "TOO_LONG",
            FIELD,
            format!("At most {WORD_MAX} characters a word."),
        );
    } else if Words::of(word) == Words::default() {
        problems.add("INVALID", FIELD, "A word has letters or digits.");
    }
}

vocabulary! {
    /// Why a rule does not do what it says.
    RoutingTrouble {
        /// Its team is out of use: the rule is passed over.
        TeamOutOfUse = "team_out_of_use",
        /// Nobody in its team can be given anything: tickets wait in the team's queue.
        NobodyToAssign = "nobody_to_assign",
        /// An earlier rule takes all that it would take.
        NeverReached = "never_reached",
        /// All services, all categories or all catalog items that it asks for are out of use: nothing new fits.
        NothingFits = "nothing_fits",
    }
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
