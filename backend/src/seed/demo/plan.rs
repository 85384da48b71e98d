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
const UNFINISHED: usize = 34;
const STALLED: usize = 26;
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
        let mut script = Script::new(content, &cast, &timetable, random);
        for (story, place) in places {
            script.write(story, place)?;
        }
        Ok(script.finish())
    }
}

/// Gives each of the four hundred places a story.
fn deal<'a>(
    content: &'a Content,
    random: &mut Random,
) -> Result<Vec<(&'a Story, Place)>, PlanError> {
    let mut deck: Vec<&Story> = content
        .stories
        .iter()
        .flat_map(|story| std::iter::repeat_n(story, story.uses))
        .collect();
    random.shuffle(&mut deck);
    let mut dealt = Vec::with_capacity(TICKETS);
    let mut used = BTreeSet::new();
    let ends = |story: &Story| matches!(story.end, End::Resolved { .. } | End::Cancelled { .. });
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
    for minutes in SOLUTIONS_DUE {
        let story = take(&mut deck, &|s| ends(s) && runs_always(content, s) && !waits(s));
        dealt.push((story.ok_or_else(|| too_few(&dealt))?, Place::SolutionDue(minutes)));
    }
    for minutes in ANSWERS_DUE {
        let story = take(&mut deck, &|s| {
            runs_always(content, s) && allowance_of(content, s).0 > minutes.max(15)
        });
        dealt.push((story.ok_or_else(|| too_few(&dealt))?, Place::AnswerDue(minutes)));
    }
    for _ in 0..UNFINISHED {
        let story = take(&mut deck, &|s| !ends(s));
        dealt.push((story.ok_or_else(|| too_few(&dealt))?, Place::Unfinished));
    }
    for (count, place) in [(STALLED, Place::Stalled), (FRESH, Place::Fresh)] {
        for _ in 0..count {
            let story = take(&mut deck, &|s| ends(s) && s.talk.len() > 1);
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
        agreement.department.as_deref().is_none_or(|d| d == department)
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
