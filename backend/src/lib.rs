//! The server. `platform` knows no word of service management, `organisation` knows people,
//! `desk` what all tickets share, `practice` one ITIL practice each; `graphql` and `http` are thin.

pub mod app;
pub mod dashboard;
pub mod desk;
pub mod graphql;
pub mod import;
pub mod organisation;
pub mod platform;
pub mod practice;
pub mod seed;
