//! What happened to a ticket, as far as its clocks care.

use serde::{Deserialize, Serialize};

use crate::ticket::HoldReason;
use crate::time::Timestamp;

/// Something that happened.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fact")]
pub enum Fact {
    /// The ticket began, at its contact instant: the call, the receipt of the mail, the submission.
    Created {
        /// Somebody acting as agent recorded a call or a walk-up: that is the first response.
        recorded_by_agent: bool,
    },
    /// A public message from a person acting as agent or lead for the ticket, other than who asked
    /// and whom it is for: a reply, a logged call, the message of a resolution.
    PublicAgentMessage,
    /// A message of the requester that a person wrote. Ends *waiting for requester*.
    RequesterMessage,
    /// Put on hold, or on hold for another reason from now on.
    Held {
        /// Why.
        reason: HoldReason,
    },
    /// No longer on hold.
    Resumed,
    /// Resolved.
    Resolved,
    /// Resolved or closed no longer.
    Reopened,
    /// Closed; finishes the clocks where no resolution did.
    Closed,
    /// Cancelled.
    Cancelled,
    /// Merged into another ticket, whose clocks go on.
    Merged,
}

/// A fact and its instant. A history is in order of (instant, position in the log).
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// When it happened, which may be before it was recorded.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub fact: Fact,
}

impl HistoryEntry {
    /// A fact at an instant.
    #[must_use]
    pub const fn new(at: Timestamp, fact: Fact) -> Self {
        Self { at, fact }
    }
}
