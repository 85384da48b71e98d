//! Who asks, who answers, who sits beside them.

use super::PlanError;
use super::timetable::Timetable;
use crate::seed::demo::content::{Content, Grant, Person, Story};
use crate::seed::random::Random;
use shared::permission::Role;
use shared::time::Timestamp;

/// The people of the demo in their parts.
pub(super) struct Cast<'a> {
    content: &'a Content,
}

/// Which agent is needed.
pub(super) struct Wanted<'a> {
    /// Of this team.
    pub(super) team: &'a str,
    /// The team's department.
    pub(super) department: &'a str,
    /// Where the requester sits.
    pub(super) site: &'a str,
    /// Anybody but this person.
    pub(super) other: &'a str,
    /// When.
    pub(super) at: Timestamp,
}

/// Signs in first, so has most to see.
const FAVOURITE_REQUESTER: &str = "ana";
const FAVOURITE_AGENT: &str = "marta";

impl<'a> Cast<'a> {
    pub(super) fn new(content: &'a Content) -> Self {
        Self { content }
    }

    pub(super) fn person(&self, key: &str) -> Result<&'a Person, PlanError> {
        self.content
            .person(key)
            .ok_or_else(|| PlanError::Unknown(key.to_owned()))
    }

    /// Somebody who may tell the story and has not yet.
    pub(super) fn requester(
        &self,
        story: &Story,
        department: &str,
        already: &[String],
        random: &mut Random,
    ) -> Result<&'a Person, PlanError> {
        let from = &story.from;
        let weights: Vec<f64> = self
            .content
            .people
            .all
            .iter()
            .map(|person| {
                let named = from.people.contains(&person.key);
                let fits = (from.people.is_empty() || named)
                    && (from.sites.is_empty() || from.sites.contains(&person.site))
                    && (from.units.is_empty() || from.units.contains(&person.unit))
                    // Who works there would walk over instead.
                    && (named || !has_role(person, department));
                if !fits {
                    0.0
                } else if already.contains(&person.key) {
                    0.001
                } else if person.key == FAVOURITE_REQUESTER {
                    6.0
                } else if person.roles.is_empty() {
                    1.0
                } else {
                    0.5
                }
            })
            .collect();
        self.content
            .people
            .all
            .get(random.weighted(&weights))
            .ok_or_else(|| PlanError::Unknown(story.key.clone()))
    }

    /// Somebody of the team, rather one who is at work just then.
    pub(super) fn agent(
        &self,
        wanted: &Wanted<'_>,
        timetable: &Timetable,
        random: &mut Random,
    ) -> Result<&'a Person, PlanError> {
        let Wanted {
            team,
            department,
            site,
            other,
            at,
        } = *wanted;
        let mut weights = Vec::with_capacity(self.content.people.all.len());
        for person in &self.content.people.all {
            let mut weight = f64::from(u8::from(person.teams.iter().any(|t| t == team)));
            if person.key == other {
                weight = 0.0;
            }
            if leads(person, department) {
                weight *= 0.25;
            }
            if person.key == FAVOURITE_AGENT {
                weight *= 2.5;
            }
            if person.site == site {
                weight *= 2.0;
            }
            if weight > 0.0 && timetable.is_open(&person.site, at)? {
                weight *= 5.0;
            }
            weights.push(weight);
        }
        let chosen = &self.content.people.all[random.weighted(&weights)];
        if weights.iter().all(|w| *w <= 0.0) {
            return Err(PlanError::Unknown(team.to_owned()));
        }
        Ok(chosen)
    }

    /// How many others there are in the team.
    pub(super) fn others(&self, team: &str, than: &str) -> usize {
        self.content
            .people
            .all
            .iter()
            .filter(|p| p.key != than && p.teams.iter().any(|t| t == team))
            .count()
    }

    /// The lead of a department.
    pub(super) fn lead(&self, department: &str) -> Result<&'a Person, PlanError> {
        self.content
            .people
            .all
            .iter()
            .find(|p| leads(p, department))
            .ok_or_else(|| PlanError::Unknown(department.to_owned()))
    }

    /// Somebody near the requester.
    pub(super) fn colleague(&self, of: &Person, but: &str, random: &mut Random) -> &'a Person {
        let weights: Vec<f64> = self
            .content
            .people
            .all
            .iter()
            .map(|p| {
                let another = p.key != of.key && p.key != but && !p.vip;
                match (another, p.unit == of.unit, p.site == of.site) {
                    (true, true, true) => 6.0,
                    (true, true, false) => 3.0,
                    (true, false, true) => 0.3,
                    _ => 0.0,
                }
            })
            .collect();
        &self.content.people.all[random.weighted(&weights)]
    }

    /// Who stands at the desk of a site: its office manager.
    pub(super) fn at_the_desk(&self, site: &str) -> Option<&'a Person> {
        self.content
            .people
            .all
            .iter()
            .find(|p| p.site == site && p.teams.iter().any(|t| t == "reception"))
    }
}

fn has_role(person: &Person, in_department: &str) -> bool {
    person.roles.iter().any(|grant| {
        matches!(grant, Grant::Department { department, .. } if department == in_department)
    })
}

fn leads(person: &Person, led: &str) -> bool {
    person.roles.iter().any(|grant| {
        matches!(grant, Grant::Department { role: Role::Lead, department } if department == led)
    })
}
