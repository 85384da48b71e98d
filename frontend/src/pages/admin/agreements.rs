//! Service-level agreements: an ordered list of which the first that matches wins.

use crate::lean::*;
use shared::text::NAME_MAX;

use super::{
    choices::{chosen, id_text},
    form::{Form, FormView, use_saved},
    frame::{EditButton, Editor, EditorDialog, OutOfUse, SectionHead, bones},
    operations::agreements::{
        self as data, Agreement, AgreementConditionsInput, AgreementCreateInput,
        AgreementEditInput, AgreementsQuery,
    },
    targets::{
        TargetsEditor, TickBoxes, drafts, first_targets, inputs, priority_choices, target_words,
    },
};
use crate::{
    api::{Id, Listed, TicketKind, fresh_key},
    components::{Check, EmptyState, Icon, Remote, SelectField, TextField, use_toaster},
    words::{admin as words, terms::Named},
};

/// When an agreement applies, in one line.
fn condition_words(agreement: &Agreement) -> String {
    let conditions = &agreement.conditions;
    let groups = [
        conditions
            .kinds
            .iter()
            .map(|kind| kind.word().to_owned())
            .collect::<Vec<_>>(),
        conditions
            .priorities
            .iter()
            .map(|priority| priority.word().to_owned())
            .collect(),
        conditions
            .departments
            .iter()
            .map(|department| department.name.clone())
            .collect(),
        conditions
            .services
            .iter()
            .map(|service| service.name.clone())
            .collect(),
        conditions
            .categories
            .iter()
            .map(|category| category.name.clone())
            .collect(),
    ];
    let parts: Vec<String> = groups
        .into_iter()
        .filter(|group| !group.is_empty())
        .map(|group| group.join(" / "))
        .collect();
    if parts.is_empty() {
        words::always().to_owned()
    } else {
        parts.join(" · ")
    }
}

/// The page.
#[component]
pub fn Agreements() -> impl IntoView {
    let found = Remote::new(|| async {
        data::fetch_agreements()
            .await
            .map_err(|error| error.sentence())
    });
    let editor = Editor::<Agreement>::new();
    let toaster = use_toaster();
    let place = move |agreement: Agreement, position: i32| {
        leptos::task::spawn_local(async move {
            let moved = data::edit(AgreementEditInput {
                agreement: agreement.id,
                expected_version: agreement.version,
                name: None,
                position: Some(position),
                calendar: None,
                conditions: None,
                targets: None,
                active: None,
            });
            if let Err(error) = moved.await {
                toaster.warn(error.sentence());
            }
            found.again();
        });
    };
    view! {
        <SectionHead
            title=words::agreements()
            lead=words::agreements_lead()
            add_word=words::new_agreement()
            on_add=move |()| editor.add()
        />
        {found.view(bones, move |found| {
            let count = move || found.with(|found| found.agreements.len());
            let numbered = move || -> Vec<(usize, Agreement)> { found.get().agreements.into_iter().enumerate().collect() };
            view! {
                <Show
                    when=move || found.with(|found| !found.agreements.is_empty())
                    fallback=|| view! { <EmptyState icon="handshake" title=words::no_agreements() /> }
                >
                    <ol class="admin-list">
                        <For
                            each=numbered
                            key=|(place, row)| (*place, row.id.clone(), row.version)
                            let((at, row))
                        >
                            {
                                let (subject, up, down) = (row.clone(), row.clone(), row.clone());
                                let before = i32::try_from(at).unwrap_or_default();
                                let is_first = at == 0;
                                let is_last = move || at + 1 >= count();
                                let targets = row
                                    .targets
                                    .iter()
                                    .map(|target| view! { <li>{target_words(target)}</li> })
                                    .collect_view();
                                view! {
                                    <li class="card card-pad admin-agreement">
                                        <div>
                                            <span class="admin-name"><strong>{row.name.clone()}</strong> <OutOfUse active=row.active /></span>
                                            <p class="muted">
                                                {condition_words(&row)}
                                                {row.calendar.clone().map(|calendar| format!(" · {}", calendar.name))}
                                            </p>
                                            <ul class="admin-week">{targets}</ul>
                                        </div>
                                        <div class="admin-field-buttons">
                                            <button
                                                type="button"
                                                class="btn btn-quiet btn-icon btn-small"
                                                aria-label=words::move_up()
                                                disabled=is_first
                                                on:click=move |_| place(up.clone(), before - 1)
                                            >
                                                <Icon name="arrow-up" />
                                            </button>
                                            <button
                                                type="button"
                                                class="btn btn-quiet btn-icon btn-small"
                                                aria-label=words::move_down()
                                                disabled=is_last
                                                on:click=move |_| place(down.clone(), before + 1)
                                            >
                                                <Icon name="arrow-down" />
                                            </button>
                                            <EditButton name=row.name on_edit=move |()| editor.edit(subject.clone()) />
                                        </div>
                                    </li>
                                }
                            }
                        </For>
                    </ol>
                </Show>
            }
            .into_any()
        })}
        <EditorDialog editor title=editor.title(words::new_agreement(), words::edit_agreement()) on_closed=move |()| found.again()>
            {move || {
                found.ready_untracked().map(|all| view! {
                    <AgreementForm editor all />
                })
            }}
        </EditorDialog>
    }
}

#[component]
fn AgreementForm(editor: Editor<Agreement>, all: AgreementsQuery) -> impl IntoView {
    let before = editor.existing();
    let is_new = before.is_none();
    let form = Form::new();
    let saved = use_saved();
    let idempotency_key = fresh_key();
    let conditions = before
        .as_ref()
        .map(|agreement| agreement.conditions.clone());
    let name = RwSignal::new(
        before
            .as_ref()
            .map(|agreement| agreement.name.clone())
            .unwrap_or_default(),
    );
    let calendar = RwSignal::new(id_text(match &before {
        Some(agreement) => agreement.calendar.as_ref().map(|calendar| &calendar.id),
        None => all.calendars.first().map(|calendar| &calendar.id),
    }));
    let active = RwSignal::new(before.as_ref().is_none_or(|agreement| agreement.active));
    let kinds = RwSignal::new(
        conditions
            .as_ref()
            .map(|c| c.kinds.clone())
            .unwrap_or_default(),
    );
    let priorities = RwSignal::new(
        conditions
            .as_ref()
            .map(|c| c.priorities.clone())
            .unwrap_or_default(),
    );
    let ids = |ids: Option<Vec<Id>>| RwSignal::new(ids.unwrap_or_default());
    let departments = ids(conditions
        .as_ref()
        .map(|c| c.departments.iter().map(|d| d.id.clone()).collect()));
    let services = ids(conditions
        .as_ref()
        .map(|c| c.services.iter().map(|s| s.id.clone()).collect()));
    let categories = ids(conditions
        .as_ref()
        .map(|c| c.categories.iter().map(|c| c.id.clone()).collect()));
    let targets = RwSignal::new(
        before
            .as_ref()
            .map_or_else(first_targets, |agreement| drafts(&agreement.targets)),
    );
    let send = move |()| {
        let promised = match targets.with_untracked(|targets| inputs(targets)) {
            Ok(promised) => promised,
            Err(faults) => {
                form.refuse(faults);
                return;
            }
        };
        let Some(calendar) = chosen(calendar) else {
            form.refuse(vec![(
                "calendar".to_owned(),
                words::please_choose().to_owned(),
            )]);
            return;
        };
        let conditions = AgreementConditionsInput {
            kinds: kinds.get_untracked(),
            priorities: priorities.get_untracked(),
            departments: departments.get_untracked(),
            services: services.get_untracked(),
            categories: categories.get_untracked(),
        };
        let before = before.clone();
        let idempotency_key = idempotency_key.clone();
        let act = match before {
            None => data::create(AgreementCreateInput {
                name: name.get_untracked(),
                calendar,
                conditions,
                targets: promised,
                idempotency_key: Some(idempotency_key),
            }),
            Some(before) => data::edit(AgreementEditInput {
                agreement: before.id,
                expected_version: before.version,
                name: Some(name.get_untracked()),
                position: None,
                calendar: Some(calendar),
                conditions: Some(conditions),
                targets: Some(promised),
                active: Some(active.get_untracked()),
            }),
        };
        form.send(act, move |_| {
            saved();
            editor.close();
        });
    };
    let calendars: Vec<(String, String)> = all
        .calendars
        .iter()
        .map(|calendar| (calendar.id.inner().to_owned(), calendar.name.clone()))
        .collect();
    let kind_choices = TicketKind::ALL
        .iter()
        .map(|kind| (*kind, kind.word().to_owned()))
        .collect();
    view! {
        <FormView form send_word=words::save() on_send=send on_cancel=move |()| editor.close()>
            <div class="admin-pair">
                <TextField label=words::name() value=name required=true most=NAME_MAX error=form.fault("name") />
                <SelectField label=words::calendar() value=calendar options=calendars required=true error=form.fault("calendar") />
            </div>
            <TargetsEditor targets />
            <details class="admin-conditions" open=true>
                <summary>{words::conditions()}</summary>
                <p class="muted">{words::conditions_help()}</p>
                <TickBoxes label=words::ticket_kinds() value=kinds options=kind_choices />
                <TickBoxes label=words::for_priorities() value=priorities options=priority_choices() />
                <TickBoxes
                    label=words::departments()
                    value=departments
                    options=all.departments.into_iter().map(|row| (row.id, row.name)).collect()
                />
                <TickBoxes
                    label=words::services()
                    value=services
                    options=all.services.into_iter().map(|row| (row.id, row.name)).collect()
                />
                <TickBoxes
                    label=words::categories()
                    value=categories
                    options=all.categories.into_iter().map(|row| (row.id, row.name)).collect()
                />
            </details>
            {(!is_new).then(|| view! { <Check label=words::in_use() value=active /> })}
        </FormView>
    }
}
