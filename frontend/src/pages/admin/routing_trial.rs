//! Rules tried on tickets of the past.

use crate::lean::*;

use super::operations::routing::{
    self as data, RoutingOutcome, RoutingSample, RoutingTeamCount, RoutingTrial,
    RoutingTrialRuleInput,
};
use crate::{
    api::{Id, operations::TeamName},
    components::{EmptyState, Icon, SelectField},
    words::admin as words,
};

/// How many tickets can be asked for.
const COUNTS: [i32; 4] = [100, 200, 500, 1_000];

/// Gives the rules to try: `None` for the saved ones, or why there are none to try.
pub type Drafts = Callback<(), Result<Option<Vec<RoutingTrialRuleInput>>, String>>;

/// A question, a button, and the answer below them.
#[component]
pub fn TrialPanel(
    /// Whose tickets.
    #[prop(into)]
    department: Signal<Option<Id>>,
    /// The rules to try.
    drafts: Drafts,
    /// Words of the button.
    word: &'static str,
) -> impl IntoView {
    let last = RwSignal::new(COUNTS[1].to_string());
    let busy = RwSignal::new(false);
    let answer = RwSignal::new(None::<Result<RoutingTrial, String>>);
    // Another department's tickets were not tried.
    effect(move |_| {
        department.with(|_| ());
        answer.set(None);
    });
    let counts: Vec<(String, String)> = COUNTS
        .iter()
        .map(|count| (count.to_string(), words::routing_last(i64::from(*count))))
        .collect();
    let run = move |_| {
        let Some(department) = department.get_untracked().filter(|_| !busy.get_untracked()) else {
            return;
        };
        let rules = match drafts.run(()) {
            Ok(rules) => rules,
            Err(sentence) => {
                answer.set(Some(Err(sentence)));
                return;
            }
        };
        let last = last.get_untracked().parse().unwrap_or(COUNTS[1]);
        busy.set(true);
        leptos::task::spawn_local(async move {
            let tried = data::try_rules(department, rules, last).await;
            // The page may have been left meanwhile.
            busy.try_set(false);
            answer.try_set(Some(tried.map_err(|error| error.sentence())));
        });
    };
    view! {
        <div class="routing-ask">
            <SelectField label=words::routing_on() value=last options=counts required=true />
            <button
                type="button"
                class="btn"
                aria-busy=move || busy.get().then_some("true")
                disabled=move || busy.get()
                on:click=run
            >
                <Icon name="play" />
                {word}
            </button>
        </div>
        <div role="status">
            {move || answer.get().map(|answer| match answer {
                Ok(trial) => shown(trial).into_any(),
                Err(sentence) => view! {
                    <p class="notice" data-tone="bad"><Icon name="circle-alert" /><span>{sentence}</span></p>
                }
                .into_any(),
            })}
        </div>
    }
}

fn shown(trial: RoutingTrial) -> AnyView {
    if trial.tickets == 0 {
        return view! {
            <EmptyState icon="search" title=words::routing_no_tickets() text=words::routing_no_tickets_text() />
        }
        .into_any();
    }
    let outcomes = trial.outcomes.into_iter().map(outcome).collect_view();
    let teams = trial.teams.into_iter().map(team).collect_view();
    view! {
        <div class="routing-answer">
            <p><strong>{words::routing_tried(i64::from(trial.tickets))}</strong>" "{words::routing_moved(i64::from(trial.moved))}</p>
            <ol class="routing-outcomes">{outcomes}</ol>
            <div>
                <table class="table routing-teams">
                    <caption class="sr-only">{words::routing_by_team()}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{words::team()}</th>
                            <th scope="col" class="num">{words::routing_now()}</th>
                            <th scope="col" class="num">{words::routing_then()}</th>
                        </tr>
                    </thead>
                    <tbody>{teams}</tbody>
                </table>
            </div>
        </div>
    }
    .into_any()
}

fn name_of(team: Option<&TeamName>) -> String {
    team.map_or_else(|| words::none().to_owned(), |team| team.name.clone())
}

fn team(count: RoutingTeamCount) -> impl IntoView {
    view! {
        <tr>
            <td>{name_of(count.team.as_ref())}</td>
            <td class="num">{count.now}</td>
            <td class="num">{count.then}</td>
        </tr>
    }
}

fn outcome(outcome: RoutingOutcome) -> impl IntoView {
    let rest = outcome.name.is_none();
    let name = outcome
        .name
        .unwrap_or_else(|| words::routing_no_rule().to_owned());
    let samples = outcome.samples.into_iter().map(sample).collect_view();
    let any = outcome.tickets > 0;
    view! {
        <li class="routing-outcome" class:routing-rest=rest>
            <p class="routing-outcome-head">
                <strong>{name}</strong>
                <span class="muted">{words::routing_tickets(i64::from(outcome.tickets))}</span>
                {(outcome.moved > 0).then(|| view! { <span class="chip" data-tone="accent">{words::routing_elsewhere(i64::from(outcome.moved))}</span> })}
            </p>
            {any.then(|| view! {
                <details>
                    <summary>{words::routing_samples()}</summary>
                    <ul class="routing-samples">{samples}</ul>
                </details>
            })}
        </li>
    }
}

fn sample(sample: RoutingSample) -> impl IntoView {
    let moved = sample.now != sample.then;
    let then = name_of(sample.then.as_ref());
    let way = if moved {
        words::routing_way(name_of(sample.now.as_ref()), then)
    } else {
        then
    };
    view! {
        <li>
            <a href=format!("/desk/search/{}", sample.ticket.reference)>{sample.ticket.reference.clone()}</a>
            <span class="grow truncate" title=sample.ticket.title.clone()>{sample.ticket.title.clone()}</span>
            <span class="muted">{way}</span>
        </li>
    }
}
