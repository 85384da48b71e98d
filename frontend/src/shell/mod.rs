//! What surrounds every page: routes, guards, the frame of the working faces, banners, keys, announcements.

mod app;
mod banner;
mod broken;
mod elsewhere;
mod frame;
mod guard;
mod keys_help;
mod messages;
mod navigation;
mod palette;

use crate::lean::*;

use self::elsewhere::Face;
use crate::{api::session, components::environment, live};

/// Starts the client proper.
pub fn start() {
    start_face(Face::Client, app::App);
}

/// Starts the administration.
pub fn start_administration() {
    start_face(Face::Administration, app::Administration);
}

fn start_face<V: IntoView + 'static>(face: Face, app: impl FnOnce() -> V + 'static) {
    std::panic::set_hook(Box::new(broken::tell));
    // Effects need the executor and the owner that mounting sets up.
    mount_to_body(move || {
        environment::apply_theme();
        environment::install_keys();
        session::start();
        live::start();
        face.started();
        app()
    });
}
