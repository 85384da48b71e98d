//! Names of the API's closed sets of values, as people who work tickets call them.

use super::terms_words as words;
use crate::api::{
    Channel, ClockTarget, HoldReason, Impact, LinkKind, Priority, ResolutionCode, TicketKind,
    TicketOrder, TicketState, Transition, Urgency,
};

/// A value with a name on screen.
pub trait Named: Copy {
    /// Its name on screen.
    fn word(self) -> &'static str;
}

macro_rules! names {
    ($($name:ident { $($variant:ident => $word:ident),+ $(,)? })+) => {$(
        impl Named for $name {
            fn word(self) -> &'static str {
                match self { $(Self::$variant => words::$word()),+ }
            }
        }
    )+};
}

names! {
    TicketKind { Incident => kind_incident, ServiceRequest => kind_service_request, Case => kind_case }
    TicketState {
        New => state_new, Assigned => state_assigned, InProgress => state_in_progress, OnHold => state_on_hold,
        Resolved => state_resolved, Closed => state_closed, Cancelled => state_cancelled,
    }
    Priority { Critical => priority_critical, High => priority_high, Moderate => priority_moderate, Low => priority_low }
    Impact { Organisation => impact_organisation, Team => impact_team, Person => impact_person }
    Urgency { High => urgency_high, Medium => urgency_medium, Low => urgency_low }
    HoldReason {
        WaitingForRequester => hold_requester, RequestedDate => hold_date, WaitingForSupplier => hold_supplier,
        WaitingForProblem => hold_problem, WaitingForTeam => hold_team, WaitingForEvidence => hold_evidence,
    }
    Channel {
        Portal => channel_portal, Phone => channel_phone, Email => channel_email, Chat => channel_chat,
        WalkUp => channel_walk_up, Api => channel_api, Monitoring => channel_monitoring,
    }
    ResolutionCode {
        Solved => resolution_solved, Workaround => resolution_workaround, Answered => resolution_answered,
        Fulfilled => resolution_fulfilled, NotReproducible => resolution_not_reproducible,
        Duplicate => resolution_duplicate, NoLongerNeeded => resolution_no_longer_needed,
    }
    ClockTarget { FirstResponse => target_first_response, Resolution => target_resolution }
    LinkKind {
        RelatesTo => link_relates_to, Duplicates => link_duplicates, DuplicatedBy => link_duplicated_by, Causes => link_causes, CausedBy => link_caused_by,
        ParentOf => link_parent_of, ChildOf => link_child_of,
    }
    TicketOrder {
        Due => order_due, DueLast => order_due_last, Updated => order_updated, UpdatedOldest => order_updated_oldest,
        Created => order_created, CreatedOldest => order_created_oldest, Priority => order_priority, PriorityLowest => order_priority_lowest,
    }
    Transition {
        Start => transition_start, PutOnHold => transition_put_on_hold, Resume => transition_resume,
        Resolve => transition_resolve, Confirm => transition_confirm, Close => transition_close,
        Reopen => transition_reopen, Cancel => transition_cancel,
    }
}
