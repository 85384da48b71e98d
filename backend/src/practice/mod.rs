//! One ITIL practice each: use cases in `mod.rs`, rows in `store.rs`.
//!
//! A practice uses another only through its `mod.rs`.

pub mod catalog;
pub mod incident;
pub mod service_level;
pub mod service_request;
