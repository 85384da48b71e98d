//! How the outside world is reached: mail.

pub mod mail;
