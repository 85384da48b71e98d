//! The server's outside: sign-in, GraphQL over HTTP and websocket, the client's files.

pub mod answer;
pub mod asked;
pub mod client_files;
mod csv_text;
pub mod export;
mod export_audit;
pub mod files;
pub mod graphql;
pub mod health;
mod import_people;
pub mod limits;
pub mod media;
pub mod metrics;
pub mod origin;
pub mod password;
mod running;
pub mod server;
pub mod session;
pub mod settings;
pub mod socket;
pub mod tool_scope;

pub use running::{Running, start};
pub use server::Server;
pub use settings::Settings;
