//! The rules of service management: pure, without I/O and without async; the same code on the
//! server and in the browser.
//!
//! Leaf types (ids, enums, scalars) carry GraphQL and database traits behind the features
//! `graphql` and `orm`; objects never do.

pub mod attachment;
pub mod calendar;
pub mod event;
pub mod form;
pub mod id;
pub mod job;
pub mod mail;
pub mod organisation;
pub mod password;
pub mod permission;
pub mod routing;
pub mod service_level;
pub mod text;
pub mod ticket;
pub mod time;
pub mod validation;
pub mod view;
mod vocabulary;
