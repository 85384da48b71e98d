//! Everything that is written in tickets, searched from one field; the address says what was asked.

use std::time::Duration;

use crate::lean::*;
use leptos::html;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use crate::{
    api::{
        SearchPlace,
        operations::{Among, SearchHit, Segment, TotalCount, search},
    },
    components::{
        EmptyState, ErrorState, Icon, Marked, RelativeTime, Skeleton,
        environment::{Shortcut, ShortcutGroup, announce, use_shortcuts, use_title},
    },
    words::{search as words, terms::Named},
};

/// Hits of a page.
const PAGE: i32 = 20;
/// Time without a key after which the address follows the field.
const QUIET: Duration = Duration::from_millis(200);

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Asked {
    text: String,
    open: bool,
}

impl Asked {
    fn address(&self) -> String {
        let text = String::from(js_sys::encode_uri_component(&self.text));
        let open = if self.open { "&open=1" } else { "" };
        format!("/search?q={text}{open}")
    }

    fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// What has come of it.
#[derive(Clone, Copy)]
struct Results {
    hits: RwSignal<Vec<SearchHit>>,
    total: RwSignal<Option<TotalCount>>,
    next: RwSignal<Option<String>>,
    failed: RwSignal<Option<String>>,
    /// Answers to older questions are dropped.
    round: StoredValue<u32>,
}

impl Results {
    fn new() -> Self {
        Self {
            hits: RwSignal::new(Vec::new()),
            total: RwSignal::new(None),
            next: RwSignal::new(None),
            failed: RwSignal::new(None),
            round: StoredValue::new(0),
        }
    }

    /// Asks for the first page, or for the one after a place.
    fn ask(self, asked: &Asked, after: Option<String>) {
        self.round.update_value(|round| *round += 1);
        let mine = self.round.get_value();
        self.failed.set(None);
        if asked.is_empty() {
            self.hits.set(Vec::new());
            self.total.set(None);
            self.next.set(None);
            return;
        }
        let more = after.is_some();
        let among = Among {
            open: asked.open,
            mine: false,
        };
        let question = search(&asked.text, among, PAGE, after);
        leptos::task::spawn_local(async move {
            let answer = question.await;
            if self.round.try_get_value() != Some(mine) {
                return;
            }
            match answer {
                Ok(found) => {
                    if more {
                        self.hits.update(|hits| hits.extend(found.nodes));
                    } else {
                        self.hits.set(found.nodes);
                        announce(count(found.total_count));
                    }
                    self.total.set(Some(found.total_count));
                    let page = found.page_info;
                    self.next
                        .set(page.end_cursor.filter(|_| page.has_next_page));
                }
                Err(error) => self.failed.set(Some(error.sentence())),
            }
        });
    }
}

fn count(total: TotalCount) -> String {
    let value = i64::from(total.value);
    if total.exact {
        words::found(value)
    } else {
        words::found_more(value)
    }
}

/// The parts of a text as they are shown.
pub fn parts(segments: Vec<Segment>) -> Vec<(String, bool)> {
    segments
        .into_iter()
        .map(|segment| (segment.text, segment.found))
        .collect()
}

fn place_word(place: SearchPlace) -> &'static str {
    match place {
        SearchPlace::Reference => words::in_reference(),
        SearchPlace::Title => words::in_title(),
        SearchPlace::Description => words::in_description(),
        SearchPlace::Resolution => words::in_resolution(),
        SearchPlace::Message => words::in_message(),
        SearchPlace::Note => words::in_note(),
        SearchPlace::File => words::in_file(),
    }
}

/// The page.
#[component]
pub fn Search() -> impl IntoView {
    let query = use_query_map();
    let navigate = use_navigate();
    let asked = memo(move |_| {
        query.with(|query| Asked {
            text: query.get("q").unwrap_or_default(),
            open: query.get("open").is_some(),
        })
    });
    let results = Results::new();
    effect(move |_| results.ask(&asked.get(), None));
    use_title(move || {
        asked.with(|asked| match asked.is_empty() {
            true => words::title().to_owned(),
            false => words::title_of(&asked.text),
        })
    });
    let go = StoredValue::new(move |asked: &Asked| {
        let options = NavigateOptions {
            replace: true,
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&asked.address(), options);
    });
    let field = NodeRef::<html::Input>::new();
    let typed = StoredValue::new(0_u32);
    let follow = move |text: String| {
        typed.update_value(|count| *count += 1);
        let mine = typed.get_value();
        set_timeout(
            move || {
                if typed.try_get_value() == Some(mine) {
                    let open = asked.with_untracked(|asked| asked.open);
                    go.with_value(|go| go(&Asked { text, open }));
                }
            },
            QUIET,
        );
    };
    let focus = move || {
        if let Some(field) = field.get_untracked() {
            // A field that is not shown cannot take the focus, and need not.
            _ = field.focus();
            field.select();
        }
    };
    use_shortcuts(vec![Shortcut::new(
        "/",
        words::label(),
        ShortcutGroup::List,
        focus,
    )]);
    // Whoever comes without words came to type some; a change of page puts the focus on the heading before.
    if asked.with_untracked(Asked::is_empty) {
        set_timeout(focus, Duration::from_millis(90));
    }
    let choose = move |open: bool| {
        let text = asked.with_untracked(|asked| asked.text.clone());
        go.with_value(|go| go(&Asked { text, open }));
    };
    let choice = move |open: bool, word: &'static str| {
        view! {
            <button
                type="button"
                class="btn btn-quiet btn-small"
                aria-pressed=move || (asked.with(|asked| asked.open) == open).to_string()
                on:click=move |_| choose(open)
            >
                {word}
            </button>
        }
    };
    view! {
        <main class="found-page">
            <h1 tabindex="-1">{words::title()}</h1>
            <form class="found-ask" role="search" on:submit=move |event| event.prevent_default()>
                <Icon name="search" />
                <input
                    class="input"
                    type="search"
                    node_ref=field
                    autocomplete="off"
                    spellcheck="false"
                    enterkeyhint="search"
                    maxlength="200"
                    aria-label=words::label()
                    placeholder=words::hint()
                    prop:value=asked.with_untracked(|asked| asked.text.clone())
                    on:input=move |event| follow(event_target_value(&event))
                />
            </form>
            <div class="found-bar">
                <span class="muted num">{move || results.total.get().map(count)}</span>
                <span class="grow"></span>
                <span class="density" role="group" aria-label=words::which()>
                    {choice(false, words::all())} {choice(true, words::open())}
                </span>
            </div>
            {move || match results.failed.get() {
                Some(text) => {
                    let again = Callback::new(move |()| results.ask(&asked.get_untracked(), None));
                    view! { <ErrorState text on_retry=again /> }.into_any()
                }
                None => view! { <List asked results choose=Callback::new(choose) /> }.into_any(),
            }}
        </main>
    }
}

#[component]
fn List(asked: Memo<Asked>, results: Results, choose: Callback<bool>) -> impl IntoView {
    let standing = memo(move |_| {
        let empty = results.hits.with(Vec::is_empty);
        (
            asked.with(Asked::is_empty),
            results.total.get().is_none(),
            empty,
        )
    });
    let more = move |_| results.ask(&asked.get_untracked(), results.next.get_untracked());
    move || {
        match standing.get() {
        (true, ..) => view! {
            <EmptyState icon="search" title=words::begin_title() text=words::begin_text() />
        }
        .into_any(),
        (_, true, _) => view! { <Skeleton lines=5 blocks=true /> }.into_any(),
        (_, _, true) if asked.with_untracked(|asked| asked.open) => view! {
            <EmptyState icon="search" title=words::none_title() text=words::none_open_text()>
                <button type="button" class="btn" on:click=move |_| choose.run(false)>{words::look_at_all()}</button>
            </EmptyState>
        }
        .into_any(),
        (_, _, true) => view! {
            <EmptyState icon="search" title=words::none_title() text=words::none_text() />
        }
        .into_any(),
        _ => view! {
            <ol class="found-list card" role="list" aria-label=words::results()>
                {move || results.hits.get().into_iter().map(hit).collect_view()}
            </ol>
            {move || {
                let total = results.total.get();
                if results.next.with(Option::is_some) {
                    view! { <button type="button" class="btn found-more" on:click=more>{words::more()}</button> }.into_any()
                } else if let Some(total) = total.filter(|total| !total.exact) {
                    view! { <p class="muted found-more">{words::enough(i64::from(total.value))}</p> }.into_any()
                } else {
                    ().into_any()
                }
            }}
        }
        .into_any(),
    }
    }
}

fn hit(hit: SearchHit) -> impl IntoView {
    let ticket = hit.ticket;
    view! {
        <li>
            <a class="found-hit" href=format!("/desk/{}", ticket.reference)>
                <span class="found-title" dir="auto"><Marked parts=parts(hit.title) /></span>
                <span class="found-facts">
                    <span class="num">{ticket.reference.clone()}</span>
                    <span>{ticket.state.word()}</span>
                    <span>{ticket.requester.name}</span>
                    <span>{ticket.department.name}</span>
                    <RelativeTime at=ticket.updated_at focusable=false />
                </span>
                <span class="found-text" class:found-note=hit.place == SearchPlace::Note>
                    <b>{place_word(hit.place)}</b>
                    <span dir="auto"><Marked parts=parts(hit.snippet) /></span>
                </span>
            </a>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_stays_marked() {
        let segment = |text: &str, found| Segment {
            text: text.to_owned(),
            found,
        };
        assert_eq!(
            parts(vec![segment("a ", false), segment("b", true)]),
            [("a ".to_owned(), false), ("b".to_owned(), true)]
        );
    }
}
