//! Departments: founded, described, taken out of use.

use crate::lean::*;
use shared::{
    organisation::check_department,
    text::{DESCRIPTION_MAX, NAME_MAX},
};

use super::{
    form::{Form, FormView, number, use_saved},
    frame::{EditButton, Editor, EditorDialog, OutOfUse, SectionHead, Table, bones},
    operations::departments::{
        self as data, Department, DepartmentCreateInput, DepartmentEditInput,
    },
};
use crate::{
    api::fresh_key,
    components::{Check, Icon, Remote, TextField},
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
        {list.view(bones, move |rows| {
            view! {
                <Table label=words::departments() heads=&[words::name, words::key, words::tickets_seen]>
                    <For each=move || rows.get() key=|row| (row.id.clone(), row.version) let:row>
                        {
                            let subject = row.clone();
                            view! {
                                <tr>
                                    <td>
                                        <span class="admin-name">
                                            <span class="admin-hue" style:--h=row.hue.to_string()>
                                                <Icon name=row.icon.clone() />
                                            </span>
                                            <span>
                                                <strong>{row.name.clone()}</strong>
                                                <small class="muted">{row.description.clone()}</small>
                                            </span>
                                            <OutOfUse active=row.active />
                                        </span>
                                    </td>
                                    <td><code>{row.key.clone()}</code></td>
                                    <td>
                                        {if row.confidential { words::confidential_yes() } else { words::confidential_no() }}
                                    </td>
                                    <td class="end">
                                        <EditButton name=row.name on_edit=move |()| editor.edit(subject.clone()) />
                                    </td>
                                </tr>
                            }
                        }
                    </For>
                </Table>
            }
            .into_any()
        })}
        <EditorDialog editor title=editor.title(words::new_department(), words::edit_department())>
            <DepartmentForm editor on_saved=move |()| list.again() />
        </EditorDialog>
    }
}

#[component]
fn DepartmentForm(
    editor: Editor<Department>,
    #[prop(into)] on_saved: Callback<()>,
) -> impl IntoView {
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
            on_saved.run(());
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
                <TextField label=words::icon() value=icon required=true help=words::icon_help() error=form.fault("icon") />
                <TextField label=words::hue() kind="number" value=hue required=true range=(Some(0.0), Some(359.0)) help=words::hue_help() error=form.fault("hue") />
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
