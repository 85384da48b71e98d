//! "How can we help?": answers while one types, and can always be sent as a report.

use crate::lean::*;
use gloo_timers::future::TimeoutFuture;
use leptos::{ev, html};
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::{card::address, data, progress::Progress, requests::use_my_requests};
use crate::{
    api::operations::{Among, SearchHit, search},
    components::{
        Icon,
        environment::{Shortcut, ShortcutGroup, announce, use_shortcuts},
    },
    words::portal as words,
};

/// Milliseconds without a key after which the catalog is asked.
const QUIET: u32 = 120;
/// Own requests that are asked for.
const FOUND: i32 = 4;
/// Most answers of each sort.
const MOST: usize = 4;

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Hit {
    icon: String,
    text: String,
    remark: String,
    href: String,
    last: bool,
}

/// Whether a title has every one of these words, whole or begun.
fn fits(title: &str, wanted: &str) -> bool {
    let title = title.to_lowercase();
    wanted.to_lowercase().split_whitespace().all(|word| {
        title
            .split_whitespace()
            .any(|other| other.starts_with(word))
            || title.contains(word)
    })
}

/// The search with its answers.
#[component]
pub fn Search() -> impl IntoView {
    let requests = use_my_requests();
    let open_requests = requests.open();
    let navigate = use_navigate();
    let text = RwSignal::new(String::new());
    let items = RwSignal::new(Vec::<data::ItemTile>::new());
    let written = RwSignal::new(Vec::<SearchHit>::new());
    let at = RwSignal::new(None::<usize>);
    let open = RwSignal::new(false);
    let asked = StoredValue::new(0_u32);
    let input = NodeRef::<html::Input>::new();

    let ask = move |wanted: String| {
        asked.update_value(|count| *count += 1);
        let mine = asked.get_value();
        if wanted.trim().chars().count() < 2 {
            items.set(Vec::new());
            written.set(Vec::new());
            return;
        }
        leptos::task::spawn_local(async move {
            TimeoutFuture::new(QUIET).await;
            if asked.try_get_value() != Some(mine) {
                return;
            }
            // Without an answer the search still offers one's own requests and the report.
            let own = Among {
                open: false,
                mine: true,
            };
            let catalog = data::fetch_items(None, Some(wanted.trim().to_owned())).into_future();
            let tickets = search(&wanted, own, FOUND, None).into_future();
            let (catalog, tickets) = futures_util::future::join(catalog, tickets).await;
            if asked.try_get_value() == Some(mine) {
                let found = catalog.unwrap_or_default();
                let tickets = tickets.map_or_else(|_| Vec::new(), |tickets| tickets.nodes);
                let count = found.len().min(MOST) + tickets.len();
                written.set(tickets);
                items.set(found);
                announce(words::answers_found(
                    i64::try_from(count).unwrap_or_default(),
                ));
            }
        });
    };

    let hits = memo(move |_| {
        let wanted = text.get();
        let wanted = wanted.trim();
        if wanted.is_empty() {
            return Vec::new();
        }
        let own = open_requests
            .get()
            .into_iter()
            .filter_map(|id| requests.row(&id))
            .map(|row| row.get())
            .filter(|request| {
                wanted.chars().count() > 1
                    && (fits(&request.title, wanted)
                        || request.reference.eq_ignore_ascii_case(wanted))
            });
        let own = own.take(MOST).map(|request| Hit {
            icon: "history".to_owned(),
            remark: words::your_request(Progress::of(request.state, request.hold_reason).label),
            href: address(&request.reference),
            text: request.title,
            last: false,
        });
        // What is on screen already answers at once; what is written in requests comes a moment later.
        let mut own: Vec<Hit> = own.collect();
        for hit in written.get() {
            let href = address(&hit.ticket.reference);
            if own.iter().all(|known| known.href != href) {
                let progress = Progress::of(hit.ticket.state, hit.ticket.hold_reason);
                own.push(Hit {
                    icon: "history".to_owned(),
                    remark: words::your_request(progress.label),
                    href,
                    text: hit.ticket.title,
                    last: false,
                });
            }
        }
        let own = own.into_iter().take(MOST);
        let catalog = items.get().into_iter().take(MOST).map(|item| Hit {
            icon: item.icon,
            remark: format!("{} · {}", item.department.name, item.delivery_promise),
            href: format!("/ask/item/{}", item.id.inner()),
            text: item.name,
            last: false,
        });
        let report = Hit {
            icon: "plus".to_owned(),
            text: words::report_this(wanted),
            remark: words::report_this_remark().to_owned(),
            href: format!(
                "/report?title={}",
                String::from(js_sys::encode_uri_component(wanted))
            ),
            last: true,
        };
        own.chain(catalog).chain([report]).collect()
    });

    let go = {
        let navigate = navigate.clone();
        move |href: &str| {
            open.set(false);
            navigate(href, NavigateOptions::default());
        }
    };
    let on_key = {
        let go = go.clone();
        move |event: ev::KeyboardEvent| {
            let list = hits.get_untracked();
            match event.key().as_str() {
                "ArrowDown" if !list.is_empty() => {
                    open.set(true);
                    at.update(|at| *at = Some(at.map_or(0, |at| (at + 1) % list.len())));
                }
                "ArrowUp" if !list.is_empty() => {
                    at.update(|at| {
                        *at =
                            Some(at.map_or(list.len() - 1, |at| (at + list.len() - 1) % list.len()))
                    });
                }
                "Enter" => {
                    // Without a choice the words become a report: the one thing that always helps.
                    if let Some(hit) = at
                        .get_untracked()
                        .and_then(|at| list.get(at))
                        .or(list.last())
                    {
                        go(&hit.href);
                    }
                }
                "Escape" if open.get_untracked() && !list.is_empty() => open.set(false),
                _ => return,
            }
            event.prevent_default();
        }
    };
    use_shortcuts(vec![Shortcut::new(
        "/",
        words::key_search(),
        ShortcutGroup::General,
        move || {
            if let Some(input) = input.get_untracked() {
                _ = input.focus();
            }
        },
    )]);
    let shown = move || open.get() && !hits.with(Vec::is_empty);
    let go = StoredValue::new(go);
    view! {
        <div class="ask" role="search">
            <label class="ask-box">
                <Icon name="search" class="icon-l" />
                <span class="sr-only">{words::how_can_we_help()}</span>
                <input
                    class="ask-input"
                    type="search"
                    node_ref=input
                    role="combobox"
                    autocomplete="off"
                    spellcheck="false"
                    enterkeyhint="search"
                    placeholder=words::search_hint()
                    aria-autocomplete="list"
                    aria-controls="answers"
                    aria-expanded=move || if shown() { "true" } else { "false" }
                    aria-activedescendant=move || at.get().filter(|_| shown()).map(|at| format!("answer-{at}"))
                    prop:value=move || text.get()
                    on:input=move |event| {
                        let value = event_target_value(&event);
                        text.set(value.clone());
                        at.set(None);
                        open.set(true);
                        ask(value);
                    }
                    on:focus=move |_| open.set(true)
                    on:blur=move |_| open.set(false)
                    on:keydown=on_key
                />
            </label>
            <ul class="ask-list" id="answers" role="listbox" aria-label=words::answers() hidden=move || !shown()>
                {move || {
                    hits.get()
                        .into_iter()
                        .enumerate()
                        .map(|(index, hit)| {
                            let href = hit.href;
                            let apart = hit.last && index != 0;
                            view! {
                                <li
                                    class="ask-option"
                                    class:ask-last=apart
                                    role="option"
                                    id=format!("answer-{index}")
                                    aria-selected=move || if at.get() == Some(index) { "true" } else { "false" }
                                    on:pointerdown=|event| event.prevent_default()
                                    on:pointerenter=move |_| at.set(Some(index))
                                    on:click=move |_| go.with_value(|go| go(&href))
                                >
                                    <Icon name=hit.icon />
                                    <span>{hit.text}</span>
                                    <small>{hit.remark}</small>
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_title_fits_when_it_has_all_the_words_in_any_order() {
        assert!(fits("VPN drops every few minutes", "drop vpn"));
        assert!(fits("VPN drops every few minutes", "VPN"));
        assert!(!fits("VPN drops every few minutes", "vpn printer"));
    }
}
