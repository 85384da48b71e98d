//! What is promised: agreements, in an ordered list of which the first that matches wins.

use serde::{Deserialize, Serialize};

use super::ClockTarget;
use crate::id::{AgreementId, CalendarId, CategoryId, DepartmentId, ServiceId};
use crate::ticket::{HoldReason, Priority, TicketKind};

/// How much time a target allows.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Allowance {
    /// Working time, in seconds.
    WorkingSeconds(i64),
    /// Until the same wall time on the n-th following working day.
    WorkingDays(u16),
    /// Until the end of the n-th following working day; 0 is the day of the start.
    EndOfWorkingDay(u16),
}

/// Where an escalation point lies.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PointOffset {
    /// Unpaused working seconds from the due time; negative before it.
    WorkingSeconds(i64),
    /// Working days from the due time, at its wall time; negative before it.
    WorkingDays(i32),
    /// Per cent of the nominal working time from start to due time that are used up; 100 is the
    /// due time.
    PercentUsed(u16),
}

impl PointOffset {
    /// Whether it lies before the due time: a warning.
    #[must_use]
    pub const fn is_before_due(self) -> bool {
        match self {
            Self::WorkingSeconds(seconds) => seconds < 0,
            Self::WorkingDays(days) => days < 0,
            Self::PercentUsed(percent) => percent < 100,
        }
    }
}

/// A point at which something is to be done, at most once a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EscalationPoint {
    /// Names it within its target.
    pub key: String,
    /// Where it lies.
    pub offset: PointOffset,
}

/// What reopening does to a finished clock.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnReopen {
    /// It goes on; the time between is not counted.
    #[default]
    Resume,
    /// A new run starts.
    Anew,
}

/// What a change of facts does to an unfinished clock.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnChange {
    /// It is recomputed as if the new target had always applied.
    #[default]
    AsIfAlways,
    /// The fraction used up so far is kept; the new target applies to the rest.
    FromNowOn,
}

/// One promise of an agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// What is measured.
    pub kind: ClockTarget,
    /// The priorities for which it holds; empty: all.
    #[serde(default)]
    pub priorities: Vec<Priority>,
    /// How much time there is.
    pub allowance: Allowance,
    /// The reasons of a hold that pause the clock.
    #[serde(default)]
    pub pauses_on: Vec<HoldReason>,
    /// What reopening does.
    #[serde(default)]
    pub on_reopen: OnReopen,
    /// What a change of facts does.
    #[serde(default)]
    pub on_change: OnChange,
    /// Warnings and escalations.
    #[serde(default)]
    pub points: Vec<EscalationPoint>,
}

impl Target {
    /// A target with the usual pauses, for all priorities, without points.
    #[must_use]
    pub fn new(kind: ClockTarget, allowance: Allowance) -> Self {
        Self {
            kind,
            priorities: Vec::new(),
            allowance,
            pauses_on: Self::usual_pauses(kind).to_vec(),
            on_reopen: OnReopen::default(),
            on_change: OnChange::default(),
            points: Vec::new(),
        }
    }

    /// The same with a point at that share of the allowed time.
    #[must_use]
    pub fn with_warning_at(mut self, percent: u16) -> Self {
        self.points.push(EscalationPoint {
            key: format!("used_{percent}"),
            offset: PointOffset::PercentUsed(percent),
        });
        self
    }

    /// The reasons that pause by default: those in which the requester has the next step. A response
    /// is not paused.
    #[must_use]
    pub const fn usual_pauses(kind: ClockTarget) -> &'static [HoldReason] {
        match kind {
            ClockTarget::FirstResponse => &[],
            ClockTarget::Resolution => {
                &[HoldReason::WaitingForRequester, HoldReason::RequestedDate]
            }
        }
    }

    /// Whether a hold for that reason pauses the clock.
    #[must_use]
    pub fn is_paused_by(&self, reason: HoldReason) -> bool {
        self.pauses_on.contains(&reason)
    }
}

/// When an agreement applies. Each condition that is not empty must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Conditions {
    /// One of these kinds of ticket.
    pub kinds: Vec<TicketKind>,
    /// One of these priorities.
    pub priorities: Vec<Priority>,
    /// One of these departments.
    pub departments: Vec<DepartmentId>,
    /// One of these services.
    pub services: Vec<ServiceId>,
    /// One of these categories, or a category below one.
    pub categories: Vec<CategoryId>,
}

/// What the choice of an agreement looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreementFacts {
    /// Kind of the ticket.
    pub kind: TicketKind,
    /// Its priority.
    pub priority: Priority,
    /// Its department.
    pub department: DepartmentId,
    /// Its service.
    pub service: Option<ServiceId>,
    /// Its category and all those above it.
    pub category_path: Vec<CategoryId>,
}

/// A condition that a ticket fulfilled; says why an agreement was chosen.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConditionKind {
    /// The kind of ticket.
    Kind,
    /// The priority.
    Priority,
    /// The department.
    Department,
    /// The service.
    Service,
    /// The category.
    Category,
}

impl Conditions {
    /// The conditions that hold, if all of them do; none for an agreement that takes everything.
    #[must_use]
    pub fn matched(&self, facts: &AgreementFacts) -> Option<Vec<ConditionKind>> {
        fn one_of<T: PartialEq>(wanted: &[T], actual: &[T]) -> bool {
            wanted.iter().any(|value| actual.contains(value))
        }
        let conditions = [
            (
                ConditionKind::Kind,
                self.kinds.is_empty(),
                one_of(&self.kinds, &[facts.kind]),
            ),
            (
                ConditionKind::Priority,
                self.priorities.is_empty(),
                one_of(&self.priorities, &[facts.priority]),
            ),
            (
                ConditionKind::Department,
                self.departments.is_empty(),
                one_of(&self.departments, &[facts.department]),
            ),
            (
                ConditionKind::Service,
                self.services.is_empty(),
                one_of(&self.services, facts.service.as_slice()),
            ),
            (
                ConditionKind::Category,
                self.categories.is_empty(),
                one_of(&self.categories, &facts.category_path),
            ),
        ];
        let mut matched = Vec::new();
        for (kind, absent, holds) in conditions {
            match (absent, holds) {
                (true, _) => {}
                (false, true) => matched.push(kind),
                (false, false) => return None,
            }
        }
        Some(matched)
    }
}

/// A service-level agreement in one of its versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// Which.
    pub id: AgreementId,
    /// Grows with each edit.
    pub version: i32,
    /// What people call it.
    pub name: String,
    /// When it applies.
    #[serde(default)]
    pub conditions: Conditions,
    /// The calendar in which its time is counted.
    pub calendar: CalendarId,
    /// What it promises; of several for one kind the first that holds for the priority counts.
    pub targets: Vec<Target>,
}

impl Agreement {
    /// Its target of a kind for a priority.
    #[must_use]
    pub fn target(&self, kind: ClockTarget, priority: Priority) -> Option<&Target> {
        self.targets.iter().find(|target| {
            target.kind == kind
                && (target.priorities.is_empty() || target.priorities.contains(&priority))
        })
    }
}

/// The agreement that applies, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice<'a> {
    /// Which.
    pub agreement: &'a Agreement,
    /// Its place in the list, from 0.
    pub position: usize,
    /// The conditions that it has and that hold.
    pub because: Vec<ConditionKind>,
}

/// The first agreement of the list whose conditions hold.
#[must_use]
pub fn choose<'a>(agreements: &'a [Agreement], facts: &AgreementFacts) -> Option<Choice<'a>> {
    agreements
        .iter()
        .enumerate()
        .find_map(|(position, agreement)| {
            agreement.conditions.matched(facts).map(|because| Choice {
                agreement,
                position,
                because,
            })
        })
}
