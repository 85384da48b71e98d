//! Signing in.

use leptos::prelude::*;

/// The sign-in page; `?next=` says where to go afterwards.
#[component]
pub fn SignIn() -> impl IntoView {
    view! { <main><h1>"Bellhop"</h1></main> }
}
