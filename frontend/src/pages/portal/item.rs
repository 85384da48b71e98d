//! Asking for one thing of the catalog.

use std::collections::BTreeMap;

use crate::lean::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map},
};
use serde::{Deserialize, Serialize};
use shared::text::BODY_MAX;

use super::{
    card::address,
    data::{self, ItemForm},
    draft::Draft,
    form::{Form, Written},
    people::people_search,
    report::FaultSummary,
};
use crate::{
    api::{ApiError, Id, Markdown},
    components::{
        Check, Choice, EmptyState, Icon, PersonPicker, Remote, Skeleton, TextArea,
        environment::use_title, focus_first_error, use_toaster,
    },
    words::portal as words,
};

/// What is kept of a half-filled form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Wish {
    answers: BTreeMap<String, Written>,
    note: String,
    other: bool,
    person: Option<Choice>,
}

/// The page of one item.
#[component]
pub fn AskItem() -> impl IntoView {
    let params = use_params_map();
    let id = memo(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let item = Remote::new(move || {
        let id = id.get();
        async move { data::fetch_item(id).await.map_err(|error| error.sentence()) }
    });
    let name = move || {
        item.ready()
            .flatten()
            .map_or_else(|| words::ask().to_owned(), |item| item.name)
    };
    use_title(name);
    view! {
        <div class="page">
            <div class="page-head">
                <a class="back" href="/ask"><Icon name="arrow-left" class="icon-s" />{words::ask()}</a>
                <h1>{name}</h1>
            </div>
            {item
                .view(
                    || view! { <Skeleton lines=4 blocks=true /> }.into_any(),
                    |item| match item.get_untracked() {
                        Some(item) => view! { <WishForm item /> }.into_any(),
                        None => {
                            view! {
                                <EmptyState icon="clipboard-list" title=words::no_item() text=words::no_item_text()>
                                    <a class="btn" href="/ask">{words::ask()}</a>
                                </EmptyState>
                            }
                                .into_any()
                        }
                    },
                )}
        </div>
    }
}

#[component]
fn WishForm(item: ItemForm) -> impl IntoView {
    let toaster = use_toaster();
    let navigate = StoredValue::new_local(use_navigate());
    let (draft, kept) = Draft::open::<Wish>(&format!("item.{}", item.id.inner()));
    let kept = kept.unwrap_or_default();
    let restored = RwSignal::new(kept != Wish::default());
    let questions = StoredValue::new(Form::new(item.fields, &kept.answers));
    let note = RwSignal::new(kept.note);
    let other = RwSignal::new(kept.other);
    let person = RwSignal::new(kept.person);
    let faults = RwSignal::new(Vec::<(String, String)>::new());
    let failure = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let id = StoredValue::new(item.id);

    draft.keep(move || {
        let wish = Wish {
            answers: questions.with_value(Form::written),
            note: note.get(),
            other: other.get(),
            person: person.get(),
        };
        (wish != Wish::default()).then_some(wish)
    });

    let send = move || {
        if busy.get_untracked() {
            return;
        }
        failure.set(None);
        let checked = questions.with_value(Form::check);
        let mut wrong = checked.as_ref().err().cloned().unwrap_or_default();
        let written = note.get_untracked();
        if written.chars().count() > BODY_MAX {
            wrong.push(("note".to_owned(), words::too_long(BODY_MAX)));
        }
        let for_whom = person.get_untracked().filter(|_| other.get_untracked());
        if other.get_untracked() && for_whom.is_none() {
            wrong.push(("requestedFor".to_owned(), words::choose_person().to_owned()));
        }
        faults.set(wrong);
        let (Ok(answers), true) = (checked, faults.with_untracked(Vec::is_empty)) else {
            focus_first_error();
            return;
        };
        busy.set(true);
        let written = written.trim();
        let input = data::SubmitInput {
            catalog_item: id.get_value(),
            answers,
            note: (!written.is_empty()).then(|| Markdown(written.to_owned())),
            requested_for: for_whom.map(|person| Id::new(person.id)),
            idempotency_key: Some(draft.key()),
        };
        leptos::task::spawn_local(async move {
            match data::submit(input).await {
                Ok(request) => {
                    draft.done();
                    toaster.say(words::ask_thanks());
                    navigate.with_value(|navigate| {
                        navigate(&address(&request.reference), NavigateOptions::default())
                    });
                }
                Err(error) => {
                    busy.try_set(false);
                    match error {
                        ApiError::Refused(refusals)
                            if refusals.iter().all(|refusal| refusal.field.is_some()) =>
                        {
                            faults.try_set(
                                refusals
                                    .into_iter()
                                    .map(|refusal| {
                                        (refusal.field.unwrap_or_default(), refusal.message)
                                    })
                                    .collect(),
                            );
                            focus_first_error();
                        }
                        error => {
                            failure.try_set(Some(error.sentence()));
                        }
                    }
                }
            }
        });
    };
    let start_over = move |_| {
        draft.again();
        questions.with_value(Form::clear);
        note.set(String::new());
        other.set(false);
        person.set(None);
        restored.set(false);
        faults.set(Vec::new());
    };
    let fault = move |field: &'static str| {
        Signal::derive(move || {
            faults.with(|faults| {
                faults
                    .iter()
                    .find(|(name, _)| name == field)
                    .map(|(_, sentence)| sentence.clone())
            })
        })
    };
    let promise = item.delivery_promise;
    view! {
        <p class="page-lead">{item.description}</p>
        {(!promise.is_empty())
            .then(|| {
                view! {
                    <p class="promise">
                        <Icon name="clock" />
                        <span>{words::usually(&promise)} " · " {item.department.name}</span>
                    </p>
                }
            })}
        <Show when=move || restored.get()>
            <p class="draft-note">
                <Icon name="history" class="icon-s" />
                {words::draft_restored()}
                " "
                <button type="button" class="link-btn" on:click=start_over>{words::start_over()}</button>
            </p>
        </Show>
        <form
            class="form card"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <FaultSummary faults failure />
            {questions.with_value(|form| form.view(faults))}
            <TextArea label=words::note_question() value=note error=fault("note") most=BODY_MAX rows=3 on_submit=move |()| send() />
            <div class="stack">
                <Check label=words::for_other() value=other />
                <Show when=move || other.get()>
                    <PersonPicker label=words::for_whom() picked=person search=people_search() error=fault("requestedFor") required=true />
                </Show>
            </div>
            <div class="form-actions">
                <button type="submit" class="btn btn-primary btn-large" aria-busy=move || busy.get().then_some("true") disabled=move || busy.get()>
                    <Icon name="send" />
                    {words::send_wish()}
                </button>
                <a class="btn btn-quiet btn-large" href="/ask">{words::cancel()}</a>
                <span class="draft-note push">{words::draft_kept()}</span>
            </div>
        </form>
    }
}
