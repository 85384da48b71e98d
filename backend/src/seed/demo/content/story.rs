//! `conversations/*.toml`: stories to make tickets of.

use serde::Deserialize;
use shared::ticket::{Channel, HoldReason, Impact, ResolutionCode, TicketKind, Urgency};
use std::collections::BTreeMap;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoryFile {
    pub(super) ticket: Vec<Story>,
}

/// A story that up to `uses` tickets tell, each with other people and other slots.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// Key.
    pub key: String,
    /// Titles, one of which is taken.
    pub titles: Vec<String>,
    /// Incident or request.
    pub kind: TicketKind,
    /// Key of the category.
    pub category: String,
    /// Key of the service.
    pub service: String,
    /// Key of the catalog item whose form was filled in.
    pub item: Option<String>,
    /// Answers to that form, as text.
    #[serde(default)]
    pub answers: BTreeMap<String, String>,
    /// Who is affected.
    pub impact: Impact,
    /// How soon it hurts.
    pub urgency: Urgency,
    /// How it came in.
    pub channel: Channel,
    /// At most so many tickets.
    pub uses: usize,
    /// Who may tell it.
    #[serde(default)]
    pub from: From,
    /// What is said, in order; the first is the report itself.
    pub talk: Vec<Message>,
    /// How it ends.
    pub end: End,
}

/// Who may tell a story; each list that is empty allows everybody.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct From {
    /// Keys of sites.
    pub sites: Vec<String>,
    /// Units.
    pub units: Vec<String>,
    /// Keys of people.
    pub people: Vec<String>,
}

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// Who asked.
    Requester,
    /// Who works on it, to the requester.
    Agent,
    /// Who works on it, to colleagues.
    Note,
}

/// Something said.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// By whom.
    pub by: Speaker,
    /// Working minutes after the one before.
    #[serde(default)]
    pub after: u32,
    /// Markdown with slots.
    pub text: String,
    /// It waits from here on, until somebody writes again.
    pub hold: Option<HoldReason>,
}

/// How a story ends.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum End {
    /// Solved.
    Resolved {
        /// Working minutes after the last message.
        after: u32,
        /// How.
        code: ResolutionCode,
        /// What the requester reads.
        text: String,
        /// The requester is likely to say that it is right.
        #[serde(default)]
        confirm: bool,
    },
    /// Not yet.
    Open,
    /// It waits.
    Hold {
        /// For what.
        reason: HoldReason,
        /// Days until it is looked at again.
        wake_days: u32,
    },
    /// Withdrawn.
    Cancelled {
        /// Working minutes after the last message.
        after: u32,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ComebackFile {
    pub(super) comeback: Vec<Comeback>,
}

/// A reopened ticket's second half.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comeback {
    /// Why it is reopened.
    pub requester: String,
    /// The answer.
    pub agent: String,
    /// How it ends.
    pub resolution: String,
}

/// What fills slots.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slots {
    /// `#` is a digit, `@` a capital letter.
    pub patterns: BTreeMap<String, String>,
    /// One of a list.
    pub lists: BTreeMap<String, Vec<String>>,
    /// One of the list of the requester's site.
    pub by_site: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}
