//! Service-level clocks of tickets: agreements and calendars as stored, and the clocks that follow
//! from a ticket's history.

pub mod clock_store;
pub mod clocks;
pub mod history;
pub mod store;
pub mod timer;
