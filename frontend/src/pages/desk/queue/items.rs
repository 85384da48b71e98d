//! One ticket of the list: as two lines, or as a row of the table.

use std::time::Duration;

use crate::lean::*;

use crate::{
    api::{Listed, Priority, TicketState, operations::TicketRow},
    components::{Avatar, Chip, Tone, environment::use_viewer},
    live,
    pages::desk::{
        clock::RowClock,
        workspace::{Workspace, use_workspace},
    },
    words::{self, format, terms::Named},
};

/// How long a change shines.
const SHINE: Duration = Duration::from_millis(1_300);

/// Whoever rests on a row this long may open it.
const FETCH_AFTER: Duration = Duration::from_millis(90);

/// Loads the row's ticket before it is asked for.
fn fetch_ahead(workspace: Workspace, id: StoredValue<String>) {
    workspace.resting.set_value(id.get_value());
    set_timeout(
        move || {
            let (Some(id), Some(resting)) = (id.try_get_value(), workspace.resting.try_get_value())
            else {
                return;
            };
            if id == resting
                && let Some(row) = workspace.queue.list.row(&id)
            {
                workspace.fetch_ahead(row.with_untracked(|row| row.reference.clone()));
            }
        },
        FETCH_AFTER,
    );
}

/// What both kinds of row know about themselves.
#[derive(Clone)]
struct Line {
    id: StoredValue<String>,
    row: ArcRwSignal<TicketRow>,
    shines: RwSignal<bool>,
    under_keys: Memo<bool>,
    open: Memo<bool>,
    leaving: Memo<bool>,
    reachable: Memo<bool>,
}

fn line(workspace: Workspace, id: String) -> Option<Line> {
    let row = workspace.queue.list.row(&id)?;
    let shines = RwSignal::new(workspace.queue.take_arrival(&id));
    let changed = row.clone();
    effect(move |before: Option<()>| {
        changed.track();
        if before.is_some() {
            shines.set(true);
        }
    });
    effect(move |_| {
        if shines.get() {
            set_timeout(move || _ = shines.try_set(false), SHINE);
        }
    });
    let id = StoredValue::new(id);
    let reference = row.with_untracked(|row| row.reference.clone());
    let list = workspace.queue.list;
    Some(Line {
        id,
        row,
        shines,
        under_keys: memo(move |_| {
            workspace
                .cursor
                .with(|cursor| cursor.as_deref() == Some(id.get_value().as_str()))
        }),
        open: memo(move |_| {
            workspace
                .place
                .with(|place| place.reference.as_deref() == Some(reference.as_str()))
        }),
        leaving: memo(move |_| {
            list.leaving()
                .with(|leaving| leaving.contains(&id.get_value()))
        }),
        // One row of the list takes part in the order of Tab: the one under the keys, else the first.
        reachable: memo(move |_| {
            let cursor = workspace.cursor.get();
            list.ids()
                .with(|ids| match cursor.filter(|cursor| ids.contains(cursor)) {
                    Some(cursor) => cursor == id.get_value(),
                    None => ids.first().is_some_and(|first| *first == id.get_value()),
                })
        }),
    })
}

/// A ticket as two lines.
#[component]
pub fn Lines(id: String) -> impl IntoView {
    let workspace = use_workspace();
    let Some(line) = line(workspace, id) else {
        return ().into_any();
    };
    let Line {
        id,
        row,
        shines,
        under_keys,
        open,
        leaving,
        reachable,
    } = line;
    let address = {
        let row = row.clone();
        move || {
            row.with(|row| {
                workspace
                    .full_place()
                    .with_reference(Some(&row.reference))
                    .address()
            })
        }
    };
    let content = move || {
        row.with(|row| {
            let clock = row.next_clock.clone().map(|clock| view! { <RowClock clock/> });
            let (initials, hue, name) = badge(row);
            view! {
                <i class="priority" data-priority=row.priority.key()></i>
                <span class="line-title">{row.title.clone()}</span>
                <span class="line-clock">{clock}</span>
                <span class="line-about">
                    <span class="ref">{row.reference.clone()}</span>
                    " · " {row.requester.name.clone()} " · " {standing_words(row)}
                </span>
                <span class="line-who"><Avatar initials hue name alone=true size=if row.assignee.is_none() { "avatar-none" } else { "" }/></span>
                <span class="sr-only">{words::desk::row_priority(row.priority.word())}</span>
            }
        })
    };
    view! {
        <li class="line" class:shines=move || shines.get() class:leaving=move || leaving.get()>
            <a
                href=address
                data-row=id.get_value()
                class:under-keys=move || under_keys.get()
                aria-current=move || open.get().then_some("true")
                tabindex=move || if reachable.get() { "0" } else { "-1" }
                on:focus=move |_| {
                    workspace.cursor.set(Some(id.get_value()));
                    fetch_ahead(workspace, id);
                }
                on:pointerenter=move |_| fetch_ahead(workspace, id)
            >
                {content}
            </a>
        </li>
    }
    .into_any()
}

/// A ticket as a row of the table.
#[component]
pub fn Row(id: String) -> impl IntoView {
    let workspace = use_workspace();
    let Some(line) = line(workspace, id) else {
        return ().into_any();
    };
    let Line {
        id,
        row,
        shines,
        under_keys,
        leaving,
        reachable,
        ..
    } = line;
    let timezone = use_viewer().with_untracked(|viewer| viewer.person.timezone.clone());
    let reference = row.with_untracked(|row| row.reference.clone());
    let content = move || {
        row.with(|row| {
            let clock = row.next_clock.clone().map(|clock| view! { <RowClock clock/> });
            let address = workspace.full_place().with_reference(Some(&row.reference)).address();
            let updated = row.updated_at;
            let now = live::now();
            let assignee = row.assignee.as_ref().map(|person| person.name.clone());
            view! {
                <td class="cell-priority"><i class="priority" data-priority=row.priority.key()></i><span class="wide-only">{row.priority.word()}</span><span class="sr-only narrow-only">{row.priority.word()}</span></td>
                <td class="cell-reference"><span class="ref">{row.reference.clone()}</span></td>
                <th scope="row" class="cell-title"><span>
                    <a href=address data-row=id.get_value() tabindex=move || if reachable.get() { "0" } else { "-1" }
                        on:focus=move |_| {
                            workspace.cursor.set(Some(id.get_value()));
                            fetch_ahead(workspace, id);
                        }>{row.title.clone()}</a>
                    {row.unanswered.then(|| view! { <Chip tone=Tone::Accent text=words::desk::unanswered()/> })}
                </span></th>
                <td class="cell-requester">{row.requester.name.clone()}</td>
                <td class="cell-state"><Chip tone=state_tone(row.state) text=row.state.word()/></td>
                <td class="cell-team">{row.team.as_ref().map(|team| team.name.clone())}</td>
                <td class="cell-assignee">{match assignee {
                    Some(name) => name.into_any(),
                    None => view! { <span class="muted">{words::desk::nobody()}</span> }.into_any(),
                }}</td>
                <td class="cell-due">{clock}</td>
                <td class="cell-updated"><time title=format::exact(updated, &timezone)>{move || format::relative(updated, now.get())}</time></td>
            }
        })
    };
    view! {
        <tr
            class="row-34"
            class:shines=move || shines.get()
            class:leaving=move || leaving.get()
            class:under-keys=move || under_keys.get()
            on:pointerenter=move |_| fetch_ahead(workspace, id)
            on:click=move |event| {
                // The link in the row does the same, with its own ways of opening.
                if !event.default_prevented() && !event.ctrl_key() && !event.meta_key() && !on_link(&event) {
                    workspace.open(Some(&reference));
                }
            }
        >
            {content}
        </tr>
    }
    .into_any()
}

fn on_link(event: &leptos::ev::MouseEvent) -> bool {
    use wasm_bindgen::JsCast;
    event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .is_some_and(|target| target.closest("a").ok().flatten().is_some())
}

fn badge(row: &TicketRow) -> (String, i32, String) {
    match &row.assignee {
        Some(person) => (person.initials.clone(), person.hue, person.name.clone()),
        None => ("–".to_owned(), 220, words::desk::nobody().to_owned()),
    }
}

/// What stands after the requester's name: the wait, the news, else the state.
fn standing_words(row: &TicketRow) -> String {
    if row.unanswered {
        words::desk::unanswered().to_owned()
    } else if let (TicketState::OnHold, Some(reason)) = (row.state, row.hold_reason) {
        format::lower_first(reason.word())
    } else {
        row.state.word().to_owned()
    }
}

/// The colour of a state.
pub fn state_tone(state: TicketState) -> Tone {
    match state {
        TicketState::New => Tone::Warn,
        TicketState::Assigned | TicketState::InProgress => Tone::Accent,
        TicketState::Resolved => Tone::Ok,
        TicketState::OnHold | TicketState::Closed | TicketState::Cancelled => Tone::Neutral,
    }
}

/// The colour of a priority.
pub fn priority_tone(priority: Priority) -> Tone {
    match priority {
        Priority::Critical => Tone::Bad,
        Priority::High => Tone::Warn,
        Priority::Moderate => Tone::Accent,
        Priority::Low => Tone::Neutral,
    }
}
