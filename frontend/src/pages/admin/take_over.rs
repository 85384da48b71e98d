//! Who takes over from somebody who is deactivated or loses a role: the numbers, and a choice for each department.

use crate::lean::*;

use super::{
    form::Form,
    frame::bones,
    operations::leaving::{self as data, Duty, TakeOverInput},
};
use crate::{
    api::Id,
    components::{Check, Remote, SelectField},
    words::admin as words,
};

/// What was chosen for a department.
#[derive(Clone)]
struct Choice {
    department: Id,
    heir: RwSignal<String>,
    leads: RwSignal<bool>,
}

/// What was chosen for all of them.
#[derive(Clone, Copy)]
pub struct Choices(StoredValue<Vec<Choice>>);

impl Choices {
    /// Nothing yet.
    pub fn new() -> Self {
        Self(StoredValue::new(Vec::new()))
    }

    /// For the API: departments in which somebody takes over.
    pub fn inputs(self) -> Vec<TakeOverInput> {
        let choices = self.0.get_value();
        choices
            .into_iter()
            .filter_map(|choice| {
                let person = choice.heir.get_untracked();
                (!person.is_empty()).then(|| TakeOverInput {
                    department: choice.department,
                    person: Id::new(person),
                    leads: choice.leads.get_untracked(),
                })
            })
            .collect()
    }
}

/// Asks who takes over; of one department alone if `only` names one.
#[component]
pub fn TakeOver(
    person: Id,
    #[prop(optional_no_strip)] only: Option<Id>,
    choices: Choices,
    form: Form,
) -> impl IntoView {
    let duties = Remote::new(move || {
        let person = person.clone();
        async move {
            data::fetch_duties(person)
                .await
                .map_err(|error| error.sentence())
        }
    });
    let fault = form.fault("takeOver");
    let other_fault = form.fault("takenOverBy");
    view! {
        <section class="admin-fields" aria-label=words::take_over()>
            <h3>{words::take_over()}</h3>
            {duties.view(bones, move |found| {
                let mut found = found.get_untracked();
                found.retain(|duty| only.as_ref().is_none_or(|id| *id == duty.department.id));
                if found.is_empty() {
                    return view! { <p class="muted">{words::take_over_nothing()}</p> }.into_any();
                }
                let with_lead = only.is_none();
                found.into_iter().map(|duty| one(duty, choices, with_lead)).collect_view().into_any()
            })}
            {move || fault.get().or_else(|| other_fault.get()).map(|sentence| view! { <p class="field-error" role="alert"><span>{sentence}</span></p> })}
        </section>
    }
}

/// A department's question, or what happens there without one.
fn one(duty: Duty, choices: Choices, with_lead: bool) -> AnyView {
    let name = duty.department.name;
    let teams: Vec<String> = duty.teams.into_iter().map(|team| team.name).collect();
    let teams = (!teams.is_empty())
        .then(|| view! { <p class="muted">{words::take_over_teams(teams.join(", "))}</p> });
    let open = match duty.open_tickets {
        None => return view! { <div><strong>{name}</strong> <p class="muted">{words::take_over_hidden()}</p> {teams}</div> }.into_any(),
        Some(open) => open,
    };
    // Nobody needs to take over what there is none of.
    let asks_for_lead = duty.only_lead && with_lead;
    if open == 0 && !asks_for_lead {
        let alone = duty
            .only_lead
            .then(|| view! { <p class="notice" data-tone="warn"><span>{words::take_over_only_lead(name.clone())}</span></p> });
        return view! { <div><strong>{name}</strong> <p class="muted">{words::take_over_none()}</p> {teams} {alone}</div> }.into_any();
    }
    let choice = Choice {
        department: duty.department.id,
        heir: RwSignal::new(String::new()),
        leads: RwSignal::new(asks_for_lead),
    };
    choices.0.update_value(|all| all.push(choice.clone()));
    let nobody = match open {
        0 => words::nobody(),
        _ => words::take_over_queue(),
    };
    let mut options = vec![(String::new(), nobody.to_owned())];
    options.extend(
        duty.heirs
            .into_iter()
            .map(|heir| (heir.id.inner().to_owned(), heir.name)),
    );
    let label = match open {
        0 => words::take_over_lead(name.clone()),
        _ => words::take_over_in(i64::from(open), name.clone()),
    };
    let lead = duty.only_lead.then(|| {
        let heir = choice.heir;
        view! {
            <p class="notice" data-tone="warn"><span>{words::take_over_only_lead(name)}</span></p>
            {(with_lead && open > 0).then(|| view! {
                <div hidden=move || heir.with(String::is_empty)><Check label=words::take_over_leads() value=choice.leads /></div>
            })}
        }
    });
    view! {
        <div class="admin-fields">
            <SelectField label value=choice.heir options required=true />
            {teams}
            {lead}
        </div>
    }
    .into_any()
}
