//! The server's outside: sign-in, GraphQL over HTTP and websocket, the client's files.

pub mod answer;
pub mod budget;
pub mod client_files;
mod csv_text;
pub mod export;
pub mod graphql;
pub mod health;
pub mod limits;
pub mod origin;
pub mod server;
pub mod session;
pub mod settings;
pub mod socket;

pub use server::{Running, Server, start};
pub use settings::Settings;
