//! `Ctrl K` or `Cmd K`: search everything, or do what a key of this page does.

use crate::lean::*;
use gloo_timers::future::TimeoutFuture;
use leptos::ev;
use leptos_router::{NavigateOptions, hooks::use_navigate};

use crate::{
    api::operations::{Among, SearchHit, search},
    components::environment::{Shortcut, ShortcutGroup, announce, shortcuts},
    components::{Dialog, Icon, Marked},
    pages::search::parts,
    words::{search as words, shell, terms::Named},
};

/// Milliseconds without a key after which the server is asked.
const QUIET: u32 = 120;
/// Most tickets.
const HITS: i32 = 8;
/// Most things to do, beside tickets and without any.
const ACTIONS: (usize, usize) = (4, 12);

/// What can be picked.
#[derive(Clone)]
enum Entry {
    Hit(SearchHit),
    Do(Shortcut),
    All(String),
}

/// The palette, opened by its key.
#[component]
pub fn Palette() -> impl IntoView {
    let open = RwSignal::new(false);
    let keys = window_event_listener(ev::keydown, move |event| {
        let with = (event.ctrl_key() || event.meta_key()) && !event.alt_key() && !event.shift_key();
        if !with || !event.key().eq_ignore_ascii_case("k") {
            return;
        }
        let other = document().query_selector("dialog[open]").ok().flatten();
        // Another dialog has something half done in it.
        if open.get_untracked() || other.is_none() {
            event.prevent_default();
            open.update(|open| *open = !*open);
        }
    });
    on_cleanup(move || keys.remove());
    view! {
        <Dialog open title=words::palette_title() close_word=shell::close() class="palette">
            <Inside open />
        </Dialog>
    }
}

#[component]
fn Inside(open: RwSignal<bool>) -> impl IntoView {
    let navigate = use_navigate();
    let text = RwSignal::new(String::new());
    let hits = RwSignal::new(Vec::<SearchHit>::new());
    let message = RwSignal::new(None::<String>);
    let at = RwSignal::new(0_usize);
    // Answers to older questions are dropped.
    let asked = StoredValue::new(0_u32);
    let ask = move |wanted: String| {
        asked.update_value(|count| *count += 1);
        let mine = asked.get_value();
        at.set(0);
        if wanted.trim().is_empty() {
            hits.set(Vec::new());
            message.set(None);
            return;
        }
        leptos::task::spawn_local(async move {
            TimeoutFuture::new(QUIET).await;
            if asked.try_get_value() != Some(mine) {
                return;
            }
            let answer = search(&wanted, Among::default(), HITS, None).await;
            if asked.try_get_value() != Some(mine) {
                return;
            }
            match answer {
                Ok(found) => {
                    announce(words::found(i64::from(found.total_count.value)));
                    message.set(
                        found
                            .nodes
                            .is_empty()
                            .then(|| words::none_title().to_owned()),
                    );
                    hits.set(found.nodes);
                }
                Err(error) => {
                    hits.set(Vec::new());
                    message.set(Some(error.sentence()));
                }
            }
        });
    };
    let entries = move || {
        let wanted = text.get();
        let wanted = wanted.trim();
        let most = if wanted.is_empty() {
            ACTIONS.1
        } else {
            ACTIONS.0
        };
        let actions = fitting(shortcuts(), wanted).into_iter().take(most);
        let all = (!hits.with(Vec::is_empty)).then(|| Entry::All(wanted.to_owned()));
        let hits = hits.get().into_iter().map(Entry::Hit);
        hits.chain(all)
            .chain(actions.map(Entry::Do))
            .collect::<Vec<_>>()
    };
    let pick = StoredValue::new(move |entry: Entry| {
        open.set(false);
        let go = |address: String| navigate(&address, NavigateOptions::default());
        match entry {
            Entry::Hit(hit) => go(format!("/desk/{}", hit.ticket.reference)),
            Entry::All(text) => go(format!(
                "/search?q={}",
                String::from(js_sys::encode_uri_component(&text))
            )),
            // When this dialog has gone: it may open another one.
            Entry::Do(shortcut) => request_animation_frame(move || {
                request_animation_frame(move || shortcut.run());
            }),
        }
    });
    let on_key = move |event: ev::KeyboardEvent| {
        if event.is_composing() {
            return;
        }
        let list = untrack(entries);
        match event.key().as_str() {
            "ArrowDown" if !list.is_empty() => at.update(|at| *at = (*at + 1) % list.len()),
            "ArrowUp" if !list.is_empty() => {
                at.update(|at| *at = (*at + list.len() - 1) % list.len());
            }
            "Enter" => {
                if let Some(entry) = list.into_iter().nth(at.get_untracked()) {
                    pick.with_value(|pick| pick(entry));
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let active = move || (at.get() < entries().len()).then(|| format!("palette-{}", at.get()));
    view! {
        <input
            class="input"
            type="text"
            role="combobox"
            autocomplete="off"
            spellcheck="false"
            maxlength="200"
            aria-label=words::palette_title()
            aria-autocomplete="list"
            aria-expanded="true"
            aria-controls="palette-list"
            aria-activedescendant=active
            placeholder=words::palette_hint()
            on:input=move |event| {
                let value = event_target_value(&event);
                text.set(value.clone());
                ask(value);
            }
            on:keydown=on_key
        />
        {move || message.get().map(|text| view! { <p class="muted">{text}</p> })}
        <ul class="palette-list" id="palette-list" role="listbox" aria-label=words::results()>
            {move || entries().into_iter().enumerate().map(|(index, entry)| {
                let picked = entry.clone();
                view! {
                    <li
                        class="combo-option"
                        role="option"
                        id=format!("palette-{index}")
                        aria-selected=move || (at.get() == index).to_string()
                        on:pointerdown=|event| event.prevent_default()
                        on:click=move |_| pick.with_value(|pick| pick(picked.clone()))
                    >
                        {shown(entry)}
                    </li>
                }
            }).collect_view()}
        </ul>
    }
}

/// Keys whose words have these; those of the list move within it and mean nothing here.
fn fitting(all: Vec<Shortcut>, wanted: &str) -> Vec<Shortcut> {
    let wanted = wanted.to_lowercase();
    let mut known: Vec<&'static str> = Vec::new();
    let mut fitting: Vec<Shortcut> = all
        .into_iter()
        .rev()
        .filter(|shortcut| {
            let new = !known.contains(&shortcut.keys);
            known.push(shortcut.keys);
            new && shortcut.group != ShortcutGroup::List
                && shortcut.label.to_lowercase().contains(&wanted)
        })
        .collect();
    fitting.reverse();
    fitting.sort_by_key(|shortcut| shortcut.group);
    fitting
}

fn shown(entry: Entry) -> AnyView {
    match entry {
        Entry::Hit(hit) => view! {
            <span class="palette-hit">
                <span class="found-title" dir="auto"><Marked parts=parts(hit.title) /></span>
                <small>{hit.ticket.reference} " · " {hit.ticket.state.word()} " · " <span dir="auto"><Marked parts=parts(hit.snippet) /></span></small>
            </span>
        }
        .into_any(),
        Entry::All(text) => view! { <Icon name="search" /><span>{words::all_results(text)}</span> }.into_any(),
        Entry::Do(shortcut) => view! {
            <Icon name="chevron-right" />
            <span class="grow">{shortcut.label}</span>
            {shortcut.keys.split(' ').map(|key| view! { <kbd>{key}</kbd> }).collect_view()}
        }
        .into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_key_does_is_found_by_its_words() {
        let of = |keys, label, group| Shortcut::new(keys, label, group, || {});
        let all = || {
            vec![
                of("j", "Next ticket", ShortcutGroup::List),
                of("e", "Resolve", ShortcutGroup::Ticket),
                of("g d", "Workspace", ShortcutGroup::Places),
                of("e", "Resolve now", ShortcutGroup::Ticket),
            ]
        };
        let labels = |wanted: &str| {
            let found = fitting(all(), wanted);
            found
                .into_iter()
                .map(|shortcut| shortcut.label)
                .collect::<Vec<_>>()
        };
        assert_eq!(labels(""), ["Resolve now", "Workspace"]);
        assert_eq!(labels("work"), ["Workspace"]);
        assert!(labels("next").is_empty());
    }
}
