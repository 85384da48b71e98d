//! The list with its heading, search, and the changes that wait.

use std::time::Duration;

use crate::lean::*;
use leptos::html;

use super::{
    QueueState,
    table::{LinesList, RowsTable},
};
use crate::{
    api::{Listed, TicketOrder},
    components::{
        EmptyState, ErrorState, Icon, Menu, MenuItem, Skeleton,
        environment::{Shortcut, ShortcutGroup, storage, use_shortcuts},
    },
    pages::desk::{
        place::{NONE, SEARCH},
        workspace::{Density, Workspace, use_workspace},
    },
    words::{self, terms::Named},
};

/// How long somebody pauses before a search goes off.
const PAUSE: Duration = Duration::from_millis(250);
/// Below this width, in CSS pixels, the list is always one of two lines each.
const NARROW: f64 = 700.0;
const DENSITY_KEY: &str = "bellhop.desk.density";

/// The list.
#[component]
pub fn QueuePanel() -> impl IntoView {
    let workspace = use_workspace();
    let queue = workspace.queue;
    let search = NodeRef::<html::Input>::new();
    let split = memo(move |_| workspace.place.with(|place| place.reference.is_some()));
    if storage::read(DENSITY_KEY).as_deref() == Some("lines") {
        workspace.density.set(Density::Lines);
    }

    let heading = move || {
        if workspace
            .place
            .with(|place| place.view.as_deref() == Some(SEARCH))
        {
            return words::desk::search_results().to_owned();
        }
        let view = workspace.view();
        workspace.views.with(|views| {
            views
                .iter()
                .find(|known| Some(known.id.inner()) == view.as_deref())
                .map_or_else(|| words::desk::title().to_owned(), |view| view.name.clone())
        })
    };
    let count = move || {
        // What is counted is the whole view.
        if workspace.place.with(|place| place.site().is_some()) {
            return None;
        }
        let view = workspace.view();
        workspace.views.with(|views| {
            views
                .iter()
                .find(|known| Some(known.id.inner()) == view.as_deref())
                .map(|view| crate::pages::desk::views::count(&view.count))
        })
    };

    let pending = StoredValue::new(0_u64);
    let on_search = move |text: String| {
        let number = pending.get_value() + 1;
        pending.set_value(number);
        set_timeout(
            move || {
                if pending.try_get_value() == Some(number) {
                    let mut place = workspace.full_place();
                    place.text = text;
                    workspace.go(&place, true);
                }
            },
            PAUSE,
        );
    };
    let step = move |forward: bool| {
        let next = queue.list.ids().with_untracked(|ids| {
            let at = workspace
                .cursor
                .get_untracked()
                .and_then(|cursor| ids.iter().position(|id| *id == cursor));
            let next = match (at, forward) {
                (None, _) => 0,
                (Some(at), true) => at + 1,
                (Some(at), false) => at.saturating_sub(1),
            };
            ids.get(next.min(ids.len().saturating_sub(1))).cloned()
        });
        if next.is_some() {
            workspace.cursor.set(next);
        }
    };
    let open_cursor = move || {
        if let Some(row) = workspace
            .cursor
            .get_untracked()
            .and_then(|id| queue.list.row(&id))
        {
            workspace.open(Some(&row.with_untracked(|row| row.reference.clone())));
        }
    };
    use_shortcuts(vec![
        Shortcut::new(
            "j",
            words::desk::key_down(),
            ShortcutGroup::List,
            move || step(true),
        ),
        Shortcut::new("k", words::desk::key_up(), ShortcutGroup::List, move || {
            step(false)
        }),
        Shortcut::new(
            "Enter",
            words::desk::key_open(),
            ShortcutGroup::List,
            open_cursor,
        ),
        Shortcut::new(
            ".",
            words::desk::key_apply(),
            ShortcutGroup::List,
            move || queue.list.release(),
        ),
        Shortcut::new(
            "/",
            words::desk::key_search(),
            ShortcutGroup::List,
            move || {
                if let Some(input) = search.get_untracked() {
                    // A field that is not shown cannot take the focus, and need not.
                    _ = input.focus();
                    input.select();
                }
            },
        ),
    ]);

    let choose = move |density: Density| {
        storage::write(
            DENSITY_KEY,
            if density == Density::Lines {
                "lines"
            } else {
                "table"
            },
        );
        workspace.density.set(density);
    };
    let narrow = narrow();
    let as_table =
        memo(move |_| !split.get() && !narrow.get() && workspace.density.get() == Density::Table);
    let empty = memo(move |_| queue.list.ids().with(Vec::is_empty));
    let elsewhere = move || {
        workspace
            .place
            .with(|place| place.view.as_deref() != Some(SEARCH))
    };
    let searching = move || {
        workspace
            .place
            .with(|place| !place.text.is_empty() || place.view.as_deref() == Some(SEARCH))
    };

    view! {
        <section class="queue" aria-label=heading>
            <header class="queue-head">
                <h1 tabindex="-1">{heading}</h1>
                <span class="muted num">{count}</span>
                <span class="grow"></span>
                <SiteMenu/>
                <Menu
                    label=Signal::derive(move || words::desk::sort_by(workspace.order().word()))
                    button_class="btn btn-quiet btn-small"
                    button=move || view! { {move || workspace.order().word()} }
                >
                    {TicketOrder::ALL.iter().copied().map(|order| view! {
                        <MenuItem
                            text=order.word()
                            checked=Signal::derive(move || workspace.order() == order)
                            on_pick=move |()| {
                                let mut place = untrack(|| workspace.full_place());
                                place.order = Some(order);
                                workspace.go(&place, true);
                            }/>
                    }).collect_view()}
                </Menu>
                <Show when=move || !split.get() && !narrow.get()>
                    <span class="density" role="group" aria-label=words::desk::density()>
                        <button type="button" class="btn btn-quiet btn-small btn-icon" title=words::desk::density_table() aria-label=words::desk::density_table()
                            aria-pressed=move || (workspace.density.get() == Density::Table).to_string()
                            on:click=move |_| choose(Density::Table)><Icon name="layers"/></button>
                        <button type="button" class="btn btn-quiet btn-small btn-icon" title=words::desk::density_lines() aria-label=words::desk::density_lines()
                            aria-pressed=move || (workspace.density.get() == Density::Lines).to_string()
                            on:click=move |_| choose(Density::Lines)><Icon name="list"/></button>
                    </span>
                </Show>
            </header>
            <div class="queue-search" role="search">
                <Icon name="search"/>
                <input
                    type="search"
                    node_ref=search
                    placeholder=words::desk::search_hint()
                    aria-label=words::desk::search_label()
                    prop:value=move || workspace.place.with(|place| place.text.clone())
                    on:input=move |event| on_search(event_target_value(&event))
                    on:keydown=move |event| {
                        if event.key() == "Escape" && let Some(input) = search.get_untracked() {
                            _ = input.blur();
                        }
                    }
                />
                <kbd>"/"</kbd>
            </div>
            <div
                class="queue-body"
                on:pointerenter=move |event| if event.pointer_type() == "mouse" { queue.hold(true) }
                on:pointerleave=move |event| if event.pointer_type() == "mouse" { queue.hold(false) }
            >
                {move || match queue.state.get() {
                    QueueState::Loading => view! { <div class="queue-bones"><Skeleton lines=9/></div> }.into_any(),
                    QueueState::Failed(error) => view! {
                        <ErrorState text=error.sentence() on_retry=move |()| { queue.state.set(QueueState::Loading); queue.reload(); }/>
                    }.into_any(),
                    QueueState::Ready => view! {
                        <Show when=move || !empty.get() fallback=move || {
                            if searching() {
                                view! {
                                    <EmptyState icon="search" title=words::desk::none_found() text=words::desk::none_found_text()>
                                        <Show when=elsewhere>
                                            <a class="btn" href=move || everywhere(workspace)>{words::desk::look_everywhere()}</a>
                                        </Show>
                                    </EmptyState>
                                }.into_any()
                            } else {
                                view! {
                                    <EmptyState icon="circle-check" title=words::desk::list_empty() text=words::desk::list_empty_text()>
                                        <Show when=move || workspace.place.with(|place| place.site().is_some())>
                                            <a class="btn" href=move || workspace.full_place().with_site(None).address()>{words::desk::all_sites()}</a>
                                        </Show>
                                    </EmptyState>
                                }.into_any()
                            }
                        }>
                            {move || if as_table.get() { view! { <RowsTable/> }.into_any() } else { view! { <LinesList/> }.into_any() }}
                        </Show>
                    }.into_any(),
                }}
                <Show when=move || 0 < queue.list.waiting().get()>
                    <button type="button" class="queue-waiting" on:click=move |_| queue.list.release()>
                        {move || words::desk::changes_wait(i64::try_from(queue.list.waiting().get()).unwrap_or(i64::MAX))}
                        <kbd>"."</kbd>
                    </button>
                </Show>
            </div>
        </section>
    }
}

/// Narrows the list to a site, where there are any.
#[component]
fn SiteMenu() -> impl IntoView {
    let workspace = use_workspace();
    let chosen = memo(move |_| {
        workspace
            .place
            .with(|place| place.site().map(str::to_owned))
    });
    let face = move || match chosen.get().as_deref() {
        None => words::desk::all_sites().to_owned(),
        Some(NONE) => words::desk::no_site().to_owned(),
        Some(id) => workspace.sites.with(|sites| {
            let known = sites.iter().find(|site| site.id.inner() == id);
            known.map_or_else(
                || words::desk::some_sites().to_owned(),
                |site| site.name.clone(),
            )
        }),
    };
    let choice = move |text: String, site: Option<String>| {
        let own = site.clone();
        view! {
            <MenuItem
                text=text
                checked=Signal::derive(move || chosen.with(|chosen| *chosen == own))
                on_pick=move |()| {
                    let place = untrack(|| workspace.full_place()).with_site(site.as_deref());
                    workspace.go(&place, true);
                }/>
        }
    };
    view! {
        <Show when=move || !workspace.sites.with(Vec::is_empty) || chosen.with(Option::is_some)>
            <Menu
                label=Signal::derive(move || words::desk::by_site(face()))
                button_class="btn btn-quiet btn-small"
                button=move || view! { <span class="truncate">{face}</span> }
            >
                {choice(words::desk::all_sites().to_owned(), None)}
                {move || workspace.sites.get().into_iter().map(|site| choice(site.name, Some(site.id.into_inner()))).collect_view()}
                {choice(words::desk::no_site().to_owned(), Some(NONE.to_owned()))}
            </Menu>
        </Show>
    }
}

/// The same words in everything that is written in tickets that the viewer sees.
fn everywhere(workspace: Workspace) -> String {
    let text = workspace.place.with(|place| place.text.clone());
    format!(
        "/search?q={}",
        String::from(js_sys::encode_uri_component(&text))
    )
}

/// Whether the window is too narrow for a table.
fn narrow() -> RwSignal<bool> {
    let measure = || {
        let width = window().inner_width().ok().and_then(|width| width.as_f64());
        width.is_some_and(|width| width < NARROW)
    };
    let narrow = RwSignal::new(measure());
    let listener = window_event_listener(leptos::ev::resize, move |_| {
        if narrow.get_untracked() != measure() {
            narrow.set(measure());
        }
    });
    on_cleanup(move || listener.remove());
    narrow
}
