//! The organisation's name, and how priority follows from impact and urgency.

use crate::lean::*;
use shared::{organisation::check_named, text::NAME_MAX};

use super::{
    choices::{chosen, id_text},
    demo::DemoCard,
    form::{Form, FormView, use_saved},
    frame::{SectionHead, bones},
    operations::departments::{
        self as data, Department, OrganisationName, PriorityCell, PriorityCellInput,
    },
};
use crate::{
    api::{Impact, Listed, Priority, Urgency},
    components::{Remote, SelectField, TextField},
    words::{admin as words, terms::Named},
};

/// The page.
#[component]
pub fn Settings() -> impl IntoView {
    let found = Remote::new(|| async {
        data::fetch_settings()
            .await
            .map_err(|error| error.sentence())
    });
    view! {
        <SectionHead title=words::settings() lead=words::settings_lead() />
        {found.view(bones, |found| {
            let found = found.get_untracked();
            let version = found.organisation.priority_matrix_version;
            view! {
                <section class="card card-pad admin-card">
                    <h2>{words::organisation()}</h2>
                    <OrganisationForm organisation=found.organisation departments=found.departments />
                </section>
                <section class="card card-pad admin-card">
                    <h2>{words::priorities()}</h2>
                    <p class="muted">{words::priorities_lead()}</p>
                    <MatrixForm cells=found.priority_matrix version />
                </section>
                <DemoCard />
            }
            .into_any()
        })}
    }
}

#[component]
fn OrganisationForm(organisation: OrganisationName, departments: Vec<Department>) -> impl IntoView {
    let form = Form::new();
    let saved = use_saved();
    let version = RwSignal::new(organisation.version);
    let name = RwSignal::new(organisation.name);
    let department = RwSignal::new(id_text(
        organisation
            .default_department
            .as_ref()
            .map(|department| &department.id),
    ));
    // The server refuses departments that keep their tickets to themselves: not everybody's reports are theirs to read.
    let mut options = vec![(String::new(), words::none().to_owned())];
    options.extend(
        departments
            .into_iter()
            .filter(|department| department.active && !department.confidential)
            .map(|department| (department.id.inner().to_owned(), department.name)),
    );
    let send = move |()| {
        let faults = check_named(&name.get_untracked(), "")
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|problem| (problem.field, problem.message))
            .collect();
        if !form.refuse(faults) {
            form.send(
                data::edit_organisation(
                    version.get_untracked(),
                    name.get_untracked(),
                    chosen(department),
                ),
                move |made| {
                    version.try_set(made.version);
                    saved();
                },
            );
        }
    };
    view! {
        <FormView form send_word=words::save() on_send=send>
            <TextField label=words::name() value=name required=true most=NAME_MAX error=form.fault("name") />
            <SelectField
                label=words::default_department()
                help=words::default_department_help()
                value=department
                options
                required=true
                error=form.fault("defaultDepartment")
            />
        </FormView>
    }
}

#[component]
fn MatrixForm(cells: Vec<PriorityCell>, version: i32) -> impl IntoView {
    let form = Form::new();
    let saved = use_saved();
    let cells = RwSignal::new(cells);
    let version = RwSignal::new(version);
    let kept = StoredValue::new(cells.get_untracked());
    let value = move |impact: Impact, urgency: Urgency| {
        cells.with(|cells| {
            cells
                .iter()
                .find(|cell| cell.impact == impact && cell.urgency == urgency)
                .map_or(Priority::Low, |cell| cell.priority)
        })
    };
    let set = move |impact: Impact, urgency: Urgency, key: &str| {
        if let Some(priority) = Priority::from_key(key) {
            cells.update(|cells| {
                for cell in cells
                    .iter_mut()
                    .filter(|cell| cell.impact == impact && cell.urgency == urgency)
                {
                    cell.priority = priority;
                }
            });
        }
    };
    let rows = Impact::ALL
        .iter()
        .map(|impact| {
            let impact = *impact;
            let fields = Urgency::ALL
                .iter()
                .map(|urgency| {
                    let urgency = *urgency;
                    let options = Priority::ALL
                        .iter()
                        .map(|priority| {
                            let priority = *priority;
                            view! {
                                <option value=priority.key() selected=move || value(impact, urgency) == priority>
                                    {priority.word()}
                                </option>
                            }
                        })
                        .collect_view();
                    view! {
                        <td data-label=urgency.word()>
                            <select
                                class="input input-compact"
                                aria-label=words::priority_of(impact.word(), urgency.word())
                                on:change=move |event| set(impact, urgency, &event_target_value(&event))
                            >
                                {options}
                            </select>
                        </td>
                    }
                })
                .collect_view();
            view! { <tr><th scope="row">{impact.word()}</th> {fields}</tr> }
        })
        .collect_view();
    let send = move |()| {
        let wanted = cells.with_untracked(|cells| {
            cells
                .iter()
                .map(|cell| PriorityCellInput {
                    impact: cell.impact,
                    urgency: cell.urgency,
                    priority: cell.priority,
                })
                .collect()
        });
        form.send(
            data::set_matrix(version.get_untracked(), wanted),
            move |made| {
                // Saving what was there already makes no new version.
                if kept.get_value() != made {
                    version.try_update(|version| *version += 1);
                }
                kept.set_value(made.clone());
                cells.try_set(made);
                saved();
            },
        );
    };
    view! {
        <FormView form send_word=words::save() on_send=send>
            <table class="table admin-matrix">
                <thead>
                    <tr>
                        <th scope="col">{words::impact_and_urgency()}</th>
                        {Urgency::ALL.iter().map(|urgency| view! { <th scope="col">{urgency.word()}</th> }).collect_view()}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </FormView>
    }
}
