//! Filling an empty database.

pub mod demo;
mod random;
