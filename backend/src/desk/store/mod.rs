//! Rows of tickets: the only room of the desk that speaks SQL.

pub mod link;
pub mod message;
pub mod notification;
pub mod participant;
pub mod queue;
pub mod reference;
pub mod state_settings;
pub mod ticket;
