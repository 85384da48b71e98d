//! The catalog: what employees can ask for.

use crate::lean::*;
use shared::{
    form::check_item,
    text::{DESCRIPTION_MAX, NAME_MAX},
};

use super::{
    catalog_fields::{DraftField, FieldsEditor, drafts, inputs, rules},
    choices::{chosen, department_options, icon_options, id_text, may_set_up, team_options},
    form::{Form, FormView, use_saved},
    frame::{Editor, EditorDialog, SectionHead, bones},
    operations::{
        Reach,
        catalog::{self as data, CatalogItemCreateInput, CatalogItemEditInput, Item},
        services::{self, Service},
        teams::{self, TeamChoice},
    },
    rows::{Cell, Mark, Row, Rows},
};
use crate::{
    api::{Id, fresh_key},
    components::{Check, Remote, SelectField, TextArea, TextField},
    words::admin as words,
};

/// The page.
#[component]
pub fn Catalog(reach: Reach) -> impl IntoView {
    let list =
        Remote::new(|| async { data::fetch_items().await.map_err(|error| error.sentence()) });
    let teams = Remote::new(|| async {
        teams::fetch_choices()
            .await
            .map_err(|error| error.sentence())
    });
    let services = Remote::new(|| async {
        services::fetch_services()
            .await
            .map_err(|error| error.sentence())
    });
    let editor = Editor::<Item>::new();
    let reach = StoredValue::new(reach);
    view! {
        <SectionHead
            title=words::catalog()
            lead=words::catalog_lead()
            add_word=words::new_item()
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
                    label=words::catalog()
                    heads=&[words::name, words::department, words::heading, words::fields]
                    rows
                    empty=("package", words::no_items())
                    on_edit=move |id: String| editor.edit_one(list.ready_untracked(), |one| *one.id.inner() == id)
                />
            }
            .into_any()
        })}
        <EditorDialog editor title=editor.title(words::new_item(), words::edit_item()) on_closed=move |()| list.again()>
            <ItemForm editor reach=reach.get_value() teams services />
        </EditorDialog>
    }
}

fn row(item: &Item) -> Row {
    Row {
        id: item.id.inner().to_owned(),
        name: item.name.clone(),
        about: item.delivery_promise.clone(),
        mark: Mark::Icon(item.icon.clone()),
        chip: (!item.active).then(words::not_published),
        cells: vec![
            Cell::Text(item.department.name.clone()),
            Cell::Text(item.category.clone()),
            Cell::Text(item.fields.len().to_string()),
        ],
        ..Row::default()
    }
}

#[component]
fn ItemForm(
    editor: Editor<Item>,
    reach: Reach,
    teams: Remote<Vec<TeamChoice>>,
    services: Remote<Vec<Service>>,
) -> impl IntoView {
    let before = editor.existing();
    let is_new = before.is_none();
    let form = Form::new();
    let saved = use_saved();
    let idempotency_key = fresh_key();
    let text = |pick: fn(&Item) -> String, new: &str| {
        RwSignal::new(before.as_ref().map_or_else(|| new.to_owned(), pick))
    };
    let name = text(|item| item.name.clone(), "");
    let description = text(|item| item.description.clone(), "");
    let icon = text(|item| item.icon.clone(), "package");
    let heading = text(|item| item.category.clone(), "");
    let promise = text(|item| item.delivery_promise.clone(), "");
    let department = RwSignal::new(id_text(before.as_ref().map(|item| &item.department.id)));
    let service = RwSignal::new(id_text(
        before
            .as_ref()
            .and_then(|item| item.service.as_ref())
            .map(|service| &service.id),
    ));
    let team = RwSignal::new(id_text(
        before
            .as_ref()
            .and_then(|item| item.team.as_ref())
            .map(|team| &team.id),
    ));
    let active = RwSignal::new(before.as_ref().is_none_or(|item| item.active));
    let fields: RwSignal<Vec<DraftField>> = RwSignal::new(
        before
            .as_ref()
            .map(|item| drafts(&item.fields))
            .unwrap_or_default(),
    );
    let team_choices = Signal::derive(move || {
        department.with(|department| team_options(&teams.ready().unwrap_or_default(), department))
    });
    let service_choices = Signal::derive(move || {
        let mut options = vec![(String::new(), words::none().to_owned())];
        options.extend(
            services
                .ready()
                .unwrap_or_default()
                .into_iter()
                .filter(|row| {
                    row.active
                        && department.with(|department| row.department.id.inner() == department)
                })
                .map(|row| (row.id.inner().to_owned(), row.name)),
        );
        options
    });
    let departments = department_options(&reach.set_up_departments);
    let send = move |()| {
        let drafted = fields.with_untracked(|fields| rules(fields));
        let (checked, mut faults) = match drafted {
            Ok(checked) => (checked, Vec::new()),
            Err(faults) => (Vec::new(), faults),
        };
        let problems = check_item(
            &name.get_untracked(),
            &description.get_untracked(),
            &icon.get_untracked(),
            &heading.get_untracked(),
            &promise.get_untracked(),
            &checked,
        );
        faults.extend(
            problems
                .err()
                .unwrap_or_default()
                .into_iter()
                .map(|problem| (problem.field, problem.message)),
        );
        if chosen(department).is_none() {
            faults.push(("department".to_owned(), words::please_choose().to_owned()));
        }
        if form.refuse(faults) {
            return;
        }
        let before = before.clone();
        let idempotency_key = idempotency_key.clone();
        let wanted = inputs(&checked);
        let act = match before {
            None => data::create(CatalogItemCreateInput {
                department: Id::new(department.get_untracked()),
                name: name.get_untracked(),
                description: description.get_untracked(),
                icon: icon.get_untracked(),
                category: heading.get_untracked(),
                delivery_promise: promise.get_untracked(),
                service: chosen(service),
                team: chosen(team),
                fields: wanted,
                active: active.get_untracked(),
                idempotency_key: Some(idempotency_key),
            }),
            Some(before) => data::edit(CatalogItemEditInput {
                catalog_item: before.id,
                expected_version: before.version,
                name: Some(name.get_untracked()),
                description: Some(description.get_untracked()),
                icon: Some(icon.get_untracked()),
                category: Some(heading.get_untracked()),
                delivery_promise: Some(promise.get_untracked()),
                service: chosen(service),
                team: chosen(team),
                fields: Some(wanted),
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
            <div class="admin-pair">
                <TextField label=words::name() value=name required=true most=NAME_MAX error=form.fault("name") />
                <TextField label=words::heading() value=heading required=true most=NAME_MAX help=words::heading_help() error=form.fault("category") />
            </div>
            <TextArea label=words::description() value=description most=DESCRIPTION_MAX rows=3 error=form.fault("description") />
            <div class="admin-pair">
                <TextField label=words::promise() value=promise most=NAME_MAX help=words::promise_help() error=form.fault("deliveryPromise") />
                <SelectField label=words::icon() value=icon options=icon_options(&icon.get_untracked()) required=true error=form.fault("icon") />
            </div>
            <div class="admin-pair">
                <SelectField label=words::service() value=service options=service_choices error=form.fault("service") />
                <SelectField label=words::team() help=words::routing_help() value=team options=team_choices error=form.fault("team") />
            </div>
            <FieldsEditor fields form />
            <Check label=words::published() value=active />
        </FormView>
    }
}
