//! All my requests: open ones first, done ones behind a tab.

use crate::lean::*;
use leptos_router::hooks::use_query_map;

use super::{
    card::RequestCard,
    requests::{Loading, use_my_requests},
};
use crate::{
    components::{EmptyState, ErrorState, Skeleton, environment::use_title, use_toaster},
    words::portal as words,
};

/// The page.
#[component]
pub fn Requests() -> impl IntoView {
    use_title(|| words::my_requests().to_owned());
    let requests = use_my_requests();
    let toaster = use_toaster();
    let query = use_query_map();
    let shows_done =
        memo(move |_| query.with(|query| query.get("show").as_deref() == Some("done")));
    let (open, done) = (requests.open(), requests.done());
    let ids = memo(move |_| {
        if shows_done.get() {
            done.get()
        } else {
            open.get()
        }
    });
    let loading_more = RwSignal::new(false);
    let more = move |_| {
        loading_more.set(true);
        leptos::task::spawn_local(async move {
            if let Err(sentence) = requests.load_more().await {
                toaster.warn(sentence);
            }
            loading_more.try_set(false);
        });
    };
    let nothing = move || {
        if shows_done.get() {
            view! { <EmptyState icon="inbox" title=words::nothing_done() text=words::nothing_done_text() /> }.into_any()
        } else {
            view! {
                <EmptyState icon="circle-check" title=words::nothing_open() text=words::nothing_open_text()>
                    <a class="btn btn-primary" href="/ask">{words::ask()}</a>
                </EmptyState>
            }
            .into_any()
        }
    };
    let content = move || {
        match requests.loading.get() {
        Loading::Waiting => view! { <div class="card card-pad"><Skeleton lines=8 /></div> }.into_any(),
        Loading::Failed(sentence) => {
            view! { <div class="card"><ErrorState text=sentence on_retry=Callback::new(move |()| requests.again()) /></div> }
                .into_any()
        }
        Loading::Ready => view! {
            <div class="card">
                <Show when=move || !ids.with(Vec::is_empty) fallback=nothing>
                    <For each=move || ids.get() key=Clone::clone let:id>
                        {requests.row(&id).map(|request| view! { <RequestCard request /> })}
                    </For>
                </Show>
            </div>
            <Show when=move || requests.has_more() && shows_done.get()>
                <button type="button" class="btn" aria-busy=move || loading_more.get().then_some("true") on:click=more>
                    {words::show_older()}
                </button>
            </Show>
        }
        .into_any(),
    }
    };
    let tab = move |address: &'static str,
                    text: &'static str,
                    is_done: bool,
                    count: Memo<Vec<String>>| {
        view! {
            <a class="tab" href=address aria-current=move || (shows_done.get() == is_done).then_some("page")>
                {text}
                {move || {
                    let count = count.with(Vec::len);
                    (count > 0).then(|| view! { <span class="num">{count} {(is_done && requests.has_more()).then_some("+")}</span> })
                }}
            </a>
        }
    };
    view! {
        <div class="page">
            <div class="section-title">
                <h1>{words::my_requests()}</h1>
                <a class="btn" href="/report">{words::report_short()}</a>
            </div>
            <nav class="tabs" aria-label=words::which_requests()>
                {tab("/requests", words::tab_open(), false, open)} {tab("/requests?show=done", words::tab_done(), true, done)}
            </nav>
            <h2 class="sr-only">{move || if shows_done.get() { words::tab_done() } else { words::tab_open() }}</h2>
            {content}
        </div>
    }
}
