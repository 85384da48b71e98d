//! What an agreement promises, target by target.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::lean::*;

use super::operations::agreements::{AgreementPointInput, AgreementTarget, AgreementTargetInput};
use crate::{
    api::{ClockTarget, HoldReason, Listed, Priority},
    components::{Icon, SelectField, TextField},
    words::{admin as words, terms::Named},
};

/// The units that an amount of time is given in.
const MINUTES: &str = "minutes";
const HOURS: &str = "hours";
const DAYS: &str = "days";
const DAY_END: &str = "day_end";

/// A target while it is being edited.
#[derive(Clone)]
pub struct DraftTarget {
    id: u32,
    target: RwSignal<String>,
    priorities: RwSignal<Vec<Priority>>,
    amount: RwSignal<String>,
    unit: RwSignal<String>,
    warn_at: RwSignal<String>,
    pauses_on: RwSignal<Vec<HoldReason>>,
    /// What this editor does not show is kept as it was.
    stored: Option<AgreementTarget>,
}

impl DraftTarget {
    fn new(target: ClockTarget, amount: &str, unit: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let pauses = match target {
            ClockTarget::FirstResponse => Vec::new(),
            ClockTarget::Resolution => {
                vec![HoldReason::WaitingForRequester, HoldReason::RequestedDate]
            }
        };
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            target: RwSignal::new(target.key().to_owned()),
            priorities: RwSignal::new(Vec::new()),
            amount: RwSignal::new(amount.to_owned()),
            unit: RwSignal::new(unit.to_owned()),
            warn_at: RwSignal::new("75".to_owned()),
            pauses_on: RwSignal::new(pauses),
            stored: None,
        }
    }
}

/// What a new agreement starts with.
pub fn first_targets() -> Vec<DraftTarget> {
    vec![
        DraftTarget::new(ClockTarget::FirstResponse, "4", HOURS),
        DraftTarget::new(ClockTarget::Resolution, "16", HOURS),
    ]
}

/// Stored targets as drafts.
pub fn drafts(targets: &[AgreementTarget]) -> Vec<DraftTarget> {
    targets
        .iter()
        .map(|target| {
            let (amount, unit) = match (
                target.working_seconds,
                target.working_days,
                target.end_of_working_day,
            ) {
                (Some(seconds), _, _) if seconds % 3_600 == 0 => (seconds / 3_600, HOURS),
                (Some(seconds), _, _) => (seconds / 60, MINUTES),
                (None, Some(days), _) => (days, DAYS),
                (None, None, days) => (days.unwrap_or_default(), DAY_END),
            };
            let warn_at = target.points.iter().find_map(warning);
            let draft = DraftTarget {
                stored: Some(target.clone()),
                ..DraftTarget::new(target.target, &amount.to_string(), unit)
            };
            draft.priorities.set(target.priorities.clone());
            draft.pauses_on.set(target.pauses_on.clone());
            draft.warn_at.set(
                warn_at
                    .map(|percent| percent.to_string())
                    .unwrap_or_default(),
            );
            draft
        })
        .collect()
}

/// The share of the time at which a point warns, if it is a warning by share.
fn warning(point: &super::operations::agreements::AgreementPoint) -> Option<i32> {
    point.percent_used.filter(|percent| *percent < 100)
}

/// The drafts as they are sent; faults by field otherwise.
pub fn inputs(drafts: &[DraftTarget]) -> Result<Vec<AgreementTargetInput>, Vec<(String, String)>> {
    let mut made = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let whole = |text: String| {
            text.trim()
                .parse::<i32>()
                .ok()
                .filter(|number| *number >= 0)
        };
        let amount = whole(draft.amount.get_untracked());
        let warn_text = draft.warn_at.get_untracked();
        let warn_at = whole(warn_text.clone());
        let (Some(amount), true) = (amount, warn_at.is_some() || warn_text.trim().is_empty())
        else {
            return Err(vec![(
                "targets".to_owned(),
                words::target_numbers().to_owned(),
            )]);
        };
        let stored = draft.stored.as_ref();
        // Only the first warning by share is edited here; all other points stay.
        let first = stored.and_then(|stored| {
            stored
                .points
                .iter()
                .position(|point| warning(point).is_some())
        });
        let mut points: Vec<AgreementPointInput> = stored
            .map(|stored| stored.points.as_slice())
            .unwrap_or_default()
            .iter()
            .enumerate()
            .filter(|(place, _)| Some(*place) != first)
            .map(|(_, point)| AgreementPointInput {
                key: point.key.clone(),
                percent_used: point.percent_used,
                working_seconds: point.working_seconds,
                working_days: point.working_days,
            })
            .collect();
        if let Some(percent) = warn_at {
            points.push(AgreementPointInput {
                key: format!("used_{percent}"),
                percent_used: Some(percent),
                working_seconds: None,
                working_days: None,
            });
        }
        let unit = draft.unit.get_untracked();
        made.push(AgreementTargetInput {
            target: ClockTarget::from_key(&draft.target.get_untracked())
                .unwrap_or(ClockTarget::Resolution),
            priorities: draft.priorities.get_untracked(),
            working_seconds: match unit.as_str() {
                MINUTES => Some(amount.saturating_mul(60)),
                HOURS => Some(amount.saturating_mul(3_600)),
                _ => None,
            },
            working_days: (unit == DAYS).then_some(amount),
            end_of_working_day: (unit == DAY_END).then_some(amount),
            pauses_on: Some(draft.pauses_on.get_untracked()),
            anew_on_reopen: stored.is_some_and(|stored| stored.anew_on_reopen),
            from_now_on_change: stored.is_some_and(|stored| stored.from_now_on_change),
            points,
        });
    }
    Ok(made)
}

/// A stored target in one line.
pub fn target_words(target: &AgreementTarget) -> String {
    let time = match (
        target.working_seconds,
        target.working_days,
        target.end_of_working_day,
    ) {
        (Some(seconds), _, _) if seconds % 3_600 == 0 => {
            words::in_hours(i64::from(seconds / 3_600))
        }
        (Some(seconds), _, _) => words::in_minutes(i64::from(seconds / 60)),
        (None, Some(days), _) => words::in_days(i64::from(days)),
        (None, None, days) => words::by_day_end(i64::from(days.unwrap_or_default())),
    };
    if target.priorities.is_empty() {
        words::target_line(target.target.word(), time)
    } else {
        let priorities = target
            .priorities
            .iter()
            .map(|priority| priority.word())
            .collect::<Vec<_>>()
            .join(", ");
        words::target_line_for(target.target.word(), time, priorities)
    }
}

/// Boxes of which any number may be ticked.
#[component]
pub fn TickBoxes<T>(
    /// What they choose.
    label: &'static str,
    /// What no tick means; empty for nothing to say.
    #[prop(optional)]
    help: &'static str,
    /// What is ticked.
    value: RwSignal<Vec<T>>,
    /// The choices with their words.
    options: Vec<(T, String)>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let boxes = options
        .into_iter()
        .map(|(choice, word)| {
            let own = choice.clone();
            view! {
                <label class="choice">
                    <input
                        type="checkbox"
                        prop:checked=move || value.with(|value| value.contains(&own))
                        on:change=move |event| {
                            let ticked = event_target_checked(&event);
                            value.update(|value| {
                                value.retain(|other| *other != choice);
                                if ticked {
                                    value.push(choice.clone());
                                }
                            });
                        }
                    />
                    <span class="choice-text">{word}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="field">
            <legend class="field-label">{label}</legend>
            {(!help.is_empty()).then(|| view! { <p class="field-help">{help}</p> })}
            <div class="admin-ticks">{boxes}</div>
        </fieldset>
    }
}

/// All priorities as tick boxes' choices.
pub fn priority_choices() -> Vec<(Priority, String)> {
    Priority::ALL
        .iter()
        .map(|priority| (*priority, priority.word().to_owned()))
        .collect()
}

/// The targets in their order, each with its controls.
#[component]
pub fn TargetsEditor(targets: RwSignal<Vec<DraftTarget>>) -> impl IntoView {
    let add = move |_| {
        targets
            .update(|targets| targets.push(DraftTarget::new(ClockTarget::Resolution, "8", HOURS)));
    };
    view! {
        <fieldset class="field">
            <legend class="field-label">{words::targets()}</legend>
            <p class="field-help">{words::targets_help()}</p>
            <ol class="admin-fields">
                <For each=move || targets.get() key=|target| target.id let:target>
                    <li class="card card-pad">
                        <TargetControls target=target.clone() />
                        <div class="admin-field-buttons">
                            <button
                                type="button"
                                class="btn btn-quiet btn-icon btn-small btn-danger"
                                aria-label=words::remove_target()
                                on:click=move |_| targets.update(|targets| targets.retain(|other| other.id != target.id))
                            >
                                <Icon name="trash-2" />
                            </button>
                        </div>
                    </li>
                </For>
            </ol>
            <div>
                <button type="button" class="btn" on:click=add>
                    <Icon name="plus" />
                    {words::add_target()}
                </button>
            </div>
        </fieldset>
    }
}

#[component]
fn TargetControls(target: DraftTarget) -> impl IntoView {
    let kinds: Vec<(String, String)> = ClockTarget::ALL
        .iter()
        .map(|kind| (kind.key().to_owned(), kind.word().to_owned()))
        .collect();
    let units: Vec<(String, String)> = [
        (MINUTES, words::unit_minutes()),
        (HOURS, words::unit_hours()),
        (DAYS, words::unit_days()),
        (DAY_END, words::unit_day_end()),
    ]
    .into_iter()
    .map(|(key, word)| (key.to_owned(), word.to_owned()))
    .collect();
    let reasons = HoldReason::ALL
        .iter()
        .map(|reason| (*reason, reason.word().to_owned()))
        .collect();
    view! {
        <div class="admin-row">
            <SelectField label=words::measured() value=target.target options=kinds required=true />
            <TextField label=words::amount() kind="number" value=target.amount required=true range=(Some(0.0), None) />
            <SelectField label=words::unit() value=target.unit options=units required=true />
            <TextField label=words::warn_at() kind="number" value=target.warn_at range=(Some(1.0), Some(99.0)) />
        </div>
        <TickBoxes label=words::for_priorities() help=words::none_means_all() value=target.priorities options=priority_choices() />
        <TickBoxes label=words::pauses_on() value=target.pauses_on options=reasons />
    }
}
