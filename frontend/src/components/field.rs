use crate::lean::*;
use wasm_bindgen::JsCast;

use super::{Icon, dialog::next_id};
use crate::words;

/// Label, help, content and error of one question of a form, tied together for those who listen.
///
/// `children` gets the ids of the control and of what describes it.
#[component]
pub fn FieldFrame(
    /// The question.
    #[prop(into)]
    label: Signal<String>,
    /// How to answer it; empty for none.
    #[prop(into, optional)]
    help: Signal<String>,
    /// What is wrong with the answer.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
    /// May be left out; said beside the label.
    #[prop(optional)]
    optional: bool,
    /// Most characters, with the text that is counted; shown once four fifths are used.
    #[prop(optional_no_strip)]
    counted: Option<(Signal<String>, usize)>,
    /// A group of controls (a `fieldset`) in place of one.
    #[prop(optional)]
    group: bool,
    /// Given `(id of the control, ids that describe it)`.
    children: Box<dyn FnOnce(String, Signal<String>) -> AnyView>,
) -> impl IntoView {
    let id = next_id("field");
    let help_id = format!("{id}-help");
    let error_id = format!("{id}-error");
    let described = {
        let (help_id, error_id) = (help_id.clone(), error_id.clone());
        Signal::derive(move || {
            let mut ids = Vec::with_capacity(2);
            if error.with(Option::is_some) {
                ids.push(error_id.as_str());
            }
            if !help.with(String::is_empty) {
                ids.push(help_id.as_str());
            }
            ids.join(" ")
        })
    };
    let control = children(id.clone(), described);
    let help_view = move || {
        let text = help.get();
        (!text.is_empty()).then(|| view! { <p class="field-help" id=help_id.clone()>{text}</p> })
    };
    let foot = move || {
        let counter = counted.and_then(|(text, most)| {
            let used = text.with(|text| text.chars().count());
            (used * 5 >= most * 4).then(|| {
                let tone = if used > most { "bad" } else { "neutral" };
                view! { <span class="field-counter" data-tone=tone>{words::components::counter(used, most)}</span> }
            })
        });
        let error = error.get().map(|text| {
            view! {
                <p class="field-error" id=error_id.clone()>
                    <Icon name="circle-alert" class="icon-s" />
                    <span>{text}</span>
                </p>
            }
        });
        (counter.is_some() || error.is_some())
            .then(|| view! { <div class="field-foot">{error} {counter}</div> })
    };
    let mark = optional
        .then(|| view! { " " <span class="field-optional">{words::components::optional()}</span> });
    if group {
        view! {
            <fieldset
                class="field"
                aria-describedby=move || described.get()
                data-invalid=move || error.with(Option::is_some).then_some("")
            >
                <legend class="field-label">{move || label.get()} {mark}</legend>
                {help_view}
                {control}
                {foot}
            </fieldset>
        }
        .into_any()
    } else {
        view! {
            <div class="field">
                <label class="field-label" for=id>
                    {move || label.get()}
                    {mark}
                </label>
                {help_view}
                {control}
                {foot}
            </div>
        }
        .into_any()
    }
}

/// What is wrong with an answer, until it is answered anew; and what says that it was.
///
/// What was wrong with the last answer is not said of the next one, before that is looked at.
pub fn until_answered(
    error: Signal<Option<String>>,
) -> (Signal<Option<String>>, impl Fn() + Copy + Send + 'static) {
    let anew = RwSignal::new(false);
    effect(move |_| {
        error.track();
        anew.set(false);
    });
    let shown = Signal::derive(move || error.get().filter(|_| !anew.get()));
    (shown, move || anew.set(true))
}

fn invalid(
    error: Signal<Option<String>>,
) -> impl Fn() -> Option<&'static str> + Copy + Send + 'static {
    move || error.with(Option::is_some).then_some("true")
}

/// One line of text, a number or a date.
#[component]
pub fn TextField(
    /// The question.
    #[prop(into)]
    label: Signal<String>,
    /// The answer.
    value: RwSignal<String>,
    /// The HTML kind of input: `text`, `number`, `date`, `password` …
    #[prop(default = "text")]
    kind: &'static str,
    /// Name, for the browser's own memory.
    #[prop(optional)]
    name: &'static str,
    /// HTML `autocomplete`; empty for off.
    #[prop(optional)]
    autocomplete: &'static str,
    /// How to answer it.
    #[prop(into, optional)]
    help: Signal<String>,
    /// What is wrong with it.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
    /// Must be answered.
    #[prop(optional)]
    required: bool,
    /// Narrows what is shown: empty means everything, so that "optional" would say nothing.
    #[prop(optional)]
    filter: bool,
    /// Most characters.
    #[prop(optional)]
    most: Option<usize>,
    /// Smallest and largest number.
    #[prop(optional)]
    range: (Option<f64>, Option<f64>),
) -> impl IntoView {
    let counted = most.map(|most| (value.into(), most));
    let (error, answered) = until_answered(error);
    let children = move |id: String, described: Signal<String>| {
        view! {
            <input
                class="input"
                id=id
                type=kind
                name=name
                autocomplete=if autocomplete.is_empty() { "off" } else { autocomplete }
                min=range.0.map(|bound| bound.to_string())
                max=range.1.map(|bound| bound.to_string())
                step=(kind == "number").then_some("any")
                aria-required=required.then_some("true")
                aria-invalid=invalid(error)
                aria-describedby=move || described.get()
                prop:value=move || value.get()
                on:input=move |event| {
                    answered();
                    value.set(event_target_value(&event));
                }
            />
        }
        .into_any()
    };
    view! { <FieldFrame label help error optional=!(required || filter) counted=counted children=Box::new(children) /> }
}

/// Several lines of text; grows with what is written.
#[component]
pub fn TextArea(
    /// The question.
    #[prop(into)]
    label: Signal<String>,
    /// The answer.
    value: RwSignal<String>,
    /// How to answer it.
    #[prop(into, optional)]
    help: Signal<String>,
    /// What is wrong with it.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
    /// Must be answered.
    #[prop(optional)]
    required: bool,
    /// Most characters.
    #[prop(optional)]
    most: Option<usize>,
    /// Lines at first.
    #[prop(default = 4)]
    rows: u32,
    /// Done on Ctrl/Cmd + Enter.
    #[prop(into, optional)]
    on_submit: Option<Callback<()>>,
) -> impl IntoView {
    let counted = most.map(|most| (value.into(), most));
    let (error, answered) = until_answered(error);
    let children = move |id: String, described: Signal<String>| {
        view! {
            <textarea
                class="input"
                id=id
                rows=rows
                aria-required=required.then_some("true")
                aria-invalid=invalid(error)
                aria-describedby=move || described.get()
                prop:value=move || value.get()
                on:input=move |event| {
                    answered();
                    value.set(event_target_value(&event));
                }
                on:keydown=move |event| {
                    if let Some(on_submit) = on_submit
                        && event.key() == "Enter"
                        && (event.ctrl_key() || event.meta_key())
                    {
                        event.prevent_default();
                        on_submit.run(());
                    }
                }
            ></textarea>
        }
        .into_any()
    };
    view! { <FieldFrame label help error optional=!required counted=counted children=Box::new(children) /> }
}

/// One of a few choices: `(value, words)`; an empty value stands for none.
#[component]
pub fn SelectField(
    /// The question.
    #[prop(into)]
    label: Signal<String>,
    /// The value chosen.
    value: RwSignal<String>,
    /// Value and words of each choice.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    /// How to answer it.
    #[prop(into, optional)]
    help: Signal<String>,
    /// What is wrong with it.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
    /// Must be answered.
    #[prop(optional)]
    required: bool,
    /// Narrows what is shown: empty means everything, so that "optional" would say nothing.
    #[prop(optional)]
    filter: bool,
) -> impl IntoView {
    let (error, answered) = until_answered(error);
    let children = move |id: String, described: Signal<String>| {
        view! {
            <select
                class="input"
                id=id
                aria-required=required.then_some("true")
                aria-invalid=invalid(error)
                aria-describedby=move || described.get()
                on:change=move |event| {
                    answered();
                    value.set(event_target_value(&event));
                }
            >
                {move || {
                    options
                        .get()
                        .into_iter()
                        .map(|(key, text)| {
                            let own = key.clone();
                            view! {
                                <option value=key selected=move || value.with(|value| *value == own)>
                                    {text}
                                </option>
                            }
                        })
                        .collect_view()
                }}
            </select>
        }
        .into_any()
    };
    view! { <FieldFrame label help error optional=!(required || filter) children=Box::new(children) /> }
}

/// A choice of [`RadioCards`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RadioOption {
    /// What is written to the signal.
    pub value: String,
    /// The choice in words.
    pub label: String,
    /// More about it; empty for none.
    pub detail: String,
}

/// A question with a few large answers of which one holds.
#[component]
pub fn RadioCards(
    /// The question.
    #[prop(into)]
    label: Signal<String>,
    /// Unique name of the group on its page.
    #[prop(into)]
    name: String,
    /// The value chosen; empty for none yet.
    value: RwSignal<String>,
    /// The answers.
    options: Vec<RadioOption>,
    /// How to answer it.
    #[prop(into, optional)]
    help: Signal<String>,
    /// What is wrong with it.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
    /// Must be answered.
    #[prop(default = true)]
    required: bool,
) -> impl IntoView {
    let (error, answered) = until_answered(error);
    let children = move |_id: String, _described: Signal<String>| {
        let cards = options
            .into_iter()
            .map(|option| {
                let own = option.value.clone();
                let write = option.value.clone();
                view! {
                    <label class="choice">
                        <input
                            type="radio"
                            name=name.clone()
                            value=option.value
                            prop:checked=move || value.with(|value| *value == own)
                            on:change=move |_| {
                                answered();
                                value.set(write.clone());
                            }
                        />
                        <span class="choice-text">
                            <span>{option.label}</span>
                            {(!option.detail.is_empty()).then(|| view! { <small>{option.detail}</small> })}
                        </span>
                    </label>
                }
            })
            .collect_view();
        view! { <div class="choices">{cards}</div> }.into_any()
    };
    view! { <FieldFrame label help error optional=!required group=true children=Box::new(children) /> }
}

/// A single yes-or-no box with its words behind it.
#[component]
pub fn Check(
    /// What holds when it is ticked.
    #[prop(into)]
    label: Signal<String>,
    /// Ticked or not.
    value: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <label class="choice">
            <input
                type="checkbox"
                prop:checked=move || value.get()
                on:change=move |event| value.set(event_target_checked(&event))
            />
            <span class="choice-text">{move || label.get()}</span>
        </label>
    }
}

/// Puts the focus on the first question of the page whose answer is wrong, once the errors are on screen.
pub fn focus_first_error() {
    request_animation_frame(|| {
        // What is wrong with the whole comes into sight where no control is to blame.
        let found = |selector| document().query_selector(selector).ok().flatten();
        let found = found(r#"[aria-invalid="true"]:not([hidden]), fieldset[data-invalid] input"#)
            .or_else(|| found(r#".notice[role="alert"]"#));
        if let Some(control) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok())
        {
            super::menu::focus(&control);
        }
    });
}
