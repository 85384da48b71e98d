//! Teams and who belongs to them.

use crate::lean::*;
use shared::{organisation::check_named, text::NAME_MAX};

use super::{
    choices::{chosen, department_options, may_set_up, people_search},
    form::{Form, FormView, use_saved},
    frame::{Editor, EditorDialog, SectionHead, bones},
    operations::{
        Reach,
        teams::{self as data, Team, TeamCreateInput, TeamEditInput, TeamSetMembersInput},
    },
    rows::{Act, Cell, Row, Rows},
};
use crate::{
    api::{Id, fresh_key, operations::PersonBadge},
    components::{Avatar, Check, Choice, Icon, PersonPicker, Remote, SelectField, TextField},
    words::{admin as words, components as common},
};

/// The page.
#[component]
pub fn Teams(reach: Reach) -> impl IntoView {
    let list =
        Remote::new(|| async { data::fetch_teams().await.map_err(|error| error.sentence()) });
    let editor = Editor::<Team>::new();
    let members = Editor::<Team>::new();
    let site = reach.can_administer_site;
    let reach = StoredValue::new(reach);
    view! {
        <SectionHead
            title=words::teams()
            lead=words::teams_lead()
            add_word=words::new_team()
            on_add=move |()| editor.add()
            may_add=site
        />
        {list.view(bones, move |found| {
            let rows = Signal::derive(move || {
                found.with(|found| {
                    let own = found.iter().filter(|one| reach.with_value(|reach| may_set_up(reach, &one.department.id)));
                    own.map(row).collect::<Vec<_>>()
                })
            });
            let open = move |editor: Editor<Team>| {
                Callback::new(move |id: String| editor.edit_one(list.ready_untracked(), |one| *one.id.inner() == id))
            };
            view! {
                <Rows
                    label=words::teams()
                    heads=&[words::name, words::department, words::members]
                    rows
                    empty=("users", words::no_teams())
                    on_edit=open(editor)
                    may_edit=site
                    act=Act { icon: "users", word: words::members(), run: open(members) }
                />
            }
            .into_any()
        })}
        <EditorDialog editor title=editor.title(words::new_team(), words::edit_team()) on_closed=move |()| list.again()>
            <TeamForm editor reach=reach.get_value() />
        </EditorDialog>
        <EditorDialog editor=members title=members.title(words::members(), words::members()) on_closed=move |()| list.again()>
            <MembersForm editor=members />
        </EditorDialog>
    }
}

fn row(team: &Team) -> Row {
    Row {
        id: team.id.inner().to_owned(),
        name: team.name.clone(),
        retired: !team.active,
        cells: vec![
            Cell::Text(team.department.name.clone()),
            Cell::Faces(team.members.clone()),
        ],
        ..Row::default()
    }
}

#[component]
fn TeamForm(editor: Editor<Team>, reach: Reach) -> impl IntoView {
    let before = editor.existing();
    let form = Form::new();
    let saved = use_saved();
    let idempotency_key = fresh_key();
    let name = RwSignal::new(
        before
            .as_ref()
            .map(|team| team.name.clone())
            .unwrap_or_default(),
    );
    let department = RwSignal::new(String::new());
    let active = RwSignal::new(before.as_ref().is_none_or(|team| team.active));
    let is_new = before.is_none();
    let options = department_options(&reach.set_up_departments);
    let send = move |()| {
        let mut faults: Vec<_> = check_named(&name.get_untracked(), "")
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|problem| (problem.field, problem.message))
            .collect();
        let chosen = chosen(department);
        if is_new && chosen.is_none() {
            faults.push(("department".to_owned(), words::please_choose().to_owned()));
        }
        if form.refuse(faults) {
            return;
        }
        let before = before.clone();
        let idempotency_key = idempotency_key.clone();
        let act = match (before, chosen) {
            (Some(before), _) => data::edit(TeamEditInput {
                team: before.id,
                expected_version: before.version,
                name: Some(name.get_untracked()),
                active: Some(active.get_untracked()),
            }),
            (None, department) => data::create(TeamCreateInput {
                department: department.unwrap_or_else(|| Id::new("")),
                name: name.get_untracked(),
                idempotency_key: Some(idempotency_key),
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
                <SelectField label=words::department() value=department options required=true error=form.fault("department") />
            })}
            <TextField label=words::name() value=name required=true most=NAME_MAX error=form.fault("name") />
            {(!is_new).then(|| view! { <Check label=words::in_use() value=active /> })}
        </FormView>
    }
}

#[component]
fn MembersForm(editor: Editor<Team>) -> impl IntoView {
    let before = editor.existing();
    let form = Form::new();
    let saved = use_saved();
    let members = RwSignal::new(
        before
            .as_ref()
            .map(|team| team.members.clone())
            .unwrap_or_default(),
    );
    let picked = RwSignal::new(None::<Choice>);
    effect(move |_| {
        let Some(choice) = picked.get() else { return };
        members.update(|members| {
            if !members.iter().any(|member| member.id.inner() == choice.id) {
                members.push(PersonBadge {
                    id: Id::new(choice.id),
                    name: choice.label,
                    initials: choice.initials,
                    hue: choice.hue,
                });
            }
        });
        picked.set(None);
    });
    let team_name = before
        .as_ref()
        .map(|team| team.name.clone())
        .unwrap_or_default();
    let send = move |()| {
        let Some(before) = before.clone() else { return };
        let input = TeamSetMembersInput {
            team: before.id,
            expected_version: before.version,
            members: members
                .with_untracked(|members| members.iter().map(|member| member.id.clone()).collect()),
        };
        form.send(data::set_members(input), move |_| {
            saved();
            editor.close();
        });
    };
    view! {
        <FormView form send_word=words::save() on_send=send on_cancel=move |()| editor.close()>
            <p class="muted">{words::members_of(team_name)}</p>
            <ul class="admin-people">
                <For each=move || members.get() key=|member| member.id.clone() let:member>
                    {
                        let id = member.id.clone();
                        view! {
                            <li>
                                <Avatar initials=member.initials hue=member.hue name=member.name.clone() size="avatar-m" />
                                <span class="grow">{member.name.clone()}</span>
                                <button
                                    type="button"
                                    class="btn btn-quiet btn-icon btn-small"
                                    aria-label=common::remove(member.name)
                                    on:click=move |_| members.update(|members| members.retain(|member| member.id != id))
                                >
                                    <Icon name="x" />
                                </button>
                            </li>
                        }
                    }
                </For>
            </ul>
            <PersonPicker
                label=words::add_member()
                help=words::add_member_help()
                picked
                search=people_search()
                error=form.fault("members")
            />
        </FormView>
    }
}
