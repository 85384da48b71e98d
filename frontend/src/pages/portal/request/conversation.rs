//! What was said about a request, and saying more.

use crate::lean::*;
use shared::text::BODY_MAX;

use super::{
    super::{data, draft::Draft},
    Held,
};
use crate::{
    api::{MessageVisibility, Timestamp, operations::PersonBadge},
    components::{
        AttachButton, Avatar, DropZone, FileChips, Icon, Markdown, RelativeTime, Remote, TextArea,
        Tray, TrayList, environment::use_viewer, use_toaster,
    },
    live::Talk,
    words::{components as general, portal as words},
};

/// The conversation: what was asked first, then every message, then room for the next one.
#[component]
pub fn Talk(held: Signal<Held>, page: Remote<Option<Held>>) -> impl IntoView {
    let me = use_viewer().with_untracked(|viewer| viewer.person.id.clone());
    let asker = held.with_untracked(|(request, _)| request.summary.requester.clone());
    let asked_at = held.with_untracked(|(request, _)| request.summary.created_at);
    let description = memo(move |_| held.with(|(request, _)| request.description_html.clone()));
    let of_report = memo(move |_| {
        held.with(|(request, _)| {
            let files = request.attachments.iter();
            files
                .filter(|file| file.of_report)
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    let answers = held.with_untracked(|(_, answers)| answers.clone());
    let may_reply = memo(move |_| held.with(|(request, _)| request.viewer_can.reply));
    let talk = RwSignal::new(Talk::<data::Message>::default());
    effect(move |_| {
        held.with(|(request, _)| {
            let newest = &request.conversation;
            let info = &newest.page_info;
            talk.update(|talk| {
                talk.newest(
                    &newest.nodes,
                    info.has_previous_page,
                    info.start_cursor.clone(),
                );
            });
        });
    });
    let messages = memo(move |_| {
        talk.with(|talk| {
            let all = talk.messages.iter();
            all.filter(|message| message.visibility == MessageVisibility::Public)
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    let more = memo(move |_| talk.with(|talk| talk.more));
    let loading = RwSignal::new(false);
    let toaster = use_toaster();
    let load = move |_| {
        if loading.get_untracked() {
            return;
        }
        loading.set(true);
        let id = held.with_untracked(|(request, _)| request.summary.id.clone());
        let start = talk.with_untracked(|talk| talk.start.clone());
        leptos::task::spawn_local(async move {
            let page = document().document_element();
            let from_end = page
                .as_ref()
                .map(|page| page.scroll_height() - page.scroll_top());
            match data::fetch_earlier(id, start).await {
                Ok(Some(part)) => {
                    let info = part.page_info;
                    _ = talk.try_update(|talk| {
                        talk.earlier(part.nodes, info.has_previous_page, info.start_cursor);
                    });
                    // What was read stays where it was.
                    request_animation_frame(move || {
                        if let (Some(page), Some(from_end)) = (page, from_end) {
                            page.set_scroll_top(page.scroll_height() - from_end);
                        }
                    });
                }
                Ok(None) => {}
                Err(error) => toaster.warn(error.sentence()),
            }
            _ = loading.try_set(false);
        });
    };
    let opened_by_me = asker.id == me;
    let nothing_written = answers.iter().all(|answer| answer.text.is_empty());
    let form = (!answers.is_empty()).then(|| {
        let lines = answers
            .into_iter()
            .filter(|answer| !answer.text.is_empty())
            .map(|answer| view! { <div><dt>{answer.label}</dt><dd dir="auto">{answer.text}</dd></div> })
            .collect_view();
        view! { <dl class="about answers">{lines}</dl> }
    });
    view! {
        <section class="talk" aria-labelledby="talk">
            <h2 id="talk">{words::conversation()}</h2>
            <Bubble author=asker at=asked_at mine=opened_by_me>
                {form}
                <Show
                    when=move || !description.with(String::is_empty)
                    fallback=move || nothing_written.then(|| view! { <p class="muted">{words::no_description()}</p> })
                >
                    <Markdown html=description />
                </Show>
                {move || view! { <FileChips files=of_report.get() /> }}
            </Bubble>
            <Show when=move || more.get()>
                <button type="button" class="btn btn-quiet talk-earlier" aria-busy=move || loading.get().then_some("true") on:click=load>
                    {general::show_earlier()}
                </button>
            </Show>
            <For each=move || messages.get() key=message_key let:message>
                <Bubble mine=message.author.id == me author=message.author at=message.created_at>
                    <Markdown html=message.body_html />
                    <FileChips files=message.attachments />
                </Bubble>
            </For>
            <Show when=move || may_reply.get()>
                <Composer held page />
            </Show>
        </section>
    }
}

/// A message whose files were removed is drawn anew.
fn message_key(message: &data::Message) -> String {
    let gone = message
        .attachments
        .iter()
        .filter(|file| file.name.is_none());
    format!("{}-{}", message.id.inner(), gone.count())
}

#[component]
fn Bubble(author: PersonBadge, at: Timestamp, mine: bool, children: Children) -> impl IntoView {
    view! {
        <article class="talk-line" class:mine=mine>
            <Avatar initials=author.initials hue=author.hue name=author.name.clone() size="avatar-l" />
            <div class="talk-bubble">
                <p class="talk-who">
                    <b>{if mine { words::you().to_owned() } else { author.name }}</b>
                    <RelativeTime at />
                </p>
                {children()}
            </div>
        </article>
    }
}

/// Room for a message; what is begun survives a reload.
#[component]
fn Composer(held: Signal<Held>, page: Remote<Option<Held>>) -> impl IntoView {
    let toaster = use_toaster();
    let id = held.with_untracked(|(request, _)| request.summary.id.clone());
    let (draft, kept) = Draft::open::<String>(&format!("message.{}", id.inner()));
    let text = RwSignal::new(kept.unwrap_or_default());
    let fault = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let id = StoredValue::new(id);
    let tray = Tray::default();
    draft.keep(move || Some(text.get()).filter(|text| !text.trim().is_empty()));
    let send = move || {
        let body = text.get_untracked().trim().to_owned();
        let files = untrack(|| tray.ids());
        if busy.get_untracked() || untrack(|| tray.is_busy()) {
            return;
        }
        if body.is_empty() && files.is_empty() {
            fault.set(Some(words::message_needed().to_owned()));
            return;
        }
        fault.set(None);
        busy.set(true);
        let input = data::SayInput {
            ticket: id.get_value(),
            body: crate::api::Markdown(body),
            attachments: files,
            idempotency_key: Some(draft.key()),
        };
        leptos::task::spawn_local(async move {
            match data::say(input).await {
                Ok(()) => {
                    text.try_set(String::new());
                    draft.again();
                    tray.sent();
                    page.again();
                    toaster.say(words::message_sent());
                }
                Err(error) => {
                    fault.try_set(Some(
                        error
                            .for_field("body")
                            .map_or_else(|| error.sentence(), str::to_owned),
                    ));
                }
            }
            busy.try_set(false);
        });
    };
    let question = Signal::derive(move || {
        held.with(|(request, _)| {
            use crate::api::TicketState::{Cancelled, Closed, Resolved};
            if matches!(request.summary.state, Resolved | Closed | Cancelled) {
                words::add_after()
            } else {
                words::add_message()
            }
            .to_owned()
        })
    });
    view! {
        <form
            class="card add-message"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <DropZone tray>
                <TextArea label=question value=text error=fault required=true most=BODY_MAX rows=3 on_submit=move |()| send() />
                <TrayList tray />
            </DropZone>
            <div class="form-actions">
                <button type="submit" class="btn btn-primary" disabled=move || busy.get() || tray.is_busy() aria-busy=move || busy.get().then_some("true")>
                    <Icon name="send" />
                    {words::send()}
                </button>
                <AttachButton tray />
                <span class="draft-note push">{words::draft_kept()}</span>
            </div>
        </form>
    }
}
