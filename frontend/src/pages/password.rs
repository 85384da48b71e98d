//! Setting a password by a link: asking for the link, and using it.

use crate::lean::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use shared::organisation::check_password;

use crate::{
    api::session::{self, PasswordLink},
    components::{Icon, Remote, Skeleton, TextField, environment::use_title, focus_first_error},
    words::sign_in as words,
};

/// The frame of both pages: what the sign-in page looks like.
fn door(
    title: &'static str,
    lead: impl Fn() -> String + Send + 'static,
    inner: AnyView,
) -> AnyView {
    view! {
        <main class="door">
            <div class="door-in">
                <div class="door-brand">
                    <Icon name="key-round" />
                    <h1>{title}</h1>
                    <p>{lead}</p>
                </div>
                {inner}
                <p class="door-way"><a href="/sign-in">{words::back_to_sign_in()}</a></p>
            </div>
        </main>
    }
    .into_any()
}

/// A sentence above a form.
fn notice(failure: RwSignal<Option<String>>) -> impl IntoView {
    move || {
        failure.get().map(|sentence| {
            view! {
                <p class="notice" data-tone="bad" role="alert" tabindex="-1">
                    <Icon name="circle-alert" />
                    <span>{sentence}</span>
                </p>
            }
        })
    }
}

fn send_button(word: &'static str, busy: RwSignal<bool>) -> impl IntoView {
    view! {
        <button
            type="submit"
            class="btn btn-primary btn-large btn-wide"
            aria-busy=move || busy.get().then_some("true")
            disabled=move || busy.get()
        >
            {word}
        </button>
    }
}

/// Asks for a link.
#[component]
pub fn ForgotPassword() -> impl IntoView {
    use_title(|| words::forgot_title().to_owned());
    let login = RwSignal::new(String::new());
    let missing = RwSignal::new(None::<String>);
    let failure = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let asked = RwSignal::new(false);
    let send = move || {
        let name = login.get_untracked().trim().to_owned();
        missing.set(name.is_empty().then(|| words::forgot_needed().to_owned()));
        if busy.get_untracked() || name.is_empty() {
            focus_first_error();
            return;
        }
        busy.set(true);
        failure.set(None);
        leptos::task::spawn_local(async move {
            let outcome = session::forgot_password(&name).await;
            // The page may have been left meanwhile.
            busy.try_set(false);
            match outcome {
                Ok(()) => {
                    asked.try_set(true);
                }
                Err(error) => {
                    failure.try_set(Some(error.sentence()));
                    focus_first_error();
                }
            }
        });
    };
    let form = move || {
        view! {
            <form
                class="card door-card"
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    send();
                }
            >
                {notice(failure)}
                <TextField label=words::forgot_field() value=login name="username" autocomplete="username" required=true error=missing />
                {send_button(words::forgot_send(), busy)}
            </form>
        }
        .into_any()
    };
    let done = || {
        view! {
            <div class="card door-card" role="status">
                <p class="notice" data-tone="ok">
                    <Icon name="mail" />
                    <span>{words::forgot_done()}</span>
                </p>
                <p class="muted">{words::forgot_done_more()}</p>
            </div>
        }
        .into_any()
    };
    let inner = move || if asked.get() { done() } else { form() };
    door(
        words::forgot_title(),
        || words::forgot_lead().to_owned(),
        inner.into_any(),
    )
}

/// Sets a password by the link whose token stands behind `#` in the address.
#[component]
pub fn SetPassword() -> impl IntoView {
    use_title(|| words::set_title().to_owned());
    let hash = window().location().hash().unwrap_or_default();
    let token = StoredValue::new(hash.trim_start_matches('#').to_owned());
    let found = Remote::new(move || async move {
        match session::look_at_link(&token.get_value()).await {
            Ok(link) => Ok(Some(link)),
            Err(error) if error.has_code(session::LINK_INVALID) => Ok(None),
            Err(error) => Err(error.sentence()),
        }
    });
    let lead = move || match found.ready().flatten() {
        Some(link) => words::set_lead(&link.name, &link.login),
        None => String::new(),
    };
    let bones = || view! { <div class="card door-card"><Skeleton lines=3 /></div> }.into_any();
    let inner = found.view(bones, move |link| {
        let shown = move || match link.get() {
            Some(link) => view! { <SetForm link token=token.get_value() /> }.into_any(),
            None => invalid(),
        };
        shown.into_any()
    });
    door(words::set_title(), lead, inner.into_any())
}

fn invalid() -> AnyView {
    view! {
        <div class="card door-card">
            <p class="notice" data-tone="warn" role="alert">
                <Icon name="circle-alert" />
                <span>{words::link_invalid()}</span>
            </p>
            <a class="btn btn-primary btn-large btn-wide" href="/forgot-password">{words::forgot_again()}</a>
        </div>
    }
    .into_any()
}

#[component]
fn SetForm(link: PasswordLink, token: String) -> impl IntoView {
    let navigate = StoredValue::new_local(use_navigate());
    let go = move |path: &str| {
        let options = NavigateOptions {
            replace: true,
            ..NavigateOptions::default()
        };
        navigate.with_value(|navigate| navigate(path, options));
    };
    let password = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<String>);
    let failure = RwSignal::new(None::<String>);
    let gone = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let login = StoredValue::new(link.login);
    let token = StoredValue::new(token);
    let send = move || {
        if busy.get_untracked() {
            return;
        }
        let wanted = password.get_untracked();
        let rule = check_password(&login.get_value(), &wanted)
            .err()
            .unwrap_or_default();
        wrong.set(rule.into_iter().next().map(|problem| problem.message));
        failure.set(None);
        if wrong.with_untracked(Option::is_some) {
            focus_first_error();
            return;
        }
        busy.set(true);
        leptos::task::spawn_local(async move {
            let set = session::set_password(&token.get_value(), &wanted).await;
            match set {
                Ok(name) => {
                    // Whoever just set it need not type it once more. If that fails, the sign-in page says why.
                    let signed_in = session::sign_in(&name, &wanted).await.is_ok();
                    go(if signed_in { "/" } else { "/sign-in" });
                }
                Err(error) if error.has_code(session::LINK_INVALID) => {
                    gone.try_set(true);
                }
                Err(error) => {
                    busy.try_set(false);
                    match error.for_field("password") {
                        Some(sentence) => wrong.try_set(Some(sentence.to_owned())),
                        None => failure.try_set(Some(error.sentence())),
                    };
                    focus_first_error();
                }
            }
        });
    };
    let form = move || {
        view! {
            <form
                class="card door-card"
                novalidate
                on:submit=move |event| {
                    event.prevent_default();
                    send();
                }
            >
                {notice(failure)}
                // For programs that keep passwords: whose it is.
                <input type="text" name="username" autocomplete="username" value=login.get_value() hidden readonly />
                <TextField label=words::new_password() help=words::new_password_help() kind="password" autocomplete="new-password" value=password required=true error=wrong />
                {send_button(words::set_send(), busy)}
            </form>
        }
        .into_any()
    };
    move || if gone.get() { invalid() } else { form() }
}
