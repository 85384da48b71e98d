//! Live figures, each of which leads to its tickets; and the same on a wall.

mod board;
mod data;
mod links;
mod panels;

use crate::lean::*;
use leptos_router::hooks::use_params_map;

use self::{
    board::{BoardHead, Grid},
    data::Figures,
};
use crate::{
    components::{
        EmptyState, Icon, Remote, Skeleton,
        environment::{use_title, use_viewer},
    },
    live::{self, Heard},
    words::{dashboards as words, format},
};

/// All dashboards that the viewer may see.
#[component]
pub fn Dashboards() -> impl IntoView {
    use_title(|| words::title().to_owned());
    let works = use_viewer().with_untracked(|viewer| viewer.can_use_desk);
    let boards =
        Remote::new(|| async { data::fetch_boards().await.map_err(|error| error.sentence()) });
    view! {
        <main class="boards">
            <div class="board-head">
                <div>
                    <h1>{words::title()}</h1>
                    <p class="muted">{if works { words::lead() } else { words::lead_figures() }}</p>
                </div>
            </div>
            {boards
                .view(
                    || view! { <div class="board-list"><Skeleton lines=3 blocks=true /></div> }.into_any(),
                    |boards| {
                        view! {
                            <Show
                                when=move || !boards.with(Vec::is_empty)
                                fallback=|| view! { <EmptyState icon="chart-column" title=words::none() text=words::none_text() /> }
                            >
                                <ul class="board-list" role="list">
                                    <For each=move || boards.get() key=|board| board.id.inner().to_owned() let:board>
                                        <li class="card board-card">
                                            <h2><a href=format!("/dashboards/{}", board.id.inner())>{board.name.clone()}</a></h2>
                                            <a
                                                class="btn btn-small"
                                                href=format!("/wall/{}", board.id.inner())
                                                aria-label=words::open_wall(&board.name)
                                            >
                                                <Icon name="tv" />
                                                {words::wall()}
                                            </a>
                                        </li>
                                    </For>
                                </ul>
                            </Show>
                        }
                            .into_any()
                    },
                )}
        </main>
    }
}

/// The figures of the dashboard in the address, loaded and kept live.
fn use_figures() -> Remote<Option<Figures>> {
    let params = use_params_map();
    let id = memo(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let figures = Remote::new(move || {
        let id = id.get();
        async move {
            data::fetch_figures(id)
                .await
                .map_err(|error| error.sentence())
        }
    });
    let subscription = StoredValue::new_local(None::<live::Subscription>);
    let there = memo(move |_| {
        figures
            .ready()
            .flatten()
            .map(|figures| figures.id.inner().to_owned())
    });
    effect(move |_| {
        subscription.set_value(None);
        let Some(id) = there.get() else { return };
        let since = figures
            .ready_untracked()
            .flatten()
            .map(|figures| figures.as_of);
        let changed = live::subscribe(
            since,
            move |since| data::figures_changed(&id, since),
            move |event| {
                let update = event.dashboard_changed;
                figures.put(Some(update.dashboard));
                Heard::UpTo(update.sequence)
            },
        );
        subscription.set_value(Some(changed));
    });
    figures
}

/// One dashboard.
#[component]
pub fn Board() -> impl IntoView {
    let figures = use_figures();
    let name = memo(move |_| {
        figures
            .ready()
            .flatten()
            .map_or_else(|| words::title().to_owned(), |figures| figures.name)
    });
    use_title(move || name.get());
    let id = memo(move |_| {
        figures
            .ready()
            .flatten()
            .map(|figures| figures.id.inner().to_owned())
    });
    view! {
        <main class="boards">
            <BoardHead name figures>
                <a class="btn push" href="/dashboards"><Icon name="layers" />{words::all_dashboards()}</a>
                {move || id.get().map(|id| view! { <a class="btn" href=format!("/wall/{id}")><Icon name="tv" />{words::wall()}</a> })}
            </BoardHead>
            {figures
                .view(
                    || view! { <div class="board-list"><Skeleton lines=6 blocks=true /></div> }.into_any(),
                    |figures| found(figures, false),
                )}
        </main>
    }
}

/// A dashboard on a wall: no navigation, large type, and it comes back by itself.
#[component]
pub fn Wall() -> impl IntoView {
    let figures = use_figures();
    let zone = use_viewer().with_untracked(|viewer| viewer.person.timezone.clone());
    let name = memo(move |_| {
        figures
            .ready()
            .flatten()
            .map_or_else(|| words::title().to_owned(), |figures| figures.name)
    });
    use_title(move || name.get());
    let now = live::now();
    let time = memo(move |_| format::time_of_day(now.get(), &zone));
    // Nobody presses "try again" on a wall.
    let failed = memo(move |_| figures.has_failed());
    let again = gloo_timers::callback::Interval::new(15_000, move || {
        if failed.try_get_untracked() == Some(true) {
            figures.again();
        }
    });
    let again = StoredValue::new_local(Some(again));
    on_cleanup(move || drop(again.try_update_value(Option::take)));
    view! {
        <main class="boards wall">
            <BoardHead name figures>
                <span class="wall-clock">{move || time.get()}</span>
            </BoardHead>
            {figures
                .view(
                    || view! { <div class="board-list"><Skeleton lines=6 blocks=true /></div> }.into_any(),
                    |figures| found(figures, true),
                )}
        </main>
    }
}

fn found(figures: Signal<Option<Figures>>, wall: bool) -> AnyView {
    let there = memo(move |_| figures.with(Option::is_some));
    view! {
        <Show
            when=move || there.get()
            fallback=|| {
                view! {
                    <EmptyState icon="chart-column" title=words::no_dashboard() text=words::no_dashboard_text()>
                        <a class="btn" href="/dashboards">{words::all_dashboards()}</a>
                    </EmptyState>
                }
            }
        >
            {move || {
                let first = figures.get_untracked()?;
                let current = Signal::derive(move || figures.get().unwrap_or_else(|| first.clone()));
                Some(view! { <Grid figures=current wall /> })
            }}
        </Show>
    }
    .into_any()
}
