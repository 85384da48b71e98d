//! The server. `platform` knows no word of service management, `organisation` knows people,
//! `session` who is signed in, `desk` what all tickets share, `practice` one ITIL practice each,
//! `channel` how the outside is written to; `graphql` and `http` are thin.

pub mod app;
pub mod audit;
pub mod channel;
pub mod cli;
pub mod dashboard;
pub mod desk;
pub mod first_hour;
pub mod graphql;
pub mod http;
pub mod import;
pub mod operations;
pub mod organisation;
pub mod platform;
pub mod practice;
pub mod report;
pub mod seed;
pub mod session;
