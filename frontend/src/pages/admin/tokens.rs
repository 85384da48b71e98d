//! Tokens for tools: made, shown once, taken back.

use crate::lean::*;
use shared::{organisation::check_named, text::NAME_MAX};

use super::{
    form::{Form, FormView},
    frame::{Editor, EditorDialog, SectionHead, bones},
    operations::{
        people::Password,
        tokens::{self as data, ApiToken, ApiTokenCreateInput},
    },
    rows::{Act, Cell, Mark, Row, Rows},
};
use crate::{
    api::{self, TokenScope},
    components::{
        Check, Dialog, FieldFrame, Icon, Remote, SelectField, TextField, environment::use_viewer,
        use_toaster,
    },
    words::{admin as words, components as common, format},
};

/// Name of a scope.
fn scope_word(scope: TokenScope) -> &'static str {
    match scope {
        TokenScope::ReadTickets => words::scope_read_tickets(),
        TokenScope::ReportTickets => words::scope_report_tickets(),
        TokenScope::WorkTickets => words::scope_work_tickets(),
        TokenScope::ReadReports => words::scope_read_reports(),
        TokenScope::ReadPeople => words::scope_read_people(),
        TokenScope::ReadAudit => words::scope_read_audit(),
        TokenScope::Administer => words::scope_administer(),
    }
}

/// The page of administrators: everybody's tokens.
#[component]
pub fn Tokens() -> impl IntoView {
    view! { <TokenList all=true /> }
}

/// The page of everybody who has a role: their own.
#[component]
pub fn OwnTokens() -> impl IntoView {
    crate::components::environment::use_title(|| words::tokens().to_owned());
    view! { <main class="admin-page" id="main" tabindex="-1"><TokenList all=false /></main> }
}

#[component]
fn TokenList(all: bool) -> impl IntoView {
    let viewer = use_viewer();
    let own = viewer.with_untracked(|viewer| viewer.person.id.clone());
    let zone = viewer.with_untracked(|viewer| viewer.person.timezone.clone());
    let ended_too = RwSignal::new(false);
    let list = Remote::new(move || {
        let owner = (!all).then(|| own.clone());
        let ended = ended_too.get();
        async move {
            data::fetch_tokens(owner, ended, None)
                .await
                .map_err(|error| error.sentence())
        }
    });
    let scopes =
        Remote::new(|| async { data::fetch_scopes().await.map_err(|error| error.sentence()) });
    let editor = Editor::<ApiToken>::new();
    let doomed = RwSignal::new(None::<ApiToken>);
    let revoking = RwSignal::new(false);
    let ask = Callback::new(move |id: String| {
        let found = list
            .ready_untracked()
            .into_iter()
            .flat_map(|list| list.nodes);
        doomed.set(
            found
                .into_iter()
                .find(|token| *token.id.inner() == id && token.ended_at.is_none()),
        );
        revoking.set(doomed.with_untracked(Option::is_some));
    });
    let zone = StoredValue::new(zone);
    view! {
        <SectionHead
            title=words::tokens()
            lead=words::tokens_lead()
            add_word=words::new_token()
            on_add=move |()| editor.add()
            may_add=scopes.ready().is_none_or(|scopes| !scopes.is_empty())
        />
        <div class="admin-search"><Check label=words::tokens_all() value=ended_too /></div>
        {list.view(bones, move |found| {
            view! {
                <Rows
                    label=words::tokens()
                    heads=&[words::name, words::token_use, words::token_used, words::token_ends]
                    rows=Signal::derive(move || found.with(|found| found.nodes.iter().map(|token| zone.with_value(|zone| row(token, zone))).collect::<Vec<_>>()))
                    empty=("key-round", words::no_tokens())
                    on_edit=|_: String| ()
                    may_edit=false
                    act=Act { icon: "x", word: words::token_revoke(), run: ask }
                />
            }
            .into_any()
        })}
        <EditorDialog editor title=editor.title(words::new_token(), words::new_token()) on_closed=move |()| list.again()>
            <TokenForm editor scopes=scopes.ready().unwrap_or_default() />
        </EditorDialog>
        <Dialog open=revoking title=Signal::derive(|| words::token_revoke().to_owned()) close_word=common::close()>
            {move || doomed.get().map(|token| view! { <Revoke token open=revoking on_done=move |()| list.again() /> })}
        </Dialog>
    }
}

fn row(token: &ApiToken, zone: &str) -> Row {
    let scopes: Vec<&str> = token
        .scopes
        .iter()
        .map(|scope| scope_word(*scope))
        .collect();
    Row {
        id: token.id.inner().to_owned(),
        name: token.name.clone(),
        about: format!("{} · bhp_…{}", token.owner.name, token.ending),
        mark: Mark::Face(token.owner.initials.clone(), token.owner.hue),
        chip: token.ended_at.map(|_| words::token_ended()),
        cells: vec![
            Cell::Text(scopes.join(", ")),
            Cell::Text(token.used_at.map_or_else(
                || words::token_never_used().to_owned(),
                |at| format::relative(at, api::now()),
            )),
            Cell::Text(format::exact(
                token.ended_at.unwrap_or(token.expires_at),
                zone,
            )),
        ],
        ..Row::default()
    }
}

#[component]
fn Revoke(
    token: ApiToken,
    open: RwSignal<bool>,
    #[prop(into)] on_done: Callback<()>,
) -> impl IntoView {
    let form = Form::new();
    let toaster = use_toaster();
    let id = token.id;
    let send = move |()| {
        form.send(data::revoke(id.clone()), move |_| {
            toaster.say(words::token_revoked());
            on_done.run(());
            open.try_set(false);
        });
    };
    view! {
        <FormView form send_word=words::token_revoke() on_send=send on_cancel=move |()| open.set(false)>
            <p>{words::token_revoke_of(token.name)}</p>
        </FormView>
    }
}

type Word = fn() -> &'static str;

const DAYS: &[(&str, Word)] = &[
    ("30", words::days_30),
    ("90", words::days_90),
    ("365", words::days_365),
];

fn lives() -> Vec<(String, String)> {
    DAYS.iter()
        .map(|(key, word)| ((*key).to_owned(), word().to_owned()))
        .collect()
}

#[component]
fn TokenForm(editor: Editor<ApiToken>, scopes: Vec<TokenScope>) -> impl IntoView {
    let form = Form::new();
    let name = RwSignal::new(String::new());
    let days = RwSignal::new("90".to_owned());
    let password = RwSignal::new(String::new());
    let secret = RwSignal::new(None::<String>);
    let ticks: Vec<(TokenScope, RwSignal<bool>)> = scopes
        .into_iter()
        .map(|scope| (scope, RwSignal::new(false)))
        .collect();
    let boxes = ticks.clone();
    let fault = form.fault("scopes");
    let send = move |()| {
        let chosen: Vec<TokenScope> = ticks
            .iter()
            .filter(|(_, ticked)| ticked.get_untracked())
            .map(|(scope, _)| *scope)
            .collect();
        let mut faults: Vec<(String, String)> = check_named(&name.get_untracked(), "")
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|problem| (problem.field, problem.message))
            .collect();
        let missing = |field: &str| (field.to_owned(), words::please_choose().to_owned());
        if chosen.is_empty() {
            faults.push(missing("scopes"));
        }
        if password.with_untracked(String::is_empty) {
            faults.push(missing("currentPassword"));
        }
        if form.refuse(faults) {
            return;
        }
        let life: i64 = days.get_untracked().parse().unwrap_or(30);
        let input = ApiTokenCreateInput {
            name: name.get_untracked(),
            scopes: chosen,
            expires_at: api::now().plus_seconds(life * 86_400),
            current_password: Password(password.get_untracked()),
        };
        form.send(data::create(input), move |made| {
            password.try_set(String::new());
            secret.try_set(Some(made));
        });
    };
    let send = Callback::new(send);
    let boxes = StoredValue::new(boxes);
    move || {
        match secret.get() {
        Some(text) => view! { <Made text editor /> }.into_any(),
        None => view! {
            <FormView form send_word=words::new_token() on_send=send on_cancel=move |()| editor.close()>
                <TextField label=words::token_name() value=name required=true most=NAME_MAX error=form.fault("name") />
                <FieldFrame label=words::token_scopes() help=words::token_scopes_help() error=fault group=true children=Box::new(move |_, _| {
                    boxes
                        .get_value()
                        .into_iter()
                        .map(|(scope, ticked)| view! { <Check label=scope_word(scope) value=ticked /> })
                        .collect_view()
                        .into_any()
                }) />
                <SelectField
                    label=words::token_days()
                    value=days
                    options=lives()
                    required=true
                    error=form.fault("expiresAt")
                />
                <TextField
                    label=words::token_password()
                    kind="password"
                    autocomplete="current-password"
                    value=password
                    required=true
                    help=words::token_password_help()
                    error=form.fault("currentPassword")
                />
            </FormView>
        }
        .into_any(),
    }
    }
}

/// The token, this once.
#[component]
fn Made(text: String, editor: Editor<ApiToken>) -> impl IntoView {
    let toaster = use_toaster();
    let copied = text.clone();
    let copy = move |_| {
        // Where the browser keeps its clipboard to itself the text can be marked and copied by hand.
        let writing = window().navigator().clipboard().write_text(&copied);
        leptos::task::spawn_local(async move {
            if wasm_bindgen_futures::JsFuture::from(writing).await.is_ok() {
                toaster.say(words::token_copied());
            }
        });
    };
    view! {
        <div class="admin-form">
            <p class="notice" data-tone="warn" role="status"><Icon name="key-round" /><span>{words::token_made()}</span></p>
            <code class="admin-secret" tabindex="0">{text}</code>
            <div class="dialog-actions">
                <button type="button" class="btn" on:click=copy>{words::token_copy()}</button>
                <button type="button" class="btn btn-primary" on:click=move |_| editor.close()>{words::token_done()}</button>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Listed;

    #[test]
    fn each_scope_has_a_word_of_its_own() {
        let mut words: Vec<&str> = TokenScope::ALL
            .iter()
            .map(|scope| scope_word(*scope))
            .collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), TokenScope::ALL.len());
    }
}
