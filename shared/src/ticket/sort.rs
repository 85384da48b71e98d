//! Orders of ticket lists. Each ends in the id, so that no two rows tie.

use super::TicketFacts;
use crate::id::encode;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// In which order a list stands.
    TicketOrder {
        /// Next promise first; paused and promise-less last.
        Due = "due",
        /// Furthest promise first, after what is paused or promise-less.
        DueLast = "due_last",
        /// Last changed first.
        Updated = "updated",
        /// Longest unchanged first.
        UpdatedOldest = "updated_oldest",
        /// Newest first.
        Created = "created",
        /// Oldest first.
        CreatedOldest = "created_oldest",
        /// Most urgent first, then by due time.
        Priority = "priority",
        /// Least urgent first, then by due time.
        PriorityLowest = "priority_lowest",
    }
}

/// A text that compares, ascending, as the list does. Clients insert live rows by it.
pub fn sort_key(order: TicketOrder, t: &TicketFacts) -> String {
    let id = encode(t.id.0);
    let due = ascending(t.due_order);
    let updated = ascending(t.updated_at.as_millis());
    let created = ascending(t.created_at.as_millis());
    let priority = t.priority as u8;
    match order {
        TicketOrder::Due => format!("{due:016x}{id}"),
        TicketOrder::DueLast => format!("{:016x}{id}", !due),
        TicketOrder::Updated => format!("{:016x}{id}", !updated),
        TicketOrder::UpdatedOldest => format!("{updated:016x}{id}"),
        TicketOrder::Created => format!("{:016x}{id}", !created),
        TicketOrder::CreatedOldest => format!("{created:016x}{id}"),
        TicketOrder::Priority => format!("{priority}{due:016x}{id}"),
        TicketOrder::PriorityLowest => format!("{}{due:016x}{id}", 9 - priority),
    }
}

/// Maps the order of signed onto that of unsigned numbers.
fn ascending(value: i64) -> u64 {
    (value as u64) ^ (1 << 63)
}
