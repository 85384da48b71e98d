//! Where a job stands.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// Where a job stands.
    JobState {
        /// To be done, or to be tried again.
        Waiting = "waiting",
        /// Done.
        Done = "done",
        /// Found to be needed no more.
        Skipped = "skipped",
        /// Given up after its last attempt; an administrator decides.
        Dead = "dead",
        /// Thrown away by an administrator.
        Discarded = "discarded",
    }
}
