//! What surrounds every page: routes, guards, the frame of the working faces, banners, keys, announcements.

mod app;
mod banner;
mod frame;
mod guard;
mod keys_help;
mod messages;
mod navigation;

use leptos::prelude::*;

use crate::{api::session, components::environment, live};

/// Starts the client.
pub fn start() {
    environment::apply_theme();
    environment::install_keys();
    session::start();
    live::start();
    mount_to_body(app::App);
}
