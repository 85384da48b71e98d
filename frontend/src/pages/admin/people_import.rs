//! People from a CSV file: looked at first, then loaded.

use crate::lean::*;
use leptos::html;
use serde::Deserialize;

use crate::{
    api::{save_text, upload},
    components::{Check, Icon, focus_first_error},
    words::admin as words,
};

/// What was done, or would be.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    created: usize,
    changed: usize,
    unchanged: usize,
    deactivated: usize,
    rejected_count: usize,
    rejected: Vec<Reject>,
    rejects: String,
    ignored: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Reject {
    line: u64,
    reason: String,
}

/// Rejected rows that are shown.
const SHOWN: usize = 12;

/// The content of the dialog.
#[component]
pub fn PeopleImport(
    /// Hears that people were loaded.
    #[prop(into)]
    on_done: Callback<()>,
    /// Time zone of new people of whom the file does not say it.
    zone: String,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let missing = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<String>);
    // What was found, and whether it was done.
    let found = RwSignal::new(None::<(Outcome, bool)>);
    let send = move |dry: bool| {
        let file = input
            .get_untracked()
            .and_then(|input| input.files())
            .and_then(|files| files.get(0));
        let Some(file) = file else {
            failure.set(Some(words::import_choose().to_owned()));
            focus_first_error();
            return;
        };
        let address = format!(
            "/import/people?dryRun={dry}&deactivateMissing={}&timezone={}",
            missing.get_untracked(),
            String::from(js_sys::encode_uri_component(&zone))
        );
        busy.set(true);
        failure.set(None);
        leptos::task::spawn_local(async move {
            let answer = upload::<Outcome>(&address, &file).await;
            busy.try_set(false);
            match answer {
                Ok(outcome) => {
                    found.try_set(Some((outcome, !dry)));
                    if !dry {
                        on_done.run(());
                    }
                }
                Err(error) => {
                    found.try_set(None);
                    failure.try_set(Some(error.sentence()));
                    focus_first_error();
                }
            }
        });
    };
    let send = StoredValue::new(send);
    let again = move |_| found.set(None);
    let may_load = memo(move |_| {
        found.with(|found| {
            found.as_ref().is_some_and(|(outcome, done)| {
                !done && outcome.created + outcome.changed + outcome.deactivated > 0
            })
        })
    });
    view! {
        <div class="admin-form">
            <p class="muted">{words::import_text()}</p>
            {move || failure.get().map(|sentence| view! {
                <p class="notice" data-tone="bad" role="alert" tabindex="-1"><Icon name="circle-alert" /><span>{sentence}</span></p>
            })}
            <label class="field">
                <span class="field-label">{words::import_file()}</span>
                <input node_ref=input class="input" type="file" accept=".csv,text/csv,text/plain" on:change=again />
            </label>
            <Check label=words::import_missing() value=missing />
            {move || found.get().map(|(outcome, done)| shown(outcome, done))}
            <div class="dialog-actions">
                <button type="button" class="btn" disabled=move || busy.get() on:click=move |_| send.with_value(|send| send(true))>
                    {words::import_look()}
                </button>
                <button
                    type="button"
                    class="btn btn-primary"
                    disabled=move || busy.get() || !may_load.get()
                    aria-busy=move || busy.get().then_some("true")
                    on:click=move |_| send.with_value(|send| send(false))
                >
                    {words::import_load()}
                </button>
            </div>
        </div>
    }
}

fn shown(outcome: Outcome, done: bool) -> AnyView {
    let title = if done {
        words::import_done()
    } else {
        words::import_would()
    };
    let facts = [
        words::import_created(outcome.created),
        words::import_changed(outcome.changed),
        words::import_unchanged(outcome.unchanged),
        words::import_deactivated(outcome.deactivated),
        words::import_rejected(outcome.rejected_count),
    ];
    let rows = outcome
        .rejected
        .into_iter()
        .take(SHOWN)
        .map(|reject| {
            let line = match reject.line {
                0 => reject.reason,
                line => words::import_line(line, reject.reason),
            };
            view! { <li>{line}</li> }
        })
        .collect_view();
    let rejects = outcome.rejects;
    view! {
        <section class="admin-fields" role="status">
            <h3>{title}</h3>
            <p>{facts.join(" · ")}</p>
            {(!outcome.ignored.is_empty()).then(|| view! { <p class="muted">{words::import_ignored(outcome.ignored.join(", "))}</p> })}
            <ul class="admin-rejects">{rows}</ul>
            {(!rejects.is_empty()).then(|| view! {
                <p>
                    <button type="button" class="btn btn-small" on:click=move |_| save_text(&rejects, "people.rejects.csv")>
                        <Icon name="download" />
                        {words::import_rejects()}
                    </button>
                </p>
            })}
        </section>
    }
    .into_any()
}
