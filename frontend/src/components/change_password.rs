//! Changing one's own password.

use cynic::MutationBuilder;
use shared::organisation::check_password;
use wasm_bindgen_futures::spawn_local;

use super::{Dialog, Icon, TextField, focus_first_error, use_toaster};
use crate::api::{self, Call, UserError, schema};
use crate::lean::*;
use crate::words;

#[derive(cynic::Scalar, Clone)]
#[cynic(graphql_type = "Password")]
struct Password(String);

#[derive(cynic::InputObject, Clone)]
struct PasswordChangeInput {
    current_password: Password,
    new_password: Password,
}

#[derive(cynic::QueryVariables)]
struct PasswordChangeVars {
    input: PasswordChangeInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "PersonPayload")]
struct Changed {
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "PasswordChangeVars")]
struct PasswordChange {
    #[arguments(input: $input)]
    password_change: Changed,
}

fn change(current: String, new: String) -> Call<()> {
    let input = PasswordChangeInput {
        current_password: Password(current),
        new_password: Password(new),
    };
    api::query(PasswordChange::build(PasswordChangeVars { input }))
        .then(|answer| api::refusal(answer.password_change.user_errors))
}

/// Asks for the present and the new password; says beside each what is wrong with it.
#[component]
pub fn ChangePassword(
    /// Open or not.
    open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <Dialog open title=words::shell::change_password() close_word=words::shell::close()>
            <ChangeForm open/>
        </Dialog>
    }
}

#[component]
fn ChangeForm(open: RwSignal<bool>) -> impl IntoView {
    let toaster = use_toaster();
    let (current, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let wrong_current = RwSignal::new(None::<String>);
    let wrong_new = RwSignal::new(None::<String>);
    let failure = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let send = move || {
        if busy.get_untracked() {
            return;
        }
        let (old, wanted) = (current.get_untracked(), new.get_untracked());
        // The server knows the sign-in name, and compares with it.
        let rule = check_password("", &wanted).err().unwrap_or_default();
        wrong_current.set(
            old.is_empty()
                .then(|| words::shell::current_password_needed().to_owned()),
        );
        wrong_new.set(rule.into_iter().next().map(|problem| problem.message));
        failure.set(None);
        if wrong_current.with_untracked(Option::is_some)
            || wrong_new.with_untracked(Option::is_some)
        {
            focus_first_error();
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let outcome = change(old, wanted).await;
            // The dialog may have been closed meanwhile.
            busy.try_set(false);
            match outcome {
                Ok(()) => {
                    open.try_set(false);
                    toaster.say(words::shell::password_changed());
                }
                Err(error) => {
                    let of = |field| error.for_field(field).map(str::to_owned);
                    let (old, new) = (of("currentPassword"), of("newPassword"));
                    if old.is_none() && new.is_none() {
                        failure.try_set(Some(error.sentence()));
                    }
                    wrong_current.try_set(old);
                    wrong_new.try_set(new);
                    focus_first_error();
                }
            }
        });
    };
    view! {
        <form
            class="form"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            {move || failure.get().map(|sentence| view! {
                <p class="notice" data-tone="bad" role="alert" tabindex="-1"><Icon name="circle-alert"/><span>{sentence}</span></p>
            })}
            <TextField label=words::shell::current_password() kind="password" autocomplete="current-password" value=current error=wrong_current required=true/>
            <TextField label=words::shell::new_password() help=words::shell::new_password_help() kind="password" autocomplete="new-password" value=new error=wrong_new required=true/>
            <p class="muted">{words::shell::other_devices()}</p>
            <div class="dialog-actions">
                <button type="button" class="btn" on:click=move |_| open.set(false)>{words::shell::cancel()}</button>
                <button type="submit" class="btn btn-primary" disabled=move || busy.get() aria-busy=move || busy.get().then_some("true")>
                    {words::shell::change_password()}
                </button>
            </div>
        </form>
    }
}
