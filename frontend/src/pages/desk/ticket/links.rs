//! Other tickets that belong to this one, and who watches.

use crate::lean::*;
use wasm_bindgen_futures::spawn_local;

use super::store::use_ticket;
use crate::{
    components::{Avatar, Icon, environment::use_viewer},
    pages::desk::{
        operations::{unlink, watch},
        workspace::use_workspace,
    },
    words::{self, terms::Named},
};

/// The linked tickets.
#[component]
pub fn Links() -> impl IntoView {
    let store = use_ticket();
    let workspace = use_workspace();
    let links = store.part(|ticket| ticket.links.clone());
    let can = store.part(|ticket| ticket.viewer_can.link);
    view! {
        <Show when=move || links.with(|links| links.as_ref().is_some_and(|links| !links.is_empty()))>
            <section class="facts-block">
                <h3>{words::ticket::linked()}</h3>
                <ul class="links" role="list">
                    <For each=move || links.get().unwrap_or_default() key=|link| (link.id.clone(), link.ticket.state) let:link>
                        <li>
                            <small class="muted">{link.kind.word()}</small>
                            <a class="link-to" href={
                                let reference = link.ticket.reference.clone();
                                move || workspace.full_place().with_reference(Some(&reference)).address()
                            }>
                                <span class="ref">{link.ticket.reference.clone()}</span>" "{link.ticket.title.clone()}
                            </a>
                            <small class="muted">{link.ticket.state.word()}</small>
                            <Show when=move || can.get() == Some(true)>
                                <button type="button" class="btn btn-quiet btn-icon btn-small" aria-label=words::ticket::unlink(&link.ticket.reference) title=words::ticket::unlink(&link.ticket.reference)
                                    on:click={
                                        let id = link.id.clone();
                                        move |_| {
                                            let id = id.clone();
                                            spawn_local(async move { store.settle_aloud(unlink(id).await) });
                                        }
                                    }><Icon name="x"/></button>
                            </Show>
                        </li>
                    </For>
                </ul>
            </section>
        </Show>
    }
}

/// Who watches, and whether the viewer does.
#[component]
pub fn Watchers() -> impl IntoView {
    let store = use_ticket();
    let viewer = use_viewer();
    let watchers = store.part(|ticket| ticket.watchers.clone());
    let can = store.part(|ticket| ticket.viewer_can.watch);
    let me = viewer.with_untracked(|viewer| viewer.person.id.clone());
    let watching = memo(move |_| {
        watchers.with(|watchers| {
            watchers
                .as_ref()
                .is_some_and(|all| all.iter().any(|person| person.id == me))
        })
    });
    let busy = RwSignal::new(false);
    let toggle = move |_| {
        let Some(ticket) = store.now() else { return };
        let wanted = !watching.get_untracked();
        busy.set(true);
        spawn_local(async move {
            store.settle_aloud(watch(ticket.id, wanted).await);
            _ = busy.try_set(false);
        });
    };
    view! {
        <section class="facts-block">
            <h3>{words::ticket::watchers()}</h3>
            <div class="row row-wrap">
                <For each=move || watchers.get().unwrap_or_default() key=|person| person.id.clone() let:person>
                    <Avatar initials=person.initials hue=person.hue name=person.name alone=true/>
                </For>
                <Show when=move || can.get() == Some(true)>
                    <button type="button" class="btn btn-small" aria-pressed=move || watching.get().to_string()
                        aria-busy=move || busy.get().then_some("true") on:click=toggle>
                        <Icon name="eye"/>{move || if watching.get() { words::ticket::watching() } else { words::ticket::watch() }}
                    </button>
                </Show>
            </div>
        </section>
    }
}
