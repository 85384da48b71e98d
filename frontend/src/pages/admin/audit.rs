//! The audit log: looked through by kind, person, record and day, and downloaded.

use crate::lean::*;
use leptos_router::hooks::use_query_map;

use super::{
    choices::people_search,
    form::Form,
    frame::{SectionHead, bones},
    operations::audit::{self as data, AuditEntry, AuditFilter},
};
use crate::{
    api::{self, ActorKind, AuditTopic, Id, Listed, Timestamp, download},
    components::{
        Choice, EmptyState, Icon, PersonPicker, Remote, SelectField, TextField,
        environment::use_viewer, use_toaster,
    },
    words::{admin as words, format},
};

/// So many values stand open; more of them open at a press.
const OPEN: usize = 4;

/// Name of a topic.
fn topic_word(topic: AuditTopic) -> &'static str {
    match topic {
        AuditTopic::SignIn => words::audit_topic_sign_in(),
        AuditTopic::Password => words::audit_topic_password(),
        AuditTopic::Role => words::audit_topic_role(),
        AuditTopic::Person => words::audit_topic_person(),
        AuditTopic::Token => words::audit_topic_token(),
        AuditTopic::Export => words::audit_topic_export(),
        AuditTopic::SetUp => words::audit_topic_set_up(),
    }
}

/// The word of the API's addresses for a topic: `SetUp` is `set_up`.
fn topic_key(topic: AuditTopic) -> String {
    split(topic.key(), '_')
}

/// `RoleGranted` in words: "role granted".
fn split(name: &str, between: char) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(between);
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// A kind as a sentence begins: "Role granted".
fn kind_words(kind: &str) -> String {
    let words = split(kind, ' ');
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The begin of a day as the date field gives it, or of the day after it.
fn day(text: &str, days: i64) -> Option<Timestamp> {
    let start: Timestamp = format!("{text}T00:00:00Z").parse().ok()?;
    Some(start.plus_seconds(days * 86_400))
}

/// The page.
#[component]
pub fn Audit() -> impl IntoView {
    let asked = use_query_map();
    let topic = RwSignal::new(String::new());
    let actor = RwSignal::new(None::<Choice>);
    let from = RwSignal::new(String::new());
    let to = RwSignal::new(String::new());
    let subject = RwSignal::new(
        asked
            .with_untracked(|asked| asked.get("record"))
            .map(|id| (id, None::<String>)),
    );
    let filter = memo(move |_| AuditFilter {
        actor: actor.with(|actor| actor.as_ref().map(|actor| Id::new(actor.id.clone()))),
        topics: topic.with(|key| AuditTopic::from_key(key).map(|topic| vec![topic])),
        subject: subject.with(|subject| subject.as_ref().map(|(id, _)| Id::new(id.clone()))),
        from: from.with(|text| day(text, 0)),
        to: to.with(|text| day(text, 1)),
    });
    let list = Remote::new(move || {
        let filter = filter.get();
        async move {
            data::fetch_log(filter, None)
                .await
                .map_err(|error| error.sentence())
        }
    });
    let more_form = Form::new();
    let more = move |cursor: String| {
        more_form.send(
            data::fetch_log(filter.get_untracked(), Some(cursor)),
            move |next| {
                if let Some(mut held) = list.ready_untracked() {
                    held.nodes.extend(next.nodes);
                    held.page_info = next.page_info;
                    list.put(held);
                }
            },
        );
    };
    let mut topics = vec![(String::new(), words::audit_all().to_owned())];
    topics.extend(
        AuditTopic::ALL
            .iter()
            .map(|topic| (topic.key().to_owned(), topic_word(*topic).to_owned())),
    );
    let about = Callback::new(move |(id, name): (String, String)| {
        subject.set(Some((id, Some(name))));
    });
    view! {
        <SectionHead title=words::audit() lead=words::audit_lead() />
        <div class="admin-row admin-audit-filter">
            <SelectField label=words::audit_topic() value=topic options=topics filter=true />
            <PersonPicker label=words::audit_who() picked=actor search=people_search() filter=true />
            <TextField label=words::audit_from() kind="date" value=from filter=true />
            <TextField label=words::audit_to() kind="date" value=to filter=true />
            <DownloadButton filter />
        </div>
        {move || subject.get().map(|(id, name)| view! {
            <p class="notice">
                <span class="grow">{words::audit_only(name.unwrap_or(id))}</span>
                <button type="button" class="btn btn-small" on:click=move |_| subject.set(None)>{words::audit_record_off()}</button>
            </p>
        })}
        {list.view(bones, move |found| {
            view! {
                {move || {
                    if found.with(|found| found.nodes.is_empty()) {
                        return view! { <EmptyState icon="search" title=words::audit_empty() /> }.into_any();
                    }
                    view! { <Entries entries=found.with(|found| found.nodes.clone()) about /> }.into_any()
                }}
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
    }
}

#[component]
fn DownloadButton(filter: Memo<AuditFilter>) -> impl IntoView {
    let toaster = use_toaster();
    let busy = RwSignal::new(false);
    let get = move |_| {
        let address = address(&filter.get_untracked());
        busy.set(true);
        leptos::task::spawn_local(async move {
            let got = download(&address, "audit.csv").await;
            busy.try_set(false);
            if let Err(error) = got {
                toaster.warn(error.sentence());
            }
        });
    };
    view! {
        <button type="button" class="btn" disabled=move || busy.get() on:click=get>
            <Icon name="download" />
            {words::audit_download()}
        </button>
    }
}

/// The address of the download with the list's filter.
fn address(filter: &AuditFilter) -> String {
    let topics = filter.topics.as_ref().map(|topics| {
        topics
            .iter()
            .map(|topic| topic_key(*topic))
            .collect::<Vec<_>>()
            .join(",")
    });
    let parts = [
        (
            "actor",
            filter.actor.as_ref().map(|id| id.inner().to_owned()),
        ),
        ("topics", topics),
        (
            "subject",
            filter.subject.as_ref().map(|id| id.inner().to_owned()),
        ),
        ("from", filter.from.map(|at| at.to_string())),
        ("to", filter.to.map(|at| at.to_string())),
    ];
    let query: Vec<String> = parts
        .into_iter()
        .filter_map(|(name, value)| {
            let value = String::from(js_sys::encode_uri_component(&value?));
            Some(format!("{name}={value}"))
        })
        .collect();
    format!("/export/audit.csv?{}", query.join("&"))
}

#[component]
fn Entries(entries: Vec<AuditEntry>, about: Callback<(String, String)>) -> impl IntoView {
    let zone = use_viewer().with_untracked(|viewer| viewer.person.timezone.clone());
    let rows = entries
        .into_iter()
        .map(|entry| one(entry, &zone, about))
        .collect_view();
    view! {
        <div class="card admin-table-card" role="region" aria-label=words::audit() tabindex="0">
            <table class="table admin-table admin-audit">
                <thead>
                    <tr>
                        <th scope="col">{words::audit_what()}</th>
                        <th scope="col">{words::audit_record()}</th>
                        <th scope="col">{words::audit_who()}</th>
                        <th scope="col">{words::audit_when()}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn one(entry: AuditEntry, zone: &str, about: Callback<(String, String)>) -> AnyView {
    let who = match (entry.actor_kind, entry.actor) {
        (_, Some(person)) => person.name,
        (ActorKind::Import, None) => words::audit_import().to_owned(),
        (_, None) => words::audit_system().to_owned(),
    };
    let count = entry.changes.len();
    let changes = entry
        .changes
        .into_iter()
        .map(|change| {
            let field = split(&change.field, ' ');
            let after = change.after.unwrap_or_else(|| "–".to_owned());
            let line = match change.before {
                Some(before) => words::audit_change(field, before, after),
                None => words::audit_set(field, after),
            };
            view! { <span class="admin-line">{line}</span> }
        })
        .collect_view();
    let changes = if count > OPEN {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        view! { <details><summary>{words::audit_values(count)}</summary>{changes}</details> }
            .into_any()
    } else {
        changes.into_any()
    };
    let id = entry.subject.inner().to_owned();
    // What has no name of its own is shown by its kind, and is not worth a list of its own.
    let record = match entry.subject_name {
        Some(name) => {
            let (key, label) = (id, name.clone());
            view! {
                <button type="button" class="btn btn-quiet btn-small admin-record" on:click=move |_| about.run((key.clone(), label.clone()))>
                    {name}
                </button>
            }
            .into_any()
        }
        None => view! { <span class="muted">{entry.subject_kind}</span> }.into_any(),
    };
    view! {
        <tr>
            <td>
                <strong>{kind_words(&entry.kind)}</strong>
                <small class="muted">{changes}</small>
            </td>
            <td data-label=words::audit_record()><div>{record}</div></td>
            <td data-label=words::audit_who()>
                <div>
                    {who}
                    {entry.token_name.map(|name| view! { <small class="muted admin-line">{words::audit_by_token(name)}</small> })}
                </div>
            </td>
            <td data-label=words::audit_when()>
                <time datetime=entry.occurred_at.to_string() title=format::relative(entry.occurred_at, api::now())>
                    {format::exact(entry.occurred_at, zone)}
                </time>
            </td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_as_words_and_topics_as_the_address_writes_them() {
        assert_eq!(kind_words("SignInHeldUp"), "Sign in held up");
        assert_eq!(topic_key(AuditTopic::SetUp), "set_up");
        assert!(day("2026-03-02", 1) == "2026-03-03T00:00:00Z".parse().ok());
        assert!(day("", 0).is_none());
    }
}
