//! The GraphQL API: thin; it parses, calls a use case, and shapes the answer.

pub mod error;
pub mod id;
pub mod loader;
pub mod organisation;
pub mod scalar;
pub mod schema;
