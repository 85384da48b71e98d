//! Loads what another system kept: a ticket with its whole history, at its own times.

pub mod people;
pub mod servicenow_log;
