//! Calendars and agreements as they are set up. What follows from them for a ticket's clocks is
//! `desk::service_level`.

pub mod agreement;
pub mod calendar;
mod store;

/// Calendars and agreements change one at a time: one calendar is the default, agreements stand in
/// one order, and no calendar goes out of use while an agreement begins to count in it.
const TURN: &str = "service levels";
