//! The way from one face of the client to the other: the page is asked of the server again.

use crate::lean::*;
use leptos_router::hooks::use_location;

use web_sys::Storage;

use super::messages::{NotFound, Splash};

/// The face that was left last, while it is not known whether the other one was reached.
const LEFT: &str = "bellhop.left";

/// The faces, by the names of their binaries.
#[derive(Clone, Copy)]
pub enum Face {
    /// Portal, workspace, dashboards.
    Client,
    /// What lies below `/admin`.
    Administration,
}

/// What this tab remembers: another one may be on its own way meanwhile.
fn tab() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

fn left() -> Option<String> {
    tab()?.get_item(LEFT).ok().flatten()
}

fn forget() {
    if let Some(tab) = tab() {
        // Refusal to forget leaves nothing to do.
        _ = tab.remove_item(LEFT);
    }
}

impl Face {
    const fn name(self) -> &'static str {
        match self {
            Self::Client => "frontend",
            Self::Administration => "administration",
        }
    }

    /// Called when a face starts: whoever left the other one has arrived.
    pub fn started(self) {
        if left().is_some_and(|left| left != self.name()) {
            forget();
        }
    }
}

/// Leaves this face for the page that the address names, which the other face has.
///
/// A server that answers with the same face again (one that serves a single page, as `trunk serve`
/// does) must not send the browser round in circles: the second time, the page is not found.
#[component]
pub fn Elsewhere(from: Face) -> impl IntoView {
    if left().is_some() {
        forget();
        return view! { <NotFound/> }.into_any();
    }
    let location = use_location();
    let search = location.search.get_untracked();
    let mark = if search.is_empty() { "" } else { "?" };
    let address = format!(
        "{}{mark}{}{}",
        location.pathname.get_untracked(),
        search.trim_start_matches('?'),
        location.hash.get_untracked()
    );
    if let Some(tab) = tab() {
        // Where nothing may be remembered there is no guard, and none is needed but in development.
        _ = tab.set_item(LEFT, from.name());
    }
    // The router writes the address into the history after it made the page: only then is there
    // an entry that the new page may take over.
    request_animation_frame(move || {
        if window().location().replace(&address).is_err() {
            forget();
        }
    });
    view! { <Splash/> }.into_any()
}
