//! What people wrote, and between it what happened.

use crate::lean::*;
use leptos::html;
use wasm_bindgen_futures::spawn_local;

use super::{
    events::{Piece, changes, pieces, sentence},
    store::use_ticket,
};
use crate::{
    api::{Id, MessageVisibility},
    components::{Avatar, FileChips, Icon, Markdown, environment::use_viewer, use_toaster},
    live,
    pages::desk::operations::{Message, TimelineEntry},
    words::{self, format, terms::Named},
};

/// The end is in sight as long as no more than this lies below it, in pixels.
const END_IN_SIGHT: i32 = 40;

/// The conversation, oldest first, opened at its end.
#[component]
pub fn ConversationPanel() -> impl IntoView {
    let store = use_ticket();
    let node = NodeRef::<html::Div>::new();
    let events = store.part(|ticket| {
        let timeline = ticket.timeline.as_ref();
        timeline.map_or_else(Vec::new, |timeline| timeline.nodes.clone())
    });
    let shown = memo(move |_| {
        let events = events.get().unwrap_or_default();
        store
            .talk
            .with(|talk| pieces(&talk.messages, &events, talk.more))
    });
    let length = memo(move |_| shown.with(Vec::len));
    let more = memo(move |_| store.talk.with(|talk| talk.more));
    let loading = RwSignal::new(false);
    let toaster = use_toaster();
    let load = move |_| {
        if loading.get_untracked() {
            return;
        }
        loading.set(true);
        spawn_local(async move {
            let from_end = node
                .try_get_untracked()
                .flatten()
                .map(|element| element.scroll_height() - element.scroll_top());
            match store.load_earlier().await {
                // What was read stays where it was.
                Ok(()) => request_animation_frame(move || {
                    if let (Some(element), Some(from_end)) =
                        (node.try_get_untracked().flatten(), from_end)
                    {
                        element.set_scroll_top(element.scroll_height() - from_end);
                        if !store.talk.with_untracked(|talk| talk.more) {
                            // The button has gone; the keys go on from here.
                            _ = element.focus();
                        }
                    }
                }),
                Err(error) => toaster.warn(error.sentence()),
            }
            _ = loading.try_set(false);
        });
    };
    // At first, when something is added while the end is in sight, and when the reader added it, the end is shown.
    let me = use_viewer().with_untracked(|viewer| viewer.person.id.clone());
    let own = memo(move |_| {
        store.talk.with(|talk| {
            let last = talk.messages.last().filter(|last| last.author.id == me);
            last.map(|last| last.id.clone())
        })
    });
    let at_end = StoredValue::new(true);
    effect(move |before: Option<(usize, Option<Id>)>| {
        let now = (length.get(), own.get());
        let Some(element) = node.get() else {
            return (0, None);
        };
        let (count, last_own) = before.unwrap_or_default();
        let wrote = now.1.is_some() && now.1 != last_own;
        if count == 0 || wrote || at_end.get_value() {
            request_animation_frame(move || element.set_scroll_top(element.scroll_height()));
        }
        now
    });
    let on_scroll = move |_| {
        if let Some(element) = node.get_untracked() {
            let seen = element.scroll_top() + element.client_height();
            at_end.set_value(seen + END_IN_SIGHT >= element.scroll_height());
        }
    };
    view! {
        <div class="talk-scroll" node_ref=node on:scroll=on_scroll tabindex="0" role="log" aria-live="off" aria-label=words::ticket::conversation()>
            <Opening/>
            <Show when=move || more.get()>
                <button type="button" class="btn btn-quiet talk-earlier" aria-busy=move || loading.get().then_some("true") on:click=load>
                    {words::components::show_earlier()}
                </button>
            </Show>
            <For each=move || shown.get() key=Piece::key let:piece>
                {match piece {
                    Piece::Message(message) => view! { <Bubble message/> }.into_any(),
                    Piece::Events(events) => view! { <Events events/> }.into_any(),
                }}
            </For>
        </div>
    }
}

/// The ticket's own text, which is the first thing that was said.
#[component]
fn Opening() -> impl IntoView {
    let store = use_ticket();
    let shown = store.part(|ticket| {
        (
            ticket.description_html.clone(),
            ticket.requester.clone(),
            ticket.opened_by.clone(),
            ticket.channel,
            ticket.created_at,
            ticket
                .attachments
                .iter()
                .filter(|file| file.of_report)
                .cloned()
                .collect::<Vec<_>>(),
        )
    });
    let may_remove = removable(store);
    move || {
        shown.get().map(|(html, requester, opened_by, channel, created_at, files)| {
            let recorded = opened_by
                .filter(|person| person.id != requester.id)
                .map(|person| format!(" · {}", words::ticket::recorded_by(person.name)));
            let place = [requester.department.map(|department| department.name), requester.site.map(|site| site.name)]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(", ");
            let place = if place.is_empty() { String::new() } else { format!(" · {place}") };
            view! {
                <article class="message">
                    <Avatar initials=requester.initials hue=requester.hue name=requester.name.clone() size="avatar-m"/>
                    <div class="bubble">
                        <header class="said"><b>{requester.name}</b>{place}" · "{words::ticket::by_channel(format::lower_first(channel.word()))}{recorded}" · "<When at=created_at/></header>
                        {if html.trim().is_empty() {
                            view! { <p class="muted">{words::ticket::no_description()}</p> }.into_any()
                        } else {
                            view! { <Markdown html/> }.into_any()
                        }}
                        <FileChips files removable=may_remove/>
                    </div>
                </article>
            }
        })
    }
}

/// Whether the viewer may remove files.
fn removable(store: super::store::TicketStore) -> Signal<bool> {
    let may = store.part(|ticket| ticket.viewer_can.remove_files);
    Signal::derive(move || may.get() == Some(true))
}

#[component]
fn Bubble(message: Message) -> impl IntoView {
    let internal = message.visibility == MessageVisibility::Internal;
    let side = match (internal, message.by_requester) {
        (true, _) => "note",
        (false, true) => "theirs",
        (false, false) => "ours",
    };
    let about = if internal {
        words::ticket::internal_note().to_owned()
    } else if message.by_requester {
        words::ticket::by_channel(format::lower_first(message.channel.word()))
    } else {
        words::ticket::public_reply().to_owned()
    };
    let author = message.author;
    let may_remove = removable(use_ticket());
    view! {
        <article class="message" data-side=side>
            <Avatar initials=author.initials hue=author.hue name=author.name.clone() size="avatar-m"/>
            <div class="bubble">
                <header class="said">
                    <b>{author.name}</b>" · "
                    {internal.then(|| view! { <Icon name="lock" class="icon-s"/>" " })}
                    {about}" · "<When at=message.created_at/>
                </header>
                <Markdown html=message.body_html/>
                <FileChips files=message.attachments removable=may_remove/>
            </div>
        </article>
    }
}

#[component]
fn Events(events: Vec<TimelineEntry>) -> impl IntoView {
    if let [event] = events.as_slice() {
        return view! { <div class="events"><Happened event=event.clone()/></div> }.into_any();
    }
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    let brief = events.iter().map(sentence).collect::<Vec<_>>();
    let brief = brief
        .into_iter()
        .fold(Vec::<String>::new(), |mut seen, sentence| {
            if !seen.contains(&sentence) {
                seen.push(sentence);
            }
            seen
        });
    view! {
        <details class="events">
            <summary>{words::ticket::events(count, brief.join(", "))}</summary>
            {events.into_iter().map(|event| view! { <Happened event/> }).collect_view()}
        </details>
    }
    .into_any()
}

/// Everything that happened, in one list, folded until it is asked for.
#[component]
pub fn History() -> impl IntoView {
    let store = use_ticket();
    let entries = store.part(|ticket| {
        ticket
            .timeline
            .as_ref()
            .map_or_else(Vec::new, |timeline| timeline.nodes.clone())
    });
    let count = memo(move |_| entries.with(|entries| entries.as_ref().map_or(0, Vec::len)));
    let open = RwSignal::new(false);
    view! {
        <Show when=move || 0 < count.get()>
            <details class="facts-block history" on:toggle=move |_| open.update(|open| *open = !*open)>
                <summary>{move || words::ticket::history(i64::try_from(count.get()).unwrap_or(i64::MAX))}</summary>
                <Show when=move || open.get()>
                    <For each=move || entries.get().unwrap_or_default() key=|entry| entry.id.clone() let:event>
                        <Happened event/>
                    </For>
                </Show>
            </details>
        </Show>
    }
}

#[component]
fn Happened(event: TimelineEntry) -> impl IntoView {
    let what = sentence(&event);
    let changed = changes(&event);
    view! {
        <p class="event">
            <i class="event-dot" aria-hidden="true"></i>
            <span>
                <b>{event.actor_name}</b>" "{what}
                {(!changed.is_empty()).then(|| format!(" · {}", changed.join(" · ")))}
                " · "<When at=event.occurred_at/>
            </span>
        </p>
    }
}

/// A time by its distance from now, the exact one on hover and focus.
#[component]
pub fn When(at: crate::api::Timestamp) -> impl IntoView {
    let exact = use_viewer().with_untracked(|viewer| format::exact(at, &viewer.person.timezone));
    let now = live::now();
    let shown = memo(move |_| format::relative(at, now.get()));
    view! { <time datetime=at.to_string() title=exact>{move || shown.get()}</time> }
}
