//! What happened on somebody's tickets.

use leptos::prelude::*;

/// The page of all notifications.
#[component]
pub fn Notifications() -> impl IntoView {
    view! { <main><h1>{crate::words::shell::notifications()}</h1></main> }
}
