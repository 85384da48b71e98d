//! Asking for one thing of the catalog.

use std::collections::BTreeMap;

use crate::lean::*;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};
use shared::text::BODY_MAX;

use super::{
    data::{self, ItemForm},
    draft::Draft,
    form::{Form, Written},
    sending::{ForWhom, SendForm, Sending, Whom, use_sender, whom_fault},
};
use crate::{
    api::Markdown,
    components::{
        AttachButton, Choice, DropZone, EmptyState, Icon, Remote, Skeleton, TextArea, Tray,
        TrayList, environment::use_title,
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
    let (draft, kept) = Draft::open::<Wish>(&format!("item.{}", item.id.inner()));
    let kept = kept.unwrap_or_default();
    let restored = RwSignal::new(kept != Wish::default());
    let questions = StoredValue::new(Form::new(item.fields, &kept.answers));
    let note = RwSignal::new(kept.note);
    let whom = Whom::new(kept.other, kept.person);
    let tray = Tray::default();
    let sending = Sending::new();
    let deliver = use_sender(sending, draft, words::ask_thanks());
    let id = StoredValue::new(item.id);

    draft.keep(move || {
        let wish = Wish {
            answers: questions.with_value(Form::written),
            note: note.get(),
            other: whom.other.get(),
            person: whom.person.get(),
        };
        (wish != Wish::default()).then_some(wish)
    });

    let send = move |()| {
        if untrack(|| tray.is_busy()) {
            return;
        }
        let checked = questions.with_value(Form::check);
        let mut wrong = checked.as_ref().err().cloned().unwrap_or_default();
        let written = note.get_untracked();
        if written.chars().count() > BODY_MAX {
            wrong.push(("note".to_owned(), words::too_long(BODY_MAX)));
        }
        wrong.extend(whom_fault(
            whom.other.get_untracked(),
            whom.person.get_untracked().as_ref(),
        ));
        let (Ok(answers), true) = (checked, sending.may_send(wrong)) else {
            return;
        };
        let written = written.trim();
        let input = data::SubmitInput {
            catalog_item: id.get_value(),
            answers,
            note: (!written.is_empty()).then(|| Markdown(written.to_owned())),
            requested_for: whom.chosen(),
            attachments: untrack(|| tray.ids()),
            idempotency_key: Some(draft.key()),
        };
        deliver(data::submit(input));
    };
    let start_over = move |()| {
        draft.again();
        questions.with_value(Form::clear);
        note.set(String::new());
        whom.clear();
        tray.clear();
        restored.set(false);
        sending.faults.set(Vec::new());
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
        <SendForm sending restored on_start_over=start_over send_word=words::send_wish() on_send=send waiting=Signal::derive(move || tray.is_busy()) way_back="/ask">
            {questions.with_value(|form| form.view(sending.faults))}
            <DropZone tray>
                <TextArea label=words::note_question() value=note error=sending.fault("note") most=BODY_MAX rows=3 on_submit=send />
                <TrayList tray />
                <AttachButton tray />
            </DropZone>
            <ForWhom whom error=sending.fault("requestedFor") />
        </SendForm>
    }
}
