//! The closed vocabularies of tickets.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// What kind of work a ticket is.
    TicketKind {
        /// An unplanned interruption or loss of quality of a service.
        Incident = "incident",
        /// A wish for something that a department offers.
        ServiceRequest = "service_request",
        /// A question or a matter that is neither.
        Case = "case",
    }
}

impl TicketKind {
    /// What its references start with.
    pub const fn reference_prefix(self) -> &'static str {
        match self {
            Self::Incident => "INC",
            Self::ServiceRequest => "REQ",
            Self::Case => "CAS",
        }
    }
}

vocabulary! {
    /// Where a ticket stands.
    TicketState {
        /// Nobody has it yet; a team may.
        New = "new",
        /// Somebody has it.
        Assigned = "assigned",
        /// Somebody works on it.
        InProgress = "in_progress",
        /// It waits, for a reason and until a date.
        OnHold = "on_hold",
        /// Done, unless the requester says no.
        Resolved = "resolved",
        /// Done.
        Closed = "closed",
        /// Withdrawn; final.
        Cancelled = "cancelled",
    }
}

vocabulary! {
    /// The fixed kinds of states, which alone drive clocks, queues and reports.
    StateKind {
        /// Not begun.
        New = "new",
        /// Being worked on.
        Active = "active",
        /// Waiting for something.
        Waiting = "waiting",
        /// Resolved, and may be reopened.
        Resolved = "resolved",
        /// Closed.
        Closed = "closed",
        /// Cancelled.
        Cancelled = "cancelled",
    }
}

impl TicketState {
    /// The fixed kind that this state belongs to.
    pub const fn kind(self) -> StateKind {
        match self {
            Self::New => StateKind::New,
            Self::Assigned | Self::InProgress => StateKind::Active,
            Self::OnHold => StateKind::Waiting,
            Self::Resolved => StateKind::Resolved,
            Self::Closed => StateKind::Closed,
            Self::Cancelled => StateKind::Cancelled,
        }
    }

    /// Whether work remains: not resolved, closed or cancelled.
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::New | Self::Assigned | Self::InProgress | Self::OnHold
        )
    }
}

vocabulary! {
    /// How urgent a ticket's work is, most urgent first; follows from impact and urgency.
    Priority {
        /// 1.
        Critical = "1_critical",
        /// 2.
        High = "2_high",
        /// 3.
        Moderate = "3_moderate",
        /// 4.
        Low = "4_low",
    }
}

vocabulary! {
    /// Who is affected.
    Impact {
        /// The whole organisation, or much of it.
        Organisation = "organisation",
        /// A team.
        Team = "team",
        /// One person.
        Person = "person",
    }
}

vocabulary! {
    /// How soon it hurts.
    Urgency {
        /// Work stands still.
        High = "high",
        /// Work is harder.
        Medium = "medium",
        /// It can wait.
        Low = "low",
    }
}

vocabulary! {
    /// Why a ticket waits. Whether a reason pauses a clock is the agreement's to say.
    HoldReason {
        /// For an answer of the requester.
        WaitingForRequester = "waiting_for_requester",
        /// For a date that the requester asked for.
        RequestedDate = "requested_date",
        /// For a supplier.
        WaitingForSupplier = "waiting_for_supplier",
        /// For the solution of a problem.
        WaitingForProblem = "waiting_for_problem",
        /// For another team.
        WaitingForTeam = "waiting_for_team",
        /// For evidence.
        WaitingForEvidence = "waiting_for_evidence",
    }
}

vocabulary! {
    /// How the contact came in.
    Channel {
        /// The self-service portal.
        Portal = "portal",
        /// A call.
        Phone = "phone",
        /// A mail.
        Email = "email",
        /// A chat.
        Chat = "chat",
        /// In person.
        WalkUp = "walk_up",
        /// A program.
        Api = "api",
        /// An alert.
        Monitoring = "monitoring",
    }
}

vocabulary! {
    /// How a ticket was resolved.
    ResolutionCode {
        /// The cause is gone.
        Solved = "solved",
        /// A way around it was found.
        Workaround = "workaround",
        /// A question was answered.
        Answered = "answered",
        /// What was asked for was delivered.
        Fulfilled = "fulfilled",
        /// It could not be seen again.
        NotReproducible = "not_reproducible",
        /// Another ticket is about the same.
        Duplicate = "duplicate",
        /// Nobody needs it any more.
        NoLongerNeeded = "no_longer_needed",
    }
}

vocabulary! {
    /// Who may read a message.
    MessageVisibility {
        /// Everyone who sees the ticket.
        Public = "public",
        /// Those who work on it.
        Internal = "internal",
    }
}

vocabulary! {
    /// How two tickets relate, read from the first.
    LinkKind {
        /// Somehow.
        RelatesTo = "relates_to",
        /// Is about the same as.
        Duplicates = "duplicates",
        /// Is about the same and is the one that goes on.
        DuplicatedBy = "duplicated_by",
        /// Was caused by.
        CausedBy = "caused_by",
        /// Caused.
        Causes = "causes",
        /// Is the parent of.
        ParentOf = "parent_of",
        /// Is a child of.
        ChildOf = "child_of",
    }
}

impl LinkKind {
    /// The same link, read from the other end.
    pub const fn inverse(self) -> Self {
        match self {
            Self::RelatesTo => Self::RelatesTo,
            Self::Duplicates => Self::DuplicatedBy,
            Self::DuplicatedBy => Self::Duplicates,
            Self::CausedBy => Self::Causes,
            Self::Causes => Self::CausedBy,
            Self::ParentOf => Self::ChildOf,
            Self::ChildOf => Self::ParentOf,
        }
    }
}

vocabulary! {
    /// How the promise that drives the queue stands. Stored with the ticket and changed by clock
    /// events alone, so that filters need no clock of their own.
    ClockRisk {
        /// No promise runs.
        None = "none",
        /// In time.
        OnTrack = "on_track",
        /// The warning point has passed.
        AtRisk = "at_risk",
        /// The due time has passed.
        Breached = "breached",
        /// Paused: no due time at present.
        Paused = "paused",
    }
}
