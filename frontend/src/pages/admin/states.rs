//! What departments set about the states of their tickets.

use crate::lean::*;
use shared::ticket::{CLOSE_AFTER_MAX, REOPEN_WITHIN_MAX, WAKE_UP_MAX};

use super::{
    choices::may_set_up,
    form::{Form, FormView, number, use_saved},
    frame::{Editor, EditorDialog, SectionHead, bones},
    operations::{
        Reach,
        states::{self as data, DepartmentStates, HoldOfferInput, StateSettingsEditInput},
    },
    rows::{Cell, Mark, Row, Rows},
    targets::TickBoxes,
};
use crate::{
    api::{HoldReason, Listed, ResolutionCode},
    components::{Remote, TextField},
    words::{admin as words, terms::Named},
};

/// The page.
#[component]
pub fn States(reach: Reach) -> impl IntoView {
    let list =
        Remote::new(|| async { data::fetch_states().await.map_err(|error| error.sentence()) });
    let editor = Editor::<DepartmentStates>::new();
    let reach = StoredValue::new(reach);
    view! {
        <SectionHead title=words::states() lead=words::states_lead() />
        {list.view(bones, move |found| {
            let rows = Signal::derive(move || {
                found.with(|found| {
                    let own = found.iter().filter(|one| reach.with_value(|reach| may_set_up(reach, &one.id)));
                    own.map(row).collect::<Vec<_>>()
                })
            });
            view! {
                <Rows
                    label=words::states()
                    heads=&[words::department, words::state_close, words::state_reopen, words::state_holds, words::state_codes]
                    rows
                    empty=("building-2", words::no_departments())
                    on_edit=move |id: String| editor.edit_one(list.ready_untracked(), |one| *one.id.inner() == id)
                />
            }
            .into_any()
        })}
        <EditorDialog editor title=editor_title(editor) on_closed=move |()| list.again()>
            <StatesForm editor />
        </EditorDialog>
    }
}

/// The dialog says of which department it is.
fn editor_title(editor: Editor<DepartmentStates>) -> Signal<String> {
    Signal::derive(move || {
        editor.open.get();
        editor
            .existing()
            .map_or_else(String::new, |one| words::states_of(one.name))
    })
}

fn row(department: &DepartmentStates) -> Row {
    let settings = &department.state_settings;
    let of = |offered: usize, all: usize| {
        if offered == all {
            words::state_all().to_owned()
        } else {
            words::state_some(offered, all)
        }
    };
    Row {
        id: department.id.inner().to_owned(),
        name: department.name.clone(),
        mark: Mark::Tile(department.icon.clone(), department.hue),
        cells: vec![
            Cell::Text(words::state_days(i64::from(settings.close_after_days))),
            Cell::Text(match settings.reopen_within_days {
                0 => words::state_never().to_owned(),
                days => words::state_days(i64::from(days)),
            }),
            Cell::Text(of(settings.hold_reasons.len(), HoldReason::ALL.len())),
            Cell::Text(of(
                settings.resolution_codes.len(),
                ResolutionCode::ALL.len(),
            )),
        ],
        ..Row::default()
    }
}

/// A reason in the form: whether it is offered, and for how many days.
#[derive(Clone, Copy)]
struct Reason {
    reason: HoldReason,
    offered: RwSignal<bool>,
    days: RwSignal<String>,
}

#[component]
fn StatesForm(editor: Editor<DepartmentStates>) -> impl IntoView {
    let Some(before) = editor.existing() else {
        return ().into_any();
    };
    let form = Form::new();
    let saved = use_saved();
    let settings = before.state_settings;
    let department = before.id;
    let version = settings.version;
    let close_after = RwSignal::new(settings.close_after_days.to_string());
    let reopen_within = RwSignal::new(settings.reopen_within_days.to_string());
    let codes = RwSignal::new(settings.resolution_codes);
    let reasons: Vec<Reason> = HoldReason::ALL
        .iter()
        .map(|reason| {
            let mut offers = settings.hold_reasons.iter();
            let offer = offers.find(|offer| offer.reason == *reason);
            Reason {
                reason: *reason,
                offered: RwSignal::new(offer.is_some()),
                days: RwSignal::new(offer.map_or(1, |offer| offer.wake_up_days).to_string()),
            }
        })
        .collect();
    let reasons = StoredValue::new(reasons);
    let send = move |()| {
        let mut faults = Vec::new();
        let mut days_of = |text: &RwSignal<String>, field: &str| match number(text, field) {
            Ok(days) => days,
            Err(fault) => {
                faults.push(fault);
                0
            }
        };
        let close_after_days = days_of(&close_after, "closeAfterDays");
        let reopen_within_days = days_of(&reopen_within, "reopenWithinDays");
        let offers = reasons.with_value(|reasons| {
            let offered = reasons.iter().filter(|one| one.offered.get_untracked());
            offered
                .map(|one| HoldOfferInput {
                    reason: one.reason,
                    wake_up_days: days_of(&one.days, one.reason.key()),
                })
                .collect::<Vec<_>>()
        });
        if form.refuse(faults) {
            return;
        }
        let act = data::edit(StateSettingsEditInput {
            department: department.clone(),
            expected_version: version,
            close_after_days: Some(close_after_days),
            reopen_within_days: Some(reopen_within_days),
            hold_reasons: Some(offers),
            resolution_codes: Some(codes.get_untracked()),
        });
        form.send(act, move |_| {
            saved();
            editor.close();
        });
    };
    let code_choices = ResolutionCode::ALL
        .iter()
        .map(|code| (*code, code.word().to_owned()))
        .collect();
    view! {
        <FormView form send_word=words::save() on_send=send on_cancel=move |()| editor.close()>
            <p class="muted">{words::states_from_now()}</p>
            <div class="admin-pair">
                <TextField label=words::state_close_days() help=words::state_close_help() kind="number" value=close_after required=true
                    range=(Some(1.0), Some(f64::from(CLOSE_AFTER_MAX))) error=form.fault("closeAfterDays") />
                <TextField label=words::state_reopen_days() help=words::state_reopen_help() kind="number" value=reopen_within required=true
                    range=(Some(0.0), Some(f64::from(REOPEN_WITHIN_MAX))) error=form.fault("reopenWithinDays") />
            </div>
            <Reasons form reasons=reasons.get_value() />
            <Group form field="resolutionCodes">
                <TickBoxes label=words::state_codes_label() value=codes options=code_choices />
            </Group>
        </FormView>
    }
    .into_any()
}

/// A group of choices with what is wrong with it as a whole.
#[component]
fn Group(form: Form, field: &'static str, children: Children) -> impl IntoView {
    let fault = form.fault(field);
    view! {
        <div class="field">
            {children()}
            {move || fault.get().map(|sentence| view! { <p class="field-error" role="alert">{sentence}</p> })}
        </div>
    }
}

/// The reasons for which a ticket may wait, each with its days.
#[component]
fn Reasons(form: Form, reasons: Vec<Reason>) -> impl IntoView {
    let whole = form.fault("holdReasons");
    let rows = reasons
        .into_iter()
        .map(|one| {
            let (offered, days) = (one.offered, one.days);
            let word = one.reason.word();
            let fault = form.fault(one.reason.key());
            view! {
                <div class="admin-offer" role="group" aria-label=word>
                    <label class="choice">
                        <input
                            type="checkbox"
                            prop:checked=move || offered.get()
                            on:change=move |event| offered.set(event_target_checked(&event))
                        />
                        <span class="choice-text">{word}</span>
                    </label>
                    <Show when=move || offered.get()>
                        <TextField label=words::state_wakes_after() kind="number" value=days required=true
                            range=(Some(1.0), Some(f64::from(WAKE_UP_MAX))) error=fault />
                    </Show>
                </div>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field">
            <legend class="field-label">{words::state_holds_label()}</legend>
            <p class="field-help">{words::state_holds_help()}</p>
            <div class="admin-offers">{rows}</div>
            {move || whole.get().map(|sentence| view! { <p class="field-error" role="alert">{sentence}</p> })}
        </fieldset>
    }
}
