//! Services of the departments.

use crate::lean::*;
use shared::{
    organisation::check_named,
    text::{DESCRIPTION_MAX, NAME_MAX},
};

use super::{
    choices::{chosen, department_options, id_text, may_set_up, team_options},
    form::{Form, FormView, use_saved},
    frame::{EditButton, Editor, EditorDialog, OutOfUse, SectionHead, Table, bones},
    operations::{
        Reach,
        services::{self as data, Service, ServiceCreateInput, ServiceEditInput},
        teams::{self, TeamChoice},
    },
};
use crate::{
    api::{Id, fresh_key},
    components::{Check, EmptyState, Remote, SelectField, TextField},
    words::admin as words,
};

/// The page.
#[component]
pub fn Services(reach: Reach) -> impl IntoView {
    let list = Remote::new(|| async {
        data::fetch_services()
            .await
            .map_err(|error| error.sentence())
    });
    let teams = Remote::new(|| async {
        teams::fetch_choices()
            .await
            .map_err(|error| error.sentence())
    });
    let editor = Editor::<Service>::new();
    let reach = StoredValue::new(reach);
    view! {
        <SectionHead
            title=words::services()
            lead=words::services_lead()
            add_word=words::new_service()
            on_add=move |()| editor.add()
        />
        {list.view(bones, move |rows| {
            let own = memo(move |_| {
                let mut own = rows.get();
                own.retain(|row| reach.with_value(|reach| may_set_up(reach, &row.department.id)));
                own
            });
            view! {
                <Show
                    when=move || own.with(|own| !own.is_empty())
                    fallback=|| view! { <EmptyState icon="layers" title=words::no_services() /> }
                >
                    <Table label=words::services() heads=&[words::name, words::department, words::team]>
                        <For each=move || own.get() key=|row| (row.id.clone(), row.version) let:row>
                            {
                                let subject = row.clone();
                                view! {
                                    <tr>
                                        <td>
                                            <span class="admin-name">
                                                <span>
                                                    <strong>{row.name.clone()}</strong>
                                                    <small class="muted">{row.description.clone()}</small>
                                                </span>
                                                <OutOfUse active=row.active />
                                            </span>
                                        </td>
                                        <td>{row.department.name.clone()}</td>
                                        <td>{row.team.clone().map_or_else(|| words::none().to_owned(), |team| team.name)}</td>
                                        <td class="end">
                                            <EditButton name=row.name on_edit=move |()| editor.edit(subject.clone()) />
                                        </td>
                                    </tr>
                                }
                            }
                        </For>
                    </Table>
                </Show>
            }
            .into_any()
        })}
        <EditorDialog editor title=editor.title(words::new_service(), words::edit_service())>
            <ServiceForm editor reach=reach.get_value() teams on_saved=move |()| list.again() />
        </EditorDialog>
    }
}

#[component]
fn ServiceForm(
    editor: Editor<Service>,
    reach: Reach,
    teams: Remote<Vec<TeamChoice>>,
    #[prop(into)] on_saved: Callback<()>,
) -> impl IntoView {
    let before = editor.existing();
    let is_new = before.is_none();
    let form = Form::new();
    let saved = use_saved();
    let idempotency_key = fresh_key();
    let name = RwSignal::new(
        before
            .as_ref()
            .map(|row| row.name.clone())
            .unwrap_or_default(),
    );
    let description = RwSignal::new(
        before
            .as_ref()
            .map(|row| row.description.clone())
            .unwrap_or_default(),
    );
    let department = RwSignal::new(id_text(before.as_ref().map(|row| &row.department.id)));
    let team = RwSignal::new(id_text(
        before
            .as_ref()
            .and_then(|row| row.team.as_ref())
            .map(|team| &team.id),
    ));
    let active = RwSignal::new(before.as_ref().is_none_or(|row| row.active));
    let team_choices = Signal::derive(move || {
        department.with(|department| team_options(&teams.ready().unwrap_or_default(), department))
    });
    let departments = department_options(&reach.set_up_departments);
    let send = move |()| {
        let mut faults: Vec<_> = check_named(&name.get_untracked(), &description.get_untracked())
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|problem| (problem.field, problem.message))
            .collect();
        if chosen(department).is_none() {
            faults.push(("department".to_owned(), words::please_choose().to_owned()));
        }
        if form.refuse(faults) {
            return;
        }
        let before = before.clone();
        let idempotency_key = idempotency_key.clone();
        let act = match before {
            None => data::create_service(ServiceCreateInput {
                department: Id::new(department.get_untracked()),
                name: name.get_untracked(),
                description: description.get_untracked(),
                team: chosen(team),
                idempotency_key: Some(idempotency_key),
            }),
            Some(before) => data::edit_service(ServiceEditInput {
                service: before.id,
                expected_version: before.version,
                name: Some(name.get_untracked()),
                description: Some(description.get_untracked()),
                team: chosen(team),
                active: Some(active.get_untracked()),
            }),
        };
        form.send(act, move |_| {
            saved();
            editor.close();
            on_saved.run(());
        });
    };
    view! {
        <FormView form send_word=words::save() on_send=send on_cancel=move |()| editor.close()>
            {is_new.then(|| view! {
                <SelectField label=words::department() value=department options=departments required=true error=form.fault("department") />
            })}
            <TextField label=words::name() value=name required=true most=NAME_MAX error=form.fault("name") />
            <TextField label=words::description() value=description most=DESCRIPTION_MAX error=form.fault("description") />
            <SelectField label=words::team() help=words::routing_help() value=team options=team_choices error=form.fault("team") />
            {(!is_new).then(|| view! { <Check label=words::in_use() value=active /> })}
        </FormView>
    }
}
