//! How mail goes out: a form whose values can be tried before they are kept. The password is taken in
//! and never shown.

use crate::lean::*;
use shared::{
    mail::{HOST_MAX, MAIL_USER_MAX},
    text::NAME_MAX,
};

use super::{
    form::{Form, FormView, filled, number, use_saved},
    operations::{
        mail::{self as data, Mail, MailServerInput, MailSettings, MailStanding, Tried},
        people::Password,
    },
};
use crate::{
    api::{self, Listed, MailEncryption},
    components::{Check, Icon, SelectField, TextField},
    words::{admin as words, format},
};

/// The form; it begins anew when somebody else changed what it shows.
#[component]
pub fn MailSettingsForm(
    /// How mail stands.
    found: Signal<Mail>,
    /// After a change.
    on_done: Callback<()>,
) -> impl IntoView {
    // The kept password is of no use.
    let lost =
        memo(move |_| found.with(|mail| mail.standing == MailStanding::PasswordNeeded)).into();
    let version = memo(move |_| found.with(|mail| mail.settings.version));
    // What was saved here is on screen already, and whoever saved it goes on where they are.
    let own = StoredValue::new(version.get_untracked());
    let shown = RwSignal::new(());
    effect(move |_: Option<()>| {
        let now = version.get();
        if own.get_value() != now {
            own.set_value(now);
            shown.set(());
        }
    });
    move || {
        shown.get();
        view! { <Fields settings=found.with_untracked(|mail| mail.settings.clone()) lost own on_done /> }
    }
}

/// What a password is kept for.
#[derive(Clone, PartialEq, Eq)]
struct Account {
    host: String,
    port: String,
    encryption: String,
    user: String,
}

#[component]
fn Fields(
    settings: MailSettings,
    lost: Signal<bool>,
    own: StoredValue<i32>,
    on_done: Callback<()>,
) -> impl IntoView {
    let form = Form::new();
    let saved = use_saved();
    let text = |value: Option<String>| RwSignal::new(value.unwrap_or_default());
    let first = settings.host.is_none();
    let encryption = settings.encryption.unwrap_or(MailEncryption::StartTls);
    let port_text = settings.port.unwrap_or(usual_port(encryption)).to_string();
    let host = text(settings.host);
    let port = RwSignal::new(port_text);
    let encryption = RwSignal::new(encryption.key().to_owned());
    let user = text(settings.user);
    let password = text(None);
    let sender_name = text(settings.sender_name);
    let sender_address = text(settings.sender_address);
    let reply_to = text(settings.reply_to);
    // Whoever sets it up for the first time wants mail.
    let on = RwSignal::new(first || settings.on);
    let tried = RwSignal::new(None::<Tried>);

    let account = move || Account {
        host: host.get().trim().to_lowercase(),
        port: port.get().trim().to_owned(),
        encryption: encryption.get(),
        user: user.get().trim().to_owned(),
    };
    let kept_since = settings.password_set_at;
    let kept_by = settings.password_set_by.map(|person| person.name);
    let kept = RwSignal::new(kept_since.map(|at| {
        let who = kept_by.unwrap_or_else(|| words::nobody().to_owned());
        let sentence = words::mail_password_kept(format::relative(at, api::now()), who);
        (account(), sentence)
    }));
    let password_help = Signal::derive(move || {
        kept.with(|kept| match kept {
            Some((of, _)) if lost.get() && *of == account() => {
                words::mail_password_unreadable().to_owned()
            }
            Some((of, sentence)) if *of == account() => sentence.clone(),
            Some(_) => words::mail_password_again().to_owned(),
            None => words::mail_password_help().to_owned(),
        })
    });
    // The usual port follows the encryption, unless somebody chose another.
    effect(move |before: Option<MailEncryption>| {
        let now = MailEncryption::from_key(&encryption.get()).unwrap_or(MailEncryption::StartTls);
        if let Some(before) = before
            && before != now
            && port.with_untracked(|port| port.trim() == usual_port(before).to_string())
        {
            port.set(usual_port(now).to_string());
        }
        now
    });

    // What was tried was another server than the one that stands there now.
    effect(move |_: Option<()>| {
        account();
        for field in [password, sender_name, sender_address, reply_to] {
            field.track();
        }
        tried.set(None);
    });

    let server = move || {
        let port = match number(&port, "port") {
            Ok(port) => port,
            Err(fault) => {
                form.refuse(vec![fault]);
                return None;
            }
        };
        Some(MailServerInput {
            host: host.get_untracked(),
            port,
            encryption: MailEncryption::from_key(&encryption.get_untracked())?,
            user: filled(&user),
            password: Some(password.get_untracked())
                .filter(|text| !text.is_empty())
                .map(Password),
            sender_address: sender_address.get_untracked(),
            sender_name: sender_name.get_untracked(),
            reply_to: filled(&reply_to),
        })
    };
    let test = move |_| {
        if form.is_busy_now() {
            return;
        }
        tried.set(None);
        if let Some(server) = server() {
            form.send(data::try_out(server), move |outcome| {
                tried.try_set(Some(outcome));
            });
        }
    };
    let send = move |()| {
        let on = on.get_untracked();
        // Mail that is off needs no server yet.
        let empty = host.with_untracked(|host| host.trim().is_empty());
        let server = if empty && !on && first {
            None
        } else {
            let Some(server) = server() else { return };
            Some(server)
        };
        tried.set(None);
        let typed = password.with_untracked(|password| !password.is_empty());
        let anonymous = user.with_untracked(|user| user.trim().is_empty());
        let of = account();
        form.send(data::edit(own.get_value(), on, server), move |version| {
            own.set_value(version);
            if typed || anonymous {
                password.try_set(String::new());
                let now = || (of, words::mail_password_now().to_owned());
                kept.try_set(typed.then(now));
            }
            saved();
            on_done.try_run(());
        });
    };
    let encryptions = vec![
        choice(MailEncryption::StartTls, words::mail_encryption_starttls()),
        choice(MailEncryption::Tls, words::mail_encryption_tls()),
        choice(MailEncryption::None, words::mail_encryption_none()),
    ];
    view! {
        <h2>{words::mail_settings()}</h2>
        <p class="muted">{words::mail_settings_lead()}</p>
        <FormView form send_word=words::save() on_send=send>
            <div class="admin-pair">
                <TextField label=words::mail_host() help=words::mail_host_help() value=host required=true most=HOST_MAX error=form.fault("host") />
                <TextField label=words::mail_port() kind="number" value=port required=true error=form.fault("port") />
            </div>
            <SelectField label=words::mail_encryption() value=encryption options=encryptions required=true error=form.fault("encryption") />
            <div role="status">
                {move || (encryption.get() == MailEncryption::None.key()).then(|| view! {
                    <p class="notice" data-tone="warn"><Icon name="circle-alert" /><span>{words::mail_encryption_none_warning()}</span></p>
                })}
            </div>
            <div class="admin-pair">
                <TextField label=words::mail_user() help=words::mail_user_help() value=user most=MAIL_USER_MAX error=form.fault("user") />
                <TextField label=words::mail_password() kind="password" autocomplete="new-password" help=password_help value=password error=form.fault("password") />
            </div>
            <div class="admin-pair">
                <TextField label=words::mail_sender_name() value=sender_name most=NAME_MAX error=form.fault("senderName") />
                <TextField label=words::mail_sender_address() kind="email" value=sender_address required=true error=form.fault("senderAddress") />
            </div>
            <TextField label=words::mail_reply_to() kind="email" help=words::mail_reply_to_help() value=reply_to error=form.fault("replyTo") />
            <Check label=words::mail_send() value=on />
            <div class="admin-test">
                <button type="button" class="btn" disabled=move || form.is_busy() on:click=test>
                    <Icon name="send" />
                    {words::mail_test()}
                </button>
                <p class="muted">{words::mail_try_help()}</p>
                <div role="status">{move || tried.get().map(outcome)}</div>
            </div>
        </FormView>
    }
}

fn choice(encryption: MailEncryption, word: &str) -> (String, String) {
    (encryption.key().to_owned(), word.to_owned())
}

/// Where servers of this encryption listen.
fn usual_port(encryption: MailEncryption) -> i32 {
    match encryption {
        MailEncryption::StartTls => 587,
        MailEncryption::Tls => 465,
        MailEncryption::None => 25,
    }
}

/// What became of a test.
fn outcome(tried: Tried) -> AnyView {
    let (tone, icon) = if tried.sent {
        ("ok", "check")
    } else {
        ("bad", "circle-alert")
    };
    let sentence = tried
        .message
        .unwrap_or_else(|| words::mail_try_sent().to_owned());
    let answer = tried
        .answer
        .map(|answer| view! { <br /> {words::mail_try_answer(answer)} });
    view! {
        <p class="notice" data-tone=tone><Icon name=icon /><span>{sentence} {answer}</span></p>
    }
    .into_any()
}
