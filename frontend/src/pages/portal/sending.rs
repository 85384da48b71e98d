//! What the portal's two forms share: faults beside their fields, one act at a time, for whom it is.

use crate::lean::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::{card::address, data::RequestSummary, draft::Draft, people::people_search};
use crate::{
    api::{ApiError, Call, Id},
    components::{Check, Choice, Icon, PersonPicker, focus_first_error, use_toaster},
    words::portal as words,
};

/// A form that is being filled in or sent.
#[derive(Clone, Copy)]
pub struct Sending {
    /// What is wrong, by field of the input.
    pub faults: RwSignal<Vec<(String, String)>>,
    failure: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
}

impl Sending {
    /// Nothing wrong yet.
    pub fn new() -> Self {
        Self {
            faults: RwSignal::new(Vec::new()),
            failure: RwSignal::new(None),
            busy: RwSignal::new(false),
        }
    }

    /// What is wrong with a field.
    pub fn fault(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.faults.with(|faults| {
                faults
                    .iter()
                    .find(|(name, _)| name == field)
                    .map(|(_, sentence)| sentence.clone())
            })
        })
    }

    /// Shows what is wrong before anything is sent; whether there is nothing, and nothing under way.
    pub fn may_send(self, faults: Vec<(String, String)>) -> bool {
        if self.busy.get_untracked() {
            return false;
        }
        self.failure.set(None);
        let right = faults.is_empty();
        self.faults.set(faults);
        if !right {
            focus_first_error();
        }
        right
    }

    fn refused(self, error: ApiError) {
        match error {
            ApiError::Refused(refusals)
                if refusals.iter().all(|refusal| refusal.field.is_some()) =>
            {
                self.faults.try_set(
                    refusals
                        .into_iter()
                        .map(|refusal| (refusal.field.unwrap_or_default(), refusal.message))
                        .collect(),
                );
                focus_first_error();
            }
            error => {
                self.failure.try_set(Some(error.sentence()));
            }
        }
    }
}

/// Sends what a draft holds; then thanks, forgets the draft, and goes to the request that it became.
pub fn use_sender(
    sending: Sending,
    draft: Draft,
    thanks: &'static str,
) -> impl Fn(Call<RequestSummary>) + Copy {
    let toaster = use_toaster();
    let navigate = StoredValue::new_local(use_navigate());
    move |act| {
        sending.busy.set(true);
        leptos::task::spawn_local(async move {
            match act.await {
                Ok(request) => {
                    draft.done();
                    toaster.say(thanks);
                    navigate.with_value(|navigate| {
                        navigate(&address(&request.reference), NavigateOptions::default());
                    });
                }
                Err(error) => {
                    sending.busy.try_set(false);
                    sending.refused(error);
                }
            }
        });
    }
}

/// For whom something is asked.
#[derive(Clone, Copy)]
pub struct Whom {
    /// For somebody else.
    pub other: RwSignal<bool>,
    /// Who that is.
    pub person: RwSignal<Option<Choice>>,
}

impl Whom {
    /// As a draft kept it.
    pub fn new(other: bool, person: Option<Choice>) -> Self {
        Self {
            other: RwSignal::new(other),
            person: RwSignal::new(person),
        }
    }

    /// The other one, if it is for another.
    pub fn chosen(self) -> Option<Id> {
        let person = self.person.get_untracked();
        person
            .filter(|_| self.other.get_untracked())
            .map(|person| Id::new(person.id))
    }

    /// For oneself again.
    pub fn clear(self) {
        self.other.set(false);
        self.person.set(None);
    }
}

/// What is wrong where somebody else is meant and nobody was chosen.
pub fn whom_fault(other: bool, person: Option<&Choice>) -> Option<(String, String)> {
    (other && person.is_none())
        .then(|| ("requestedFor".to_owned(), words::choose_person().to_owned()))
}

/// The question for whom it is.
#[component]
pub fn ForWhom(
    /// The answer.
    whom: Whom,
    /// What is wrong with it.
    error: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <div class="stack">
            <Check label=words::for_other() value=whom.other />
            <Show when=move || whom.other.get()>
                <PersonPicker label=words::for_whom() picked=whom.person search=people_search() error required=true />
            </Show>
        </div>
    }
}

/// The form around its questions: what was kept of it, what is wrong with it, and the buttons.
#[component]
pub fn SendForm(
    /// Its state.
    sending: Sending,
    /// What was begun some other time is in it.
    restored: RwSignal<bool>,
    /// Empties it.
    #[prop(into)]
    on_start_over: Callback<()>,
    /// Words of the button that sends.
    send_word: &'static str,
    /// Sends.
    #[prop(into)]
    on_send: Callback<()>,
    /// Something must be waited for before it can be sent.
    #[prop(optional, into)]
    waiting: Signal<bool>,
    /// Where one goes without sending.
    way_back: &'static str,
    /// The questions.
    children: Children,
) -> impl IntoView {
    let busy = sending.busy;
    let sentence = memo(move |_| {
        sending.failure.get().or_else(|| {
            let count = sending.faults.with(Vec::len);
            (count > 0).then(|| words::look_again(i64::try_from(count).unwrap_or_default()))
        })
    });
    view! {
        <Show when=move || restored.get()>
            <p class="draft-note">
                <Icon name="history" class="icon-s" />
                {words::draft_restored()}
                " "
                <button type="button" class="link-btn" on:click=move |_| on_start_over.run(())>{words::start_over()}</button>
            </p>
        </Show>
        <form
            class="form card"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                on_send.run(());
            }
        >
            <div role="alert">
                {move || {
                    sentence
                        .get()
                        .map(|sentence| view! { <p class="error-summary"><Icon name="circle-alert" /><span>{sentence}</span></p> })
                }}
            </div>
            {children()}
            <div class="form-actions">
                <button type="submit" class="btn btn-primary btn-large" aria-busy=move || busy.get().then_some("true") disabled=move || busy.get() || waiting.get()>
                    <Icon name="send" />
                    {send_word}
                </button>
                <a class="btn btn-quiet btn-large" href=way_back>{words::cancel()}</a>
                <span class="draft-note push">{words::draft_kept()}</span>
            </div>
        </form>
    }
}
