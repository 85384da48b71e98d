//! Signing in.

use crate::lean::*;
use cynic::QueryBuilder;
use leptos::html;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use crate::{
    api::{
        self, schema,
        session::{self, Session, SignInError},
    },
    components::{Avatar, Icon, environment::use_title},
    live,
    words::{format, sign_in as words},
};

/// What anybody may know before signing in.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
struct Organisation {
    name: String,
    demo: bool,
    sends_mail: bool,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
struct OrganisationQuery {
    organisation: Organisation,
}

/// The people of the demo organisation that are offered: login, name, letters, colour, what they show.
fn demo_people() -> [(&'static str, &'static str, &'static str, i32, &'static str); 4] {
    [
        ("ana", "Ana", "AF", 60, words::demo_employee()),
        ("marta", "Marta", "ML", 210, words::demo_agent()),
        ("sina", "Sina", "SR", 140, words::demo_lead()),
        ("admin", "Alex", "AM", 290, words::demo_admin()),
    ]
}

/// The password that every person of the demo organisation has unless the server was told another.
const DEMO_PASSWORD: &str = "welcome aboard";

/// Where to go after signing in: a place of this client, nothing else.
fn destination(next: Option<String>) -> String {
    next.filter(|next| {
        next.starts_with('/')
            && !next.starts_with("//")
            && !next.contains('\\')
            && !next.starts_with("/sign-in")
    })
    .unwrap_or_else(|| "/".to_owned())
}

/// The sign-in page; `?next=` says where to go afterwards.
#[component]
pub fn SignIn() -> impl IntoView {
    use_title(|| words::title().to_owned());
    let navigate = StoredValue::new_local(use_navigate());
    let next = destination(use_query_map().with_untracked(|query| query.get("next")));
    let organisation = RwSignal::new(None::<Organisation>);
    leptos::task::spawn_local(async move {
        // Without an answer there is no name and no demo, and the form works all the same.
        if let Ok(found) = api::one!(OrganisationQuery::build(()), organisation).await {
            organisation.try_set(Some(found));
        }
    });

    // Whoever is signed in already, here or in another tab, goes on at once.
    effect(move |_| {
        if session::state().get() == Session::SignedIn {
            let options = NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            };
            navigate.with_value(|navigate| navigate(&next, options));
        }
    });

    let login = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let shown = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<String>);
    // When the next attempt is allowed.
    let locked_until = RwSignal::new(None::<api::Timestamp>);
    let now = live::now();
    let wait = memo(move |_| {
        let left = locked_until.get()?.seconds_since(now.get());
        (left > 0).then_some(left)
    });
    let password_field = NodeRef::<html::Input>::new();
    let login_field = NodeRef::<html::Input>::new();

    let enter = move |name: String, secret: String| {
        if busy.get_untracked() || wait.get_untracked().is_some() {
            return;
        }
        if name.trim().is_empty() || secret.is_empty() {
            error.set(Some(words::fill_in_both().to_owned()));
            let field = if name.trim().is_empty() {
                login_field
            } else {
                password_field
            };
            if let Some(field) = field.get_untracked() {
                _ = field.focus();
            }
            return;
        }
        busy.set(true);
        error.set(None);
        leptos::task::spawn_local(async move {
            let outcome = session::sign_in(name.trim(), &secret).await;
            busy.try_set(false);
            let Err(refusal) = outcome else { return };
            match refusal {
                SignInError::WrongCredentials => {
                    error.try_set(Some(words::wrong().to_owned()));
                    password.try_set(String::new());
                    if let Some(field) = password_field.try_get_untracked().flatten() {
                        _ = field.focus();
                    }
                }
                SignInError::TooManyAttempts(seconds) => {
                    locked_until.try_set(Some(api::now().plus_seconds(i64::from(seconds))));
                }
                SignInError::Other(failure) => {
                    error.try_set(Some(failure.sentence()));
                }
            }
        });
    };
    let message = move || match wait.get() {
        Some(left) if left < 90 => Some(words::too_many_seconds(left)),
        Some(left) => Some(words::too_many(format::duration(left + 59))),
        None => error.get(),
    };
    let demo = move || {
        organisation
            .get()
            .filter(|organisation| organisation.demo)
            .map(|_| {
                let people = demo_people()
                    .into_iter()
                    .map(|(name, called, letters, hue, role)| {
                        view! {
                            <li>
                                <button
                                    type="button"
                                    class="demo"
                                    disabled=move || busy.get()
                                    on:click=move |_| {
                                        login.set(name.to_owned());
                                        enter(name.to_owned(), DEMO_PASSWORD.to_owned());
                                    }
                                >
                                    <Avatar initials=letters hue name=called size="avatar-l" />
                                    <b>{called}</b>
                                    <small>{role}</small>
                                </button>
                            </li>
                        }
                    })
                    .collect_view();
                view! {
                    <section class="door-demo" aria-labelledby="demo">
                        <h2 id="demo">{words::demo()}</h2>
                        <ul role="list">{people}</ul>
                    </section>
                }
            })
    };
    view! {
        <main class="door">
            <div class="door-in">
                <div class="door-brand">
                    <Icon name="concierge-bell" />
                    <h1>{words::title()}</h1>
                    <p>{move || organisation.get().map_or_else(|| words::lead().to_owned(), |organisation| words::lead_named(&organisation.name))}</p>
                </div>
                <form
                    class="card door-card"
                    novalidate
                    on:submit=move |event| {
                        event.prevent_default();
                        enter(login.get_untracked(), password.get_untracked());
                    }
                >
                    <div role="alert">
                        {move || {
                            message()
                                .map(|text| {
                                    let tone = if wait.get().is_some() { "warn" } else { "bad" };
                                    view! { <p class="notice" data-tone=tone id="sign-in-error"><Icon name="circle-alert" /><span>{text}</span></p> }
                                })
                        }}
                    </div>
                    <div class="field">
                        <label class="field-label" for="login">{words::login()}</label>
                        <input
                            class="input"
                            id="login"
                            name="username"
                            node_ref=login_field
                            autocomplete="username"
                            autocapitalize="none"
                            spellcheck="false"
                            autofocus
                            prop:value=move || login.get()
                            on:input=move |event| login.set(event_target_value(&event))
                        />
                    </div>
                    <div class="field secret">
                        <label class="field-label" for="password">{words::password()}</label>
                        <input
                            class="input"
                            id="password"
                            name="password"
                            node_ref=password_field
                            type=move || if shown.get() { "text" } else { "password" }
                            autocomplete="current-password"
                            prop:value=move || password.get()
                            on:input=move |event| password.set(event_target_value(&event))
                        />
                        <button
                            type="button"
                            class="btn btn-quiet btn-icon"
                            aria-label=words::show_password()
                            aria-pressed=move || if shown.get() { "true" } else { "false" }
                            on:click=move |_| shown.update(|shown| *shown = !*shown)
                        >
                            {move || view! { <Icon name=if shown.get() { "eye-off" } else { "eye" } /> }}
                        </button>
                    </div>
                    <button
                        type="submit"
                        class="btn btn-primary btn-large btn-wide"
                        aria-busy=move || busy.get().then_some("true")
                        disabled=move || busy.get() || wait.get().is_some()
                    >
                        {words::sign_in()}
                    </button>
                    <Show when=move || organisation.with(|found| found.as_ref().is_some_and(|found| found.sends_mail))>
                        <p class="door-way"><a href="/forgot-password">{words::forgot()}</a></p>
                    </Show>
                </form>
                {demo}
            </div>
        </main>
    }
}

#[cfg(test)]
mod tests {
    use super::destination;

    #[test]
    fn one_comes_back_to_where_one_was_but_never_to_another_site() {
        assert_eq!(
            destination(Some("/requests?show=done".into())),
            "/requests?show=done"
        );
        for other in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/sign-in",
            "javascript:alert(1)",
        ] {
            assert_eq!(destination(Some(other.into())), "/", "{other}");
        }
        assert_eq!(destination(None), "/");
    }
}
