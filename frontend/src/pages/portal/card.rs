//! A request in a list: title, where it stands, what comes next.

use crate::lean::*;

use super::{
    data::{self, RequestSummary},
    progress::{Progress, Promise, Stage, first_name, pause_sentence},
    requests::use_my_requests,
};
use crate::{
    api::{Timestamp, Transition},
    components::{Chip, Icon, ProgressSteps, environment::use_viewer, use_toaster},
    live,
    words::{format, portal as words},
};

/// Where a request leads.
pub fn address(reference: &str) -> String {
    format!("/requests/{reference}")
}

/// A request as a card of a list; everything in it follows the row's signal.
#[component]
pub fn RequestCard(
    /// The row.
    #[prop(into)]
    request: Signal<RequestSummary>,
) -> impl IntoView {
    let zone = use_viewer().with_untracked(|viewer| viewer.person.timezone.clone());
    let me = use_viewer().with_untracked(|viewer| viewer.person.id.clone());
    let now = live::now();
    let progress =
        memo(move |_| request.with(|request| Progress::of(request.state, request.hold_reason)));
    let note =
        memo(move |_| request.with(|request| note(request, progress.get(), now.get(), &zone)));
    let for_whom = move || {
        request.with(|request| {
            if request.requested_for.id != me {
                Some(words::for_person(&request.requested_for.name))
            } else if request.requester.id != me {
                Some(words::asked_by(&request.requester.name))
            } else {
                None
            }
        })
    };
    let may_confirm = memo(move |_| {
        request.with(|request| request.available_transitions.contains(&Transition::Confirm))
    });
    view! {
        <article class="rq">
            <div class="rq-top">
                <a class="rq-title" href=move || request.with(|request| address(&request.reference))>
                    {move || request.with(|request| request.title.clone())}
                </a>
                <Chip
                    tone=Signal::derive(move || progress.get().tone)
                    icon=Signal::derive(move || progress.get().icon.to_owned())
                    text=Signal::derive(move || progress.get().label.to_owned())
                />
            </div>
            <ProgressSteps steps=Signal::derive(move || progress.get().steps.to_vec()) />
            <p class="rq-note" data-tone=move || if progress.get().stage == Stage::WaitingForYou { "warn" } else { "neutral" }>
                {move || note.get()} {move || for_whom().map(|text| format!(" · {text}"))}
            </p>
            <Show when=move || may_confirm.get()>
                <WasThisRight request />
            </Show>
        </article>
    }
}

/// "Was this right? Yes · No": the first answer at once, the second on the request's page, where a reason is asked for.
#[component]
fn WasThisRight(request: Signal<RequestSummary>) -> impl IntoView {
    let toaster = use_toaster();
    let requests = use_my_requests();
    let busy = RwSignal::new(false);
    let yes = move |_| {
        busy.set(true);
        let (ticket, expected_version) =
            request.with_untracked(|request| (request.id.clone(), request.version));
        leptos::task::spawn_local(async move {
            match data::confirm(data::ConfirmInput {
                ticket,
                expected_version,
            })
            .await
            {
                Ok(request) => {
                    requests.patch(request);
                    toaster.say(words::thanks_confirmed());
                }
                Err(error) => toaster.warn(error.sentence()),
            }
            busy.try_set(false);
        });
    };
    view! {
        <div class="rq-acts">
            <span class="rq-note">{words::was_this_right()}</span>
            <button
                type="button"
                class="btn btn-small"
                aria-label=move || request.with(|request| words::yes_solved_named(&request.title))
                disabled=move || busy.get()
                on:click=yes
            >
                <Icon name="check" />
                {words::yes()}
            </button>
            <a
                class="btn btn-small"
                href=move || request.with(|request| format!("{}?reopen", address(&request.reference)))
                aria-label=move || request.with(|request| words::no_reopen_named(&request.title))
            >
                {words::no_reopen()}
            </a>
        </div>
    }
}

/// The line under the bars: what happens next and by when.
fn note(request: &RequestSummary, progress: Progress, now: Timestamp, zone: &str) -> String {
    let who = request
        .assignee
        .as_ref()
        .map(|person| first_name(&person.name));
    let promise = match Promise::at(request.expected_by, now) {
        Promise::None => None,
        Promise::By(by) => Some(words::expected_by(when(by, now, zone))),
        Promise::Late => Some(words::taking_longer().to_owned()),
    };
    let first = match progress.stage {
        Stage::WaitingForYou => return words::note_waiting_for_you().to_owned(),
        Stage::Solved | Stage::Closed => {
            return words::solved_at(format::relative(
                request.resolved_at.unwrap_or(request.updated_at),
                now,
            ));
        }
        Stage::Withdrawn => return words::withdrawn_at(format::relative(request.updated_at, now)),
        Stage::Received => words::note_received(&request.department.name),
        Stage::Paused(reason) => {
            return pause_sentence(reason, request.wake_up_at.map(|at| format::day(at, zone)));
        }
        Stage::Working => match who {
            Some(who) => words::note_working(who),
            None => words::note_working_team(&request.department.name),
        },
    };
    match promise {
        Some(promise) => format!("{first} · {promise}"),
        None => first,
    }
}

/// A coming instant as people say it: the time alone today, else the day with it.
pub fn when(instant: Timestamp, now: Timestamp, zone: &str) -> String {
    if format::day(instant, zone) == format::day(now, zone) {
        words::today_at(format::time_of_day(instant, zone))
    } else {
        format::day_and_time(instant, zone)
    }
}
