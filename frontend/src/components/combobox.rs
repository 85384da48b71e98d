use std::{future::Future, pin::Pin, rc::Rc};

use crate::lean::*;
use gloo_timers::future::TimeoutFuture;

use super::{Avatar, FieldFrame, Icon, field::until_answered};
use crate::words;

/// Milliseconds without a key after which the question is asked.
const QUIET: u32 = 140;

/// Somebody who can be picked.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Choice {
    /// Id of the person.
    pub id: String,
    /// Their name.
    pub label: String,
    /// What tells them from others of that name: department, site.
    pub detail: String,
    /// Two letters.
    pub initials: String,
    /// 0–359.
    pub hue: i32,
}

/// What a search gives: the people found, or a sentence saying why not.
pub type SearchAnswer = Pin<Box<dyn Future<Output = Result<Vec<Choice>, String>>>>;

#[derive(Clone)]
enum Found {
    Nothing,
    Searching,
    People(Vec<Choice>),
    Failed(String),
}

/// Finds a person by typing a part of the name. Arrows move, Enter picks, Escape closes.
#[component]
pub fn PersonPicker(
    /// The question.
    #[prop(into)]
    label: Signal<String>,
    /// Whoever is picked.
    picked: RwSignal<Option<Choice>>,
    /// Asks for people whose name has these words.
    search: Rc<dyn Fn(String) -> SearchAnswer>,
    /// How to answer it.
    #[prop(into, optional)]
    help: Signal<String>,
    /// What is wrong with it.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
    /// Must be answered.
    #[prop(optional)]
    required: bool,
    /// Narrows what is shown: empty means everybody, so that "optional" would say nothing.
    #[prop(optional)]
    filter: bool,
) -> impl IntoView {
    let search = StoredValue::new_local(search);
    let text = RwSignal::new(String::new());
    let found = RwSignal::new(Found::Nothing);
    let at = RwSignal::new(0_usize);
    let open = RwSignal::new(false);
    // Answers to older questions are dropped.
    let asked = StoredValue::new(0_u32);

    let ask = move |words: String| {
        asked.update_value(|count| *count += 1);
        let mine = asked.get_value();
        at.set(0);
        if words.trim().is_empty() {
            found.set(Found::Nothing);
            open.set(false);
            return;
        }
        open.set(true);
        leptos::task::spawn_local(async move {
            TimeoutFuture::new(QUIET).await;
            if asked.try_get_value() != Some(mine) {
                return;
            }
            found.set(Found::Searching);
            let Some(question) = search.try_with_value(|search| search(words)) else {
                return;
            };
            let answer = question.await;
            if asked.try_get_value() == Some(mine) {
                found.set(match answer {
                    Ok(people) => Found::People(people),
                    Err(sentence) => Found::Failed(sentence),
                });
            }
        });
    };
    let (error, answered) = until_answered(error);
    let pick = move |choice: Choice| {
        answered();
        picked.set(Some(choice));
        text.set(String::new());
        found.set(Found::Nothing);
        open.set(false);
    };
    let people = move || match found.get() {
        Found::People(people) => people,
        _ => Vec::new(),
    };
    let children = move |id: String, described: Signal<String>| {
        let list_id = format!("{id}-list");
        let option_id = {
            let id = id.clone();
            move |index: usize| format!("{id}-{index}")
        };
        let active = {
            let option_id = option_id.clone();
            move || (open.get() && !people().is_empty()).then(|| option_id(at.get()))
        };
        let input_list = list_id.clone();
        let input_id = id.clone();
        let option_ids = StoredValue::new(option_id);
        let list_ids = StoredValue::new(list_id);
        let options = move || {
            let list = people();
            match found.get() {
                Found::Nothing => ().into_any(),
                Found::Searching => view! { <p class="combo-message">{words::components::searching()}</p> }.into_any(),
                Found::Failed(sentence) => view! { <p class="combo-message">{sentence}</p> }.into_any(),
                Found::People(_) if list.is_empty() => {
                    view! { <p class="combo-message">{words::components::nobody_found()}</p> }.into_any()
                }
                Found::People(_) => list
                    .into_iter()
                    .enumerate()
                    .map(|(index, choice)| {
                        let taken = choice.clone();
                        view! {
                            <li
                                id=option_ids.with_value(|id| id(index))
                                class="combo-option"
                                role="option"
                                aria-selected=move || if at.get() == index { "true" } else { "false" }
                                on:pointerdown=move |event| event.prevent_default()
                                on:click=move |_| pick(taken.clone())
                            >
                                <Avatar initials=choice.initials hue=choice.hue name=choice.label.clone() size="avatar-m" />
                                <span>{choice.label} <small>{choice.detail}</small></span>
                            </li>
                        }
                    })
                    .collect_view()
                    .into_any(),
            }
        };
        let chosen = move || {
            picked.get().map(|choice| {
                view! {
                    <div class="picked">
                        <Avatar initials=choice.initials hue=choice.hue name=choice.label.clone() size="avatar-m" />
                        <span class="grow truncate">{choice.label.clone()} " " <small class="muted">{choice.detail}</small></span>
                        <button
                            type="button"
                            class="btn btn-quiet btn-icon btn-small"
                            aria-label=words::components::remove(choice.label)
                            on:click=move |_| picked.set(None)
                        >
                            <Icon name="x" />
                        </button>
                    </div>
                }
            })
        };
        view! {
            <div class="combo">
                {chosen}
                <input
                    class="input"
                    id=input_id
                    type="text"
                    role="combobox"
                    autocomplete="off"
                    spellcheck="false"
                    hidden=move || picked.with(Option::is_some)
                    aria-autocomplete="list"
                    aria-expanded=move || if open.get() { "true" } else { "false" }
                    aria-controls=input_list
                    aria-activedescendant=active
                    aria-required=required.then_some("true")
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=move || described.get()
                    placeholder=words::components::type_a_name()
                    prop:value=move || text.get()
                    on:input=move |event| {
                        let value = event_target_value(&event);
                        text.set(value.clone());
                        ask(value);
                    }
                    on:blur=move |_| open.set(false)
                    on:keydown=move |event| {
                        let list = people();
                        match event.key().as_str() {
                            "ArrowDown" if !list.is_empty() => at.update(|at| *at = (*at + 1) % list.len()),
                            "ArrowUp" if !list.is_empty() => at.update(|at| *at = (*at + list.len() - 1) % list.len()),
                            "Enter" if open.get_untracked() => {
                                if let Some(choice) = list.get(at.get_untracked()) {
                                    pick(choice.clone());
                                }
                            }
                            "Escape" if open.get_untracked() => {
                                open.set(false);
                                event.stop_propagation();
                            }
                            _ => return,
                        }
                        event.prevent_default();
                    }
                />
                <ul
                    class="combo-list"
                    role="listbox"
                    id=list_ids.get_value()
                    aria-label=move || label.get()
                    hidden=move || !open.get()
                >
                    {options}
                </ul>
            </div>
        }
        .into_any()
    };
    view! { <FieldFrame label help error optional=!(required || filter) children=Box::new(children) /> }
}
