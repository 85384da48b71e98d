//! The start page: one question, what is often asked for, and how one's own requests stand.

use crate::lean::*;

use super::{
    card::RequestCard,
    data::{self, DepartmentTile, ItemTile},
    progress::{first_name, greeting},
    requests::{Loading, use_my_requests},
    search::Search,
};
use crate::{
    components::{
        EmptyState, ErrorState, Icon, Remote, Skeleton,
        environment::{use_title, use_viewer},
    },
    live,
    words::{format, portal as words},
};

/// How many requests stand beside the tiles.
const BESIDE: usize = 5;
/// How many often asked for items are offered.
const OFTEN: usize = 5;

/// The start page.
#[component]
pub fn Home() -> impl IntoView {
    use_title(|| words::home().to_owned());
    let viewer = use_viewer();
    let now = live::now();
    let hello = memo(move |_| {
        viewer.with(|viewer| {
            let time = format::time_of_day(now.get(), &viewer.person.timezone);
            let hour = time
                .split(':')
                .next()
                .and_then(|hour| hour.parse().ok())
                .unwrap_or(9);
            greeting(hour)(first_name(&viewer.person.name))
        })
    });
    let departments = Remote::new(|| async {
        data::fetch_departments()
            .await
            .map_err(|error| error.sentence())
    });
    let items = Remote::new(|| async {
        let mut items = data::fetch_items(None, None)
            .await
            .map_err(|error| error.sentence())?;
        items.sort_by(|a, b| {
            b.popularity
                .cmp(&a.popularity)
                .then_with(|| a.name.cmp(&b.name))
        });
        items.truncate(OFTEN);
        Ok(items)
    });
    view! {
        <div class="hero">
            <h1>{move || hello.get()}</h1>
            <Search />
        </div>
        <div class="home">
            <div>
                <section aria-labelledby="departments">
                    <h2 id="departments">{words::ask()}</h2>
                    {departments
                        .view(
                            || view! { <div class="tiles"><Skeleton lines=6 blocks=true /></div> }.into_any(),
                            |found| view! { <DepartmentTiles departments=found /> }.into_any(),
                        )}
                </section>
                <section aria-labelledby="often">
                    <h2 id="often">{words::often_asked_for()}</h2>
                    {items
                        .view(
                            || view! { <div class="tiles"><Skeleton lines=3 blocks=true /></div> }.into_any(),
                            |found| view! { <ItemTiles items=found /> }.into_any(),
                        )}
                </section>
            </div>
            <MineBeside />
        </div>
    }
}

/// The departments as tiles.
#[component]
pub fn DepartmentTiles(departments: Signal<Vec<DepartmentTile>>) -> impl IntoView {
    view! {
        <ul class="tiles" role="list">
            <For each=move || departments.get() key=|department| department.id.inner().to_owned() let:department>
                <li>
                    <a class="tile" href=format!("/ask/{}", department.key)>
                        <span class="tile-mark" style:--h=department.hue.to_string()><Icon name=department.icon /></span>
                        <span class="tile-name">{department.name}</span>
                        <span class="tile-text">{department.description}</span>
                    </a>
                </li>
            </For>
        </ul>
    }
}

/// Items as tiles, and "Something else" as the last of them.
#[component]
pub fn ItemTiles(
    items: Signal<Vec<ItemTile>>,
    /// The department that "Something else" goes to; empty for whichever fits.
    #[prop(into, optional)]
    department: String,
    /// Whether "Something else" is offered here.
    #[prop(default = true)]
    or_else: bool,
) -> impl IntoView {
    let else_address = if department.is_empty() {
        "/report".to_owned()
    } else {
        format!("/report?department={department}")
    };
    let something_else = or_else.then(|| {
        view! {
            <li>
                <a class="tile" href=else_address>
                    <span class="tile-mark" style:--h="210"><Icon name="plus" /></span>
                    <span class="tile-name">{words::something_else()}</span>
                    <span class="tile-text">{words::something_else_text()}</span>
                </a>
            </li>
        }
    });
    view! {
        <ul class="tiles tiles-wide" role="list">
            <For each=move || items.get() key=|item| item.id.inner().to_owned() let:item>
                <li>
                    <a class="tile" href=format!("/ask/item/{}", item.id.inner())>
                        <span class="tile-mark" style:--h=item.department.hue.to_string()><Icon name=item.icon /></span>
                        <span class="tile-name">{item.name}</span>
                        <span class="tile-text">{item.delivery_promise}</span>
                    </a>
                </li>
            </For>
            {something_else}
        </ul>
    }
}

/// My requests, in short.
#[component]
fn MineBeside() -> impl IntoView {
    let requests = use_my_requests();
    let ids = requests.current(BESIDE);
    let content = move || {
        match requests.loading.get() {
        Loading::Waiting => view! { <div class="card card-pad"><Skeleton lines=6 /></div> }.into_any(),
        Loading::Failed(sentence) => {
            view! { <div class="card"><ErrorState text=sentence on_retry=Callback::new(move |()| requests.again()) /></div> }
                .into_any()
        }
        Loading::Ready => view! {
            <Show
                when=move || !ids.with(Vec::is_empty)
                fallback=|| {
                    view! {
                        <div class="card">
                            <EmptyState icon="circle-check" title=words::nothing_open() text=words::nothing_open_text() />
                        </div>
                    }
                }
            >
                <div class="card">
                    <For each=move || ids.get() key=Clone::clone let:id>
                        {requests.row(&id).map(|request| view! { <RequestCard request /> })}
                    </For>
                </div>
            </Show>
        }
        .into_any(),
    }
    };
    view! {
        <aside class="home-aside" class:empty-aside=move || ids.with(Vec::is_empty) aria-labelledby="mine">
            <div class="section-title">
                <h2 id="mine">{words::my_requests()}</h2>
                <a href="/requests">{words::see_all()}</a>
            </div>
            {content}
        </aside>
    }
}
