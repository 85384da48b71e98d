//! What surrounds every page: routes, guards, the frame of the working faces, banners, keys, announcements.

mod app;
mod banner;
mod frame;
mod guard;
mod keys_help;
mod messages;
mod navigation;

use crate::lean::*;
use leptos::leptos_dom::logging::console_error;

use crate::{api::session, components::environment, live};

/// Starts the client.
pub fn start() {
    // Without this a panic would reach the console as a bare "unreachable".
    std::panic::set_hook(Box::new(|panic| console_error(&panic.to_string())));
    // Effects need the executor and the owner that mounting sets up.
    mount_to_body(|| {
        environment::apply_theme();
        environment::install_keys();
        session::start();
        live::start();
        app::App()
    });
}
