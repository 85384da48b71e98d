//! Service levels: promises, the clocks that measure them, and why a clock stands where it stands.
//!
//! Pure functions from a ticket's history to the results of its clocks. From the outside in:
//!
//! * [`agreement`] — what is promised: agreements, their conditions and targets; choosing one.
//! * [`agreement_rules`] — what is wrong with an agreement as its editor saves it.
//! * [`history`] — what happened to a ticket, as far as clocks care.
//! * [`run`] — the history seen by one target: when its clock starts, stops and ends.
//! * [`counting`] — the arithmetic on a run: elapsed time and its segments, due times, points.
//! * [`clock`] — the result: state, due time, what is left, breach, across changes of terms.
//! * [`firing`] — which escalation points to fire now.
//! * [`standing`] — how a ticket's clocks together drive queues.
//! * [`countdown`] — what a browser needs to count down, and how it does.
//! * [`check`] — the conformance checker (server only).
//!
//! The arithmetic needs a [`crate::calendar::WorkingTime`]; only the server has one, because only it
//! knows the rules of zones. Everything else works on both sides.

pub mod agreement;
pub mod agreement_rules;
#[cfg(feature = "zones")]
pub mod check;
pub mod clock;
pub mod countdown;
pub mod counting;
pub mod firing;
pub mod history;
pub mod run;
pub mod standing;

pub use agreement::{
    Agreement, AgreementFacts, Allowance, Choice, ConditionKind, Conditions, EscalationPoint,
    OnChange, OnReopen, PointOffset, Target, choose,
};
pub use clock::{
    Clock, ClockState, EarlierTerms, PointInstant, Promise, SupersededBreach, Terms, TermsVersion,
    evaluate, explain,
};
pub use countdown::Countdown;
pub use counting::{Segment, SegmentKind};
pub use firing::{Firing, firings};
pub use history::{Fact, HistoryEntry};
pub use run::{EndReason, Ending, Run, Stop, Why};
pub use standing::{Standing, standing};

use crate::vocabulary::vocabulary;

vocabulary! {
    /// What a clock measures.
    ClockTarget {
        /// The time to the first public message of somebody who works the ticket.
        FirstResponse = "first_response",
        /// The time to the resolution.
        Resolution = "resolution",
    }
}
