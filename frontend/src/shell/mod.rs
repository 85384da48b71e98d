//! What surrounds every page: routes, guards, the frame of the working faces, banners, keys, announcements.

mod app;
mod banner;
mod broken;
mod frame;
mod guard;
mod keys_help;
mod messages;
mod navigation;

use crate::lean::*;

use crate::{api::session, components::environment, live};

/// Starts the client.
pub fn start() {
    std::panic::set_hook(Box::new(broken::tell));
    // Effects need the executor and the owner that mounting sets up.
    mount_to_body(|| {
        environment::apply_theme();
        environment::install_keys();
        session::start();
        live::start();
        app::App()
    });
}
