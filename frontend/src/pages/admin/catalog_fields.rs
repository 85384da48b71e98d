//! The form of a catalog item, field by field.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::lean::*;
use shared::form::{FieldKind as RuleKind, FormField as Rule};

use super::{
    form::Form,
    operations::catalog::{FormField, FormFieldInput},
};
use crate::{
    api::{FieldKind, Listed},
    components::{Check, Icon, SelectField, TextField},
    words::admin as words,
};

/// A field while it is being edited.
#[derive(Clone)]
pub struct DraftField {
    id: u32,
    /// The key that answers are kept under; made of the label for a new field.
    key: Option<String>,
    label: RwSignal<String>,
    kind: RwSignal<String>,
    required: RwSignal<bool>,
    help: RwSignal<String>,
    options: RwSignal<String>,
    most: RwSignal<String>,
    smallest: RwSignal<String>,
    largest: RwSignal<String>,
}

impl DraftField {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            key: None,
            label: RwSignal::default(),
            kind: RwSignal::new(FieldKind::Text.key().to_owned()),
            required: RwSignal::new(false),
            help: RwSignal::default(),
            options: RwSignal::default(),
            most: RwSignal::default(),
            smallest: RwSignal::default(),
            largest: RwSignal::default(),
        }
    }
}

/// Stored fields as drafts.
pub fn drafts(fields: &[FormField]) -> Vec<DraftField> {
    let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    fields
        .iter()
        .map(|field| {
            let draft = DraftField {
                key: Some(field.key.clone()),
                ..DraftField::new()
            };
            draft.label.set(field.label.clone());
            draft.kind.set(field.kind.key().to_owned());
            draft.required.set(field.required);
            draft.help.set(field.help.clone());
            draft.options.set(field.options.join(", "));
            draft.most.set(
                field
                    .max_length
                    .map(|most| most.to_string())
                    .unwrap_or_default(),
            );
            draft.smallest.set(number(field.minimum));
            draft.largest.set(number(field.maximum));
            draft
        })
        .collect()
}

/// A key made of a label: small letters, digits, underscores; different from those taken.
fn key_of(label: &str, taken: &[Rule]) -> String {
    let mut key: String = label
        .to_lowercase()
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '_'
            }
        })
        .take(50)
        .collect();
    key = key
        .split('_')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("_");
    if key.is_empty() {
        "field".clone_into(&mut key);
    }
    let is_taken = |key: &str| taken.iter().any(|rule| rule.key == key);
    if !is_taken(&key) {
        return key;
    }
    (2..)
        .map(|count| format!("{key}_{count}"))
        .find(|key| !is_taken(key))
        .unwrap_or(key)
}

fn rule_kind(key: &str) -> RuleKind {
    match FieldKind::from_key(key) {
        Some(FieldKind::LongText) => RuleKind::LongText,
        Some(FieldKind::Number) => RuleKind::Number,
        Some(FieldKind::Date) => RuleKind::Date,
        Some(FieldKind::Choice) => RuleKind::Choice,
        Some(FieldKind::MultipleChoice) => RuleKind::MultipleChoice,
        Some(FieldKind::YesNo) => RuleKind::YesNo,
        Some(FieldKind::Person) => RuleKind::Person,
        Some(FieldKind::Text) | None => RuleKind::Text,
    }
}

fn wire_kind(kind: RuleKind) -> FieldKind {
    match kind {
        RuleKind::Text => FieldKind::Text,
        RuleKind::LongText => FieldKind::LongText,
        RuleKind::Number => FieldKind::Number,
        RuleKind::Date => FieldKind::Date,
        RuleKind::Choice => FieldKind::Choice,
        RuleKind::MultipleChoice => FieldKind::MultipleChoice,
        RuleKind::YesNo => FieldKind::YesNo,
        RuleKind::Person => FieldKind::Person,
    }
}

fn optional<T: std::str::FromStr>(text: &str, part: String) -> Result<Option<T>, (String, String)> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|_| (part, words::not_a_number().to_owned()))
}

/// The drafts as fields that the rules in `shared` can check; the faults of numbers otherwise.
pub fn rules(drafts: &[DraftField]) -> Result<Vec<Rule>, Vec<(String, String)>> {
    let mut made: Vec<Rule> = Vec::with_capacity(drafts.len());
    let mut faults = Vec::new();
    for (at, draft) in drafts.iter().enumerate() {
        let part = |name: &str| format!("fields.{at}.{name}");
        let label = draft.label.get_untracked().trim().to_owned();
        let kind = rule_kind(&draft.kind.get_untracked());
        let is_choice = matches!(kind, RuleKind::Choice | RuleKind::MultipleChoice);
        let is_text = matches!(kind, RuleKind::Text | RuleKind::LongText);
        let numbers = || -> Result<_, (String, String)> {
            Ok((
                if is_text {
                    optional(&draft.most.get_untracked(), part("maxLength"))?
                } else {
                    None
                },
                if kind == RuleKind::Number {
                    optional(&draft.smallest.get_untracked(), part("minimum"))?
                } else {
                    None
                },
                if kind == RuleKind::Number {
                    optional(&draft.largest.get_untracked(), part("maximum"))?
                } else {
                    None
                },
            ))
        };
        let (max_length, minimum, maximum) = match numbers() {
            Ok(numbers) => numbers,
            Err(fault) => {
                faults.push(fault);
                (None, None, None)
            }
        };
        let help = draft.help.get_untracked().trim().to_owned();
        let key = draft.key.clone().unwrap_or_else(|| key_of(&label, &made));
        made.push(Rule {
            key,
            kind,
            required: draft.required.get_untracked(),
            help: (!help.is_empty()).then_some(help),
            options: if is_choice {
                draft
                    .options
                    .get_untracked()
                    .split(',')
                    .map(|option| option.trim().to_owned())
                    .filter(|option| !option.is_empty())
                    .collect()
            } else {
                Vec::new()
            },
            max_length,
            minimum,
            maximum,
            label,
        });
    }
    if faults.is_empty() {
        Ok(made)
    } else {
        Err(faults)
    }
}

/// The checked fields as they are sent.
pub fn inputs(rules: &[Rule]) -> Vec<FormFieldInput> {
    rules
        .iter()
        .map(|rule| FormFieldInput {
            key: rule.key.clone(),
            label: rule.label.clone(),
            kind: wire_kind(rule.kind),
            required: rule.required,
            help: rule.help.clone(),
            options: rule.options.clone(),
            max_length: rule
                .max_length
                .map(|most| i32::try_from(most).unwrap_or(i32::MAX)),
            minimum: rule.minimum,
            maximum: rule.maximum,
        })
        .collect()
}

fn kind_word(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => words::kind_text(),
        FieldKind::LongText => words::kind_long_text(),
        FieldKind::Number => words::kind_number(),
        FieldKind::Date => words::kind_date(),
        FieldKind::Choice => words::kind_choice(),
        FieldKind::MultipleChoice => words::kind_multiple_choice(),
        FieldKind::YesNo => words::kind_yes_no(),
        FieldKind::Person => words::kind_person(),
    }
}

/// The fields in their order, each with its controls.
#[component]
pub fn FieldsEditor(fields: RwSignal<Vec<DraftField>>, form: Form) -> impl IntoView {
    // The fields say what is wrong with them; the form need not say it above.
    let fault = form.fault("fields");
    let move_by = move |id: u32, step: isize| {
        fields.update(|fields| {
            if let Some(at) = fields.iter().position(|field| field.id == id)
                && let Some(to) = at.checked_add_signed(step).filter(|to| *to < fields.len())
            {
                fields.swap(at, to);
            }
        });
    };
    view! {
        <fieldset class="field">
            <legend class="field-label">{words::fields()}</legend>
            <p class="field-help">{words::fields_help()}</p>
            {move || fault.get().map(|sentence| view! { <p class="field-error" role="alert"><Icon name="circle-alert" class="icon-s" /><span>{words::fields_fault(sentence)}</span></p> })}
            <ol class="admin-fields">
                <For each=move || fields.get() key=|field| field.id let:field>
                    <li class="card card-pad">
                        <FieldControls
                            fault=Signal::derive(move || fields.with(|fields| fields.iter().position(|other| other.id == field.id)).and_then(|at| form.named_fault(&format!("fields.{at}."))))
                            field=field.clone()
                        />
                        <div class="admin-field-buttons">
                            <button type="button" class="btn btn-quiet btn-icon btn-small" aria-label=words::move_up() on:click=move |_| move_by(field.id, -1)>
                                <Icon name="arrow-up" />
                            </button>
                            <button type="button" class="btn btn-quiet btn-icon btn-small" aria-label=words::move_down() on:click=move |_| move_by(field.id, 1)>
                                <Icon name="arrow-down" />
                            </button>
                            <button
                                type="button"
                                class="btn btn-quiet btn-icon btn-small btn-danger"
                                aria-label=words::remove_field()
                                on:click=move |_| fields.update(|fields| fields.retain(|other| other.id != field.id))
                            >
                                <Icon name="trash-2" />
                            </button>
                        </div>
                    </li>
                </For>
            </ol>
            <div>
                <button type="button" class="btn" on:click=move |_| fields.update(|fields| fields.push(DraftField::new()))>
                    <Icon name="plus" />
                    {words::add_field()}
                </button>
            </div>
        </fieldset>
    }
}

#[component]
fn FieldControls(
    field: DraftField,
    /// The part of the field that is wrong, and what is wrong with it.
    fault: Signal<Option<(String, String)>>,
) -> impl IntoView {
    let of = move |parts: &'static [&'static str]| {
        Signal::derive(move || {
            fault
                .get()
                .filter(|(part, _)| parts.contains(&part.as_str()))
                .map(|(_, sentence)| sentence)
        })
    };
    let kinds: Vec<(String, String)> = FieldKind::ALL
        .iter()
        .map(|kind| (kind.key().to_owned(), kind_word(*kind).to_owned()))
        .collect();
    let kind = field.kind;
    let is = move |wanted: &'static [FieldKind]| {
        kind.with(|kind| wanted.iter().any(|one| one.key() == kind))
    };
    view! {
        <div class="admin-pair">
            <TextField label=words::question() value=field.label required=true error=of(&["label", "key"]) />
            <SelectField label=words::kind() value=kind options=kinds required=true />
        </div>
        <TextField label=words::hint() value=field.help error=of(&["help"]) />
        <Show when=move || is(&[FieldKind::Choice, FieldKind::MultipleChoice])>
            <TextField label=words::options() value=field.options required=true help=words::options_help() error=of(&["options"]) />
        </Show>
        <Show when=move || is(&[FieldKind::Text, FieldKind::LongText])>
            <TextField label=words::most_characters() kind="number" value=field.most error=of(&["maxLength"]) />
        </Show>
        <Show when=move || is(&[FieldKind::Number])>
            <div class="admin-pair">
                <TextField label=words::smallest() kind="number" value=field.smallest error=of(&["minimum"]) />
                <TextField label=words::largest() kind="number" value=field.largest error=of(&["maximum"]) />
            </div>
        </Show>
        <Check label=words::must_be_answered() value=field.required />
    }
}
