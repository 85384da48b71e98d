//! Filling a database with what nobody lived: a demo organisation, and tickets by the million.

pub mod demo;
pub mod load;
mod random;
pub mod simulate;
