//! The GraphQL API: thin; it parses, calls a use case, and shapes the answer.

pub mod agreement;
pub mod calendar;
pub mod catalog;
pub mod clock;
pub mod conversation;
pub mod dashboard;
pub mod department_mutation;
pub mod error;
pub mod filter;
pub mod id;
pub mod input;
pub mod loader;
pub mod notification;
pub mod organisation;
pub mod organisation_query;
pub mod page;
pub mod person_mutation;
pub mod queue;
pub mod scalar;
pub mod schema;
pub mod service_mutation;
pub mod subscription;
pub mod ticket;
pub mod ticket_mutation;
pub mod timeline;
pub mod viewer;
