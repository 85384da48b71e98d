//! One module for each place of the client.

pub mod admin;
pub mod dashboards;
pub mod desk;
pub mod notifications;
pub mod password;
pub mod portal;
pub mod search;
pub mod sign_in;
