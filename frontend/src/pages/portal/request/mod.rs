//! A request's own page: where it stands, what comes next, what was said, what one can do.

mod acts;
mod conversation;
mod sharing;
mod standing;

use crate::lean::*;
use leptos::leptos_dom::logging::console_log;
use leptos_router::hooks::use_params_map;

use self::{conversation::Talk, sharing::Facts, standing::Standing};
use super::{
    data::{self, Answer, RequestChange, RequestDetail},
    progress::Progress,
};
use crate::{
    components::{
        EmptyState, Icon, RelativeTime, Remote, Skeleton,
        environment::{announce, use_title, use_viewer},
    },
    live::{self, Heard},
    words::portal as words,
};

/// What the page holds: the request, and what its form was filled in with.
pub type Held = (RequestDetail, Vec<Answer>);

/// The page.
#[component]
pub fn Request() -> impl IntoView {
    let params = use_params_map();
    let me = use_viewer().with_untracked(|viewer| viewer.person.id.clone());
    let reference =
        memo(move |_| params.with(|params| params.get("reference").unwrap_or_default()));
    let held = Remote::new(move || {
        let reference = reference.get();
        async move {
            data::fetch_request(reference)
                .await
                .map_err(|error| error.sentence())
        }
    });
    let title = memo(move |_| {
        held.ready().flatten().map_or_else(
            || words::request().to_owned(),
            |(request, _)| request.summary.title,
        )
    });
    use_title(move || title.get());

    let subscription = StoredValue::new_local(None::<live::Subscription>);
    let id = memo(move |_| {
        held.ready()
            .flatten()
            .map(|(request, _)| request.summary.id.inner().to_owned())
    });
    effect(move |_| {
        subscription.set_value(None);
        let Some(id) = id.get() else { return };
        let since = held
            .ready_untracked()
            .flatten()
            .map(|(request, _)| request.as_of);
        let me = me.clone();
        let changed = live::subscribe(
            since,
            move |since| data::request_changed(&id, since),
            move |event| match event.ticket_changed {
                RequestChange::TicketUpsert(upsert) => {
                    if let Some((before, answers)) = held.ready_untracked().flatten() {
                        let request = upsert.ticket.0;
                        tell(&before, &request, &me);
                        held.put(Some((request, answers)));
                    }
                    Heard::UpTo(upsert.sequence)
                }
                RequestChange::QueueRemove(removed) => {
                    console_log(&format!("{} is no longer visible", removed.id.inner()));
                    held.put(None);
                    Heard::Enough
                }
                RequestChange::Resync(resync) => {
                    console_log(&format!("the request is loaded anew: {}", resync.reason));
                    held.again();
                    Heard::UpTo(resync.sequence)
                }
                RequestChange::Other => Heard::Nothing,
            },
        );
        subscription.set_value(Some(changed));
    });

    view! {
        <div class="request">
            <div class="request-head">
                <a class="back" href="/requests"><Icon name="arrow-left" class="icon-s" />{words::my_requests()}</a>
                <h1>{move || title.get()}</h1>
                {move || held.ready().flatten().map(|(request, _)| head_line(&request))}
            </div>
            {held
                .view(
                    || view! { <div class="card card-pad"><Skeleton lines=6 /></div> }.into_any(),
                    move |found| {
                        let there = memo(move |_| found.with(Option::is_some));
                        view! {
                            <Show when=move || there.get() fallback=gone>
                                {move || {
                                    let first = found.with_untracked(Clone::clone)?;
                                    let current = Signal::derive(move || found.get().unwrap_or_else(|| first.clone()));
                                    Some(view! { <Standing held=current page=held /> <Talk held=current page=held /> <Facts held=current page=held /> })
                                }}
                            </Show>
                        }
                        .into_any()
                    },
                )}
        </div>
    }
}

fn gone() -> impl IntoView {
    view! {
        <div class="card request-now">
            <EmptyState icon="eye-off" title=words::no_request() text=words::no_request_text()>
                <a class="btn" href="/requests">{words::my_requests()}</a>
            </EmptyState>
        </div>
    }
}

fn head_line(request: &RequestDetail) -> impl IntoView + use<> {
    let summary = &request.summary;
    let for_other = (summary.requested_for.id != summary.requester.id)
        .then(|| words::for_person(&summary.requested_for.name));
    view! {
        <p class="request-meta">
            <span>{summary.department.name.clone()}</span>
            <span aria-hidden="true">"·"</span>
            <span>{words::asked()} " " <RelativeTime at=summary.created_at /></span>
            {for_other.map(|text| view! { <span aria-hidden="true">"·"</span> <span>{text}</span> })}
            <span aria-hidden="true">"·"</span>
            <span class="ref">{summary.reference.clone()}</span>
        </p>
    }
}

/// Says what is new to those who listen, in one sentence.
fn tell(before: &RequestDetail, after: &RequestDetail, me: &crate::api::Id) {
    let stood = Progress::of(before.summary.state, before.summary.hold_reason);
    let stands = Progress::of(after.summary.state, after.summary.hold_reason);
    let known = before.conversation.nodes.len();
    let word = after
        .conversation
        .nodes
        .get(known..)
        .unwrap_or_default()
        .iter()
        .rev()
        .find(|message| message.author.id != *me);
    if let Some(message) = word {
        announce(words::new_message_from(&message.author.name));
    } else if stood.label != stands.label {
        announce(words::now_stands(stands.label));
    }
}
