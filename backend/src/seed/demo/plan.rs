//! Which tickets there were in the last sixty days, and who did what to them when.
//!
//! A plan is made of content, a present and a seed, and of nothing else: no database, no chance that
//! is not repeatable. What it says is then done, step by step, through the ordinary use cases.

mod cast;
mod script;
mod timetable;

use super::content::{Content, ContentError, End, Story};
use super::fill::UnknownSlot;
use crate::seed::random::Random;
use shared::ticket::{
    Channel, HoldReason, Impact, Priority, ResolutionCode, TicketKind, Urgency, priority_of,
};
use shared::time::Timestamp;
use std::collections::BTreeSet;

use cast::Cast;
use script::Script;
use timetable::Timetable;
pub(super) use timetable::definition;

/// The slots that a ticket itself fills.
pub const FACTS: &[&str] = &[
    "requester",
    "requester_first",
    "agent",
    "agent_first",
    "manager_first",
    "colleague",
    "colleague_first",
    "desk_agent_first",
    "site",
];

/// How many tickets a demo has.
pub const TICKETS: usize = 400;
/// How far back the demo reaches.
pub const DAYS: i64 = 60;

/// A plan cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A file is not as it should be.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// A text has a slot that nothing fills.
    #[error("story {story}: {source}")]
    Slot {
        /// Key of the story.
        story: String,
        /// Which slot.
        source: UnknownSlot,
    },
    /// A calendar cannot be used, or ends before the demo does.
    #[error("calendar {0} cannot be used")]
    Calendar(String),
    /// A key names nothing.
    #[error("nothing is called {0}")]
    Unknown(String),
    /// Too few stories for so many tickets.
    #[error("the stories give only {0} tickets")]
    TooFewStories(usize),
}

/// A ticket to be.
#[derive(Clone, Debug)]
pub struct PlannedTicket {
    /// Key of the story it tells.
    pub story: String,
    /// Title.
    pub title: String,
    /// The report, in Markdown.
    pub description: String,
    /// Incident or request.
    pub kind: TicketKind,
    /// Key of the department.
    pub department: String,
    /// Key of the category.
    pub category: String,
    /// Key of the service.
    pub service: String,
    /// Key of the catalog item, and answers as text by the field's key.
    pub item: Option<(String, Vec<(String, String)>)>,
    /// Who is affected.
    pub impact: Impact,
    /// How soon it hurts.
    pub urgency: Urgency,
    /// How it came in.
    pub channel: Channel,
    /// Key of who asked.
    pub requester: String,
}

/// Something that somebody does to a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Reports it; an agent does so for a caller.
    Open,
    /// Gives it to somebody, by key.
    Assign(String),
    /// Begins.
    Start,
    /// Gives what came through a catalog form its own title and category.
    Name,
    /// Writes to the others.
    Reply(String),
    /// Writes to colleagues.
    Note(String),
    /// Lets it wait until then at the latest.
    Hold(HoldReason, Timestamp),
    /// Goes on.
    Resume,
    /// Says that it is done.
    Resolve(ResolutionCode, String),
    /// Agrees.
    Confirm,
    /// Does not agree.
    Reopen(String),
    /// Withdraws it.
    Cancel,
    /// Lets that person, by key, watch.
    Share(String),
    /// Relates it to that earlier ticket, by index.
    Relate(usize),
}

/// An act at an instant.
#[derive(Clone, Debug)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// Index of the ticket.
    pub ticket: usize,
    /// Key of who does it.
    pub actor: String,
    /// What.
    pub act: Act,
}

/// Everything that happened.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Tickets in the order of their reports.
    pub tickets: Vec<PlannedTicket>,
    /// What happened, in order, up to the present.
    pub steps: Vec<Step>,
}

/// Where in the sixty days a ticket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::seed::demo) enum Place {
    /// Long enough ago to be over.
    History,
    /// Of the last hours; goes on as far as it goes.
    Fresh,
    /// The first that a visitor looks at: answered an hour ago and waiting to be tried.
    Opening,
    /// Has no end yet: its last message was not long ago.
    Unfinished,
    /// Stopped half way, some days ago at most.
    Stalled,
    /// Nobody answered, and the promise of an answer is due in so many minutes.
    AnswerDue(i64),
    /// Worked on, and the promise of a solution is due in so many minutes.
    SolutionDue(i64),
}

/// Minutes from now at which round-the-clock promises fall due, so that something happens in front
/// of whoever looks at a fresh demo; negative: overdue.
const ANSWERS_DUE: [i64; 5] = [3, 8, 21, 41, -6];
const SOLUTIONS_DUE: [i64; 12] = [5, 11, 17, 29, 46, 72, 115, 175, 240, -9, -27, -95];
/// The story of the ticket that a visitor sees first, who tells it and who works on it.
const OPENING: (&str, &str, &str) = ("vpn-drops", "ana", "marta");
const UNFINISHED: usize = 34;
const STALLED: usize = 25;
const FRESH: usize = 20;

impl Plan {
    /// Makes a plan that ends at `now`.
    ///
    /// # Errors
    /// The content does not hold together; the tests keep that from happening.
    pub fn make(content: &Content, now: Timestamp, seed: u64) -> Result<Self, PlanError> {
        let timetable = Timetable::new(content, now)?;
        let cast = Cast::new(content);
        let mut random = Random::new(seed);
        let places = deal(content, &mut random)?;
        let mut script = Script::new(content, &cast, &timetable, random, None);
        for (story, place) in places {
            script.write(story, place)?;
        }
        Ok(script.finish(Some(now)))
    }

    /// Makes a plan of the sixty days that begin at `start`, in which every story comes to its end.
    /// Its texts speak of days as if all of it happened at `start`.
    ///
    /// # Errors
    /// As [`Self::make`].
    pub fn ahead(content: &Content, start: Timestamp, seed: u64) -> Result<Self, PlanError> {
        let timetable = Timetable::new(content, start.plus_seconds(DAYS * 86_400))?;
        let cast = Cast::new(content);
        let mut random = Random::new(seed);
        let mut deck = deck(content, &mut random);
        deck.retain(|story| ends(story));
        let mut script = Script::new(content, &cast, &timetable, random, Some(start));
        for story in deck {
            script.write(story, Place::History)?;
        }
        Ok(script.finish(None))
    }
}

/// All stories, each as often as it may be told, in some order.
fn deck<'a>(content: &'a Content, random: &mut Random) -> Vec<&'a Story> {
    let mut deck: Vec<&Story> = content
        .stories
        .iter()
        .flat_map(|story| std::iter::repeat_n(story, story.uses))
        .collect();
    random.shuffle(&mut deck);
    deck
}

/// Whether somebody says that it is done.
fn ends(story: &Story) -> bool {
    matches!(story.end, End::Resolved { .. } | End::Cancelled { .. })
}

/// Gives each of the four hundred places a story.
fn deal<'a>(
    content: &'a Content,
    random: &mut Random,
) -> Result<Vec<(&'a Story, Place)>, PlanError> {
    let mut deck = deck(content, random);
    let mut dealt = Vec::with_capacity(TICKETS);
    let mut used = BTreeSet::new();
    let mut take = |deck: &mut Vec<&'a Story>, fits: &dyn Fn(&Story) -> bool| {
        // Another story each time, as long as there is one.
        let index = deck
            .iter()
            .position(|s| fits(s) && !used.contains(&s.key))
            .or_else(|| deck.iter().position(|s| fits(s)))?;
        let story = deck.remove(index);
        used.insert(story.key.clone());
        Some(story)
    };
    let too_few = |dealt: &Vec<_>| PlanError::TooFewStories(dealt.len());
    let story = take(&mut deck, &|s| s.key == OPENING.0);
    dealt.push((story.ok_or_else(|| too_few(&dealt))?, Place::Opening));
    for minutes in SOLUTIONS_DUE {
        let story = take(&mut deck, &|s| {
            ends(s) && runs_always(content, s) && !waits(s)
        });
        dealt.push((
            story.ok_or_else(|| too_few(&dealt))?,
            Place::SolutionDue(minutes),
        ));
    }
    for minutes in ANSWERS_DUE {
        let story = take(&mut deck, &|s| {
            runs_always(content, s)
                && allowance_of(content, s).0 > minutes
                && !matches!(s.channel, Channel::Phone | Channel::WalkUp)
        });
        dealt.push((
            story.ok_or_else(|| too_few(&dealt))?,
            Place::AnswerDue(minutes),
        ));
    }
    for _ in 0..UNFINISHED {
        let story = take(&mut deck, &|s| !ends(s));
        dealt.push((story.ok_or_else(|| too_few(&dealt))?, Place::Unfinished));
    }
    for (count, place) in [(STALLED, Place::Stalled), (FRESH, Place::Fresh)] {
        for number in 0..count {
            // A third is for the team that the first agent to sign in as works in.
            let story = take(&mut deck, &|s| {
                ends(s) && s.talk.len() > 1 && (number % 3 > 0 || is_for(content, s, "network"))
            });
            dealt.push((story.ok_or_else(|| too_few(&dealt))?, place));
        }
    }
    while dealt.len() < TICKETS {
        let index = deck.iter().position(|s| ends(s));
        let story = index.map(|i| deck.remove(i));
        dealt.push((story.ok_or_else(|| too_few(&dealt))?, Place::History));
    }
    Ok(dealt)
}

fn is_for(content: &Content, story: &Story, wanted: &str) -> bool {
    content
        .route(&story.category)
        .is_some_and(|(_, team)| team == wanted)
}

fn waits(story: &Story) -> bool {
    story.talk.iter().any(|message| message.hold.is_some())
}

fn priority(content: &Content, story: &Story) -> Priority {
    priority_of(&content.organisation.matrix(), story.impact, story.urgency)
}

/// The agreement that will apply to a story's tickets.
fn agreement<'a>(content: &'a Content, story: &Story) -> Option<&'a super::content::Agreement> {
    let (department, _) = content.route(&story.category)?;
    let priority = priority(content, story);
    content.organisation.agreements.iter().find(|agreement| {
        agreement
            .department
            .as_deref()
            .is_none_or(|d| d == department)
            && agreement.kind.is_none_or(|kind| kind == story.kind)
            && (agreement.priorities.is_empty() || agreement.priorities.contains(&priority))
    })
}

/// Whether a story's promises run day and night.
fn runs_always(content: &Content, story: &Story) -> bool {
    agreement(content, story).is_some_and(|agreement| agreement.calendar == timetable::ALWAYS)
}

/// Minutes promised for an answer and for a solution; 0 without an agreement.
fn allowance_of(content: &Content, story: &Story) -> (i64, i64) {
    agreement(content, story).map_or((0, 0), |agreement| {
        (
            i64::from(agreement.first_response_minutes),
            i64::from(agreement.resolution_minutes),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ticket::{Doer, StateAfter, Stimulus, TicketState, transition};
    use std::collections::BTreeMap;

    /// A Saturday night, a Wednesday noon, a Monday morning after a change of the clocks, and a day
    /// that is a holiday everywhere.
    const PRESENTS: [&str; 4] = [
        "2026-11-21T02:30:00Z",
        "2026-11-18T12:05:00Z",
        "2027-03-29T07:20:00Z",
        "2026-12-25T15:00:00Z",
    ];

    fn plans() -> Vec<(Timestamp, Plan)> {
        let content = Content::read().expect("content");
        PRESENTS
            .iter()
            .map(|now| {
                let now = now.parse().expect("instant");
                (now, Plan::make(&content, now, 1).expect("plan"))
            })
            .collect()
    }

    #[test]
    fn the_same_seed_makes_the_same_plan() {
        let content = Content::read().expect("content");
        let now = PRESENTS[0].parse().expect("instant");
        let make = |seed| format!("{:?}", Plan::make(&content, now, seed).expect("plan"));
        assert_eq!(make(1), make(1));
        assert_ne!(make(1), make(2));
    }

    #[test]
    fn there_are_four_hundred_tickets_of_sixty_days_that_do_not_look_alike() {
        for (now, plan) in plans() {
            let (story, requester, agent) = OPENING;
            let first = plan
                .tickets
                .iter()
                .rposition(|t| t.story == story && t.requester == requester)
                .expect("the opening");
            assert!(
                plan.steps
                    .iter()
                    .any(|s| s.ticket == first && s.actor == agent)
            );
            assert_eq!(plan.tickets.len(), TICKETS);
            let mut stories: BTreeMap<&str, usize> = BTreeMap::new();
            let mut titles: BTreeMap<&str, usize> = BTreeMap::new();
            let mut reports: BTreeMap<&str, usize> = BTreeMap::new();
            for ticket in &plan.tickets {
                *stories.entry(&ticket.story).or_default() += 1;
                *titles.entry(&ticket.title).or_default() += 1;
                *reports.entry(&ticket.description).or_default() += 1;
            }
            assert!(stories.len() >= 110, "{}", stories.len());
            assert!(stories.values().all(|uses| *uses <= 5));
            let doubled: Vec<_> = titles.iter().filter(|(_, n)| **n > 2).collect();
            assert!(doubled.is_empty(), "{doubled:?}");
            assert!(titles.len() >= 370, "{} titles", titles.len());
            assert!(reports.len() >= 370, "{} reports", reports.len());
            let opened: Vec<&Step> = plan.steps.iter().filter(|s| s.act == Act::Open).collect();
            assert_eq!(opened.len(), TICKETS);
            assert!(
                opened
                    .iter()
                    .all(|s| now.seconds_since(s.at) <= 61 * 86_400)
            );
            assert!(now.seconds_since(opened[0].at) > 50 * 86_400);
        }
    }

    #[test]
    fn everything_happens_in_order_and_before_the_present() {
        for (now, plan) in plans() {
            let mut opened = 0;
            let mut last = Timestamp::from_millis(0);
            for step in &plan.steps {
                assert!(step.at >= last && step.at <= now);
                last = step.at;
                if step.act == Act::Open {
                    assert_eq!(step.ticket, opened, "tickets are numbered by their report");
                    opened += 1;
                } else {
                    assert!(step.ticket < opened);
                }
                if let Act::Hold(_, until) = step.act {
                    assert!(until > now, "nothing wakes up by itself");
                }
                if let Act::Relate(other) = step.act {
                    assert!(other != step.ticket && other < opened);
                }
            }
        }
    }

    #[test]
    fn what_lies_ahead_begins_at_the_start_and_comes_to_its_end() {
        let content = Content::read().expect("content");
        for start in PRESENTS {
            let start: Timestamp = start.parse().expect("instant");
            let plan = Plan::ahead(&content, start, 3).expect("plan");
            assert!(plan.tickets.len() > 250, "{}", plan.tickets.len());
            let first = plan.steps.first().expect("a step");
            // The day of the start counts from its midnight.
            assert!(start.seconds_since(first.at) < 86_400);
            assert!(plan.steps.is_sorted_by_key(|step| step.at));
            for (index, ticket) in plan.tickets.iter().enumerate() {
                let ended = plan.steps.iter().any(|step| {
                    step.ticket == index && matches!(step.act, Act::Resolve(..) | Act::Cancel)
                });
                assert!(ended, "{}", ticket.story);
            }
        }
    }

    #[test]
    fn every_act_is_allowed_by_the_table_of_states() {
        for (_, plan) in plans() {
            let mut states = vec![(TicketState::New, TicketState::New, None); plan.tickets.len()];
            for step in &plan.steps {
                let (state, before, reason) = &mut states[step.ticket];
                let requester = step.actor == plan.tickets[step.ticket].requester;
                let doer = Doer {
                    requester,
                    agent: !requester,
                };
                let stimulus = match &step.act {
                    Act::Assign(_) if *state == TicketState::New => {
                        *state = TicketState::Assigned;
                        continue;
                    }
                    Act::Reply(_)
                        if requester && *reason == Some(HoldReason::WaitingForRequester) =>
                    {
                        (*state, *reason) = (*before, None);
                        continue;
                    }
                    Act::Start => Stimulus::Start,
                    Act::Hold(why, _) => {
                        *reason = Some(*why);
                        *before = *state;
                        Stimulus::PutOnHold
                    }
                    Act::Resume => Stimulus::Resume,
                    Act::Resolve(..) => Stimulus::Resolve,
                    Act::Confirm => Stimulus::Confirm,
                    Act::Reopen(_) => Stimulus::Reopen,
                    Act::Cancel => Stimulus::Cancel,
                    _ => continue,
                };
                let after = transition(*state, stimulus, doer);
                *state = match after {
                    Ok(StateAfter::Fixed(state)) => state,
                    Ok(StateAfter::BeforeHold) => *before,
                    Err(refusal) => panic!("{:?} {refusal:?} {step:?}", state),
                };
                if *state != TicketState::OnHold {
                    *reason = None;
                }
            }
            let count = |kind: TicketState| states.iter().filter(|(s, ..)| *s == kind).count();
            let open = states.iter().filter(|(s, ..)| s.is_open()).count();
            assert!((60..=130).contains(&open), "{open} open");
            assert!(count(TicketState::OnHold) >= 8);
            assert!(count(TicketState::New) >= 4);
            assert!(count(TicketState::InProgress) >= 15);
            assert!(count(TicketState::Cancelled) >= 1);
        }
    }
}
