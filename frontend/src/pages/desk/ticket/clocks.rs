//! The promises of the ticket, ticking, each with its explanation.

use crate::lean::*;
use cynic::QueryBuilder;
use wasm_bindgen_futures::spawn_local;

use super::store::use_ticket;
use crate::{
    api::{self, ApiError, ClockState, Id, Listed, SegmentKind, operations::ClockFace},
    components::{Dialog, ErrorState, Skeleton},
    live::{
        self,
        countdown::{Mood, standing},
    },
    pages::desk::{
        clock::tone,
        operations::{Explanation, ExplanationQuery, ExplanationVars},
    },
    words::{self, format, terms::Named},
};

/// The cards of the ticket's clocks.
#[component]
pub fn Clocks() -> impl IntoView {
    let store = use_ticket();
    let clocks = store.part(|ticket| ticket.clocks.clone().unwrap_or_default());
    let asked = RwSignal::new(None::<Id>);
    let open = RwSignal::new(false);
    effect(move |_| {
        if asked.with(Option::is_some) {
            open.set(true);
        }
    });
    effect(move |_| {
        if !open.get() {
            asked.set(None);
        }
    });
    view! {
        <Show when=move || clocks.with(|clocks| clocks.as_ref().is_some_and(|clocks| !clocks.is_empty()))>
            <section class="facts-block">
                <h3>{words::ticket::service_levels()}</h3>
                <For
                    each=move || clocks.get().unwrap_or_default()
                    key=|clock| format!("{clock:?}")
                    let:clock
                >
                    <Card clock asked/>
                </For>
            </section>
        </Show>
        <Dialog open title=words::ticket::why_title() close_word=words::shell::close() class="dialog-wide">
            {move || asked.get().map(|clock| view! { <Why clock/> })}
        </Dialog>
    }
}

#[component]
fn Card(clock: ClockFace, asked: RwSignal<Option<Id>>) -> impl IntoView {
    let now = live::now();
    let face = StoredValue::new(clock.clone());
    let shown = memo(move |_| {
        face.with_value(|clock| {
            let standing = standing(clock, now.get());
            let text = match standing.mood {
                Mood::Met | Mood::Missed => {
                    format!(
                        "{}, {}",
                        format::clock_words(clock, standing),
                        format::duration(i64::from(clock.elapsed_seconds))
                    )
                }
                _ => format::clock_words(clock, standing),
            };
            (
                tone(standing.mood),
                text,
                standing.used_percent,
                standing.mood,
            )
        })
    });
    let id = StoredValue::new(clock.id.clone());
    let due = clock.due_at.filter(|_| matches!(clock.state, ClockState::Running | ClockState::Breached)).map(|due| {
        let place = clock.timezone.rsplit('/').next().unwrap_or(&clock.timezone).replace('_', " ");
        let when = format::day_and_time(due, &clock.timezone);
        view! { <span title=format::exact(due, &clock.timezone)>{words::ticket::due(when, place)}</span>" · " }
    });
    let target = words::ticket::of_target(format::duration(i64::from(clock.target_seconds)));
    view! {
        <div class="clock-card">
            <div class="clock-line">
                <b>{clock.target.word()}</b>
                <span class="ink num" data-tone=move || shown.with(|shown| shown.0.as_str())>{move || shown.with(|shown| shown.1.clone())}</span>
            </div>
            <div
                class="clock-bar"
                role="progressbar"
                aria-label=words::ticket::used_part(clock.target.word())
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=move || shown.with(|shown| shown.2.to_string())
                data-tone=move || shown.with(|shown| shown.0.as_str())
                data-paused=move || shown.with(|shown| (shown.3 == Mood::Paused).then_some(""))
            >
                <i style:inline-size=move || shown.with(|shown| format!("{}%", shown.2))></i>
            </div>
            <p class="clock-about">
                {due}{target}" · "
                <button type="button" class="link-btn" aria-label=words::ticket::why_of(clock.target.word()) on:click=move |_| asked.set(Some(id.get_value()))>{words::ticket::why()}</button>
            </p>
        </div>
    }
}

/// Which agreement applied and why, which hours counted, and how the sum came about.
#[component]
fn Why(clock: Id) -> impl IntoView {
    let store = use_ticket();
    let found = RwSignal::new(None::<Result<Option<Explanation>, ApiError>>);
    let id = StoredValue::new(clock);
    let load = move || {
        let Some(ticket) = store.now() else { return };
        found.set(None);
        spawn_local(async move {
            let answer = api::query(ExplanationQuery::build(ExplanationVars { id: ticket.id }))
                .await
                .map(|answer| {
                    answer
                        .ticket
                        .and_then(|ticket| ticket.clocks)
                        .into_iter()
                        .flatten()
                        .find(|clock| clock.id == id.get_value())
                        .map(|clock| clock.explanation)
                });
            _ = found.try_set(Some(answer));
        });
    };
    load();
    move || match found.get() {
        None => view! { <Skeleton lines=5/> }.into_any(),
        Some(Err(error)) => {
            view! { <ErrorState text=error.sentence() on_retry=move |()| load()/> }.into_any()
        }
        Some(Ok(None)) => view! { <p>{words::ticket::why_gone()}</p> }.into_any(),
        Some(Ok(Some(explanation))) => explained(explanation).into_any(),
    }
}

fn explained(explanation: Explanation) -> impl IntoView {
    let zone = explanation.timezone.clone();
    let rows = explanation
        .segments
        .into_iter()
        .map(|segment| {
            let kind = match segment.kind {
                SegmentKind::Counted => words::ticket::segment_counted().to_owned(),
                SegmentKind::OutsideHours => words::ticket::segment_outside().to_owned(),
                SegmentKind::Holiday => words::ticket::segment_holiday().to_owned(),
                SegmentKind::Paused => segment.pause_reason.map_or_else(
                    || words::ticket::segment_paused().to_owned(),
                    |reason| words::ticket::segment_paused_for(format::lower_first(reason.word())),
                ),
                SegmentKind::Finished => words::ticket::segment_finished().to_owned(),
            };
            let counted =
                (segment.counted_seconds > 0).then(|| precise(i64::from(segment.counted_seconds)));
            view! {
                <tr data-kind=segment.kind.key()>
                    <td>{format::day_and_time(segment.from, &zone)}</td>
                    <td>{format::day_and_time(segment.to, &zone)}</td>
                    <td>{kind}</td>
                    <td class="end num">{counted}</td>
                    <td class="end num">{precise(i64::from(segment.running_total))}</td>
                </tr>
            }
        })
        .collect_view();
    let earlier = explanation.earlier_agreements.into_iter().map(|earlier| {
        view! { <li>{words::ticket::earlier_until(earlier.agreement_name, format::day_and_time(earlier.until, &explanation.timezone))}</li> }
    }).collect_view();
    let has_earlier = !earlier.is_empty();
    view! {
        <dl class="why">
            <div><dt>{words::ticket::agreement()}</dt><dd><b>{explanation.agreement_name}</b>" · "{explanation.reason}</dd></div>
            <div><dt>{words::ticket::calendar()}</dt><dd>{explanation.calendar_name}" · "{explanation.timezone.clone()}</dd></div>
            <div><dt>{words::ticket::used()}</dt><dd>{words::ticket::used_of(
                precise(i64::from(explanation.elapsed_seconds)),
                precise(i64::from(explanation.target_seconds)),
            )}</dd></div>
        </dl>
        {has_earlier.then(|| view! { <div><h3>{words::ticket::earlier()}</h3><ul>{earlier}</ul></div> })}
        {if rows.is_empty() {
            view! { <p class="muted">{words::ticket::no_segments()}</p> }.into_any()
        } else {
            view! { <div class="why-table" tabindex="0" role="region" aria-label=words::ticket::segments()>
            <table class="table">
                <caption class="sr-only">{words::ticket::segments()}</caption>
                <thead><tr>
                    <th scope="col">{words::ticket::from()}</th>
                    <th scope="col">{words::ticket::to()}</th>
                    <th scope="col">{words::ticket::what()}</th>
                    <th scope="col" class="end">{words::ticket::counted()}</th>
                    <th scope="col" class="end">{words::ticket::total()}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div> }.into_any()
        }}
    }
}

/// Hours, minutes and seconds: here the sum must be seen to be right.
fn precise(seconds: i64) -> String {
    format!(
        "{}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}
