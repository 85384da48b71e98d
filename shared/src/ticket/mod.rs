//! What all work records share: kinds, states, priority, filters, facts.

mod answer;
mod facts;
mod filter;
mod input;
mod priority;
mod reference;
mod sort;
mod state;
mod state_settings;
mod words;

pub use answer::{Answer, check_answers};
pub use facts::{DUE_ORDER_NONE, DUE_ORDER_PAUSED, TicketFacts};
pub use filter::{Condition, Span, TicketFilter};
pub use input::{check_report, check_title};
pub use priority::{Matrix, priority_of};
pub use reference::Reference;
pub use sort::{TicketOrder, sort_key};
pub use state::{Doer, Refusal, StateAfter, Stimulus, allowed_stimuli, transition};
pub use state_settings::{
    CLOSE_AFTER_MAX, HoldOffer, REOPEN_WITHIN_MAX, StateSettings, WAKE_UP_MAX, check_state_settings,
};
pub use words::{
    Channel, ClockRisk, HoldReason, Impact, LinkKind, MessageVisibility, Priority, ResolutionCode,
    StateKind, TicketKind, TicketState, Urgency,
};
