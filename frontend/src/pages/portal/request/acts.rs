//! Confirming, reopening, withdrawing.

use crate::lean::*;
use shared::text::BODY_MAX;

use super::{super::data, Held};
use crate::{
    api::{ApiError, Markdown},
    components::{Dialog, Remote, TextArea, Toaster, focus_first_error, use_toaster},
    words::{components as general, portal as words},
};

/// What every act needs of the request as it is shown: its id, and the version that the person saw.
fn shown(held: Signal<Held>) -> (crate::api::Id, i32) {
    held.with_untracked(|(request, _)| (request.summary.id.clone(), request.summary.version))
}

/// Shows what the act changed, or says why it was refused; a newer version on the server is loaded and looked at first.
fn settle(
    outcome: Result<data::RequestSummary, ApiError>,
    page: Remote<Option<Held>>,
    toaster: Toaster,
) -> bool {
    match outcome {
        Ok(summary) => {
            if let Some((mut request, answers)) = page.ready_untracked().flatten() {
                request.summary = summary;
                page.put(Some((request, answers)));
            }
            page.again();
            true
        }
        Err(error) => {
            if error.has_code("VERSION_CONFLICT") {
                page.again();
                toaster.warn(words::changed_meanwhile());
            } else {
                toaster.warn(error.sentence());
            }
            false
        }
    }
}

/// Says that it is solved.
pub async fn confirm(held: Signal<Held>, page: Remote<Option<Held>>, toaster: Toaster) -> bool {
    let (ticket, expected_version) = shown(held);
    settle(
        data::confirm(data::ConfirmInput {
            ticket,
            expected_version,
        })
        .await,
        page,
        toaster,
    )
}

/// Asks what is still wrong, and reopens.
#[component]
pub fn ReopenDialog(
    open: RwSignal<bool>,
    held: Signal<Held>,
    page: Remote<Option<Held>>,
) -> impl IntoView {
    let toaster = use_toaster();
    let reason = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let send = move || {
        let text = reason.get_untracked().trim().to_owned();
        if text.is_empty() {
            fault.set(Some(words::reason_needed().to_owned()));
            focus_first_error();
            return;
        }
        fault.set(None);
        busy.set(true);
        let (ticket, expected_version) = shown(held);
        leptos::task::spawn_local(async move {
            let outcome = data::reopen(data::ReopenInput {
                ticket,
                expected_version,
                reason: Markdown(text),
            })
            .await;
            busy.try_set(false);
            if settle(outcome, page, toaster) {
                reason.try_set(String::new());
                open.try_set(false);
                toaster.say(words::reopened());
            }
        });
    };
    view! {
        <Dialog open title=words::reopen_title() close_word=general::close()>
            <form
                class="form"
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    send();
                }
            >
                <TextArea label=words::reopen_question() value=reason error=fault required=true most=BODY_MAX on_submit=move |()| send() />
                <div class="dialog-actions">
                    <button type="button" class="btn" on:click=move |_| open.set(false)>{words::cancel()}</button>
                    <button type="submit" class="btn btn-primary" disabled=move || busy.get() aria-busy=move || busy.get().then_some("true")>
                        {words::reopen()}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}

/// Asks once, says what will happen, and withdraws.
#[component]
pub fn WithdrawDialog(
    open: RwSignal<bool>,
    held: Signal<Held>,
    page: Remote<Option<Held>>,
) -> impl IntoView {
    let toaster = use_toaster();
    let reason = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let send = move || {
        busy.set(true);
        let text = reason.get_untracked().trim().to_owned();
        let (ticket, expected_version) = shown(held);
        let reason = (!text.is_empty()).then_some(Markdown(text));
        leptos::task::spawn_local(async move {
            let outcome = data::withdraw(data::WithdrawInput {
                ticket,
                expected_version,
                reason,
            })
            .await;
            busy.try_set(false);
            if settle(outcome, page, toaster) {
                open.try_set(false);
                toaster.say(words::withdrawn());
            }
        });
    };
    view! {
        <Dialog open title=words::withdraw_title() close_word=general::close()>
            <p>{words::withdraw_text()}</p>
            <form
                class="form"
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    send();
                }
            >
                <TextArea label=words::withdraw_question() value=reason most=BODY_MAX rows=2 on_submit=move |()| send() />
                <div class="dialog-actions">
                    <button type="button" class="btn" on:click=move |_| open.set(false)>{words::keep_it()}</button>
                    <button
                        type="submit"
                        class="btn btn-primary btn-danger"
                        disabled=move || busy.get()
                        aria-busy=move || busy.get().then_some("true")
                    >
                        {words::withdraw()}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}
