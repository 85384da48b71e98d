//! The table of transitions: state × stimulus → state, and who may.
//!
//! Incidents and service requests share it. Importers write historical states unchecked.

use super::{TicketState, TicketState as S};
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What a person does to move a ticket on. Assigning is not among them: it follows from
    /// setting an assignee.
    #[cfg_attr(feature = "graphql", graphql(name = "Transition"))]
    Stimulus {
        /// Begins to work.
        Start = "start",
        /// Lets it wait, with a reason and a wake-up date.
        PutOnHold = "put_on_hold",
        /// Goes back to the state before the hold.
        Resume = "resume",
        /// Says that it is done, with a code and a message.
        Resolve = "resolve",
        /// The requester agrees.
        Confirm = "confirm",
        /// Closes what is resolved.
        Close = "close",
        /// Takes a resolved or closed ticket up again.
        Reopen = "reopen",
        /// Withdraws it.
        Cancel = "cancel",
    }
}

/// In which role towards the ticket somebody acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doer {
    /// Asked for it, or it is for them.
    pub requester: bool,
    /// Agent or lead of the owning department.
    pub agent: bool,
}

/// What a transition gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateAfter {
    /// This state.
    Fixed(TicketState),
    /// The state that the hold interrupted.
    BeforeHold,
}

/// Why a stimulus does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The state does not allow it, to anybody.
    NotFromHere,
    /// The state would, but not to this person.
    NotYou,
}

/// Applies the table.
pub fn transition(
    from: TicketState,
    stimulus: Stimulus,
    doer: Doer,
) -> Result<StateAfter, Refusal> {
    let (after, allowed) = match (from, stimulus) {
        (S::New | S::Assigned, Stimulus::Start) => (StateAfter::Fixed(S::InProgress), doer.agent),
        (S::New | S::Assigned | S::InProgress, Stimulus::PutOnHold) => {
            (StateAfter::Fixed(S::OnHold), doer.agent)
        }
        (S::OnHold, Stimulus::Resume) => (StateAfter::BeforeHold, doer.agent),
        (S::New | S::Assigned | S::InProgress | S::OnHold, Stimulus::Resolve) => {
            (StateAfter::Fixed(S::Resolved), doer.agent)
        }
        (S::Resolved, Stimulus::Confirm) => (StateAfter::Fixed(S::Closed), doer.requester),
        (S::Resolved, Stimulus::Close) => (StateAfter::Fixed(S::Closed), doer.agent),
        (S::Resolved | S::Closed, Stimulus::Reopen) => (
            StateAfter::Fixed(S::InProgress),
            doer.agent || doer.requester,
        ),
        (S::New | S::Assigned, Stimulus::Cancel) => (
            StateAfter::Fixed(S::Cancelled),
            doer.agent || doer.requester,
        ),
        (S::InProgress | S::OnHold, Stimulus::Cancel) => {
            (StateAfter::Fixed(S::Cancelled), doer.agent)
        }
        _ => return Err(Refusal::NotFromHere),
    };
    if allowed {
        Ok(after)
    } else {
        Err(Refusal::NotYou)
    }
}

/// The stimuli that this person may give now, in the order in which buttons stand.
pub fn allowed_stimuli(from: TicketState, doer: Doer) -> Vec<Stimulus> {
    Stimulus::ALL
        .iter()
        .copied()
        .filter(|s| transition(from, *s, doer).is_ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGENT: Doer = Doer {
        requester: false,
        agent: true,
    };
    const REQUESTER: Doer = Doer {
        requester: true,
        agent: false,
    };
    const NOBODY: Doer = Doer {
        requester: false,
        agent: false,
    };

    #[test]
    fn cancelled_is_final() {
        for stimulus in Stimulus::ALL {
            assert_eq!(
                transition(S::Cancelled, *stimulus, AGENT),
                Err(Refusal::NotFromHere)
            );
        }
    }

    #[test]
    fn a_stranger_moves_nothing() {
        for state in TicketState::ALL {
            assert!(allowed_stimuli(*state, NOBODY).is_empty());
        }
    }

    #[test]
    fn a_requester_may_withdraw_only_what_nobody_works_on() {
        assert!(transition(S::New, Stimulus::Cancel, REQUESTER).is_ok());
        assert!(transition(S::Assigned, Stimulus::Cancel, REQUESTER).is_ok());
        assert_eq!(
            transition(S::InProgress, Stimulus::Cancel, REQUESTER),
            Err(Refusal::NotYou)
        );
    }

    #[test]
    fn every_open_state_leads_to_resolved_and_back() {
        for state in TicketState::ALL.iter().filter(|s| s.is_open()) {
            assert_eq!(
                transition(*state, Stimulus::Resolve, AGENT),
                Ok(StateAfter::Fixed(S::Resolved))
            );
        }
        assert_eq!(
            transition(S::Resolved, Stimulus::Reopen, REQUESTER),
            Ok(StateAfter::Fixed(S::InProgress))
        );
    }
}
