//! The first hour: the demo, or the first administrator, the working week and departments, then mail and people for
//! whoever wants to.

use crate::lean::*;
use shared::{
    organisation::{check_named, check_password, check_person},
    text::NAME_MAX,
};

use super::{
    form::{Form, FormView},
    frame::bones,
    mail::MailCheck,
    operations::{
        calendars::Weekday,
        people::Password,
        set_up::{self as data, SetUp, SetUpBeginInput, Template, WorkingHoursInput},
    },
    people_import::PeopleImport,
    zone::ZoneField,
};
use crate::{
    api::session::{self, Session},
    components::{Check, Icon, Remote, TextField, environment::use_title},
    words::admin as words,
};

/// Where the wizard stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Choose,
    Administrator,
    Departments,
    Mail,
    People,
    Done,
    DemoReady,
}

/// The page.
#[component]
pub fn SetUpPage() -> impl IntoView {
    use_title(|| words::set_up().to_owned());
    let state =
        Remote::new(|| async { data::fetch_set_up().await.map_err(|error| error.sentence()) });
    view! {
        <main class="set-up" id="main" tabindex="-1">
            <header class="set-up-head">
                <Icon name="concierge-bell" />
                <h1>{words::set_up()}</h1>
            </header>
            {state.view(bones, |state| view! { <Wizard state=state.get_untracked() /> }.into_any())}
        </main>
    }
}

fn code_in_address() -> String {
    let hash = window().location().hash().unwrap_or_default();
    hash.trim_start_matches('#').to_owned()
}

#[component]
fn Wizard(state: SetUp) -> impl IntoView {
    // The code stands behind the address's hash, which is never sent to a server.
    let code = RwSignal::new(code_in_address());
    // Whoever was here before they followed the link stays on this page: only the hash is new.
    let listening = window_event_listener(leptos::ev::hashchange, move |_| {
        let typed = code_in_address();
        if !typed.is_empty() {
            code.set(typed);
        }
    });
    on_cleanup(move || listening.remove());
    let step = RwSignal::new(if state.needed {
        Step::Choose
    } else {
        Step::Departments
    });
    // Whoever goes on with the keyboard goes on from the new step's heading.
    effect(move |before: Option<Step>| {
        let now = step.get();
        if before.is_some_and(|before| before != now) {
            request_animation_frame(|| {
                if let Some(main) = document().get_element_by_id("main") {
                    use wasm_bindgen::JsCast;
                    if let Ok(main) = main.dyn_into::<web_sys::HtmlElement>() {
                        // The page is there as long as its steps are.
                        _ = main.focus();
                        main.scroll_into_view();
                    }
                }
            });
        }
        now
    });
    move || {
        match step.get() {
        Step::Choose => view! { <Choose state code step /> }.into_any(),
        Step::Administrator => view! { <Administrator code step /> }.into_any(),
        Step::Departments if session::state().get() != Session::SignedIn => view! {
            <p>{words::set_up_already()}</p>
            <p><a class="btn btn-primary" rel="external" href="/sign-in">{words::set_up_sign_in()}</a></p>
        }
        .into_any(),
        Step::Departments => view! { <Departments step /> }.into_any(),
        Step::Mail => view! {
            <section class="card card-pad admin-form">
                <h2>{words::mail()}</h2>
                <p class="muted">{words::set_up_mail_text()}</p>
                <MailCheck />
                <Onward step to=Step::People />
            </section>
        }
        .into_any(),
        Step::People => view! {
            <section class="card card-pad admin-form">
                <h2>{words::import_title()}</h2>
                <p>{words::set_up_people_text()}</p>
                <PeopleImport on_done=|()| () zone=browser_zone() />
                <Onward step to=Step::Done quiet=true />
            </section>
        }
        .into_any(),
        Step::Done => view! { <Done /> }.into_any(),
        Step::DemoReady => view! {
            <section class="card card-pad admin-form">
                <h2>{words::set_up_demo_ready()}</h2>
                <p>{words::set_up_demo_ready_text()}</p>
                <p><a class="btn btn-primary" rel="external" href="/sign-in">{words::set_up_sign_in()}</a></p>
            </section>
        }
        .into_any(),
    }
    }
}

#[component]
fn Choose(state: SetUp, code: RwSignal<String>, step: RwSignal<Step>) -> impl IntoView {
    let form = Form::new();
    let plant = move |()| {
        if refuse_without_code(form, code) {
            return;
        }
        form.send(data::plant_demo(code.get_untracked()), move |()| {
            step.set(Step::DemoReady);
        });
    };
    view! {
        <p class="muted">{words::set_up_lead()}</p>
        <section class="card card-pad admin-form">
            <h2>{words::set_up_own()}</h2>
            <p>{words::set_up_own_text()}</p>
            <p>
                <button type="button" class="btn btn-primary btn-large" on:click=move |_| step.set(Step::Administrator)>
                    <Icon name="building-2" />
                    {words::set_up_own()}
                </button>
            </p>
        </section>
        {state.demo_offered.then(|| view! {
            <section class="card card-pad admin-form">
                <h2>{words::set_up_demo()}</h2>
                <p>{words::set_up_demo_text()}</p>
                <FormView form send_word=words::set_up_demo() on_send=plant>
                    <CodeField code form />
                    <p role="status">{move || form.is_busy().then(words::set_up_demo_busy)}</p>
                </FormView>
            </section>
        })}
    }
}

fn refuse_without_code(form: Form, code: RwSignal<String>) -> bool {
    let missing = code.with_untracked(|code| code.trim().is_empty());
    form.refuse(
        missing
            .then(|| ("code".to_owned(), words::set_up_code_needed().to_owned()))
            .into_iter()
            .collect(),
    )
}

#[component]
fn CodeField(code: RwSignal<String>, form: Form) -> impl IntoView {
    view! { <TextField label=words::set_up_code() help=words::set_up_code_help() value=code required=true error=form.fault("code") /> }
}

#[component]
fn Administrator(code: RwSignal<String>, step: RwSignal<Step>) -> impl IntoView {
    let form = Form::new();
    let text = || RwSignal::new(String::new());
    let (organisation, name, login, email, password) = (text(), text(), text(), text(), text());
    let zone = RwSignal::new(browser_zone());
    let send = move |()| {
        let sign_in_name = login.get_untracked().trim().to_lowercase();
        let mut problems = check_named(&organisation.get_untracked(), "")
            .err()
            .unwrap_or_default();
        for problem in &mut problems {
            problem.field = "organisation".to_owned();
        }
        let person = check_person(
            name.get_untracked().trim(),
            &sign_in_name,
            email.get_untracked().trim(),
        );
        problems.extend(person.err().unwrap_or_default());
        let secret = check_password(&sign_in_name, &password.get_untracked());
        problems.extend(secret.err().unwrap_or_default());
        let mut faults: Vec<(String, String)> = problems
            .into_iter()
            .map(|problem| (problem.field, problem.message))
            .collect();
        if code.with_untracked(|code| code.trim().is_empty()) {
            faults.push(("code".to_owned(), words::set_up_code_needed().to_owned()));
        }
        if form.refuse(faults) {
            return;
        }
        let input = SetUpBeginInput {
            code: Password(code.get_untracked()),
            organisation: organisation.get_untracked(),
            name: name.get_untracked(),
            login: sign_in_name.clone(),
            email: email.get_untracked(),
            timezone: zone.get_untracked(),
            password: Password(password.get_untracked()),
        };
        let secret = password.get_untracked();
        form.send(data::begin(input), move |()| {
            leptos::task::spawn_local(async move {
                // Whoever cannot be signed in now is asked to sign in by the next step.
                _ = session::sign_in(&sign_in_name, &secret).await;
                password.try_set(String::new());
                step.try_set(Step::Departments);
            });
        });
    };
    view! {
        <section class="card card-pad admin-form">
            <h2>{words::set_up_first()}</h2>
            <FormView form send_word=words::set_up_next() on_send=send on_cancel=move |()| step.set(Step::Choose)>
                <CodeField code form />
                <div class="admin-pair">
                    <TextField label=words::set_up_organisation() value=organisation required=true most=NAME_MAX error=form.fault("organisation") />
                    <ZoneField value=zone error=form.fault("timezone") />
                </div>
                <div class="admin-pair">
                    <TextField label=words::set_up_your_name() value=name required=true most=NAME_MAX autocomplete="name" error=form.fault("name") />
                    <TextField label=words::email() kind="email" value=email required=true autocomplete="email" error=form.fault("email") />
                </div>
                <div class="admin-pair">
                    <TextField label=words::login() value=login required=true autocomplete="username" help=words::login_help() error=form.fault("login") />
                    <TextField label=words::set_up_password() kind="password" value=password required=true autocomplete="new-password" help=words::password_help() error=form.fault("password") />
                </div>
            </FormView>
        </section>
    }
}

/// The zone that the browser is set to.
fn browser_zone() -> String {
    let options = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new())
        .resolved_options();
    js_sys::Reflect::get(&options, &"timeZone".into())
        .ok()
        .and_then(|zone| zone.as_string())
        .unwrap_or_else(|| "UTC".to_owned())
}

type Word = fn() -> &'static str;

/// The days, and whether one works on them unless it is said otherwise.
const WEEK: &[(Weekday, Word, bool)] = &[
    (Weekday::Monday, words::monday, true),
    (Weekday::Tuesday, words::tuesday, true),
    (Weekday::Wednesday, words::wednesday, true),
    (Weekday::Thursday, words::thursday, true),
    (Weekday::Friday, words::friday, true),
    (Weekday::Saturday, words::saturday, false),
    (Weekday::Sunday, words::sunday, false),
];

#[component]
fn Departments(step: RwSignal<Step>) -> impl IntoView {
    let templates = Remote::new(|| async {
        data::fetch_templates()
            .await
            .map_err(|error| error.sentence())
    });
    view! {
        {templates.view(bones, move |templates| view! { <DepartmentsForm templates=templates.get_untracked() step /> }.into_any())}
    }
}

#[component]
fn DepartmentsForm(templates: Vec<Template>, step: RwSignal<Step>) -> impl IntoView {
    let form = Form::new();
    let zone = RwSignal::new(browser_zone());
    let start = RwSignal::new("09:00".to_owned());
    let end = RwSignal::new("17:00".to_owned());
    let days: Vec<(Weekday, RwSignal<bool>)> = WEEK
        .iter()
        .map(|(day, _, works)| (*day, RwSignal::new(*works)))
        .collect();
    let chosen: Vec<(String, RwSignal<bool>)> = templates
        .iter()
        .map(|template| (template.key.clone(), RwSignal::new(template.key == "it")))
        .collect();
    let day_boxes = days
        .iter()
        .zip(WEEK)
        .map(|((_, ticked), (_, word, _))| view! { <Check label=word() value=*ticked /> })
        .collect_view();
    let department_boxes = templates
        .into_iter()
        .zip(&chosen)
        .map(|(template, (_, ticked))| {
            let teams: Vec<String> = template.teams.into_iter().map(|team| team.name).collect();
            let secret = template
                .confidential
                .then(|| view! { <span class="chip">{words::confidential_yes()}</span> });
            let ticked = *ticked;
            view! {
                <label class="choice">
                    <input
                        type="checkbox"
                        prop:checked=move || ticked.get()
                        on:change=move |event| ticked.set(event_target_checked(&event))
                    />
                    <span class="choice-text">
                        <span>{template.name} " " {secret}</span>
                        <small>{template.description} " " {words::set_up_teams(teams.join(", "))}</small>
                    </span>
                </label>
            }
        })
        .collect_view();
    let send = move |()| {
        let templates = chosen
            .iter()
            .filter(|(_, ticked)| ticked.get_untracked())
            .map(|(key, _)| key.clone())
            .collect();
        let hours = WorkingHoursInput {
            zone: zone.get_untracked(),
            weekdays: days
                .iter()
                .filter(|(_, ticked)| ticked.get_untracked())
                .map(|(day, _)| *day)
                .collect(),
            start: start.get_untracked(),
            end: end.get_untracked(),
        };
        form.send(data::found(templates, Some(hours)), move |_| {
            step.set(Step::Mail);
        });
    };
    view! {
        <section class="card card-pad admin-form">
            <h2>{words::set_up_hours()}</h2>
            <FormView form send_word=words::set_up_found() on_send=send>
                <ZoneField value=zone error=form.fault("zone") />
                <div class="admin-days">{day_boxes}</div>
                <div class="admin-pair">
                    <TextField label=words::set_up_from() kind="time" value=start required=true error=form.fault("hours") />
                    <TextField label=words::set_up_to() kind="time" value=end required=true />
                </div>
                <h2>{words::departments()}</h2>
                <p class="muted">{words::set_up_departments_text()}</p>
                <div class="admin-fields">{department_boxes}</div>
            </FormView>
            <p><button type="button" class="btn btn-quiet" on:click=move |_| step.set(Step::Mail)>{words::set_up_skip()}</button></p>
        </section>
    }
}

/// From a step that may be left out to the next.
#[component]
fn Onward(
    step: RwSignal<Step>,
    to: Step,
    /// The step has a main button of its own.
    #[prop(optional)]
    quiet: bool,
) -> impl IntoView {
    let class = if quiet { "btn" } else { "btn btn-primary" };
    view! {
        <div class="dialog-actions">
            <button type="button" class=class on:click=move |_| step.set(to)>
                {words::set_up_next()}
            </button>
        </div>
    }
}

/// What comes next.
#[component]
fn Done() -> impl IntoView {
    view! {
        <section class="card card-pad admin-form">
            <h2>{words::set_up_done()}</h2>
            <ul class="set-up-next">
                <li><a href="/admin/people"><Icon name="users" /> {words::set_up_next_people()}</a></li>
                <li><a href="/admin/teams"><Icon name="layers" /> {words::set_up_next_teams()}</a></li>
                <li><a href="/admin/agreements"><Icon name="handshake" /> {words::set_up_next_agreements()}</a></li>
            </ul>
            <p><a class="btn btn-primary" href="/admin">{words::set_up_open()}</a></p>
        </section>
    }
}
