//! The filter that lists, live queues and counts share. The SQL that a store makes of it must
//! select exactly what [`TicketFilter::matches`] accepts; tests on both databases hold them
//! together.

use super::{Channel, ClockRisk, Priority, StateKind, TicketFacts, TicketKind, TicketState};
use crate::id::{CategoryId, DepartmentId, PersonId, ServiceId, SiteId, TeamId};
use crate::time::Timestamp;

/// A condition on a value that may be absent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Condition<T> {
    /// One of these.
    pub any_of: Option<Vec<T>>,
    /// None of these; an absent value passes.
    pub none_of: Option<Vec<T>>,
    /// Absent, or present.
    pub is_null: Option<bool>,
}

impl<T> Default for Condition<T> {
    fn default() -> Self {
        Self {
            any_of: None,
            none_of: None,
            is_null: None,
        }
    }
}

impl<T: PartialEq> Condition<T> {
    /// One of `values`.
    pub fn any_of(values: impl IntoIterator<Item = T>) -> Self {
        Self {
            any_of: Some(values.into_iter().collect()),
            ..Self::default()
        }
    }

    /// Absent.
    pub fn absent() -> Self {
        Self {
            is_null: Some(true),
            ..Self::default()
        }
    }

    fn matches(&self, value: Option<&T>) -> bool {
        self.any_of
            .as_ref()
            .is_none_or(|list| value.is_some_and(|v| list.contains(v)))
            && self
                .none_of
                .as_ref()
                .is_none_or(|list| value.is_none_or(|v| !list.contains(v)))
            && self.is_null.is_none_or(|null| null == value.is_none())
    }
}

/// A condition on an instant: `from` inclusive, `to` exclusive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Absent, or present.
    pub is_null: Option<bool>,
}

impl Span {
    fn matches(&self, value: Option<Timestamp>) -> bool {
        self.from
            .is_none_or(|from| value.is_some_and(|v| v >= from))
            && self.to.is_none_or(|to| value.is_some_and(|v| v < to))
            && self.is_null.is_none_or(|null| null == value.is_none())
    }
}

/// Conditions that all hold. The default accepts everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TicketFilter {
    /// Kind of work.
    pub kind: Condition<TicketKind>,
    /// State.
    pub state: Condition<TicketState>,
    /// Fixed kind of the state.
    pub state_kind: Condition<StateKind>,
    /// Priority.
    pub priority: Condition<Priority>,
    /// How the promise stands.
    pub risk: Condition<ClockRisk>,
    /// How the contact came in.
    pub channel: Condition<Channel>,
    /// Owning department.
    pub department: Condition<DepartmentId>,
    /// Team.
    pub team: Condition<TeamId>,
    /// Assignee.
    pub assignee: Condition<PersonId>,
    /// Who asked.
    pub requester: Condition<PersonId>,
    /// Service.
    pub service: Condition<ServiceId>,
    /// Category.
    pub category: Condition<CategoryId>,
    /// The site that it is about.
    pub site: Condition<SiteId>,
    /// This person asked, is asked for, or watches.
    pub participant: Option<PersonId>,
    /// The requester wrote last.
    pub unanswered: Option<bool>,
    /// Start.
    pub created_at: Span,
    /// Last change.
    pub updated_at: Span,
    /// Resolution.
    pub resolved_at: Span,
    /// Earliest due instant.
    pub due_at: Span,
    /// Part of the title or of the reference; ASCII letters compare without case.
    pub text: Option<String>,
    /// A second filter that holds as well, such as a view's.
    pub and: Option<Box<TicketFilter>>,
}

impl TicketFilter {
    /// Whether the ticket passes.
    pub fn matches(&self, t: &TicketFacts) -> bool {
        self.kind.matches(Some(&t.kind))
            && self.state.matches(Some(&t.state))
            && self.state_kind.matches(Some(&t.state.kind()))
            && self.priority.matches(Some(&t.priority))
            && self.risk.matches(Some(&t.risk))
            && self.channel.matches(Some(&t.channel))
            && self.department.matches(Some(&t.department))
            && self.team.matches(t.team.as_ref())
            && self.assignee.matches(t.assignee.as_ref())
            && self.requester.matches(Some(&t.requester))
            && self.service.matches(t.service.as_ref())
            && self.category.matches(t.category.as_ref())
            && self.site.matches(t.site.as_ref())
            && self
                .participant
                .is_none_or(|person| t.participants.contains(&person))
            && self.unanswered.is_none_or(|wanted| wanted == t.unanswered)
            && self.created_at.matches(Some(t.created_at))
            && self.updated_at.matches(Some(t.updated_at))
            && self.resolved_at.matches(t.resolved_at)
            && self.due_at.matches(t.due_at)
            && self
                .text
                .as_ref()
                .is_none_or(|text| contains(&t.title, text) || contains(&t.reference, text))
            && self.and.as_ref().is_none_or(|other| other.matches(t))
    }
}

/// Substring without regard to ASCII case: what `LOWER(x) LIKE …` does on both databases for
/// ASCII, and what SQLite does for all else.
fn contains(haystack: &str, needle: &str) -> bool {
    haystack
        .to_ascii_lowercase()
        .contains(&needle.to_ascii_lowercase())
}
