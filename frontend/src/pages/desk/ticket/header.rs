//! Reference, title, state, and the next steps as buttons.

use crate::lean::*;
use leptos::html;

use super::{
    changes::Change,
    dialogs::{Steps, use_steps},
    store::use_ticket,
};
use crate::{
    api::Transition,
    components::{
        Chip, Icon, Tone,
        environment::{Shortcut, ShortcutGroup, focus_heading, use_shortcuts, use_viewer},
    },
    pages::desk::{
        queue::{priority_tone, state_tone},
        workspace::use_workspace,
    },
    words::{self, format, terms::Named},
};

/// The head of the ticket's page.
#[component]
pub fn Header() -> impl IntoView {
    let store = use_ticket();
    let steps = use_steps();
    let workspace = use_workspace();
    let viewer = use_viewer();
    let state = store.part(|ticket| (ticket.state, ticket.hold_reason, ticket.wake_up_at));
    let priority = store.part(|ticket| ticket.priority);
    let reference = store.part(|ticket| (ticket.reference.clone(), ticket.kind));
    let reopened = store.part(|ticket| ticket.reopen_count);
    let vip = store.part(|ticket| ticket.requester.vip);
    let transitions = store.part(|ticket| ticket.available_transitions.clone());
    let can_link = store.part(|ticket| ticket.viewer_can.link);
    let row = NodeRef::<html::Div>::new();

    let offered = move |transition: Transition| {
        store.ticket.with_untracked(|ticket| {
            ticket
                .as_ref()
                .is_some_and(|ticket| ticket.available_transitions.contains(&transition))
        })
    };
    use_shortcuts(vec![
        Shortcut::new(
            "e",
            words::ticket::key_resolve(),
            ShortcutGroup::Ticket,
            move || {
                if offered(Transition::Resolve) {
                    steps.take(Transition::Resolve);
                }
            },
        ),
        Shortcut::new(
            "s",
            words::ticket::key_state(),
            ShortcutGroup::Ticket,
            move || {
                if let Some(first) = row.get_untracked().and_then(|row| first_button(&row)) {
                    // A button that is on the page can take the focus.
                    _ = first.focus();
                }
            },
        ),
        Shortcut::new(
            "l",
            words::ticket::key_link(),
            ShortcutGroup::Ticket,
            move || {
                if can_link.get_untracked() == Some(true) {
                    steps.link.set(true);
                }
            },
        ),
    ]);
    view! {
        <header class="ticket-head">
            <div class="row row-wrap">
                <button type="button" class="btn btn-quiet btn-icon btn-small ticket-back" aria-label=words::ticket::back_to_list()
                    on:click=move |_| workspace.open(None)><Icon name="arrow-left"/></button>
                {move || reference.get().map(|(reference, kind)| view! {
                    <span class="ref" title=kind.word()>{reference}</span>
                })}
                {move || state.get().map(|(state, reason, wake_up_at)| {
                    let text = match reason {
                        Some(reason) if state == crate::api::TicketState::OnHold => {
                            words::ticket::state_because(state.word(), format::lower_first(reason.word()))
                        }
                        _ => state.word().to_owned(),
                    };
                    let until = wake_up_at.filter(|_| state == crate::api::TicketState::OnHold).map(|at| {
                        let when = viewer.with_untracked(|viewer| format::day_and_time(at, &viewer.person.timezone));
                        view! { <span class="muted until">{words::ticket::until(when)}</span> }
                    });
                    view! { <Chip tone=state_tone(state) text/>{until} }
                })}
                {move || priority.get().map(|priority| view! { <Chip tone=priority_tone(priority) text=priority.word()/> })}
                {move || (vip.get() == Some(true)).then(|| view! { <Chip tone=Tone::Accent text=words::ticket::vip()/> })}
                {move || reopened.get().filter(|count| *count > 0).map(|count| view! {
                    <Chip tone=Tone::Warn text=words::ticket::reopened(i64::from(count))/>
                })}
                <span class="grow"></span>
                <button type="button" class="btn btn-quiet btn-icon btn-small ticket-close" aria-label=words::ticket::key_close() title=words::ticket::key_close()
                    on:click=move |_| workspace.open(None)><Icon name="x"/></button>
            </div>
            <Title/>
            <div class="row row-wrap steps-row" node_ref=row>
                {move || {
                    let all = transitions.get().unwrap_or_default();
                    ordered(&all).into_iter().enumerate().map(|(index, transition)| step(steps, transition, index == 0)).collect_view()
                }}
                {move || (can_link.get() == Some(true)).then(|| view! {
                    <button type="button" class="btn btn-quiet" on:click=move |_| steps.link.set(true)>
                        <Icon name="link"/>{words::ticket::link()}<kbd>"l"</kbd>
                    </button>
                })}
            </div>
        </header>
    }
}

/// The step that most often comes next stands first.
fn ordered(all: &[Transition]) -> Vec<Transition> {
    const ORDER: [Transition; 8] = [
        Transition::Start,
        Transition::Resume,
        Transition::Resolve,
        Transition::Confirm,
        Transition::PutOnHold,
        Transition::Reopen,
        Transition::Close,
        Transition::Cancel,
    ];
    ORDER
        .into_iter()
        .filter(|transition| all.contains(transition))
        .collect()
}

fn step(steps: Steps, transition: Transition, first: bool) -> impl IntoView {
    let class = match (first, transition) {
        (true, _) => "btn btn-primary",
        (_, Transition::Cancel) => "btn btn-quiet btn-danger",
        _ => "btn",
    };
    view! {
        <button
            type="button"
            class=class
            aria-busy=move || (steps.underway.get() == Some(transition)).then_some("true")
            on:click=move |_| steps.take(transition)
        >
            {transition.word()}
            {(transition == Transition::Resolve).then(|| view! { <kbd>"e"</kbd> })}
        </button>
    }
}

fn first_button(row: &web_sys::Element) -> Option<web_sys::HtmlElement> {
    use wasm_bindgen::JsCast;
    row.query_selector("button").ok().flatten()?.dyn_into().ok()
}

/// The title; a press on the pencil makes it a field.
#[component]
fn Title() -> impl IntoView {
    let store = use_ticket();
    let title = store.part(|ticket| ticket.title.clone());
    let can_edit = store.part(|ticket| ticket.viewer_can.edit);
    let editing = RwSignal::new(false);
    let input = NodeRef::<html::Input>::new();
    let problem = RwSignal::new(None::<String>);
    let stop = move || {
        editing.set(false);
        request_animation_frame(focus_heading);
    };
    let save = move || {
        let Some(field) = input.get_untracked() else {
            return;
        };
        let text = field.value().trim().to_owned();
        if shared::ticket::check_title("title", &text).is_err() {
            problem.set(Some(words::ticket::title_rule(shared::text::TITLE_MAX)));
            return;
        }
        stop();
        problem.set(None);
        store.change(Change::Title(text));
    };
    effect(move |_| {
        if editing.get()
            && let Some(field) = input.get()
        {
            request_animation_frame(move || {
                // A field that was just drawn can take the focus.
                _ = field.focus();
                field.select();
            });
        }
    });
    view! {
        <Show
            when=move || editing.get()
            fallback=move || view! {
                <div class="title-row">
                    <h2 class="ticket-title" tabindex="-1" id="ticket-title" dir="auto">{move || title.get()}</h2>
                    <Show when=move || can_edit.get() == Some(true)>
                        <button type="button" class="btn btn-quiet btn-icon btn-small" aria-label=words::ticket::edit_title() title=words::ticket::edit_title()
                            on:click=move |_| editing.set(true)><Icon name="pencil"/></button>
                    </Show>
                </div>
            }
        >
            <form class="title-form" on:submit=move |event| { event.prevent_default(); save(); }>
                <input
                    class="input"
                    node_ref=input
                    aria-label=words::ticket::title()
                    aria-invalid=move || problem.with(Option::is_some).then_some("true")
                    maxlength=shared::text::TITLE_MAX.to_string()
                    prop:value=title.get_untracked().unwrap_or_default()
                    on:keydown=move |event| if event.key() == "Escape" { event.stop_propagation(); stop(); }
                />
                <button type="submit" class="btn btn-primary">{words::ticket::save()}</button>
                <button type="button" class="btn btn-quiet" on:click=move |_| stop()>{words::ticket::keep()}</button>
                {move || problem.get().map(|text| view! { <p class="composer-error" role="alert">{text}</p> })}
            </form>
        </Show>
    }
}
