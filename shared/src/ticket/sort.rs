//! Orders of ticket lists. Each ends in the id, so that no two rows tie.

use super::TicketFacts;
use crate::id::encode;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// In which order a list stands.
    TicketOrder {
        /// Next promise first; paused and promise-less last.
        Due = "due",
        /// Last changed first.
        Updated = "updated",
        /// Newest first.
        Created = "created",
        /// Most urgent first, then by due time.
        Priority = "priority",
    }
}

/// A text that compares, ascending, as the list does. Clients insert live rows by it.
pub fn sort_key(order: TicketOrder, t: &TicketFacts) -> String {
    let id = encode(t.id.0);
    match order {
        TicketOrder::Due => format!("{:016x}{id}", ascending(t.due_order)),
        TicketOrder::Updated => format!("{:016x}{id}", !ascending(t.updated_at.as_millis())),
        TicketOrder::Created => format!("{:016x}{id}", !ascending(t.created_at.as_millis())),
        TicketOrder::Priority => {
            format!("{}{:016x}{id}", t.priority as u8, ascending(t.due_order))
        }
    }
}

/// Maps the order of signed onto that of unsigned numbers.
fn ascending(value: i64) -> u64 {
    (value as u64) ^ (1 << 63)
}
