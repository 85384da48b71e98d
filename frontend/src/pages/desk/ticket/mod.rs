//! The page of one ticket.

use leptos::prelude::*;

#[component]
pub fn TicketPane(reference: String) -> impl IntoView {
    view! { <main>{reference}</main> }
}
