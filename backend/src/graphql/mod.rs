//! The GraphQL API: thin; it parses, calls a use case, and shapes the answer.

pub mod clock;
pub mod conversation;
pub mod dashboard;
pub mod error;
pub mod filter;
pub mod id;
pub mod loader;
pub mod notification;
pub mod organisation;
pub mod page;
pub mod queue;
pub mod report;
pub mod scalar;
pub mod schema;
pub mod subscription;
pub mod ticket;
pub mod ticket_mutation;
pub mod timeline;
