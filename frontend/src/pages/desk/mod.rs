//! The workspace: a live queue and one page for each ticket.

use leptos::prelude::*;

/// The workspace.
#[component]
pub fn Desk() -> impl IntoView {
    view! { <main><h1>{crate::words::shell::workspace()}</h1></main> }
}
