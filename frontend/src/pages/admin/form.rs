//! What all editors share: faults beside their fields, one sentence for the rest, one act at a time.

use crate::lean::*;

use crate::{
    api::{ApiError, Call},
    components::{Icon, focus_first_error, use_toaster},
    words::admin as words,
};

/// The state of a form that is being filled in or sent.
#[derive(Clone, Copy)]
pub struct Form {
    faults: RwSignal<Vec<(String, String)>>,
    shown: StoredValue<Vec<&'static str>>,
    failure: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
}

impl Form {
    /// Nothing wrong yet.
    pub fn new() -> Self {
        Self {
            faults: RwSignal::new(Vec::new()),
            shown: StoredValue::new(Vec::new()),
            failure: RwSignal::new(None),
            busy: RwSignal::new(false),
        }
    }

    /// What is wrong with a field of the input, for the control that shows it.
    pub fn fault(self, field: &'static str) -> Signal<Option<String>> {
        self.shown.update_value(|shown| shown.push(field));
        Signal::derive(move || {
            self.faults.with(|faults| {
                faults
                    .iter()
                    .find(|(name, _)| is_about(name, field))
                    .map(|(_, sentence)| sentence.clone())
            })
        })
    }

    /// The first fault whose name begins so: the rest of its name, and what is wrong.
    pub fn named_fault(self, begin: &str) -> Option<(String, String)> {
        self.faults.with(|faults| {
            faults.iter().find_map(|(name, sentence)| {
                name.strip_prefix(begin)
                    .map(|rest| (rest.to_owned(), sentence.clone()))
            })
        })
    }

    /// Shows faults found before sending; whether there are any.
    pub fn refuse(self, faults: Vec<(String, String)>) -> bool {
        let any = !faults.is_empty();
        if any {
            self.show(faults);
        }
        any
    }

    /// Whether something is under way.
    pub fn is_busy(self) -> bool {
        self.busy.get()
    }

    /// The same, for whoever is to know just now.
    pub fn is_busy_now(self) -> bool {
        self.busy.get_untracked()
    }

    /// Sends; `done` hears of the success. A second press while it is under way does nothing.
    pub fn send<T: 'static>(self, act: Call<T>, done: impl FnOnce(T) + 'static) {
        self.follow(act.map(|made| Box::new(move || done(made)) as Box<dyn FnOnce()>));
    }

    fn follow(self, act: Call<Box<dyn FnOnce()>>) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.faults.set(Vec::new());
        self.failure.set(None);
        leptos::task::spawn_local(async move {
            let answer = act.await;
            // The dialog may have been closed meanwhile.
            self.busy.try_set(false);
            match answer {
                Ok(done) => done(),
                Err(ApiError::Refused(refusals)) => self.show(
                    refusals
                        .into_iter()
                        .map(|refusal| (refusal.field.unwrap_or_default(), refusal.message))
                        .collect(),
                ),
                Err(error) => {
                    self.failure.try_set(Some(error.sentence()));
                    focus_first_error();
                }
            }
        });
    }

    fn show(self, faults: Vec<(String, String)>) {
        // What no control shows is said above the form.
        let beside = self
            .shown
            .try_with_value(|shown| {
                faults
                    .iter()
                    .filter(|(name, _)| !shown.iter().any(|field| is_about(name, field)))
                    .map(|(_, sentence)| sentence.clone())
                    .collect::<Vec<_>>()
            })
            .unwrap_or_default();
        self.failure
            .try_set((!beside.is_empty()).then(|| beside.join(" ")));
        self.faults.try_set(faults);
        focus_first_error();
    }
}

/// Whether a fault named so belongs to the control of `field`: `hours.closed.2` is one of `closed`.
fn is_about(name: &str, field: &str) -> bool {
    name == field || name.split('.').any(|part| part == field)
}

/// A form with its sentence of failure and its buttons.
#[component]
pub fn FormView(
    /// Its state.
    form: Form,
    /// Words of the button that sends.
    #[prop(into)]
    send_word: String,
    /// What it does cannot be undone.
    #[prop(optional)]
    danger: bool,
    /// Sends.
    #[prop(into)]
    on_send: Callback<()>,
    /// Closes without sending; no such button when absent.
    #[prop(into, optional)]
    on_cancel: Option<Callback<()>>,
    /// The fields.
    children: Children,
) -> impl IntoView {
    view! {
        <form
            class="form admin-form"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                on_send.run(());
            }
        >
            {move || {
                form.failure.get().map(|sentence| {
                    view! {
                        <p class="notice" data-tone="bad" role="alert" tabindex="-1">
                            <Icon name="circle-alert" />
                            <span>{sentence}</span>
                        </p>
                    }
                })
            }}
            {children()}
            <div class="dialog-actions">
                {on_cancel.map(|on_cancel| {
                    view! {
                        <button type="button" class="btn" on:click=move |_| on_cancel.run(())>
                            {words::cancel()}
                        </button>
                    }
                })}
                <button
                    type="submit"
                    class=if danger { "btn btn-danger" } else { "btn btn-primary" }
                    aria-busy=move || form.is_busy().then_some("true")
                    disabled=move || form.is_busy()
                >
                    {send_word}
                </button>
            </div>
        </form>
    }
}

/// A text that is blank means none.
pub fn filled(text: &RwSignal<String>) -> Option<String> {
    let text = text.get_untracked();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A number of a field, or a fault in `field`.
pub fn number(text: &RwSignal<String>, field: &str) -> Result<i32, (String, String)> {
    text.get_untracked()
        .trim()
        .parse()
        .map_err(|_| (field.to_owned(), words::not_a_number().to_owned()))
}

/// Says that something was saved.
pub fn use_saved() -> impl Fn() + Copy {
    let toaster = use_toaster();
    move || toaster.say(words::saved())
}

#[cfg(test)]
mod tests {
    use super::is_about;

    #[test]
    fn a_fault_deep_in_the_input_belongs_to_the_control_that_shows_it() {
        assert!(is_about("name", "name"));
        assert!(is_about("hours.closed.2", "closed"));
        assert!(!is_about("fields.0.label", "closed"));
        assert!(!is_about("", "name"));
    }
}
