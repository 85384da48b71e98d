//! The editor of a routing rule.

use crate::lean::*;
use shared::text::NAME_MAX;

use super::{
    choices::{chosen, id_text},
    form::{Form, FormView, use_saved},
    frame::Editor,
    operations::routing::{
        self as data, Choices, RoutingConditions, RoutingConditionsInput, RoutingRule,
        RoutingRuleCreateInput, RoutingRuleEditInput, RoutingTrialRuleInput,
    },
    routing_trial::TrialPanel,
    routing_words::lines,
    targets::{TickBoxes, priority_choices},
};
use crate::{
    api::{Assignment, Id, Listed, Priority, TicketKind, fresh_key},
    components::{Check, RadioCards, RadioOption, SelectField, TextArea, TextField},
    words::{admin as words, terms::Named},
};

/// What the form holds of the conditions.
#[derive(Clone, Copy)]
struct Asked {
    kinds: RwSignal<Vec<TicketKind>>,
    services: RwSignal<Vec<Id>>,
    categories: RwSignal<Vec<Id>>,
    items: RwSignal<Vec<Id>>,
    priorities: RwSignal<Vec<Priority>>,
    words: RwSignal<String>,
    departments: RwSignal<Vec<Id>>,
    vip: RwSignal<String>,
}

const VIP: &str = "vip";
const NOT_VIP: &str = "others";

impl Asked {
    fn of(conditions: &RoutingConditions) -> Self {
        let input = conditions.input();
        Self {
            kinds: RwSignal::new(input.kinds),
            services: RwSignal::new(input.services),
            categories: RwSignal::new(input.categories),
            items: RwSignal::new(input.items),
            priorities: RwSignal::new(input.priorities),
            words: RwSignal::new(input.words.join("\n")),
            departments: RwSignal::new(input.requester_departments),
            vip: RwSignal::new(
                match input.vip {
                    Some(true) => VIP,
                    Some(false) => NOT_VIP,
                    None => "",
                }
                .to_owned(),
            ),
        }
    }

    fn input(self) -> RoutingConditionsInput {
        RoutingConditionsInput {
            kinds: self.kinds.get_untracked(),
            services: self.services.get_untracked(),
            categories: self.categories.get_untracked(),
            items: self.items.get_untracked(),
            priorities: self.priorities.get_untracked(),
            words: lines(&self.words.get_untracked()),
            requester_departments: self.departments.get_untracked(),
            vip: match self.vip.get_untracked().as_str() {
                VIP => Some(true),
                NOT_VIP => Some(false),
                _ => None,
            },
        }
    }
}

/// The choices of a group of boxes: what is in use, and what the rule names already though it is not.
fn options(
    in_use: impl Iterator<Item = (Id, String)>,
    named: impl Iterator<Item = (Id, String)>,
) -> Vec<(Id, String)> {
    let mut options: Vec<(Id, String)> = in_use.collect();
    for (id, name) in named {
        if !options.iter().any(|(known, _)| *known == id) {
            options.push((id, words::routing_retired(name)));
        }
    }
    options
}

/// The form of a rule; `all` are those of its department in their order.
#[component]
pub fn RoutingForm(
    editor: Editor<RoutingRule>,
    department: Id,
    choices: Choices,
    all: Vec<RoutingRule>,
) -> impl IntoView {
    let before = editor.existing();
    let form = Form::new();
    let saved = use_saved();
    let idempotency_key = fresh_key();
    let named = before
        .as_ref()
        .map(|rule| rule.conditions.clone())
        .unwrap_or_default();
    let name = RwSignal::new(
        before
            .as_ref()
            .map(|rule| rule.name.clone())
            .unwrap_or_default(),
    );
    let old_team = before.as_ref().and_then(|rule| rule.team.clone());
    let team = RwSignal::new(id_text(old_team.as_ref().map(|team| &team.id)));
    let assignment = RwSignal::new(
        before
            .as_ref()
            .map_or(Assignment::None, |rule| rule.assignment)
            .key()
            .to_owned(),
    );
    let active = RwSignal::new(before.as_ref().is_none_or(|rule| rule.active));
    let asked = Asked::of(&named);
    let how = move || {
        assignment.with_untracked(|key| Assignment::from_key(key).unwrap_or(Assignment::None))
    };
    let own = |id: &Id| *id == department;
    let teams = options(
        choices
            .teams
            .iter()
            .filter(|team| own(&team.department.id))
            .map(|team| (team.id.clone(), team.name.clone())),
        old_team.into_iter().map(|team| (team.id, team.name)),
    );
    let mut team_choices = vec![(String::new(), words::choose().to_owned())];
    team_choices.extend(
        teams
            .into_iter()
            .map(|(id, name)| (id.inner().to_owned(), name)),
    );
    let services = options(
        choices
            .services
            .iter()
            .filter(|one| own(&one.department.id))
            .map(|one| (one.id.clone(), one.name.clone())),
        named.services.into_iter().map(|one| (one.id, one.name)),
    );
    let mut categories: Vec<(Id, String)> = choices
        .categories
        .iter()
        .filter(|one| own(&one.department.id))
        .map(|one| {
            let name = match &one.parent {
                Some(parent) => format!("{} › {}", parent.name, one.name),
                None => one.name.clone(),
            };
            (one.id.clone(), name)
        })
        .collect();
    categories.sort_by(|(_, a), (_, b)| a.cmp(b));
    let categories = options(
        categories.into_iter(),
        named.categories.into_iter().map(|one| (one.id, one.name)),
    );
    let items = options(
        choices
            .catalog_items
            .iter()
            .filter(|one| own(&one.department.id))
            .map(|one| (one.id.clone(), one.name.clone())),
        named.items.into_iter().map(|one| (one.id, one.name)),
    );
    let departments = options(
        choices
            .departments
            .iter()
            .map(|one| (one.id.clone(), one.name.clone())),
        named
            .requester_departments
            .into_iter()
            .map(|one| (one.id, one.name)),
    );
    let drafts = {
        let own = before.as_ref().map(|rule| rule.id.clone());
        Callback::new(move |()| {
            let Some(team) = chosen(team) else {
                return Err(words::routing_choose_team().to_owned());
            };
            let draft = RoutingTrialRuleInput {
                name: Some(name.get_untracked())
                    .filter(|name| !name.trim().is_empty())
                    .unwrap_or_else(|| words::new_rule().to_owned()),
                conditions: asked.input(),
                team,
            };
            Ok(Some(with_draft(
                &all,
                own.as_ref(),
                active.get_untracked().then_some(draft),
            )))
        })
    };
    let trial_department = Some(department.clone());
    let send = move |()| {
        let Some(team) = chosen(team) else {
            form.refuse(vec![("team".to_owned(), words::please_choose().to_owned())]);
            return;
        };
        let act = match &before {
            None => data::create(RoutingRuleCreateInput {
                department: department.clone(),
                name: name.get_untracked(),
                conditions: asked.input(),
                team,
                assignment: how(),
                active: active.get_untracked(),
                idempotency_key: Some(idempotency_key.clone()),
            }),
            Some(before) => data::edit(RoutingRuleEditInput {
                name: Some(name.get_untracked()),
                conditions: Some(asked.input()),
                team: Some(team),
                assignment: Some(how()),
                active: Some(active.get_untracked()),
                ..RoutingRuleEditInput::of(before)
            }),
        };
        form.send(act, move |_| {
            saved();
            editor.close();
        });
    };
    let ways = [
        (
            Assignment::None,
            words::routing_none_label(),
            words::routing_none_help(),
        ),
        (
            Assignment::RoundRobin,
            words::routing_turn_label(),
            words::routing_turn_help(),
        ),
        (
            Assignment::LeastLoaded,
            words::routing_least_label(),
            words::routing_least_help(),
        ),
    ]
    .into_iter()
    .map(|(way, label, detail)| RadioOption {
        value: way.key().to_owned(),
        label: label.to_owned(),
        detail: detail.to_owned(),
    })
    .collect();
    let kinds = TicketKind::ALL
        .iter()
        .map(|kind| (*kind, kind.word().to_owned()))
        .collect();
    let vips = vec![
        (String::new(), words::routing_vip_any().to_owned()),
        (VIP.to_owned(), words::routing_vip_only().to_owned()),
        (NOT_VIP.to_owned(), words::routing_vip_not().to_owned()),
    ];
    view! {
        <FormView form send_word=words::save() on_send=send on_cancel=move |()| editor.close()>
            <div class="admin-pair">
                <TextField label=words::name() value=name required=true most=NAME_MAX error=form.fault("name") />
                <SelectField label=words::routing_team() value=team options=team_choices required=true error=form.fault("team") />
            </div>
            <RadioCards label=words::routing_who() name="assignment" value=assignment options=ways error=form.fault("assignment") />
            <details class="admin-conditions" open=true>
                <summary>{words::conditions()}</summary>
                <p class="muted">{words::routing_conditions_help()}</p>
                <TextArea
                    label=words::routing_words()
                    help=words::routing_words_help()
                    value=asked.words
                    rows=3
                    error=form.fault("words")
                />
                <TickBoxes label=words::ticket_kinds() value=asked.kinds options=kinds />
                <TickBoxes label=words::for_priorities() value=asked.priorities options=priority_choices() />
                {some_boxes(words::services(), asked.services, services)}
                {some_boxes(words::categories(), asked.categories, categories)}
                {some_boxes(words::catalog(), asked.items, items)}
                {some_boxes(words::routing_requesters(), asked.departments, departments)}
                <SelectField label=words::routing_vip() value=asked.vip options=vips />
            </details>
            <Check label=words::in_use() value=active />
            <details class="admin-conditions">
                <summary>{words::routing_try_title()}</summary>
                <p class="muted">{words::routing_try_form()}</p>
                <TrialPanel department=Signal::stored(trial_department) drafts word=words::routing_try() />
            </details>
        </FormView>
    }
}

/// Boxes, unless there is nothing to tick.
fn some_boxes(
    label: &'static str,
    value: RwSignal<Vec<Id>>,
    options: Vec<(Id, String)>,
) -> Option<AnyView> {
    (!options.is_empty()).then(|| view! { <TickBoxes label value options /> }.into_any())
}

/// The department's rules that are asked, the edited one (`own`; the last when it is new) as the form has it, left out
/// when it is switched off.
fn with_draft(
    all: &[RoutingRule],
    own: Option<&Id>,
    draft: Option<RoutingTrialRuleInput>,
) -> Vec<RoutingTrialRuleInput> {
    let mut rules = Vec::with_capacity(all.len() + 1);
    for rule in all {
        if Some(&rule.id) == own {
            rules.extend(draft.clone());
        } else if let (true, Some(team)) = (rule.active, &rule.team) {
            rules.push(RoutingTrialRuleInput {
                name: rule.name.clone(),
                conditions: rule.conditions.input(),
                team: team.id.clone(),
            });
        }
    }
    if own.is_none() {
        rules.extend(draft);
    }
    rules
}
