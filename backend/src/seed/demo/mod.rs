//! The demo organisation: its content as data files, and what puts them into a database.

pub mod content;
mod fill;
pub mod plan;
