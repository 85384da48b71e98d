//! Administration.

use leptos::prelude::*;

/// All pages below `/admin`.
#[component]
pub fn Admin() -> impl IntoView {
    view! { <main><h1>{crate::words::shell::administration()}</h1></main> }
}
