//! Departments: founded, described, taken out of use.

use crate::lean::*;
use shared::{
    organisation::check_department,
    text::{DESCRIPTION_MAX, NAME_MAX},
};

use super::{
    choices::icon_options,
    form::{Form, FormView, number, use_saved},
    frame::{Editor, EditorDialog, SectionHead, bones},
    operations::departments::{
        self as data, Department, DepartmentCreateInput, DepartmentEditInput,
    },
    rows::{Cell, Mark, Row, Rows},
};
use crate::{
    api::fresh_key,
    components::{Check, Icon, Remote, SelectField, TextField},
    words::admin as words,
};

/// The page.
#[component]
pub fn Departments() -> impl IntoView {
    let list = Remote::new(|| async {
        data::fetch_departments()
            .await
            .map_err(|error| error.sentence())
    });
    let editor = Editor::<Department>::new();
    view! {
        <SectionHead
            title=words::departments()
            lead=words::departments_lead()
            add_word=words::new_department()
            on_add=move |()| editor.add()
        />
        {list.view(bones, move |found| {
            let rows = Signal::derive(move || found.with(|found| found.iter().map(row).collect::<Vec<_>>()));
            view! {
                <Rows
                    label=words::departments()
                    heads=&[words::name, words::key, words::tickets_seen]
                    rows
                    empty=("building-2", words::no_departments())
                    on_edit=move |id: String| editor.edit_one(list.ready_untracked(), |one| *one.id.inner() == id)
                />
            }
            .into_any()
        })}
        <EditorDialog editor title=editor.title(words::new_department(), words::edit_department()) on_closed=move |()| list.again()>
            <DepartmentForm editor />
        </EditorDialog>
    }
}

fn row(department: &Department) -> Row {
    let seen = if department.confidential {
        words::confidential_yes()
    } else {
        words::confidential_no()
    };
    Row {
        id: department.id.inner().to_owned(),
        name: department.name.clone(),
        about: department.description.clone(),
        mark: Mark::Tile(department.icon.clone(), department.hue),
        retired: !department.active,
        cells: vec![
            Cell::Code(department.key.clone()),
            Cell::Text(seen.to_owned()),
        ],
        ..Row::default()
    }
}

#[component]
fn DepartmentForm(editor: Editor<Department>) -> impl IntoView {
    let before = editor.existing();
    let is_new = before.is_none();
    let form = Form::new();
    let saved = use_saved();
    let idempotency_key = fresh_key();
    let text = |pick: fn(&Department) -> String, new: &str| {
        RwSignal::new(before.as_ref().map_or_else(|| new.to_owned(), pick))
    };
    let name = text(|d| d.name.clone(), "");
    let key = text(|d| d.key.clone(), "");
    let description = text(|d| d.description.clone(), "");
    let icon = text(|d| d.icon.clone(), "building");
    let hue = text(|d| d.hue.to_string(), "210");
    let position = text(|d| d.position.to_string(), "0");
    let confidential = RwSignal::new(before.as_ref().is_some_and(|d| d.confidential));
    let active = RwSignal::new(before.as_ref().is_none_or(|d| d.active));
    let send = move |()| {
        let (colour, place) = match (number(&hue, "hue"), number(&position, "position")) {
            (Ok(colour), Ok(place)) => (colour, place),
            (colour, place) => {
                form.refuse(colour.err().into_iter().chain(place.err()).collect());
                return;
            }
        };
        let faults = untrack(|| {
            check_department(
                &key.get(),
                &name.get(),
                &description.get(),
                &icon.get(),
                colour,
            )
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|problem| (problem.field, problem.message))
            .collect()
        });
        if form.refuse(faults) {
            return;
        }
        let before = before.clone();
        let idempotency_key = idempotency_key.clone();
        let act = match before {
            None => data::create(DepartmentCreateInput {
                key: key.get_untracked(),
                name: name.get_untracked(),
                description: description.get_untracked(),
                icon: icon.get_untracked(),
                hue: colour,
                confidential: confidential.get_untracked(),
                idempotency_key: Some(idempotency_key),
            }),
            Some(before) => data::edit(DepartmentEditInput {
                department: before.id,
                expected_version: before.version,
                key: Some(key.get_untracked()),
                name: Some(name.get_untracked()),
                description: Some(description.get_untracked()),
                icon: Some(icon.get_untracked()),
                hue: Some(colour),
                confidential: Some(confidential.get_untracked()),
                position: Some(place),
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
            <div class="admin-pair">
                <TextField label=words::name() value=name required=true most=NAME_MAX error=form.fault("name") />
                <TextField label=words::key() value=key required=true help=words::key_help() error=form.fault("key") />
            </div>
            <TextField label=words::description() value=description most=DESCRIPTION_MAX error=form.fault("description") />
            <div class="admin-pair">
                <SelectField label=words::icon() value=icon options=icon_options(&icon.get_untracked()) required=true error=form.fault("icon") />
                <TextField label=words::hue() kind="range" value=hue required=true range=(Some(0.0), Some(359.0)) error=form.fault("hue") />
            </div>
            <p class="admin-preview">
                <span class="admin-hue" style:--h=move || hue.get()>
                    {move || view! { <Icon name=icon.get() /> }}
                </span>
                {move || name.get()}
            </p>
            <Check label=words::confidential() value=confidential />
            {(!is_new).then(|| view! {
                <TextField label=words::position() kind="number" value=position required=true error=form.fault("position") />
                <Check label=words::in_use() value=active />
            })}
        </FormView>
    }
}
