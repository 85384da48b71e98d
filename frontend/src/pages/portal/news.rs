//! The bell: what happened to a person's requests, as a list under it and as a page of its own.

use crate::lean::*;
use leptos::{ev, html};
use wasm_bindgen::JsCast;

use super::data::{self, News, NewsPage};
use crate::{
    api::Id,
    components::{
        EmptyState, Icon, RelativeTime, Remote, Skeleton, Toaster,
        environment::{ViewerSignal, announce, use_viewer},
        use_toaster,
    },
    live::{self, Heard},
    words::{portal as words, shell},
};

/// How many the bell shows.
const UNDER_THE_BELL: i32 = 8;

/// The latest news, loaded once and extended by events.
#[derive(Clone, Copy)]
pub struct NewsFeed {
    page: Remote<NewsPage>,
    viewer: ViewerSignal,
    toaster: Toaster,
}

impl NewsFeed {
    /// Loads that many and listens for more, for as long as the present component is shown.
    pub fn open(most: i32) -> Self {
        let viewer = use_viewer();
        let page = Remote::new(move || async move {
            let page = data::fetch_news(most)
                .await
                .map_err(|error| error.sentence())?;
            // The page may have been left meanwhile.
            viewer.try_update(|viewer| viewer.unread_notifications = page.unread);
            Ok(page)
        });
        let feed = Self {
            page,
            viewer,
            toaster: use_toaster(),
        };
        let subscription = StoredValue::new_local(None::<live::Subscription>);
        effect(move |listening: Option<bool>| {
            if listening == Some(true) {
                return true;
            }
            let Some(found) = page.ready() else {
                return false;
            };
            subscription.set_value(Some(live::subscribe(
                Some(found.as_of),
                data::news_received,
                move |event| {
                    let arrival = event.notification_received;
                    feed.arrived(arrival.notification, arrival.unread, most);
                    Heard::UpTo(arrival.sequence)
                },
            )));
            true
        });
        feed
    }

    fn arrived(self, news: News, unread: i32, most: i32) {
        if let Some(mut page) = self.page.ready_untracked() {
            announce(news.text.clone());
            page.nodes.retain(|known| known.id != news.id);
            page.nodes.insert(0, news);
            page.nodes.truncate(most.unsigned_abs() as usize);
            page.unread = unread;
            self.page.put(page);
        }
        self.viewer
            .try_update(|viewer| viewer.unread_notifications = unread);
    }

    /// Marks news as read here and at the server; all of them without ids.
    fn read(self, ids: Option<Vec<Id>>) {
        leptos::task::spawn_local(async move {
            match data::mark_read(ids.clone()).await {
                Ok(unread) => {
                    if let Some(mut page) = self.page.ready_untracked() {
                        let now = crate::api::now();
                        for news in &mut page.nodes {
                            if ids.as_ref().is_none_or(|ids| ids.contains(&news.id)) {
                                news.read_at.get_or_insert(now);
                            }
                        }
                        page.unread = unread;
                        self.page.put(page);
                    }
                    self.viewer
                        .try_update(|viewer| viewer.unread_notifications = unread);
                }
                Err(error) => self.toaster.warn(error.sentence()),
            }
        });
    }

    fn lines(self) -> impl Fn() -> AnyView + Send + 'static {
        self.page.view(
            || view! { <div class="card-pad"><Skeleton lines=4 /></div> }.into_any(),
            move |page| {
                view! {
                    <Show
                        when=move || !page.with(|page| page.nodes.is_empty())
                        fallback=|| view! { <EmptyState icon="bell" title=words::no_news() text=words::no_news_text() /> }
                    >
                        <div class="news">
                            <For each=move || page.get().nodes key=|news| (news.id.inner().to_owned(), news.read_at) let:news>
                                {self.line(news)}
                            </For>
                        </div>
                    </Show>
                }
                .into_any()
            },
        )
    }

    fn line(self, news: News) -> impl IntoView {
        let (me, desk) = self
            .viewer
            .with_untracked(|viewer| (viewer.person.id.clone(), viewer.can_use_desk));
        let unread = news.read_at.is_none();
        let href = news.ticket.as_ref().map(|ticket| {
            let own = ticket.requester.id == me || ticket.requested_for.id == me;
            if own || !desk {
                super::card::address(&ticket.reference)
            } else {
                format!("/desk/search/{}", ticket.reference)
            }
        });
        // The sentence often names the request already.
        let title = news
            .ticket
            .map(|ticket| ticket.title)
            .filter(|title| !news.text.contains(title.as_str()));
        let id = news.id;
        view! {
            <a
                class="news-line"
                href=href.unwrap_or_else(|| "/notifications".to_owned())
                data-unread=unread.then_some("")
                on:click=move |_| {
                    if unread {
                        self.read(Some(vec![id.clone()]));
                    }
                }
            >
                <span class="dot" aria-hidden="true"></span>
                <span>
                    {unread.then(|| view! { <span class="sr-only">{shell::unread()} ": "</span> })}
                    <span class="news-text">{news.text}</span>
                    <br />
                    <small>
                        {title.map(|title| view! { <span>{title} " · "</span> })}
                        <RelativeTime at=news.created_at focusable=false />
                    </small>
                </span>
            </a>
        }
    }
}

/// The bell with the count of unread news, and the latest of them under it.
#[component]
pub fn NewsMenu() -> impl IntoView {
    let viewer = use_viewer();
    let feed = NewsFeed::open(UNDER_THE_BELL);
    let open = RwSignal::new(false);
    let root = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    let unread = memo(move |_| viewer.with(|viewer| viewer.unread_notifications));
    let elsewhere = window_event_listener(ev::pointerdown, move |event| {
        let inside = root
            .get_untracked()
            .zip(
                event
                    .target()
                    .and_then(|target| target.dyn_into::<web_sys::Node>().ok()),
            )
            .is_some_and(|(root, target)| root.contains(Some(&target)));
        if !inside && open.get_untracked() {
            open.set(false);
        }
    });
    on_cleanup(move || elsewhere.remove());
    view! {
        <div
            class="menu"
            node_ref=root
            on:keydown=move |event| {
                if event.key() == "Escape" && open.get_untracked() {
                    open.set(false);
                    if let Some(button) = button.get_untracked() {
                        _ = button.focus();
                    }
                }
            }
        >
            <button
                type="button"
                class="btn btn-quiet btn-icon bell"
                node_ref=button
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-label=move || {
                    let count = unread.get();
                    if count > 0 { shell::notifications_count(i64::from(count)) } else { shell::notifications().to_owned() }
                }
                on:click=move |_| open.update(|open| *open = !*open)
            >
                <Icon name="bell" class="icon-l" />
                {move || (unread.get() > 0).then(|| view! { <span class="count" aria-hidden="true">{unread.get().min(99)}</span> })}
            </button>
            <Show when=move || open.get()>
                <section class="menu-panel menu-panel-wide news-panel" aria-label=shell::notifications() on:click=move |event| {
                    let link = event
                        .target()
                        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
                        .is_some_and(|target| target.closest("a").ok().flatten().is_some());
                    if link {
                        open.set(false);
                    }
                }>
                    <div class="news-head">
                        <strong>{shell::notifications()}</strong>
                        <button type="button" class="link-btn" hidden=move || unread.get() == 0 on:click=move |_| feed.read(None)>
                            {shell::mark_all_read()}
                        </button>
                    </div>
                    {feed.lines()}
                    <a class="menu-item news-all" href="/notifications">{words::all_news()}</a>
                </section>
            </Show>
        </div>
    }
}

/// All news, as a page.
#[component]
pub fn NewsList() -> impl IntoView {
    let viewer = use_viewer();
    let feed = NewsFeed::open(100);
    let none_unread = move || viewer.with(|viewer| viewer.unread_notifications == 0);
    view! {
        <div class="page">
            <div class="section-title">
                <h1>{shell::notifications()}</h1>
                <button type="button" class="btn btn-small" hidden=none_unread on:click=move |_| feed.read(None)>
                    {shell::mark_all_read()}
                </button>
            </div>
            <div class="card">{feed.lines()}</div>
        </div>
    }
}
