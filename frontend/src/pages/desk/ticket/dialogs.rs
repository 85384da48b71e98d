//! Next steps: some happen at once, some ask something first.

use crate::lean::*;
use leptos::html;
use wasm_bindgen_futures::spawn_local;

use super::{
    draft::Draft,
    store::{TicketStore, use_ticket},
};
use crate::{
    api::{
        HoldReason, LinkKind, Listed, Markdown, ResolutionCode, TicketKind, Timestamp, Transition,
    },
    components::{Dialog, environment::announce},
    pages::desk::operations::{
        Act, TicketCancelInput, TicketCloseInput, TicketConfirmInput, TicketDetail,
        TicketLinkInput, TicketPutOnHoldInput, TicketReopenInput, TicketResolveInput,
        TicketResumeInput, TicketStartInput, cancel, close, confirm, link, put_on_hold, reopen,
        resolve, resume, start,
    },
    words::{self, terms::Named},
};

/// The next steps of the ticket on this page.
#[derive(Clone, Copy)]
pub struct Steps {
    pub link: RwSignal<bool>,
    pub underway: RwSignal<Option<Transition>>,
    hold: RwSignal<bool>,
    resolve: RwSignal<bool>,
    reopen: RwSignal<bool>,
    cancel: RwSignal<bool>,
    store: TicketStore,
}

/// The steps of this page.
pub fn use_steps() -> Steps {
    expect_context()
}

impl Steps {
    /// Takes the step, or opens the form that it needs.
    pub fn take(self, transition: Transition) {
        match transition {
            Transition::PutOnHold => self.hold.set(true),
            Transition::Resolve => self.resolve.set(true),
            Transition::Reopen => self.reopen.set(true),
            Transition::Cancel => self.cancel.set(true),
            Transition::Start | Transition::Resume | Transition::Confirm | Transition::Close => {
                self.at_once(transition)
            }
        }
    }

    fn at_once(self, transition: Transition) {
        let Some(TicketDetail {
            id: ticket,
            version: expected_version,
            ..
        }) = self.store.now()
        else {
            return;
        };
        if self.underway.get_untracked().is_some() {
            return;
        }
        self.underway.set(Some(transition));
        spawn_local(async move {
            let act = match transition {
                Transition::Start => start(TicketStartInput {
                    ticket,
                    expected_version,
                }),
                Transition::Resume => resume(TicketResumeInput {
                    ticket,
                    expected_version,
                }),
                Transition::Confirm => confirm(TicketConfirmInput {
                    ticket,
                    expected_version,
                }),
                _ => close(TicketCloseInput {
                    ticket,
                    expected_version,
                }),
            };
            self.store.settle_aloud(act.await);
            _ = self.underway.try_set(None);
        });
    }
}

/// The page with the forms of its steps.
#[component]
pub fn TransitionDialogs(children: Children) -> impl IntoView {
    let steps = Steps {
        link: RwSignal::new(false),
        underway: RwSignal::new(None),
        hold: RwSignal::new(false),
        resolve: RwSignal::new(false),
        reopen: RwSignal::new(false),
        cancel: RwSignal::new(false),
        store: use_ticket(),
    };
    provide_context(steps);
    view! {
        {children()}
        <Dialog open=steps.hold title=words::ticket::hold_title() close_word=words::shell::close()><Hold steps/></Dialog>
        <Dialog open=steps.resolve title=words::ticket::resolve_title() close_word=words::shell::close()><Resolve steps/></Dialog>
        <Dialog open=steps.reopen title=words::ticket::reopen_title() close_word=words::shell::close()><Reopen steps/></Dialog>
        <Dialog open=steps.cancel title=words::ticket::cancel_title() close_word=words::shell::close()><Cancel steps/></Dialog>
        <Dialog open=steps.link title=words::ticket::link_title() close_word=words::shell::close()><Link steps/></Dialog>
    }
}

/// What all forms of a dialog have in common: the error, the buttons, and that they are sent once.
#[derive(Clone, Copy)]
struct Form {
    error: RwSignal<Option<String>>,
    sending: RwSignal<bool>,
    open: RwSignal<bool>,
}

impl Form {
    fn new(open: RwSignal<bool>) -> Self {
        Self {
            error: RwSignal::new(None),
            sending: RwSignal::new(false),
            open,
        }
    }

    /// Sends, and closes the dialog when it worked.
    fn send(self, store: TicketStore, act: Act, done: impl FnOnce() + 'static) {
        self.follow(store, act, Box::new(done));
    }

    fn follow(self, store: TicketStore, act: Act, done: Box<dyn FnOnce()>) {
        if self.sending.get_untracked() {
            return;
        }
        self.sending.set(true);
        self.error.set(None);
        spawn_local(async move {
            match store.settle(act.await) {
                Ok(()) => {
                    done();
                    _ = self.open.try_set(false);
                }
                Err(sentence) => _ = self.error.try_set(Some(sentence)),
            }
            _ = self.sending.try_set(false);
        });
    }

    fn foot(self, text: &'static str, danger: bool) -> impl IntoView {
        let class = if danger {
            "btn btn-primary btn-danger"
        } else {
            "btn btn-primary"
        };
        view! {
            {move || self.error.get().map(|sentence| view! { <p class="form-error" role="alert">{sentence}</p> })}
            <div class="dialog-actions">
                <button type="button" class="btn" on:click=move |_| self.open.set(false)>{words::ticket::not_now()}</button>
                <button type="submit" class=class aria-busy=move || self.sending.get().then_some("true")>{text}</button>
            </div>
        }
    }
}

/// A control with its label, and help below it; the control has the same id and is described by `{id}-help`.
#[component]
fn Labelled(
    id: &'static str,
    label: &'static str,
    #[prop(optional)] optional: bool,
    #[prop(into, optional)] help: String,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="field">
            <label class="field-label" for=id>
                {label}
                {optional.then(|| view! { " "<span class="field-optional">{words::components::optional()}</span> })}
            </label>
            {children()}
            {(!help.is_empty()).then(|| view! { <p class="field-help" id=format!("{id}-help")>{help}</p> })}
        </div>
    }
}

/// Puts the focus into the form's first field as soon as it is drawn.
fn focus_first<E>(node: NodeRef<E>)
where
    E: html::ElementType + 'static,
    E::Output: wasm_bindgen::JsCast + Clone + 'static,
{
    use wasm_bindgen::JsCast;
    effect(move |_| {
        if let Some(element) = node.get() {
            request_animation_frame(move || {
                if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
                    // A field that was just drawn can take the focus.
                    _ = element.focus();
                }
            });
        }
    });
}

#[component]
fn Hold(steps: Steps) -> impl IntoView {
    let form = Form::new(steps.hold);
    let first = NodeRef::<html::Select>::new();
    focus_first(first);
    let Some(ticket) = steps.store.now() else {
        return ().into_any();
    };
    let offers = StoredValue::new(ticket.department.state_settings.hold_reasons);
    let usual = offers.with_value(|offers| {
        let waits = HoldReason::WaitingForRequester;
        let usual = offers.iter().find(|offer| offer.reason == waits);
        usual.or(offers.first()).copied()
    });
    let reason = RwSignal::new(usual.map_or(HoldReason::WaitingForRequester, |usual| usual.reason));
    let wake_up = RwSignal::new(local_text(working_morning(
        usual.map_or(1, |usual| usual.wake_up_days),
    )));
    // The date follows the reason until somebody writes one.
    let written = StoredValue::new(false);
    let choose = move |chosen: HoldReason| {
        reason.set(chosen);
        let days = offers.with_value(|offers| {
            let offer = offers.iter().find(|offer| offer.reason == chosen);
            offer.map(|offer| offer.wake_up_days)
        });
        if let Some(days) = days.filter(|_| !written.get_value()) {
            wake_up.set(local_text(working_morning(days)));
        }
    };
    let message = RwSignal::new(String::new());
    let submit = move || {
        let Some(ticket) = steps.store.now() else {
            return;
        };
        let Some(wake_up_at) = from_local_text(&wake_up.get_untracked()) else {
            form.error
                .set(Some(words::ticket::wake_up_missing().to_owned()));
            return;
        };
        let text = message.get_untracked();
        let input = TicketPutOnHoldInput {
            ticket: ticket.id,
            expected_version: ticket.version,
            reason: reason.get_untracked(),
            wake_up_at,
            message: (!text.trim().is_empty()).then_some(Markdown(text)),
        };
        form.send(steps.store, put_on_hold(input), || {
            announce(words::terms_words::state_on_hold())
        });
    };
    view! {
        <form class="stack" on:submit=move |event| { event.prevent_default(); submit(); }>
            <Labelled id="hold-reason" label=words::ticket::hold_reason() help=words::ticket::hold_help()>
                <select class="input" id="hold-reason" aria-describedby="hold-reason-help" node_ref=first on:change=move |event| {
                    if let Some(chosen) = HoldReason::from_key(&event_target_value(&event)) {
                        choose(chosen);
                    }
                }>
                    {offers.get_value().into_iter().map(|offer| offer.reason).map(|choice| view! {
                        <option value=choice.key() selected=choice == reason.get_untracked()>{choice.word()}</option>
                    }).collect_view()}
                </select>
            </Labelled>
            <Labelled id="hold-wake-up" label=words::ticket::wake_up() help=words::ticket::wake_up_help()>
                <input class="input" id="hold-wake-up" aria-describedby="hold-wake-up-help" type="datetime-local" required=true
                    prop:value=move || wake_up.get() on:input=move |event| { written.set_value(true); wake_up.set(event_target_value(&event)); }/>
            </Labelled>
            <Labelled id="hold-message" label=words::ticket::hold_message() optional=true help=words::ticket::hold_message_help()>
                <textarea class="input" id="hold-message" aria-describedby="hold-message-help" rows="3" prop:value=move || message.get() on:input=move |event| message.set(event_target_value(&event))></textarea>
            </Labelled>
            {form.foot(words::terms_words::transition_put_on_hold(), false)}
        </form>
    }
    .into_any()
}

#[component]
fn Resolve(steps: Steps) -> impl IntoView {
    let form = Form::new(steps.resolve);
    let first = NodeRef::<html::Select>::new();
    focus_first(first);
    let Some(ticket) = steps.store.now() else {
        return ().into_any();
    };
    let usual = if ticket.kind == TicketKind::ServiceRequest {
        ResolutionCode::Fulfilled
    } else {
        ResolutionCode::Solved
    };
    let offered = ticket.department.state_settings.resolution_codes;
    let usual = if offered.contains(&usual) {
        usual
    } else {
        offered.first().copied().unwrap_or(usual)
    };
    let code = RwSignal::new(usual);
    let draft = Draft::open(&format!("{}.resolution", ticket.id.inner()));
    let submit = move || {
        let Some(ticket) = steps.store.now() else {
            return;
        };
        let text = draft.text.get_untracked();
        if text.trim().is_empty() {
            form.error
                .set(Some(words::ticket::resolution_missing().to_owned()));
            return;
        }
        let input = TicketResolveInput {
            ticket: ticket.id,
            expected_version: ticket.version,
            code: code.get_untracked(),
            message: Markdown(text),
        };
        form.send(steps.store, resolve(input), move || {
            draft.clear();
            announce(words::terms_words::state_resolved());
        });
    };
    view! {
        <form class="stack" on:submit=move |event| { event.prevent_default(); submit(); }>
            <Labelled id="resolution-code" label=words::ticket::resolution_code()>
                <select class="input" id="resolution-code" node_ref=first on:change=move |event| {
                    if let Some(chosen) = ResolutionCode::from_key(&event_target_value(&event)) {
                        code.set(chosen);
                    }
                }>
                    {offered.into_iter().map(|choice| view! {
                        <option value=choice.key() selected=choice == usual>{choice.word()}</option>
                    }).collect_view()}
                </select>
            </Labelled>
            <Labelled id="resolution-message" label=words::ticket::resolution_message() help=words::ticket::resolution_help(ticket.requester.name)>
                <textarea class="input" id="resolution-message" aria-describedby="resolution-message-help" rows="5" aria-required="true" prop:value=move || draft.text.get()
                    on:input=move |event| draft.write(event_target_value(&event))
                    on:keydown=move |event| if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) { event.prevent_default(); submit(); }></textarea>
            </Labelled>
            {form.foot(words::terms_words::transition_resolve(), false)}
        </form>
    }
    .into_any()
}

#[component]
fn Reopen(steps: Steps) -> impl IntoView {
    let form = Form::new(steps.reopen);
    let first = NodeRef::<html::Textarea>::new();
    focus_first(first);
    let reason = RwSignal::new(String::new());
    let submit = move || {
        let Some(ticket) = steps.store.now() else {
            return;
        };
        let text = reason.get_untracked();
        if text.trim().is_empty() {
            form.error
                .set(Some(words::ticket::reopen_missing().to_owned()));
            return;
        }
        let input = TicketReopenInput {
            ticket: ticket.id,
            expected_version: ticket.version,
            reason: Markdown(text),
        };
        form.send(steps.store, reopen(input), || ());
    };
    view! {
        <form class="stack" on:submit=move |event| { event.prevent_default(); submit(); }>
            <Labelled id="reopen-reason" label=words::ticket::reopen_reason()>
                <textarea class="input" id="reopen-reason" rows="4" node_ref=first aria-required="true" prop:value=move || reason.get()
                    on:input=move |event| reason.set(event_target_value(&event))></textarea>
            </Labelled>
            {form.foot(words::terms_words::transition_reopen(), false)}
        </form>
    }
}

#[component]
fn Cancel(steps: Steps) -> impl IntoView {
    let form = Form::new(steps.cancel);
    let first = NodeRef::<html::Textarea>::new();
    focus_first(first);
    let reason = RwSignal::new(String::new());
    let submit = move || {
        let Some(ticket) = steps.store.now() else {
            return;
        };
        let text = reason.get_untracked();
        let input = TicketCancelInput {
            ticket: ticket.id,
            expected_version: ticket.version,
            reason: (!text.trim().is_empty()).then_some(Markdown(text)),
        };
        form.send(steps.store, cancel(input), || ());
    };
    view! {
        <form class="stack" on:submit=move |event| { event.prevent_default(); submit(); }>
            <p>{words::ticket::cancel_text()}</p>
            <Labelled id="cancel-reason" label=words::ticket::cancel_reason() optional=true>
                <textarea class="input" id="cancel-reason" rows="3" node_ref=first prop:value=move || reason.get()
                    on:input=move |event| reason.set(event_target_value(&event))></textarea>
            </Labelled>
            {form.foot(words::ticket::cancel_ticket(), true)}
        </form>
    }
}

#[component]
fn Link(steps: Steps) -> impl IntoView {
    let form = Form::new(steps.link);
    let first = NodeRef::<html::Input>::new();
    focus_first(first);
    let kind = RwSignal::new(LinkKind::RelatesTo);
    let other = RwSignal::new(String::new());
    let submit = move || {
        let Some(ticket) = steps.store.now() else {
            return;
        };
        let text = other.get_untracked().trim().to_uppercase();
        if text.is_empty() {
            form.error
                .set(Some(words::ticket::link_missing().to_owned()));
            return;
        }
        form.send(
            steps.store,
            link(TicketLinkInput {
                ticket: ticket.id,
                kind: kind.get_untracked(),
                other: text,
            }),
            || (),
        );
    };
    view! {
        <form class="stack" on:submit=move |event| { event.prevent_default(); submit(); }>
            <Labelled id="link-other" label=words::ticket::link_other()>
                <input class="input" id="link-other" node_ref=first placeholder="INC-000123" autocomplete="off" aria-required="true"
                    prop:value=move || other.get() on:input=move |event| other.set(event_target_value(&event))/>
            </Labelled>
            <Labelled id="link-kind" label=words::ticket::link_kind()>
                <select class="input" id="link-kind" on:change=move |event| {
                    if let Some(chosen) = LinkKind::from_key(&event_target_value(&event)) {
                        kind.set(chosen);
                    }
                }>
                    {LinkKind::ALL.iter().map(|choice| view! { <option value=choice.key()>{choice.word()}</option> }).collect_view()}
                </select>
            </Labelled>
            {form.foot(words::ticket::link(), false)}
        </form>
    }
}

/// Nine o'clock on a working day, at least so many days ahead.
fn working_morning(days: i32) -> js_sys::Date {
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds since 1970 are exact below 2^53"
    )]
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(
        crate::api::now().as_millis() as f64,
    ));
    date.set_hours(9);
    date.set_minutes(0);
    date.set_seconds(0);
    date.set_date(date.get_date() + days.unsigned_abs().max(1));
    while matches!(date.get_day(), 0 | 6) {
        date.set_date(date.get_date() + 1);
    }
    date
}

/// As a field for local times holds it.
fn local_text(date: js_sys::Date) -> String {
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}",
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date(),
        date.get_hours(),
        date.get_minutes()
    )
}

/// The instant that the field means, by the browser's zone.
fn from_local_text(text: &str) -> Option<Timestamp> {
    let millis = js_sys::Date::parse(text);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds since 1970 fit"
    )]
    millis
        .is_finite()
        .then(|| Timestamp::from_millis(millis as i64))
}
