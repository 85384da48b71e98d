//! The page of one ticket: conversation and composer, properties beside them, clocks and next steps on top.

mod changes;
mod clocks;
mod composer;
mod conflict;
mod conversation;
mod dialogs;
mod draft;
mod events;
mod header;
mod links;
mod properties;
mod store;

use crate::lean::*;

use crate::{
    components::{
        EmptyState, ErrorState, Skeleton,
        environment::{Shortcut, ShortcutGroup, announce, use_shortcuts},
    },
    pages::desk::workspace::use_workspace,
    words,
};
use clocks::Clocks;
use composer::Composer;
use conflict::ConflictDialog;
use conversation::{ConversationPanel, History};
use dialogs::TransitionDialogs;
use header::Header;
use links::{Links, Watchers};
use properties::Properties;
use store::{Loading, TicketStore};

/// The page of one ticket.
#[component]
pub fn TicketPane(reference: String) -> impl IntoView {
    let store = TicketStore::provide(reference.clone());
    let workspace = use_workspace();
    use_shortcuts(vec![Shortcut::new(
        "Escape",
        words::ticket::key_close(),
        ShortcutGroup::Ticket,
        move || {
            workspace.open(None);
        },
    )]);
    let state = memo(move |_| store.loading.get());
    // Whoever opened the ticket reads on from its title.
    effect(move |told: Option<bool>| {
        let done = state.get() == Loading::Done;
        if done && told != Some(true) {
            request_animation_frame(focus_title);
        }
        done
    });
    let reference = StoredValue::new(reference);
    view! {
        <article class="ticket" id="ticket" aria-labelledby="ticket-title">
            {move || match state.get() {
                Loading::Underway => view! {
                    <div class="ticket-bones"><span class="ref">{reference.get_value()}</span><Skeleton lines=8/></div>
                }.into_any(),
                Loading::Missing => view! {
                    <EmptyState icon="circle-help" title=words::ticket::missing() text=words::ticket::missing_text()>
                        <button type="button" class="btn" on:click=move |_| workspace.open(None)>{words::ticket::back_to_list()}</button>
                    </EmptyState>
                }.into_any(),
                Loading::Failed(error) => view! {
                    <ErrorState text=error.sentence() on_retry=move |()| {
                        store.loading.set(Loading::Underway);
                        store.load(reference.get_value());
                    }/>
                }.into_any(),
                Loading::Done => view! { <Page/> }.into_any(),
            }}
        </article>
    }
}

#[component]
fn Page() -> impl IntoView {
    view! {
        <TransitionDialogs>
            <Header/>
            <div class="ticket-body">
                <section class="ticket-talk" aria-label=words::ticket::conversation()>
                    <ConversationPanel/>
                    <Composer/>
                </section>
                <aside class="ticket-facts" aria-label=words::ticket::facts()>
                    <Clocks/>
                    <Properties/>
                    <Links/>
                    <Watchers/>
                    <History/>
                </aside>
            </div>
            <ConflictDialog/>
        </TransitionDialogs>
    }
}

fn focus_title() {
    use wasm_bindgen::JsCast;
    let title = document()
        .get_element_by_id("ticket-title")
        .and_then(|title| title.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(title) = title {
        // A title that is on the page can take the focus.
        _ = title.focus();
        announce(title.text_content().unwrap_or_default());
    }
}
