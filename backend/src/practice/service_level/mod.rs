//! What is promised, and the calendars in which it is counted.

pub mod store;
