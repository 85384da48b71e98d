//! Categories of the departments, in two levels.

use crate::lean::*;
use shared::{organisation::check_named, text::NAME_MAX};

use super::{
    choices::{chosen, department_options, id_text, may_set_up, team_options, team_word},
    form::{Form, FormView, use_saved},
    frame::{Editor, EditorDialog, SectionHead, bones},
    operations::{
        Reach,
        services::{self as data, Category, CategoryCreateInput, CategoryEditInput},
        teams::{self, TeamChoice},
    },
    rows::{Cell, Row, Rows},
};
use crate::{
    api::{Id, fresh_key},
    components::{Check, Remote, SelectField, TextField},
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
        {list.view(bones, move |found| {
            let rows = Signal::derive(move || {
                let mut own = found.get();
                own.retain(|one| reach.with_value(|reach| may_set_up(reach, &one.department.id)));
                ordered(own).iter().map(row).collect::<Vec<_>>()
            });
            view! {
                <Rows
                    label=words::categories()
                    heads=&[words::name, words::department, words::team]
                    rows
                    empty=("tag", words::no_categories())
                    on_edit=move |id: String| editor.edit_one(list.ready_untracked(), |one| *one.id.inner() == id)
                />
            }
            .into_any()
        })}
        <EditorDialog editor title=editor.title(words::new_category(), words::edit_category()) on_closed=move |()| list.again()>
            <CategoryForm
                editor
                reach=reach.get_value()
                teams
                all=list.ready_untracked().unwrap_or_default()
            />
        </EditorDialog>
    }
}

fn row(category: &Category) -> Row {
    Row {
        id: category.id.inner().to_owned(),
        name: category.name.clone(),
        below: category.parent.is_some(),
        retired: !category.active,
        cells: vec![
            Cell::Text(category.department.name.clone()),
            Cell::Text(team_word(category.team.as_ref())),
        ],
        ..Row::default()
    }
}

#[component]
fn CategoryForm(
    editor: Editor<Category>,
    reach: Reach,
    teams: Remote<Vec<TeamChoice>>,
    all: Vec<Category>,
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
