//! Live figures.

use leptos::prelude::*;

macro_rules! pages {
    ($($name:ident),+) => {$(
        #[component]
        pub fn $name() -> impl IntoView {
            view! { <main><h1>{stringify!($name)}</h1></main> }
        }
    )+};
}

pages!(Dashboards, Board, Wall);
