//! What reports know of a ticket: our own history, and for imported tickets what their source said.

use shared::id::{CategoryId, DepartmentId, ServiceId, TeamId};
use shared::ticket::{Channel, Priority, TicketKind, TicketState};
use shared::time::Timestamp;

/// A ticket as reports see it.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Kind.
    pub kind: TicketKind,
    /// State.
    pub state: TicketState,
    /// State in the source's words.
    pub source_state: Option<String>,
    /// Priority.
    pub priority: Priority,
    /// Channel.
    pub channel: Channel,
    /// Channel in the source's words.
    pub contact_type: Option<String>,
    /// Owning department.
    pub department: DepartmentId,
    /// Team.
    pub team: Option<TeamId>,
    /// Service.
    pub service: Option<ServiceId>,
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
