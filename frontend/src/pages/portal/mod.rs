//! The portal: for everybody who needs something.

use leptos::prelude::*;
use leptos_router::components::Outlet;

/// What surrounds every page of the portal.
#[component]
pub fn Frame() -> impl IntoView {
    view! { <Outlet/> }
}

macro_rules! pages {
    ($($name:ident),+) => {$(
        #[component]
        pub fn $name() -> impl IntoView {
            view! { <main><h1>{stringify!($name)}</h1></main> }
        }
    )+};
}

pages!(Home, Report, Ask, AskDepartment, AskItem, Requests, Request);
