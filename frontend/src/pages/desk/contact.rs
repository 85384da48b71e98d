//! Writing down a call, a walk-up or a chat, from anywhere in the workspace: who, what, and what was done, in seconds
//! and with the keyboard alone.

use crate::lean::*;
use cynic::QueryBuilder;
use shared::text::{BODY_MAX, TITLE_MAX};
use wasm_bindgen_futures::spawn_local;

use super::{
    operations::{
        ChoicesQuery, ChoicesVars, ContactLogInput, ContactResolution, LinkedTicket, fetch_open_of,
        log_contact,
    },
    workspace::use_workspace,
};
use crate::{
    api::{self, Channel, Id, Listed, Markdown, ResolutionCode, fresh_key},
    components::{
        Choice, Dialog, Icon, PersonPicker, RadioCards, RadioOption, SelectField, TextArea,
        TextField,
        environment::{Shortcut, ShortcutGroup, announce, use_shortcuts, use_viewer},
        focus_first_error, use_toaster,
    },
    pages::portal::people_search,
    words::{self, contact as own, terms::Named},
};

/// Ways in which somebody can contact an agent, the most frequent first.
const CHANNELS: [Channel; 4] = [
    Channel::Phone,
    Channel::WalkUp,
    Channel::Chat,
    Channel::Email,
];

const RESOLVED: &str = "resolved";
const MINE: &str = "mine";
const TEAM: &str = "team";

/// The button, its key, and the form.
#[component]
pub fn LogContact() -> impl IntoView {
    let open = RwSignal::new(false);
    use_shortcuts(vec![Shortcut::new(
        "c",
        own::key(),
        ShortcutGroup::General,
        move || open.set(true),
    )]);
    view! {
        <button type="button" class="btn btn-small" on:click=move |_| open.set(true)>
            <Icon name="phone" />
            <span class="contact-word">{own::button()}</span>
            <kbd>"c"</kbd>
        </button>
        <Dialog open title=own::title() close_word=words::shell::close() class="dialog-wide">
            <Contact open />
        </Dialog>
    }
}

/// Values of a select: ids with their names.
fn options(rows: impl IntoIterator<Item = (Id, String)>) -> Vec<(String, String)> {
    rows.into_iter()
        .map(|(id, name)| (id.inner().to_owned(), name))
        .collect()
}

#[component]
fn Contact(open: RwSignal<bool>) -> impl IntoView {
    let toaster = use_toaster();
    let workspace = use_workspace();
    let viewer = use_viewer().get_untracked();
    let departments = viewer.desk_departments;
    let my_teams = StoredValue::new(viewer.person.teams);
    let person = RwSignal::new(None::<Choice>);
    let channel = RwSignal::new(CHANNELS[0].key().to_owned());
    let title = RwSignal::new(String::new());
    let text = RwSignal::new(String::new());
    let outcome = RwSignal::new(RESOLVED.to_owned());
    let code = RwSignal::new(ResolutionCode::Solved.key().to_owned());
    let department = RwSignal::new(
        departments
            .first()
            .map(|first| first.id.inner().to_owned())
            .unwrap_or_default(),
    );
    let team = RwSignal::new(String::new());
    let faults = RwSignal::new(Vec::<(&'static str, String)>::new());
    let failure = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let key = StoredValue::new(fresh_key());
    let fault = move |field: &'static str| {
        Signal::derive(move || {
            faults.with(|faults| {
                let found = faults.iter().find(|(of, _)| *of == field);
                found.map(|(_, sentence)| sentence.clone())
            })
        })
    };

    // Teams of the department; one's own comes first.
    let teams = RwSignal::new(Vec::<(Id, String)>::new());
    let offered = RwSignal::new(ResolutionCode::ALL.to_vec());
    effect(move |_| {
        let chosen = Id::new(department.get());
        team.set(String::new());
        teams.set(Vec::new());
        spawn_local(async move {
            let vars = ChoicesVars {
                department: chosen.clone(),
            };
            // Without them the ticket is routed, as if nobody had chosen.
            let Ok(found) = api::query(ChoicesQuery::build(vars)).await else {
                return;
            };
            if department.try_with_untracked(|now| *now == chosen.inner()) != Some(true) {
                return;
            }
            let own = found.departments.into_iter().find(|one| one.id == chosen);
            if let Some(own) = own {
                let codes = own.state_settings.resolution_codes;
                let known = code.with_untracked(|code| codes.iter().any(|one| one.key() == code));
                if let Some(first) = codes.first().filter(|_| !known) {
                    code.set(first.key().to_owned());
                }
                offered.set(codes);
            }
            let mine = found.teams.iter().find(|team| {
                my_teams.with_value(|mine| mine.iter().any(|mine| mine.id == team.id))
            });
            let mine = mine.map(|team| team.id.inner().to_owned());
            teams.set(
                found
                    .teams
                    .into_iter()
                    .map(|team| (team.id, team.name))
                    .collect(),
            );
            team.set(mine.unwrap_or_default());
        });
    });
    let team_options = Signal::derive(move || {
        let mut all = vec![(String::new(), own::routed().to_owned())];
        all.extend(options(teams.get()));
        all
    });

    // What they have open already: perhaps this call is about one of those.
    let known = RwSignal::new(Vec::<LinkedTicket>::new());
    effect(move |_| {
        let chosen = person.get().map(|person| person.id);
        known.set(Vec::new());
        let Some(chosen) = chosen else { return };
        spawn_local(async move {
            // Only a convenience.
            if let Ok(found) = fetch_open_of(Id::new(&chosen)).await
                && person.try_with_untracked(|now| now.as_ref().is_some_and(|now| now.id == chosen))
                    == Some(true)
            {
                known.set(found);
            }
        });
    });

    let send = move || {
        if busy.get_untracked() {
            return;
        }
        let said = text.get_untracked().trim().to_owned();
        let resolved = outcome.with_untracked(|outcome| outcome == RESOLVED);
        let mut wrong = Vec::new();
        let chosen = person.get_untracked();
        if chosen.is_none() {
            wrong.push(("requester", own::who_needed().to_owned()));
        }
        if shared::ticket::check_title("title", &title.get_untracked()).is_err() {
            wrong.push(("title", own::title_needed(TITLE_MAX)));
        }
        if resolved && said.is_empty() {
            wrong.push(("text", own::done_needed().to_owned()));
        }
        faults.set(wrong);
        failure.set(None);
        let Some(chosen) = chosen.filter(|_| faults.with_untracked(Vec::is_empty)) else {
            focus_first_error();
            return;
        };
        let id = |value: RwSignal<String>| {
            let value = value.get_untracked();
            (!value.is_empty()).then(|| Id::new(value))
        };
        let input = ContactLogInput {
            requester: Id::new(chosen.id),
            channel: Channel::from_key(&channel.get_untracked()).unwrap_or(CHANNELS[0]),
            title: title.get_untracked().trim().to_owned(),
            description: (!resolved && !said.is_empty()).then(|| Markdown(said.clone())),
            department: id(department),
            team: id(team),
            mine: outcome.with_untracked(|outcome| outcome == MINE),
            resolution: resolved.then(|| ContactResolution {
                code: ResolutionCode::from_key(&code.get_untracked())
                    .unwrap_or(ResolutionCode::Solved),
                message: Markdown(said),
            }),
            // Sent again after a lost answer it is the same contact.
            idempotency_key: Some(key.get_value()),
        };
        busy.set(true);
        spawn_local(async move {
            match log_contact(input).await {
                Ok(ticket) => {
                    let sentence = if resolved {
                        own::logged_resolved(&ticket.reference)
                    } else {
                        own::logged(&ticket.reference)
                    };
                    announce(sentence.clone());
                    toaster.say(sentence);
                    _ = open.try_set(false);
                }
                Err(error) => {
                    // Another try is another contact only once something was changed.
                    if error.has_code("KEY_REUSED") {
                        _ = key.try_set_value(fresh_key());
                    }
                    _ = failure.try_set(Some(error.sentence()));
                }
            }
            _ = busy.try_set(false);
        });
    };
    let resolved = memo(move |_| outcome.with(|outcome| outcome == RESOLVED));
    let text_label = Signal::derive(move || {
        if resolved.get() {
            own::done()
        } else {
            own::said()
        }
        .to_owned()
    });
    let text_help = Signal::derive(move || {
        if resolved.get() {
            own::done_help().to_owned()
        } else {
            String::new()
        }
    });
    let card = |value: &str, label: &str, detail: &str| RadioOption {
        value: value.to_owned(),
        label: label.to_owned(),
        detail: detail.to_owned(),
    };
    let outcomes = vec![
        card(RESOLVED, own::resolved(), ""),
        card(MINE, own::mine(), ""),
        card(TEAM, own::left(), ""),
    ];
    let department_options = options(
        departments
            .into_iter()
            .map(|department| (department.id, department.name)),
    );
    let one_department = department_options.len() < 2;
    let department_options = Signal::derive(move || department_options.clone());
    let channel_options = CHANNELS
        .map(|channel| (channel.key().to_owned(), channel.word().to_owned()))
        .to_vec();
    let channel_options = Signal::derive(move || channel_options.clone());
    let codes = Signal::derive(move || {
        let offered = offered.get();
        offered
            .into_iter()
            .map(|code| (code.key().to_owned(), code.word().to_owned()))
            .collect()
    });
    view! {
        <form
            class="contact"
            novalidate
            on:submit=move |event| { event.prevent_default(); send(); }
            on:keydown=move |event| if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                event.prevent_default();
                send();
            }
        >
            <div class="contact-wide">
                <PersonPicker label=own::who() picked=person search=people_search() error=fault("requester") required=true />
                {move || {
                    let known = known.get();
                    (!known.is_empty()).then(|| view! {
                        <div class="contact-known" role="status">
                            <span class="muted">{own::open_already()}</span>
                            <ul role="list">
                                {known.into_iter().map(|ticket| {
                                    let reference = ticket.reference.clone();
                                    view! {
                                        <li>
                                            <button type="button" class="link-btn" on:click=move |_| { open.set(false); workspace.open(Some(&reference)); }>
                                                <span class="ref">{ticket.reference.clone()}</span>" "{ticket.title}
                                            </button>
                                            " "<span class="muted">{ticket.state.word()}</span>
                                        </li>
                                    }
                                }).collect_view()}
                            </ul>
                        </div>
                    })
                }}
            </div>
            <div class="contact-wide"><TextField label=own::what() value=title error=fault("title") required=true most=TITLE_MAX /></div>
            <SelectField label=own::channel() value=channel options=channel_options required=true />
            {(!one_department).then(|| view! { <SelectField label=own::department() value=department options=department_options required=true /> })}
            <SelectField label=own::team() value=team options=team_options required=true />
            <div class="contact-wide contact-outcome"><RadioCards label=own::outcome() name="outcome" value=outcome options=outcomes /></div>
            <div class="contact-wide">
                <TextArea label=text_label help=text_help value=text error=fault("text") most=BODY_MAX rows=3 on_submit=move |()| send() />
            </div>
            <Show when=move || resolved.get()>
                <SelectField label=own::code() value=code options=codes required=true />
            </Show>
            {move || failure.get().map(|sentence| view! { <p class="form-error contact-wide" role="alert">{sentence}</p> })}
            <div class="dialog-actions contact-wide">
                <button type="button" class="btn" on:click=move |_| open.set(false)>{words::ticket::not_now()}</button>
                <button type="submit" class="btn btn-primary" disabled=move || busy.get() aria-busy=move || busy.get().then_some("true")>
                    {move || if resolved.get() { own::log_resolved() } else { own::log() }}" "<kbd>"Ctrl ↵"</kbd>
                </button>
            </div>
        </form>
    }
}
