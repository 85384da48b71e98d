//! Services of the departments.

use crate::lean::*;
use shared::{
    organisation::check_named,
    text::{DESCRIPTION_MAX, NAME_MAX},
};

use super::{
    choices::{chosen, department_options, id_text, may_set_up, team_options, team_word},
    form::{Form, FormView, use_saved},
    frame::{Editor, EditorDialog, SectionHead, bones},
    operations::{
        Reach,
        services::{self as data, Service, ServiceCreateInput, ServiceEditInput},
        teams::{self, TeamChoice},
    },
    rows::{Cell, Row, Rows},
};
use crate::{
    api::{Id, fresh_key},
    components::{Check, Remote, SelectField, TextField},
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
        {list.view(bones, move |found| {
            let rows = Signal::derive(move || {
                found.with(|found| {
                    let own = found.iter().filter(|one| reach.with_value(|reach| may_set_up(reach, &one.department.id)));
                    own.map(row).collect::<Vec<_>>()
                })
            });
            view! {
                <Rows
                    label=words::services()
                    heads=&[words::name, words::department, words::team]
                    rows
                    empty=("layers", words::no_services())
                    on_edit=move |id: String| editor.edit_one(list.ready_untracked(), |one| *one.id.inner() == id)
                />
            }
            .into_any()
        })}
        <EditorDialog editor title=editor.title(words::new_service(), words::edit_service()) on_closed=move |()| list.again()>
            <ServiceForm editor reach=reach.get_value() teams />
        </EditorDialog>
    }
}

fn row(service: &Service) -> Row {
    Row {
        id: service.id.inner().to_owned(),
        name: service.name.clone(),
        about: service.description.clone(),
        retired: !service.active,
        cells: vec![
            Cell::Text(service.department.name.clone()),
            Cell::Text(team_word(service.team.as_ref())),
        ],
        ..Row::default()
    }
}

#[component]
fn ServiceForm(
    editor: Editor<Service>,
    reach: Reach,
    teams: Remote<Vec<TeamChoice>>,
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
