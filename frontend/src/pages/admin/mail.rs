//! Outgoing mail: by which server, whether it is on, what could not be sent and why.

use crate::lean::*;
use gloo_timers::future::TimeoutFuture;
use shared::text::DESCRIPTION_MAX;

use super::{
    form::{Form, FormView},
    frame::{Editor, EditorDialog, SectionHead, bones},
    mail_settings::MailSettingsForm,
    operations::mail::{
        self as data, Failure, JobState, Mail, MailFixed, MailStanding, MailSubject, Test,
    },
};
use crate::{
    api::{Id, Timestamp},
    components::{EmptyState, Icon, RelativeTime, Remote, TextField, use_toaster},
    words::admin as words,
};

/// How often it is asked what became of a test mail, once a second.
const LOOKS: u32 = 10;

/// The page.
#[component]
pub fn MailOut() -> impl IntoView {
    let found =
        Remote::new(|| async { data::fetch_mail().await.map_err(|error| error.sentence()) });
    let again = Callback::new(move |()| found.again());
    let discarding = Editor::<Vec<Id>>::new();
    let toaster = use_toaster();
    let retry = Callback::new(move |jobs: Vec<Id>| {
        leptos::task::spawn_local(async move {
            match data::retry(jobs).await {
                Ok(()) => toaster.say(words::mail_sent_again()),
                Err(error) => toaster.warn(error.sentence()),
            }
            found.again();
        });
    });
    let acts = Acts {
        retry,
        discard: Callback::new(move |jobs| discarding.edit(jobs)),
    };
    view! {
        <SectionHead title=words::mail() lead=words::mail_lead() />
        {found.view(bones, move |found| {
            let dead = Signal::derive(move || found.with(|mail| mail.given_up.nodes.clone()));
            let retried = Signal::derive(move || found.with(|mail| mail.retried.nodes.clone()));
            view! {
                <section class="card card-pad admin-card">
                    <Panel found on_done=again />
                </section>
                <FailureList title=words::mail_dead() lead=words::mail_dead_lead() rows=dead acts dead=true />
                <Show when=move || retried.with(|rows| !rows.is_empty())>
                    <FailureList title=words::mail_retried() lead=words::mail_retried_lead() rows=retried acts dead=false />
                </Show>
                <LookAgain again />
            }
            .into_any()
        })}
        <EditorDialog editor=discarding title=words::mail_discard().to_owned() on_closed=again>
            <DiscardForm editor=discarding />
        </EditorDialog>
    }
}

/// Whether mail is on and arrives, for the set-up page.
#[component]
pub fn MailCheck() -> impl IntoView {
    let found =
        Remote::new(|| async { data::fetch_mail().await.map_err(|error| error.sentence()) });
    let again = Callback::new(move |()| found.again());
    view! {
        {found.view(bones, move |found| view! { <Panel found on_done=again /> <LookAgain again /> }.into_any())}
    }
}

/// Loads what is shown once more: somebody else may have changed it.
#[component]
fn LookAgain(again: Callback<()>) -> impl IntoView {
    view! {
        <p>
            <button type="button" class="btn" on:click=move |_| again.run(())>
                <Icon name="refresh-cw" />
                {words::look_again()}
            </button>
        </p>
    }
}

/// How mail stands, and the form by which it is set up; where that is fixed, why, and a test.
#[component]
fn Panel(#[prop(into)] found: Signal<Mail>, on_done: Callback<()>) -> impl IntoView {
    let fixed = memo(move |_| found.with(|mail| mail.settings.fixed_by));
    let on = memo(move |_| found.with(|mail| mail.standing == MailStanding::On));
    view! {
        {move || standing(found.get())}
        {move || match fixed.get() {
            None => view! { <MailSettingsForm found on_done /> }.into_any(),
            Some(by) => {
                let sentence = match by {
                    MailFixed::Start => words::mail_fixed_start(),
                    MailFixed::Demo => words::mail_fixed_demo(),
                };
                view! {
                    <p class="notice"><Icon name="info" /><span>{sentence}</span></p>
                    <Show when=move || on.get()>
                        <TestMail on_done />
                    </Show>
                }
                .into_any()
            }
        }}
    }
}

/// Whether mail is on, where it goes, and how much waits.
fn standing(mail: Mail) -> AnyView {
    let sentence = match mail.standing {
        MailStanding::On => None,
        MailStanding::Off => Some(words::mail_off()),
        MailStanding::PasswordNeeded => Some(words::mail_password_lost()),
    };
    let flow = view! {
        <dt>{words::mail_last()}</dt>
        <dd>{moment(mail.last_sent_at, words::mail_never())}</dd>
        <dt>{words::mail_waiting()}</dt>
        <dd>{if mail.failing > 0 { words::mail_waiting_count(mail.waiting, mail.failing) } else { mail.waiting.to_string() }}</dd>
    };
    if let Some(sentence) = sentence {
        return view! {
            <p class="notice" data-tone="warn">
                <Icon name="circle-alert" />
                <span>{sentence}</span>
            </p>
            <dl class="admin-facts">{flow}</dl>
        }
        .into_any();
    }
    let way = match (mail.server, mail.folder) {
        (Some(server), _) => (words::mail_server(), server),
        (None, folder) => (words::mail_folder(), folder.unwrap_or_default()),
    };
    let facts = [
        way,
        (words::mail_sender(), mail.sender.unwrap_or_default()),
        (words::mail_links(), mail.links.unwrap_or_default()),
    ];
    let facts = facts
        .into_iter()
        .map(|(word, value)| view! { <dt>{word}</dt> <dd>{value}</dd> })
        .collect_view();
    view! {
        <dl class="admin-facts">
            {facts}
            {flow}
        </dl>
    }
    .into_any()
}

fn moment(at: Option<Timestamp>, none: &'static str) -> AnyView {
    match at {
        Some(at) => view! { <RelativeTime at /> }.into_any(),
        None => none.into_any(),
    }
}

/// A button that sends a test mail and says what became of it.
#[component]
fn TestMail(on_done: Callback<()>) -> impl IntoView {
    let busy = RwSignal::new(false);
    let told = RwSignal::new(None::<(&'static str, String)>);
    let send = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        told.set(None);
        leptos::task::spawn_local(async move {
            let outcome = follow_test().await;
            // The page may have been left meanwhile.
            busy.try_set(false);
            told.try_set(Some(outcome));
            on_done.try_run(());
        });
    };
    view! {
        <div class="admin-test">
            <button type="button" class="btn" disabled=move || busy.get() aria-busy=move || busy.get().then_some("true") on:click=send>
                <Icon name="send" />
                {words::mail_test()}
            </button>
            <div role="status">
                {move || told.get().map(|(tone, text)| view! {
                    <p class="notice" data-tone=tone><Icon name=if tone == "ok" { "check" } else { "circle-alert" } /><span>{text}</span></p>
                })}
            </div>
        </div>
    }
}

/// Sends a test mail and watches it for a while; a tone and a sentence.
async fn follow_test() -> (&'static str, String) {
    let mut test = match data::send_test().await {
        Ok(test) => test,
        Err(error) => return ("bad", error.sentence()),
    };
    for _ in 0..LOOKS {
        if test.state != JobState::Waiting || test.error_code.is_some() {
            break;
        }
        TimeoutFuture::new(1_000).await;
        match data::fetch_test(test.id.clone()).await {
            Ok(Some(found)) => test = found,
            Ok(None) => break,
            Err(error) => return ("bad", error.sentence()),
        }
    }
    outcome(&test)
}

fn outcome(test: &Test) -> (&'static str, String) {
    match (test.state, &test.error_code) {
        (JobState::Done, _) => ("ok", words::mail_test_sent().to_owned()),
        (_, Some(code)) => {
            let error = test.error.clone().unwrap_or_default();
            ("bad", words::mail_test_failed(code, error))
        }
        _ => ("warn", words::mail_test_waits().to_owned()),
    }
}

/// What can be done with failed mails.
#[derive(Clone, Copy)]
struct Acts {
    retry: Callback<Vec<Id>>,
    discard: Callback<Vec<Id>>,
}

#[component]
fn FailureList(
    title: &'static str,
    lead: &'static str,
    rows: Signal<Vec<Failure>>,
    acts: Acts,
    /// Given up; otherwise they are tried again by themselves.
    dead: bool,
) -> impl IntoView {
    let all = move || rows.with(|rows| rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>());
    let again = if dead {
        words::mail_send_again()
    } else {
        words::mail_try_now()
    };
    view! {
        <section class="admin-list">
            <header class="admin-head">
                <div>
                    <h2>{title}</h2>
                    <p class="muted">{lead}</p>
                </div>
                <Show when=move || { rows.with(|rows| rows.len() > 1) }>
                    <button type="button" class="btn" on:click=move |_| acts.retry.run(all())>
                        <Icon name="refresh-cw" />
                        {words::mail_send_all()}
                    </button>
                </Show>
            </header>
            <Show
                when=move || rows.with(|rows| !rows.is_empty())
                fallback=|| view! { <EmptyState icon="mail" title=words::mail_none() /> }
            >
                <div class="card admin-table-card" role="region" aria-label=title tabindex="0">
                    <table class="table admin-table">
                        <thead>
                            <tr>
                                <th scope="col">{words::mail_reader()}</th>
                                <th scope="col">{words::mail_subject()}</th>
                                <th scope="col">{words::mail_error()}</th>
                                <th scope="col">{if dead { words::mail_written() } else { words::mail_next() }}</th>
                                <th scope="col"><span class="sr-only">{words::actions()}</span></th>
                            </tr>
                        </thead>
                        <tbody>
                            <For each=move || rows.get() key=|row| row.id.clone() let:row>
                                {one_row(row, acts, again, dead)}
                            </For>
                        </tbody>
                    </table>
                </div>
            </Show>
        </section>
    }
}

fn one_row(row: Failure, acts: Acts, again: &'static str, dead: bool) -> AnyView {
    let id = StoredValue::new(row.id);
    let (name, email) = match row.reader {
        Some(reader) => (reader.name, reader.email.unwrap_or_default()),
        None => (words::nobody().to_owned(), String::new()),
    };
    let at = if dead {
        Some(row.created_at)
    } else {
        row.due_at
    };
    let label = name.clone();
    view! {
        <tr>
            <td>
                <span class="admin-name"><span><strong>{name}</strong> <small class="muted">{email}</small></span></span>
            </td>
            <td data-label=words::mail_subject()>
                <div>
                    {row.subject.map_or(words::mail_about_unknown(), about)}
                    <small class="muted admin-line">{words::mail_attempts(i64::from(row.attempts))}</small>
                </div>
            </td>
            <td data-label=words::mail_error()>
                <div class="admin-error">
                    <code>{row.error_code}</code>
                    <small class="muted admin-line">{row.error}</small>
                </div>
            </td>
            <td data-label=if dead { words::mail_written() } else { words::mail_next() }>
                <div>{moment(at, words::mail_never())}</div>
            </td>
            <td class="end">
                <button
                    type="button"
                    class="btn btn-small"
                    aria-label=words::act_on(again, label.clone())
                    on:click=move |_| acts.retry.run(vec![id.get_value()])
                >
                    <Icon name="refresh-cw" />
                    {again}
                </button>
                " "
                {dead.then(|| view! {
                    <button
                        type="button"
                        class="btn btn-small"
                        aria-label=words::act_on(words::mail_discard(), label.clone())
                        on:click=move |_| acts.discard.run(vec![id.get_value()])
                    >
                        <Icon name="trash-2" />
                        {words::mail_discard()}
                    </button>
                })}
            </td>
        </tr>
    }
    .into_any()
}

fn about(subject: MailSubject) -> &'static str {
    match subject {
        MailSubject::Received => words::mail_about_received(),
        MailSubject::Reply => words::mail_about_reply(),
        MailSubject::Waiting => words::mail_about_waiting(),
        MailSubject::Resolved => words::mail_about_resolved(),
        MailSubject::Test => words::mail_about_test(),
        MailSubject::Invitation => words::mail_about_invitation(),
        MailSubject::PasswordReset => words::mail_about_password(),
    }
}

/// Asks why before a mail is thrown away.
#[component]
fn DiscardForm(editor: Editor<Vec<Id>>) -> impl IntoView {
    let form = Form::new();
    let toaster = use_toaster();
    let reason = RwSignal::new(String::new());
    let jobs = editor.existing().unwrap_or_default();
    let send = move |()| {
        form.send(
            data::discard(jobs.clone(), reason.get_untracked()),
            move |()| {
                toaster.say(words::mail_discarded());
                editor.close();
            },
        );
    };
    view! {
        <FormView form send_word=words::mail_discard() on_send=send on_cancel=move |()| editor.close()>
            <p>{words::mail_discard_lead()}</p>
            <TextField label=words::mail_reason() help=words::mail_reason_help() value=reason required=true most=DESCRIPTION_MAX error=form.fault("reason") />
        </FormView>
    }
}
