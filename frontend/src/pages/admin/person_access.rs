//! What a person may do: roles given and taken, a new password.

use crate::lean::*;
use shared::organisation::check_password;

use super::{
    choices::{chosen, department_options},
    form::{Form, FormView, use_saved},
    frame::Editor,
    operations::{
        mail,
        people::{self as data, Person, RoleInput},
    },
    people::send_invitation,
    take_over::{Choices, TakeOver},
};
use crate::{
    api::{Id, Listed, Role, SiteRole, operations::DepartmentName},
    components::{Icon, Remote, SelectField, TextField, use_toaster},
    words::{admin as words, components as common},
};

/// Name of a role in a department.
fn role_word(role: Role) -> &'static str {
    match role {
        Role::Agent => words::role_agent(),
        Role::Lead => words::role_lead(),
        Role::Approver => words::role_approver(),
        Role::KnowledgeAuthor => words::role_knowledge_author(),
        Role::ProblemManager => words::role_problem_manager(),
        Role::ChangeManager => words::role_change_manager(),
        Role::ReleaseManager => words::role_release_manager(),
        Role::ConfigurationManager => words::role_configuration_manager(),
        Role::AssetManager => words::role_asset_manager(),
        Role::ServiceLevelManager => words::role_service_level_manager(),
    }
}

/// Name of a role for the whole site.
fn site_role_word(role: SiteRole) -> &'static str {
    match role {
        SiteRole::Administrator => words::role_administrator(),
        SiteRole::Auditor => words::role_auditor(),
        SiteRole::Reporter => words::role_reporter(),
    }
}

/// All roles of a person in one line.
pub fn role_words(person: &Person) -> String {
    let site = person
        .site_roles
        .iter()
        .map(|role| site_role_word(*role).to_owned());
    let departments = person
        .roles
        .iter()
        .map(|grant| words::role_in(role_word(grant.role), grant.department.name.clone()));
    site.chain(departments).collect::<Vec<_>>().join(", ")
}

/// The content of the dialog.
#[component]
pub fn Access(
    editor: Editor<Person>,
    departments: Vec<DepartmentName>,
    /// The viewer sets the whole site up: gives roles for all of it, and passwords.
    site: bool,
) -> impl IntoView {
    editor.existing().map(|person| {
        let id = person.id.clone();
        let login = person.login.clone().unwrap_or_default();
        let person = RwSignal::new(person);
        view! {
            <Roles person departments site />
            {site.then(|| view! { <PasswordForm person=id login /> })}
        }
    })
}

#[component]
fn Roles(person: RwSignal<Person>, departments: Vec<DepartmentName>, site: bool) -> impl IntoView {
    let may_take = {
        let departments = departments.clone();
        move |input: &RoleInput| match &input.department {
            Some(id) => site || departments.iter().any(|department| department.id == *id),
            None => site,
        }
    };
    let form = Form::new();
    let role = RwSignal::new(Role::Agent.key().to_owned());
    let department = RwSignal::new(String::new());
    // A role in which tickets are worked is taken in two steps: first it is asked who takes over.
    let asked = RwSignal::new(None::<RoleInput>);
    let choices = RwSignal::new(Choices::new());
    let change = move |input: RoleInput, give: bool| {
        let act = if give {
            data::grant(input)
        } else {
            data::revoke(input)
        };
        form.send(act, move |changed| {
            asked.try_set(None);
            person.set(changed);
        });
    };
    let take = move |input: RoleInput| {
        if matches!(input.role, Some(Role::Agent | Role::Lead)) {
            choices.set(Choices::new());
            asked.set(Some(input));
        } else {
            change(input, false);
        }
    };
    let take_now = move |_| {
        if let Some(input) = asked.get_untracked() {
            let heir = choices.get_untracked().inputs().into_iter().next();
            let input = RoleInput {
                taken_over_by: heir.map(|heir| heir.person),
                ..input
            };
            change(input, false);
        }
    };
    let question = move || {
        asked.get().map(|input| {
            let word = input.role.map_or("", role_word);
            view! {
                <div class="card card-pad admin-fields">
                    <strong>{words::take_role_of(word)}</strong>
                    <TakeOver person=input.person only=input.department choices=choices.get_untracked() form />
                    <div class="dialog-actions">
                        <button type="button" class="btn" on:click=move |_| asked.set(None)>{words::cancel()}</button>
                        <button type="button" class="btn btn-danger" disabled=move || form.is_busy() on:click=take_now>{words::take_role()}</button>
                    </div>
                </div>
            }
        })
    };
    let own = move || person.with_untracked(|person| person.id.clone());
    let site_key = |role: SiteRole| format!("site:{}", role.key());
    let mut options: Vec<(String, String)> = Role::ALL
        .iter()
        .map(|role| (role.key().to_owned(), role_word(*role).to_owned()))
        .collect();
    if site {
        options.extend(
            SiteRole::ALL
                .iter()
                .map(|role| (site_key(*role), words::site_wide(site_role_word(*role)))),
        );
    }
    let is_site = memo(move |_| role.with(|role| role.starts_with("site:")));
    let give = move |()| {
        let key = role.get_untracked();
        let input = match key.strip_prefix("site:").and_then(SiteRole::from_key) {
            Some(site_role) => RoleInput {
                person: own(),
                role: None,
                department: None,
                site_role: Some(site_role),
                taken_over_by: None,
            },
            None => {
                let Some(department) = chosen(department) else {
                    form.refuse(vec![(
                        "department".to_owned(),
                        words::please_choose().to_owned(),
                    )]);
                    return;
                };
                RoleInput {
                    person: own(),
                    role: Role::from_key(&key),
                    department: Some(department),
                    site_role: None,
                    taken_over_by: None,
                }
            }
        };
        change(input, true);
    };
    let rows = move || {
        let held = person.get();
        let site = held.site_roles.into_iter().map(|role| {
            let input = RoleInput {
                person: own(),
                role: None,
                department: None,
                site_role: Some(role),
                taken_over_by: None,
            };
            (words::site_wide(site_role_word(role)), input)
        });
        let granted = held.roles.into_iter().map(|grant| {
            let word = words::role_in(role_word(grant.role), grant.department.name);
            let input = RoleInput {
                person: own(),
                role: Some(grant.role),
                department: Some(grant.department.id),
                site_role: None,
                taken_over_by: None,
            };
            (word, input)
        });
        site.chain(granted)
            .map(|(word, input)| {
                let take = may_take(&input).then(|| {
                    view! {
                        <button
                            type="button"
                            class="btn btn-quiet btn-icon btn-small"
                            aria-label=common::remove(word.clone())
                            disabled=move || form.is_busy()
                            on:click=move |_| take(input.clone())
                        >
                            <Icon name="x" />
                        </button>
                    }
                });
                view! {
                    <li>
                        <Icon name="key-round" />
                        <span class="grow">{word}</span>
                        {take}
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <h3>{move || person.with(|person| person.name.clone())}</h3>
        <ul class="admin-people">{rows}</ul>
        {question}
        <p class="muted" hidden=move || person.with(|person| !person.roles.is_empty() || !person.site_roles.is_empty())>
            {words::no_roles()}
        </p>
        <FormView form send_word=words::give_role() on_send=give>
            <div class="admin-pair">
                <SelectField label=words::role() value=role options required=true error=form.fault("role") />
                <Show when=move || !is_site.get()>
                    <SelectField
                        label=words::department()
                        value=department
                        options=department_options(&departments)
                        required=true
                        error=form.fault("department")
                    />
                </Show>
            </div>
        </FormView>
    }
}

#[component]
fn PasswordForm(person: Id, login: String) -> impl IntoView {
    let invited = person.clone();
    let form = Form::new();
    let saved = use_saved();
    let password = RwSignal::new(String::new());
    let send = move |()| {
        let typed = password.get_untracked();
        let faults = check_password(&login, &typed)
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|problem| (problem.field, problem.message))
            .collect();
        if form.refuse(faults) {
            return;
        }
        form.send(data::set_password(person.clone(), typed), move |_| {
            password.try_set(String::new());
            saved();
        });
    };
    let sends_mail = Remote::new(|| async {
        mail::fetch_sends_mail()
            .await
            .map_err(|error| error.sentence())
    });
    let toaster = use_toaster();
    let invited = StoredValue::new(invited);
    view! {
        <hr class="admin-rule" />
        <Show when=move || sends_mail.ready() == Some(true)>
            <p>
                <button type="button" class="btn" on:click=move |_| send_invitation(invited.get_value(), toaster)>
                    <Icon name="mail" />
                    {words::send_invitation()}
                </button>
            </p>
        </Show>
        <FormView form send_word=words::set_password() on_send=send>
            <TextField
                label=words::new_password()
                kind="password"
                autocomplete="new-password"
                value=password
                required=true
                help=words::new_password_help()
                error=form.fault("password")
            />
        </FormView>
    }
}
