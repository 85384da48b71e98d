//! People: found, taken on, changed.

use crate::lean::*;
use gloo_timers::future::TimeoutFuture;
use shared::{
    organisation::{check_password, check_person, check_person_details},
    text::NAME_MAX,
};

use super::{
    choices::{chosen, department_options, id_text, people_search, site_options},
    form::{Form, FormView, filled, use_saved},
    frame::{Editor, EditorDialog, SectionHead, bones},
    operations::{
        Reach, departments, mail,
        people::{self as data, Password, Person, PersonCreateInput, PersonEditInput},
        sites::{self, SiteName},
    },
    people_import::PeopleImport,
    person_access::{Access, role_words},
    rows::{Act, Cell, Mark, Row, Rows},
    take_over::{Choices, TakeOver},
    zone::ZoneField,
};
use crate::{
    api::{Id, fresh_key, operations::DepartmentName},
    components::{
        Check, Choice, Dialog, Icon, PersonPicker, Remote, SelectField, TextField, Toaster,
        environment::use_viewer, use_toaster,
    },
    words::{admin as words, components as common},
};

/// Milliseconds without a key after which the search is asked.
const QUIET: u32 = 200;

/// The page.
#[component]
pub fn People(reach: Reach) -> impl IntoView {
    // Whoever leads a confidential department finds people here and gives them roles in it; the rest is not theirs.
    let site = reach.can_administer_site;
    let reach = StoredValue::new(reach);
    let typed = RwSignal::new(String::new());
    let search = RwSignal::new(String::new());
    effect(move |_| {
        let words = typed.get();
        leptos::task::spawn_local(async move {
            TimeoutFuture::new(QUIET).await;
            if typed.try_get_untracked().as_ref() == Some(&words) {
                search.set(words);
            }
        });
    });
    let list = Remote::new(move || {
        let words = search.get();
        async {
            data::fetch_people(words, None)
                .await
                .map_err(|error| error.sentence())
        }
    });
    let departments = Remote::new(move || async move {
        if !site {
            return Ok(reach.with_value(Reach::gives_roles_in));
        }
        let all = departments::fetch_departments()
            .await
            .map_err(|error| error.sentence())?;
        Ok(all
            .into_iter()
            .filter(|department| department.active)
            .map(|department| DepartmentName {
                id: department.id,
                name: department.name,
            })
            .collect::<Vec<_>>())
    });
    let sites = Remote::new(|| async {
        sites::fetch_choices()
            .await
            .map_err(|error| error.sentence())
    });
    let more_form = Form::new();
    let more = move |cursor: String| {
        more_form.send(
            data::fetch_people(search.get_untracked(), Some(cursor)),
            move |next| {
                if let Some(mut held) = list.ready_untracked() {
                    held.nodes.extend(next.nodes);
                    held.page_info = next.page_info;
                    list.put(held);
                }
            },
        );
    };
    let here = use_viewer().with_untracked(|viewer| viewer.person.timezone.clone());
    let here = StoredValue::new(here);
    let editor = Editor::<Person>::new();
    let access = Editor::<Person>::new();
    let importing = RwSignal::new(false);
    let open = move |editor: Editor<Person>| {
        Callback::new(move |id: String| {
            editor.edit_one(list.ready_untracked().map(|found| found.nodes), |one| {
                *one.id.inner() == id
            });
        })
    };
    view! {
        <SectionHead
            title=words::people()
            lead=words::people_lead()
            add_word=words::new_person()
            on_add=move |()| editor.add()
            may_add=site
        />
        {site.then(|| view! {
            <p>
                <button type="button" class="btn" on:click=move |_| importing.set(true)>
                    <Icon name="plus" />
                    {words::import()}
                </button>
            </p>
            <Dialog open=importing title=Signal::derive(|| words::import_title().to_owned()) close_word=common::close() class="dialog-wide">
                <PeopleImport on_done=move |()| list.again() zone=here.get_value() />
            </Dialog>
        })}
        <div class="admin-search">
            <TextField label=words::search_people() kind="search" value=typed required=true />
        </div>
        {list.view(bones, move |found| {
            view! {
                <Rows
                    label=words::people()
                    heads=&[words::name, words::department, words::site, words::roles]
                    rows=Signal::derive(move || found.with(|found| found.nodes.iter().map(row).collect::<Vec<_>>()))
                    empty=("user", words::no_people())
                    searched_elsewhere=true
                    on_edit=open(editor)
                    may_edit=site
                    act=Act { icon: "key-round", word: words::access(), run: open(access) }
                />
                {move || {
                    found
                        .with(|found| found.page_info.has_next_page.then(|| found.page_info.end_cursor.clone()).flatten())
                        .map(|cursor| view! {
                            <button type="button" class="btn admin-more" disabled=move || more_form.is_busy() on:click=move |_| more(cursor.clone())>
                                {words::more()}
                            </button>
                        })
                }}
            }
            .into_any()
        })}
        <EditorDialog editor title=editor.title(words::new_person(), words::edit_person()) on_closed=move |()| list.again()>
            <PersonForm
                editor
                departments=departments.ready().unwrap_or_default()
                sites
            />
        </EditorDialog>
        <EditorDialog editor=access title=access.title(words::access(), words::access()) on_closed=move |()| list.again()>
            <Access
                editor=access
                departments=departments.ready().unwrap_or_default()
                site
            />
        </EditorDialog>
    }
}

fn row(person: &Person) -> Row {
    let none = || words::none().to_owned();
    let roles = role_words(person);
    Row {
        id: person.id.inner().to_owned(),
        name: person.name.clone(),
        about: [person.title.as_deref(), person.email.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · "),
        mark: Mark::Face(person.initials.clone(), person.hue),
        chip: person.vip.then(words::vip_chip),
        retired: !person.active,
        cells: vec![
            Cell::Text(
                person
                    .department
                    .as_ref()
                    .map_or_else(none, |department| department.name.clone()),
            ),
            Cell::Text(
                person
                    .site
                    .as_ref()
                    .map_or_else(none, |site| site.name.clone()),
            ),
            Cell::Text(if roles.is_empty() { none() } else { roles }),
        ],
        ..Row::default()
    }
}

#[component]
fn PersonForm(
    editor: Editor<Person>,
    departments: Vec<DepartmentName>,
    sites: Remote<Vec<SiteName>>,
) -> impl IntoView {
    let before = editor.existing();
    let is_new = before.is_none();
    let form = Form::new();
    let saved = use_saved();
    let idempotency_key = fresh_key();
    let text = |pick: fn(&Person) -> Option<String>, new: &str| {
        RwSignal::new(
            before
                .as_ref()
                .map_or_else(|| new.to_owned(), |person| pick(person).unwrap_or_default()),
        )
    };
    let name = text(|p| Some(p.name.clone()), "");
    let login = text(|p| p.login.clone(), "");
    let email = text(|p| p.email.clone(), "");
    let title = text(|p| p.title.clone(), "");
    let phone = text(|p| p.phone.clone(), "");
    let site = RwSignal::new(id_text(
        before
            .as_ref()
            .and_then(|person| person.site.as_ref())
            .map(|site| &site.id),
    ));
    let own_site = before.as_ref().and_then(|person| person.site.clone());
    let sites =
        Signal::derive(move || site_options(sites.ready().unwrap_or_default(), own_site.as_ref()));
    let here = use_viewer().with_untracked(|viewer| viewer.person.timezone.clone());
    let timezone = text(|p| Some(p.timezone.clone()), &here);
    let locale = text(|p| Some(p.locale.clone()), "en");
    let password = RwSignal::new(String::new());
    let sends_mail = Remote::new(|| async {
        mail::fetch_sends_mail()
            .await
            .map_err(|error| error.sentence())
    });
    let invite = RwSignal::new(true);
    let toaster = use_toaster();
    let department = RwSignal::new(id_text(
        before
            .as_ref()
            .and_then(|person| person.department.as_ref())
            .map(|department| &department.id),
    ));
    let manager = RwSignal::new(
        before
            .as_ref()
            .and_then(|person| person.manager.clone())
            .map(|manager| Choice {
                id: manager.id.inner().to_owned(),
                label: manager.name,
                detail: String::new(),
                initials: manager.initials,
                hue: manager.hue,
            }),
    );
    let vip = RwSignal::new(before.as_ref().is_some_and(|person| person.vip));
    let active = RwSignal::new(before.as_ref().is_none_or(|person| person.active));
    let take_overs = Choices::new();
    let leaver = before
        .as_ref()
        .filter(|person| person.active)
        .map(|person| person.id.clone());
    let mut department_choices = department_options(&departments);
    if let Some(first) = department_choices.first_mut() {
        words::none().clone_into(&mut first.1);
    }
    let send = move |()| {
        let mut problems = check_person(
            name.get_untracked().trim(),
            &login.get_untracked().trim().to_lowercase(),
            email.get_untracked().trim(),
        )
        .err()
        .unwrap_or_default();
        let details = check_person_details(
            filled(&title).as_deref(),
            filled(&phone).as_deref(),
            locale.get_untracked().trim(),
        );
        problems.extend(details.err().unwrap_or_default());
        if let Some(password) = filled(&password) {
            problems.extend(
                check_password(login.get_untracked().trim(), &password)
                    .err()
                    .unwrap_or_default(),
            );
        }
        if form.refuse(
            problems
                .into_iter()
                .map(|problem| (problem.field, problem.message))
                .collect(),
        ) {
            return;
        }
        let before = before.clone();
        let idempotency_key = idempotency_key.clone();
        let boss = manager.get_untracked().map(|manager| Id::new(manager.id));
        let act = match before {
            None => data::create(PersonCreateInput {
                login: login.get_untracked(),
                email: email.get_untracked(),
                name: name.get_untracked(),
                title: filled(&title),
                phone: filled(&phone),
                site: chosen(site),
                timezone: timezone.get_untracked(),
                locale: locale.get_untracked(),
                vip: vip.get_untracked(),
                department: chosen(department),
                manager: boss,
                password: filled(&password).map(Password),
                idempotency_key: Some(idempotency_key),
            }),
            Some(before) => data::edit(PersonEditInput {
                person: before.id,
                expected_version: before.version,
                login: Some(login.get_untracked()),
                email: Some(email.get_untracked()),
                name: Some(name.get_untracked()),
                title: filled(&title),
                phone: filled(&phone),
                site: chosen(site),
                timezone: Some(timezone.get_untracked()),
                locale: Some(locale.get_untracked()),
                vip: Some(vip.get_untracked()),
                department: chosen(department),
                manager: boss,
                active: Some(active.get_untracked()),
                take_over: take_overs.inputs(),
            }),
        };
        form.send(act, move |made| {
            saved();
            editor.close();
            let invited =
                is_new && sends_mail.ready_untracked() == Some(true) && invite.get_untracked();
            if invited && filled(&password).is_none() {
                send_invitation(made.id, toaster);
            }
        });
    };
    view! {
        <FormView form send_word=words::save() on_send=send on_cancel=move |()| editor.close()>
            <div class="admin-pair">
                <TextField label=words::name() value=name required=true most=NAME_MAX error=form.fault("name") />
                <TextField label=words::job() value=title most=NAME_MAX error=form.fault("title") />
            </div>
            <div class="admin-pair">
                <TextField label=words::login() value=login required=true help=words::login_help() error=form.fault("login") />
                <TextField label=words::email() kind="email" value=email required=true error=form.fault("email") />
            </div>
            <div class="admin-pair">
                <SelectField label=words::works_in() value=department options=department_choices error=form.fault("department") />
                <SelectField label=words::site() value=site options=sites error=form.fault("site") />
            </div>
            <PersonPicker label=words::manager() picked=manager search=people_search() error=form.fault("manager") />
            <div class="admin-pair">
                <TextField label=words::phone() kind="tel" value=phone error=form.fault("phone") />
                <ZoneField value=timezone error=form.fault("timezone") />
            </div>
            <div class="admin-pair">
                <TextField label=words::language() value=locale required=true help=words::language_help() error=form.fault("locale") />
                {is_new.then(|| view! {
                    <TextField
                        label=words::first_password()
                        kind="password"
                        autocomplete="new-password"
                        value=password
                        help=words::password_help()
                        error=form.fault("password")
                    />
                })}
            </div>
            <Show when=move || is_new && sends_mail.ready() == Some(true)>
                <Check label=words::invite() value=invite />
            </Show>
            <Check label=words::vip() value=vip />
            {(!is_new).then(|| view! { <Check label=words::person_active() value=active /> })}
            {leaver.map(|person| view! {
                <Show when=move || !active.get()>
                    <TakeOver person=person.clone() only=None choices=take_overs form />
                </Show>
            })}
        </FormView>
    }
}

/// Sends an invitation, and says whether it is on its way.
pub(super) fn send_invitation(person: Id, toaster: Toaster) {
    leptos::task::spawn_local(async move {
        match mail::invite(person).await {
            Ok(()) => toaster.say(words::invited()),
            Err(error) => toaster.warn(error.sentence()),
        }
    });
}
