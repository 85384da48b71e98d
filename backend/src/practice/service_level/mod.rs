//! Calendars and agreements as they are set up. What follows from them for a ticket's clocks is
//! `desk::service_level`.

pub mod agreement;
pub mod calendar;
mod store;
