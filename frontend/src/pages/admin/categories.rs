//! Categories of the departments, in two levels.

use crate::lean::*;
use shared::{organisation::check_named, text::NAME_MAX};

use super::{
    choices::{chosen, department_options, id_text, may_set_up, team_options},
    form::{Form, FormView, use_saved},
    frame::{EditButton, Editor, EditorDialog, OutOfUse, SectionHead, Table, bones},
    operations::{
        Reach,
        services::{self as data, Category, CategoryCreateInput, CategoryEditInput},
        teams::{self, TeamChoice},
    },
};
use crate::{
    api::{Id, fresh_key},
    components::{Check, EmptyState, Remote, SelectField, TextField},
    words::admin as words,
};

/// By department, each category above those below it.
fn ordered(mut rows: Vec<Category>) -> Vec<Category> {
    let place = |row: &Category| {
        let top = row
            .parent
            .as_ref()
            .map_or_else(|| row.name.clone(), |parent| parent.name.clone());
        (
            row.department.name.clone(),
            top,
            row.parent.is_some(),
            row.name.clone(),
        )
    };
    rows.sort_by_cached_key(place);
    rows
}

/// The page.
#[component]
pub fn Categories(reach: Reach) -> impl IntoView {
    let list = Remote::new(|| async {
        data::fetch_categories()
            .await
            .map_err(|error| error.sentence())
    });
    let teams = Remote::new(|| async {
        teams::fetch_choices()
            .await
            .map_err(|error| error.sentence())
    });
    let editor = Editor::<Category>::new();
    let reach = StoredValue::new(reach);
    view! {
        <SectionHead
            title=words::categories()
            lead=words::categories_lead()
            add_word=words::new_category()
            on_add=move |()| editor.add()
        />
        {list.view(bones, move |rows| {
            let own = memo(move |_| {
                let mut own = rows.get();
                own.retain(|row| reach.with_value(|reach| may_set_up(reach, &row.department.id)));
                ordered(own)
            });
            view! {
                <Show
                    when=move || own.with(|own| !own.is_empty())
                    fallback=|| view! { <EmptyState icon="tag" title=words::no_categories() /> }
                >
                    <Table label=words::categories() heads=&[words::name, words::department, words::team]>
                        <For each=move || own.get() key=|row| (row.id.clone(), row.version) let:row>
                            {
                                let subject = row.clone();
                                view! {
                                    <tr>
                                        <td class=if row.parent.is_some() { "admin-below" } else { "" }>
                                            <span class="admin-name"><strong>{row.name.clone()}</strong> <OutOfUse active=row.active /></span>
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
        <EditorDialog editor title=editor.title(words::new_category(), words::edit_category())>
            <CategoryForm
                editor
                reach=reach.get_value()
                teams
                all=list.ready_untracked().unwrap_or_default()
                on_saved=move |()| list.again()
            />
        </EditorDialog>
    }
}

#[component]
fn CategoryForm(
    editor: Editor<Category>,
    reach: Reach,
    teams: Remote<Vec<TeamChoice>>,
    all: Vec<Category>,
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
    let department = RwSignal::new(id_text(before.as_ref().map(|row| &row.department.id)));
    let parent = RwSignal::new(id_text(
        before
            .as_ref()
            .and_then(|row| row.parent.as_ref())
            .map(|parent| &parent.id),
    ));
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
    let own = before.as_ref().map(|row| row.id.clone());
    let parents = Signal::derive(move || {
        let mut options = vec![(String::new(), words::top_level().to_owned())];
        options.extend(
            all.iter()
                .filter(|row| {
                    row.parent.is_none()
                        && row.active
                        && department.with(|department| row.department.id.inner() == department)
                        && Some(&row.id) != own.as_ref()
                })
                .map(|row| (row.id.inner().to_owned(), row.name.clone())),
        );
        options
    });
    let departments = department_options(&reach.set_up_departments);
    let send = move |()| {
        let mut faults: Vec<_> = check_named(&name.get_untracked(), "")
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
            None => data::create_category(CategoryCreateInput {
                department: Id::new(department.get_untracked()),
                name: name.get_untracked(),
                parent: chosen(parent),
                team: chosen(team),
                idempotency_key: Some(idempotency_key),
            }),
            Some(before) => data::edit_category(CategoryEditInput {
                category: before.id,
                expected_version: before.version,
                name: Some(name.get_untracked()),
                parent: chosen(parent),
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
            <SelectField label=words::parent() value=parent options=parents error=form.fault("parent") />
            <SelectField label=words::team() help=words::routing_help() value=team options=team_choices error=form.fault("team") />
            {(!is_new).then(|| view! { <Check label=words::in_use() value=active /> })}
        </FormView>
    }
}
