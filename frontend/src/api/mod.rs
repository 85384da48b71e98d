//! Everything that is said to the server and heard from it, but for live changes.
//!
//! Operations are built with cynic against `schema.graphql` and run by [`one`] or [`query`];
//! those that several pages need stand in [`operations`], the others next to their page.

mod download;
mod enums;
mod error;
mod files;
mod keys;
pub mod operations;
mod plain;
mod scalars;
pub mod session;
mod time;
mod transport;
mod upload;

pub use download::{download, save_text};
pub use enums::*;
pub use error::{ApiError, UserError, refusal};
pub use files::{Abort, Picture, picture, upload_file};
pub use keys::fresh_key;
pub use plain::Plain;
pub use scalars::*;
pub use time::{browser_now, correct_clock, now};
pub(crate) use transport::one;
pub use transport::{Call, only_field, query, read};
pub use upload::upload;

/// The types of the API as cynic sees them.
#[cynic::schema("bellhop")]
pub mod schema {}
