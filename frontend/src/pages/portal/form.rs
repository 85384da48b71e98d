//! A form as a catalog item describes it: typed answers, checked by the same rules as on the server.

use std::collections::BTreeMap;

use crate::lean::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::{form, ticket};

use super::{
    data::{AnswerInput, FormField},
    people::people_search,
};
use crate::{
    api::FieldKind,
    components::{
        Choice, FieldFrame, PersonPicker, RadioCards, RadioOption, SelectField, TextArea, TextField,
    },
    words::portal as words,
};

/// What was answered to one question, as far as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Written {
    text: String,
    many: Vec<String>,
    person: Option<Choice>,
}

impl Written {
    fn is_blank(&self) -> bool {
        self.text.trim().is_empty() && self.many.is_empty() && self.person.is_none()
    }

    /// The answer as the API takes it.
    fn value(&self, kind: FieldKind) -> Value {
        let text = self.text.trim();
        match kind {
            FieldKind::MultipleChoice => Value::from(self.many.clone()),
            FieldKind::Person => self
                .person
                .as_ref()
                .map_or(Value::Null, |person| Value::from(person.id.as_str())),
            _ if text.is_empty() => Value::Null,
            // What is no number stays text, so that the rules can say so.
            FieldKind::Number => text
                .replace(',', ".")
                .parse::<f64>()
                .map_or_else(|_| Value::from(text), number),
            FieldKind::YesNo => Value::from(text == YES),
            _ => Value::from(text),
        }
    }
}

/// Whole numbers are sent as such.
fn number(value: f64) -> Value {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "only whole numbers within 53 bits"
    )]
    if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
        Value::from(value as i64)
    } else {
        Value::from(value)
    }
}

const YES: &str = "yes";
const NO: &str = "no";

/// One question with its answer.
#[derive(Clone)]
pub struct Question {
    field: FormField,
    written: RwSignal<Written>,
}

/// All questions of a form.
#[derive(Clone)]
pub struct Form(Vec<Question>);

impl Form {
    /// A form, filled in with what was kept from before.
    pub fn new(fields: Vec<FormField>, kept: &BTreeMap<String, Written>) -> Self {
        let question = |field: FormField| {
            let written = RwSignal::new(kept.get(&field.key).cloned().unwrap_or_default());
            Question { field, written }
        };
        Self(fields.into_iter().map(question).collect())
    }

    /// What is worth keeping.
    pub fn written(&self) -> BTreeMap<String, Written> {
        let all = self
            .0
            .iter()
            .map(|question| (question.field.key.clone(), question.written.get()));
        all.filter(|(_, written)| !written.is_blank()).collect()
    }

    /// Empties all answers.
    pub fn clear(&self) {
        for question in &self.0 {
            question.written.set(Written::default());
        }
    }

    /// The answers, or what is wrong with them: `answers.<key>` with a sentence.
    pub fn check(&self) -> Result<Vec<AnswerInput>, Vec<(String, String)>> {
        let fields: Vec<_> = self
            .0
            .iter()
            .map(|question| rules(&question.field))
            .collect();
        let answers: Vec<_> = self
            .0
            .iter()
            .map(|question| ticket::Answer {
                key: question.field.key.clone(),
                value: question
                    .written
                    .with_untracked(|written| written.value(question.field.kind)),
            })
            .collect();
        match ticket::check_answers(&fields, &answers) {
            Ok(checked) => Ok(checked
                .into_iter()
                .map(|answer| AnswerInput {
                    key: answer.key,
                    value: answer.value,
                })
                .collect()),
            Err(problems) => Err(problems
                .into_iter()
                .map(|problem| (problem.field, problem.message))
                .collect()),
        }
    }

    /// The questions on screen.
    pub fn view(&self, faults: RwSignal<Vec<(String, String)>>) -> impl IntoView + use<> {
        self.0
            .iter()
            .cloned()
            .map(|question| question.view(faults))
            .collect_view()
    }
}

fn rules(field: &FormField) -> form::FormField {
    let kind = match field.kind {
        FieldKind::Text => form::FieldKind::Text,
        FieldKind::LongText => form::FieldKind::LongText,
        FieldKind::Number => form::FieldKind::Number,
        FieldKind::Date => form::FieldKind::Date,
        FieldKind::Choice => form::FieldKind::Choice,
        FieldKind::MultipleChoice => form::FieldKind::MultipleChoice,
        FieldKind::YesNo => form::FieldKind::YesNo,
        FieldKind::Person => form::FieldKind::Person,
    };
    form::FormField {
        required: field.required,
        options: field.options.clone(),
        max_length: field.max_length.and_then(|most| u32::try_from(most).ok()),
        minimum: field.minimum,
        maximum: field.maximum,
        ..form::FormField::new(&field.key, &field.label, kind)
    }
}

impl Question {
    fn view(self, faults: RwSignal<Vec<(String, String)>>) -> AnyView {
        let Self { field, written } = self;
        let name = format!("answers.{}", field.key);
        let error = Signal::derive(move || {
            faults.with(|faults| {
                faults
                    .iter()
                    .find(|(field, _)| *field == name)
                    .map(|(_, sentence)| sentence.clone())
            })
        });
        let (label, help, required) = (field.label.clone(), field.help.clone(), field.required);
        let text = RwSignal::new(written.with_untracked(|written| written.text.clone()));
        let person = RwSignal::new(written.with_untracked(|written| written.person.clone()));
        // The parts write into the whole, and follow it when it is emptied.
        effect(move |before: Option<()>| {
            let (text, person) = (text.get(), person.get());
            if before.is_some() {
                written.update(|written| (written.text, written.person) = (text, person));
            }
        });
        effect(move |before: Option<()>| {
            if written.with(Written::is_blank) && before.is_some() {
                if !text.with_untracked(String::is_empty) {
                    text.set(String::new());
                }
                if person.with_untracked(Option::is_some) {
                    person.set(None);
                }
            }
        });
        let most = field.max_length.and_then(|most| usize::try_from(most).ok());
        match field.kind {
            FieldKind::Text => {
                let most = most.unwrap_or(shared::text::ANSWER_MAX);
                view! { <TextField label help value=text error required most /> }.into_any()
            }
            FieldKind::LongText => {
                let most = most.unwrap_or(shared::text::BODY_MAX);
                view! { <TextArea label help value=text error required most /> }.into_any()
            }
            FieldKind::Number => {
                let range = (field.minimum, field.maximum);
                view! { <TextField label help value=text error required kind="number" range /> }.into_any()
            }
            FieldKind::Date => view! { <TextField label help value=text error required kind="date" /> }.into_any(),
            FieldKind::Choice if field.options.len() <= 4 => {
                view! { <RadioCards label help name=field.key value=text error required options=cards(&field.options, required) /> }.into_any()
            }
            FieldKind::Choice => {
                let mut options = vec![(String::new(), words::please_choose().to_owned())];
                options.extend(field.options.into_iter().map(|option| (option.clone(), option)));
                view! { <SelectField label help value=text error required options /> }.into_any()
            }
            FieldKind::YesNo => {
                let mut options = vec![
                    RadioOption { value: YES.to_owned(), label: words::yes().to_owned(), detail: String::new() },
                    RadioOption { value: NO.to_owned(), label: words::no().to_owned(), detail: String::new() },
                ];
                if !required {
                    options.push(no_answer());
                }
                view! { <RadioCards label help name=field.key value=text error required options /> }.into_any()
            }
            FieldKind::Person => {
                view! { <PersonPicker label help picked=person search=people_search() error required /> }.into_any()
            }
            FieldKind::MultipleChoice => several(label, help, required, error, field.options, written),
        }
    }
}

fn no_answer() -> RadioOption {
    RadioOption {
        value: String::new(),
        label: words::no_answer().to_owned(),
        detail: String::new(),
    }
}

fn cards(options: &[String], required: bool) -> Vec<RadioOption> {
    let card = |option: &String| RadioOption {
        value: option.clone(),
        label: option.clone(),
        detail: String::new(),
    };
    options
        .iter()
        .map(card)
        .chain((!required).then(no_answer))
        .collect()
}

fn several(
    label: String,
    help: String,
    required: bool,
    error: Signal<Option<String>>,
    options: Vec<String>,
    written: RwSignal<Written>,
) -> AnyView {
    let children = move |_id: String, _described: Signal<String>| {
        let boxes = options
            .into_iter()
            .map(|option| {
                let (shown, own, write) = (option.clone(), option.clone(), option);
                view! {
                    <label class="choice">
                        <input
                            type="checkbox"
                            prop:checked=move || written.with(|written| written.many.contains(&own))
                            on:change=move |event| {
                                let ticked = event_target_checked(&event);
                                written
                                    .update(|written| {
                                        written.many.retain(|known| *known != write);
                                        if ticked {
                                            written.many.push(write.clone());
                                        }
                                    });
                            }
                        />
                        <span class="choice-text">{shown}</span>
                    </label>
                }
            })
            .collect_view();
        view! { <div class="choices">{boxes}</div> }.into_any()
    };
    view! { <FieldFrame label help error optional=!required group=true children=Box::new(children) /> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(key: &str, kind: FieldKind, required: bool) -> FormField {
        FormField {
            key: key.to_owned(),
            label: key.to_owned(),
            kind,
            required,
            help: String::new(),
            options: vec!["Red".to_owned(), "Blue".to_owned()],
            max_length: None,
            minimum: Some(1.0),
            maximum: Some(9.0),
        }
    }

    fn written(text: &str) -> Written {
        Written {
            text: text.to_owned(),
            ..Written::default()
        }
    }

    #[test]
    fn answers_are_sent_in_the_type_of_their_question() {
        assert_eq!(written(" 3 ").value(FieldKind::Number), Value::from(3));
        assert_eq!(written("2,5").value(FieldKind::Number), Value::from(2.5));
        assert_eq!(
            written("three").value(FieldKind::Number),
            Value::from("three")
        );
        assert_eq!(written("no").value(FieldKind::YesNo), Value::from(false));
        assert_eq!(written("").value(FieldKind::YesNo), Value::Null);
        let many = Written {
            many: vec!["Red".to_owned()],
            ..Written::default()
        };
        assert_eq!(
            many.value(FieldKind::MultipleChoice),
            serde_json::json!(["Red"])
        );
    }

    #[test]
    fn the_form_says_what_is_missing_and_what_does_not_fit() {
        Owner::new().with(|| {
            let fields = vec![
                field("a", FieldKind::Text, true),
                field("b", FieldKind::Number, false),
                field("c", FieldKind::Choice, true),
            ];
            let kept = BTreeMap::from([("b".to_owned(), written("12"))]);
            let faults = Form::new(fields.clone(), &kept)
                .check()
                .expect_err("three faults");
            let names: Vec<_> = faults.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, ["answers.a", "answers.b", "answers.c"]);

            let kept = BTreeMap::from([
                ("a".to_owned(), written("x")),
                ("c".to_owned(), written("Red")),
            ]);
            let form = Form::new(fields, &kept);
            assert_eq!(form.check().expect("answers").len(), 3);
            assert_eq!(form.written().len(), 2);
            form.clear();
            assert!(form.written().is_empty());
        });
    }
}
