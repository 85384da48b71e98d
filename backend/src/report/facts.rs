//! What reports know of a ticket: our own history, and for imported tickets what their source said.

use shared::id::{CategoryId, DepartmentId, ServiceId, SiteId, TeamId};
use shared::ticket::{Channel, Priority, TicketKind, TicketState};
use shared::time::Timestamp;

/// What of a ticket a report may have to know, besides its start; nothing else is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// [`Facts::kind`].
    Kind,
    /// [`Facts::state`].
    State,
    /// [`Facts::source_state`].
    SourceState,
    /// [`Facts::priority`].
    Priority,
    /// [`Facts::channel`].
    Channel,
    /// [`Facts::contact_type`].
    ContactType,
    /// [`Facts::department`].
    Department,
    /// [`Facts::team`].
    Team,
    /// [`Facts::service`].
    Service,
    /// [`Facts::site`].
    Site,
    /// [`Facts::category`].
    Category,
    /// [`Facts::responded_at`].
    Responded,
    /// [`Facts::resolved_at`].
    Resolved,
    /// [`Facts::closed_at`].
    Closed,
    /// [`Facts::respond_met`].
    RespondMet,
    /// [`Facts::resolve_met`].
    ResolveMet,
    /// [`Facts::made_sla`].
    MadeSla,
    /// [`Facts::reopened`].
    Reopened,
    /// [`Facts::reassigned`].
    Reassigned,
    /// [`Facts::with_problem`].
    Problem,
}

/// A ticket as reports see it. What a report does not need is not there.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Kind.
    pub kind: Option<TicketKind>,
    /// State.
    pub state: Option<TicketState>,
    /// State in the source's words.
    pub source_state: Option<String>,
    /// Priority.
    pub priority: Option<Priority>,
    /// Channel.
    pub channel: Option<Channel>,
    /// Channel in the source's words.
    pub contact_type: Option<String>,
    /// Owning department.
    pub department: Option<DepartmentId>,
    /// Team.
    pub team: Option<TeamId>,
    /// Service.
    pub service: Option<ServiceId>,
    /// Site.
    pub site: Option<SiteId>,
    /// Category.
    pub category: Option<CategoryId>,
    /// Start.
    pub created_at: Timestamp,
    /// First response.
    pub responded_at: Option<Timestamp>,
    /// Resolution.
    pub resolved_at: Option<Timestamp>,
    /// Closing or cancelling.
    pub closed_at: Option<Timestamp>,
    /// First-response clocks met and breached.
    pub respond_met: (u32, u32),
    /// Resolution clocks met and breached.
    pub resolve_met: (u32, u32),
    /// What the source said of its promise.
    pub made_sla: Option<bool>,
    /// Reopened at least once.
    pub reopened: bool,
    /// Reassigned at least once.
    pub reassigned: bool,
    /// Under a problem of the source.
    pub with_problem: bool,
}

impl Facts {
    /// Of a ticket of which nothing is known but its start.
    pub(super) const fn begun(created_at: Timestamp) -> Self {
        Self {
            kind: None,
            state: None,
            source_state: None,
            priority: None,
            channel: None,
            contact_type: None,
            department: None,
            team: None,
            service: None,
            site: None,
            category: None,
            created_at,
            responded_at: None,
            resolved_at: None,
            closed_at: None,
            respond_met: (0, 0),
            resolve_met: (0, 0),
            made_sla: None,
            reopened: false,
            reassigned: false,
            with_problem: false,
        }
    }
}

/// An instant of a ticket that was imported: the source's, unless something happened here after
/// the source's last word.
///
/// `own` is what our history says, `source` what the source says, `last_at` when it last wrote,
/// `undone` whether the ticket's present state contradicts the instant (it was reopened here).
pub fn instant(
    own: Option<Timestamp>,
    source: Option<Timestamp>,
    last_at: Option<Timestamp>,
    undone: bool,
) -> Option<Timestamp> {
    match own {
        Some(own) if last_at.is_some_and(|last| own > last) => Some(own),
        _ if undone => None,
        _ => source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn the_sources_instant_holds_until_something_happens_here() {
        let (own, source, last) = (Some(at(5)), Some(at(3)), Some(at(9)));
        assert_eq!(instant(own, source, last, false), source);
        assert_eq!(instant(Some(at(12)), source, last, false), Some(at(12)));
        assert_eq!(instant(own, None, last, false), None);
        assert_eq!(instant(None, source, last, true), None);
    }
}
