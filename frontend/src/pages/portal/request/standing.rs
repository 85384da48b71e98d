//! Where a request stands, what happens next and by when, and what its requester can do now.

use crate::lean::*;
use leptos_router::hooks::use_query_map;
use wasm_bindgen::JsCast;

use super::{
    super::{
        card::when,
        data::{self, RequestDetail},
        progress::{Progress, Promise, Stage, first_name, pause_sentence, step_words},
    },
    Held,
    acts::{ReopenDialog, WithdrawDialog, confirm},
};
use crate::{
    api::{Id, Markdown, Timestamp, Transition, fresh_key},
    components::{
        Chip, Icon, PathStep, ProgressPath, Remote, environment::use_viewer, use_toaster,
    },
    live,
    words::{format, portal as words},
};

/// Seconds after which somebody who waits may ask for news.
const DAY: i64 = 86_400;

/// The card on top of the page.
#[component]
pub fn Standing(held: Signal<Held>, page: Remote<Option<Held>>) -> impl IntoView {
    let toaster = use_toaster();
    let zone =
        StoredValue::new(use_viewer().with_untracked(|viewer| viewer.person.timezone.clone()));
    let me = StoredValue::new(use_viewer().with_untracked(|viewer| viewer.person.id.clone()));
    let now = live::now();
    let progress = memo(move |_| {
        held.with(|(request, _)| Progress::of(request.summary.state, request.summary.hold_reason))
    });
    let may = move |transition: Transition| {
        memo(move |_| {
            held.with(|(request, _)| request.summary.available_transitions.contains(&transition))
        })
    };
    let (may_confirm, may_reopen, may_withdraw) = (
        may(Transition::Confirm),
        may(Transition::Reopen),
        may(Transition::Cancel),
    );
    let may_reply = memo(move |_| held.with(|(request, _)| request.viewer_can.reply));
    let reopening = RwSignal::new(false);
    let withdrawing = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let asks_to_reopen = use_query_map().with_untracked(|query| query.get("reopen").is_some());
    if asks_to_reopen && may_reopen.get_untracked() {
        reopening.set(true);
    }

    let next = memo(move |_| {
        held.with(|(request, _)| {
            let request = &request.summary;
            let who = request
                .assignee
                .as_ref()
                .map(|person| first_name(&person.name));
            match progress.get().stage {
                Stage::WaitingForYou => words::next_waiting_for_you().to_owned(),
                Stage::Received => words::next_received(&request.department.name),
                Stage::Working => match who {
                    Some(who) => words::next_working(who),
                    None => words::next_working_team(&request.department.name),
                },
                Stage::Paused(reason) => pause_sentence(
                    reason,
                    request
                        .wake_up_at
                        .map(|at| zone.with_value(|zone| format::day(at, zone))),
                ),
                Stage::Solved if may_confirm.get() => words::next_solved().to_owned(),
                Stage::Solved | Stage::Closed => words::next_closed().to_owned(),
                Stage::Withdrawn => words::next_withdrawn().to_owned(),
            }
        })
    });
    let promise = {
        let now = now.clone();
        memo(move |_| {
            if !progress.get().is_open() || progress.get().stage == Stage::WaitingForYou {
                return None;
            }
            match Promise::at(
                held.with(|(request, _)| request.summary.expected_by),
                now.get(),
            ) {
                Promise::None => None,
                Promise::By(by) => Some((
                    false,
                    words::done_by(zone.with_value(|zone| when(by, now.get(), zone))),
                )),
                Promise::Late => Some((true, words::longer_than_planned().to_owned())),
            }
        })
    };
    let news = {
        let now = now.clone();
        memo(move |_| {
            me.with_value(|me| held.with(|(request, _)| News::of(request, me, now.get())))
        })
    };
    let ask_for_news = move |_| {
        busy.set(true);
        let ticket = held.with_untracked(|(request, _)| request.summary.id.clone());
        leptos::task::spawn_local(async move {
            let said = data::say(data::SayInput {
                ticket,
                body: Markdown(words::news_wanted().to_owned()),
                attachments: Vec::new(),
                idempotency_key: Some(fresh_key()),
            })
            .await;
            busy.try_set(false);
            match said {
                Ok(()) => {
                    toaster.say(words::news_sent());
                    page.again();
                }
                Err(error) => toaster.warn(error.sentence()),
            }
        });
    };
    let steps = Signal::derive(move || {
        let states = progress.get().steps;
        step_words()
            .into_iter()
            .zip(states)
            .map(|(text, state)| PathStep {
                text: text.to_owned(),
                state,
            })
            .collect::<Vec<_>>()
    });
    let resolution = memo(move |_| {
        let done = matches!(progress.get().stage, Stage::Solved | Stage::Closed);
        held.with(|(request, _)| request.resolution_message.clone())
            .filter(|_| done)
            .map(|Markdown(text)| text)
    });
    let say_yes = move |_| {
        busy.set(true);
        leptos::task::spawn_local(async move {
            let ok = confirm(held, page, toaster).await;
            busy.try_set(false);
            if ok {
                toaster.say(words::thanks_confirmed());
            }
        });
    };
    view! {
        <section class="card request-now" aria-label=words::progress() data-tone=move || progress.get().tone.as_str()>
            <div class="request-next">
                <div>
                    <Chip
                        tone=Signal::derive(move || progress.get().tone)
                        icon=Signal::derive(move || progress.get().icon.to_owned())
                        text=Signal::derive(move || progress.get().label.to_owned())
                    />
                </div>
                <strong>{move || next.get()}</strong>
                {move || {
                    promise
                        .get()
                        .map(|(late, text)| {
                            let tone = if late { "warn" } else { "neutral" };
                            view! {
                                <p class="row ink" data-tone=tone>
                                    <Icon name=if late { "hourglass" } else { "clock" } />
                                    {text}
                                </p>
                            }
                        })
                }}
                {move || resolution.get().map(|text| view! { <p class="resolution" dir="auto">{text}</p> })}
            </div>
            <ProgressPath label=words::progress() steps />
            <div class="request-acts">
                <Show when=move || progress.get().stage == Stage::WaitingForYou && may_reply.get()>
                    <button type="button" class="btn btn-primary" on:click=|_| to_composer()>
                        <Icon name="reply" />
                        {words::answer_now()}
                    </button>
                </Show>
                <Show when=move || may_confirm.get()>
                    <button type="button" class="btn btn-primary" disabled=move || busy.get() aria-busy=move || busy.get().then_some("true") on:click=say_yes>
                        <Icon name="check" />
                        {words::yes_solved()}
                    </button>
                </Show>
                <Show when=move || may_reopen.get()>
                    <button type="button" class="btn" on:click=move |_| reopening.set(true)>
                        <Icon name="undo-2" />
                        {words::no_reopen_long()}
                    </button>
                </Show>
                <Show when=move || news.get() == News::Offered>
                    <button type="button" class="btn" disabled=move || busy.get() aria-busy=move || busy.get().then_some("true") on:click=ask_for_news>
                        <Icon name="bell" />
                        {words::ask_for_news()}
                    </button>
                </Show>
                <Show when=move || news.get() == News::Asked>
                    <p class="row muted"><Icon name="check" />{words::news_asked()}</p>
                </Show>
                <Show when=move || may_withdraw.get()>
                    <button type="button" class="btn btn-quiet" on:click=move |_| withdrawing.set(true)>
                        {words::withdraw()}
                    </button>
                </Show>
            </div>
            <ReopenDialog open=reopening held page />
            <WithdrawDialog open=withdrawing held page />
        </section>
    }
}

/// Whether somebody may ask for news with one press.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum News {
    /// It is not the requester who waits, or they wrote within the last day.
    Not,
    /// They may.
    Offered,
    /// They did so within the last day.
    Asked,
}

impl News {
    fn of(request: &RequestDetail, me: &Id, now: Timestamp) -> Self {
        let summary = &request.summary;
        let stage = Progress::of(summary.state, summary.hold_reason).stage;
        let waits = matches!(stage, Stage::Received | Stage::Working | Stage::Paused(_));
        let mine = summary.requester.id == *me || summary.requested_for.id == *me;
        if !waits || !mine || !request.viewer_can.reply {
            return Self::Not;
        }
        let last = request
            .conversation
            .nodes
            .iter()
            .rfind(|message| message.author.id == *me);
        let wrote_at = last.map_or(summary.created_at, |message| message.created_at);
        if wrote_at.plus_seconds(DAY) <= now {
            return Self::Offered;
        }
        match last {
            Some(message) if message.body_html.contains(words::news_wanted()) => Self::Asked,
            _ => Self::Not,
        }
    }
}

/// Puts the focus where an answer is written.
fn to_composer() {
    let found = document()
        .query_selector(".add-message textarea")
        .ok()
        .flatten();
    if let Some(area) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
        area.scroll_into_view();
        _ = area.focus();
    }
}
