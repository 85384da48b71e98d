//! Names of the views that everybody who works tickets has.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// Views of a person.
    PersonalView {
        /// Open and assigned to them.
        Assigned = "assigned",
        /// Of these, where the requester wrote last.
        Unanswered = "unanswered",
        /// Of these, past their promise.
        Overdue = "my_overdue",
    }
}

vocabulary! {
    /// Views of a team.
    TeamView {
        /// Open.
        Open = "open",
        /// Open, and nobody has it.
        Unassigned = "unassigned",
        /// Due before midnight, late ones included.
        DueToday = "due_today",
        /// Past their promise.
        Overdue = "overdue",
        /// Waiting.
        OnHold = "on_hold",
    }
}

vocabulary! {
    /// Views of a department.
    DepartmentView {
        /// Open.
        Open = "open",
        /// Open, and nobody has it.
        Unassigned = "unassigned",
        /// Past their promise.
        Overdue = "overdue",
        /// Resolved, not yet closed.
        Resolved = "resolved",
    }
}
