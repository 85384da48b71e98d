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
        Avatar, Icon, Markdown, RelativeTime, Remote, TextArea, environment::use_viewer,
        use_toaster,
    },
    words::portal as words,
};

/// The conversation: what was asked first, then every message, then room for the next one.
#[component]
pub fn Talk(held: Signal<Held>, page: Remote<Option<Held>>) -> impl IntoView {
    let me = use_viewer().with_untracked(|viewer| viewer.person.id.clone());
    let asker = held.with_untracked(|(request, _)| request.summary.requester.clone());
    let asked_at = held.with_untracked(|(request, _)| request.summary.created_at);
    let description = memo(move |_| held.with(|(request, _)| request.description_html.clone()));
    let answers = held.with_untracked(|(_, answers)| answers.clone());
    let may_reply = memo(move |_| held.with(|(request, _)| request.viewer_can.reply));
    let messages = memo(move |_| {
        held.with(|(request, _)| {
            let all = request.conversation.nodes.iter();
            all.filter(|message| message.visibility == MessageVisibility::Public)
                .cloned()
                .collect::<Vec<_>>()
        })
    });
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
            </Bubble>
            <For each=move || messages.get() key=|message| message.id.inner().to_owned() let:message>
                <Bubble mine=message.author.id == me author=message.author at=message.created_at>
                    <Markdown html=message.body_html />
                </Bubble>
            </For>
            <Show when=move || may_reply.get()>
                <Composer held page />
            </Show>
        </section>
    }
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
    draft.keep(move || Some(text.get()).filter(|text| !text.trim().is_empty()));
    let send = move || {
        let body = text.get_untracked().trim().to_owned();
        if busy.get_untracked() {
            return;
        }
        if body.is_empty() {
            fault.set(Some(words::message_needed().to_owned()));
            return;
        }
        fault.set(None);
        busy.set(true);
        let input = data::SayInput {
            ticket: id.get_value(),
            body: crate::api::Markdown(body),
            idempotency_key: Some(draft.key()),
        };
        leptos::task::spawn_local(async move {
            match data::say(input).await {
                Ok(()) => {
                    text.try_set(String::new());
                    draft.again();
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
            <TextArea label=question value=text error=fault required=true most=BODY_MAX rows=3 on_submit=move |()| send() />
            <div class="form-actions">
                <button type="submit" class="btn btn-primary" disabled=move || busy.get() aria-busy=move || busy.get().then_some("true")>
                    <Icon name="send" />
                    {words::send()}
                </button>
                <span class="draft-note push">{words::draft_kept()}</span>
            </div>
        </form>
    }
}
