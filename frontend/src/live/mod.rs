//! What the server says without being asked: one socket for the tab, many subscriptions on it, lists that are patched and
//! never rebuilt, and the one ticker behind every clock on screen.

mod connection;
pub mod countdown;
mod list;
mod order;
mod socket;
mod talk;
mod ticker;

pub use connection::{Connection, Heard, Subscription, connection, start, subscribe};
pub use list::{Entry, LiveList};
pub use talk::{Said, Talk};
pub use ticker::now;
