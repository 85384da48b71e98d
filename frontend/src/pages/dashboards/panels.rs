//! The larger cards: flow, what is due, and the backlog by state, priority and team.

use crate::lean::*;

use super::{
    data::{Figures, TeamCount},
    links::Links,
};
use crate::{
    api::{Priority, TicketState, operations::TicketRow},
    components::{
        BarList, BarRow, ClockChip, EmptyState, LineChart, Series, StackPart, StackedBar, Tone,
    },
    live::{
        self,
        countdown::{Mood, standing},
    },
    words::{dashboards as words, format, terms::Named},
};

/// Rows of a table on a desk, and on a wall.
const ROWS: usize = 6;
const ROWS_WALL: usize = 4;

/// Arrivals against resolutions, and how many promises were kept.
#[component]
pub fn Flow(
    figures: Signal<Figures>,
    links: Memo<Links>,
    wall: bool,
    ratio: Memo<Option<f64>>,
) -> impl IntoView {
    let flow = memo(move |_| figures.with(|figures| figures.flow.clone()));
    let labels = Signal::derive(move || {
        flow.get()
            .into_iter()
            .map(|day| format::calendar_day(&day.date.0))
            .collect::<Vec<_>>()
    });
    let series = Signal::derive(move || {
        let (flow, links) = (flow.get(), links.get());
        vec![
            Series {
                name: words::arrived().to_owned(),
                color: "var(--c1)",
                dashed: false,
                values: flow.iter().map(|day| f64::from(day.arrived)).collect(),
                links: flow
                    .iter()
                    .map(|day| links.arrived(day.from, day.to))
                    .collect(),
            },
            Series {
                name: words::resolved().to_owned(),
                color: "var(--c2)",
                dashed: true,
                values: flow.iter().map(|day| f64::from(day.resolved)).collect(),
                links: flow
                    .iter()
                    .map(|day| links.resolved(day.from, day.to))
                    .collect(),
            },
        ]
    });
    let title = Signal::derive(move || {
        flow.with(|flow| {
            let arrived: i32 = flow.iter().map(|day| day.arrived).sum();
            let resolved: i32 = flow.iter().map(|day| day.resolved).sum();
            words::flow_chart(arrived, resolved)
        })
    });
    let kept = move || {
        ratio
            .get()
            .map(|ratio| words::kept(format::number((ratio * 1000.0).round() / 10.0)))
    };
    view! {
        <section class="card panel panel-8 panel-flow" aria-labelledby="flow">
            <h2 id="flow">{words::flow()}</h2>
            <LineChart title labels series label_heading=words::day() bare=wall />
            <p class="figure-remark">{move || kept().unwrap_or_else(|| words::no_outcomes().to_owned())}</p>
        </section>
    }
}

/// What is past its promise, then what is due next.
#[component]
pub fn DueTable(figures: Signal<Figures>, links: Memo<Links>, wall: bool) -> impl IntoView {
    let most = if wall { ROWS_WALL } else { ROWS };
    let rows = memo(move |_| {
        figures.with(|figures| {
            let mut rows: Vec<TicketRow> = figures
                .breached
                .iter()
                .take(most / 2 + 1)
                .cloned()
                .collect();
            for row in &figures.due_next {
                if rows.len() >= most {
                    break;
                }
                if !rows.iter().any(|known| known.id == row.id) {
                    rows.push(row.clone());
                }
            }
            rows
        })
    });
    let overdue = memo(move |_| figures.with(|figures| figures.overdue));
    view! {
        <section class="card panel panel-4 panel-due"
            aria-labelledby="due">
            <h2 id="due" class="row">
                {words::due_next()}
                {move || {
                    (overdue.get() > 0)
                        .then(|| {
                            view! {
                                <a class="push ink" data-tone="bad" href=Some(links.get().overdue()).filter(|href| !href.is_empty())>
                                    {words::overdue_count(i64::from(overdue.get()))}
                                </a>
                            }
                        })
                }}
            </h2>
            <Show
                when=move || !rows.with(Vec::is_empty)
                fallback=|| view! { <EmptyState icon="circle-check" title=words::nothing_due() text=words::nothing_due_text() /> }
            >
                <table class="table due-table">
                    <thead>
                        <tr>
                            <th scope="col">{words::ticket()}</th>
                            <th scope="col">{words::assignee()}</th>
                            <th scope="col" class="end">{words::left()}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || rows.get() key=|row| (row.id.inner().to_owned(), row.version, row.next_clock.clone().map(|clock| (clock.state, clock.remaining_seconds))) let:row>
                            <DueRow row links />
                        </For>
                    </tbody>
                </table>
            </Show>
        </section>
    }
}

#[component]
fn DueRow(row: TicketRow, links: Memo<Links>) -> impl IntoView {
    let reference = row.reference.clone();
    let now = live::now();
    let clock = row.next_clock;
    let shown = memo(move |_| {
        let clock = clock.as_ref()?;
        let standing = standing(clock, now.get());
        let tone = match standing.mood {
            Mood::Overdue | Mood::Missed => Tone::Bad,
            Mood::Soon => Tone::Warn,
            Mood::Met => Tone::Ok,
            Mood::Calm | Mood::Paused | Mood::Void => Tone::Neutral,
        };
        let text = match standing.mood {
            Mood::Calm | Mood::Soon => format::duration(standing.remaining_seconds),
            Mood::Overdue => words::minus(format::duration(standing.remaining_seconds)),
            _ => format::clock_words(clock, standing),
        };
        Some((
            tone,
            text,
            f64::from(standing.used_percent),
            standing.mood == Mood::Paused,
        ))
    });
    let chip = move || {
        shown.with(Option::is_some).then(|| {
            let part = move || {
                shown
                    .get()
                    .unwrap_or((Tone::Neutral, String::new(), 0.0, false))
            };
            view! {
                <ClockChip
                    tone=Signal::derive(move || part().0)
                    text=Signal::derive(move || part().1)
                    used=Signal::derive(move || part().2)
                    paused=Signal::derive(move || part().3)
                />
            }
        })
    };
    let there = memo(move |_| shown.with(Option::is_some));
    view! {
        <tr>
            <td>
                <a class="truncate" href=move || links.get().ticket(&reference) title=row.title.clone()>
                    <span class="ref">{row.reference.clone()}</span>
                    {row.title.clone()}
                </a>
            </td>
            <td class="truncate">{row.assignee.map_or_else(|| "–".to_owned(), |person| first_name(&person.name))}</td>
            <td class="end">{move || there.get().then(chip)}</td>
        </tr>
    }
}

fn first_name(name: &str) -> String {
    name.split_whitespace().next().unwrap_or(name).to_owned()
}

fn state_color(state: TicketState) -> &'static str {
    match state {
        TicketState::Assigned => "var(--state-assigned)",
        TicketState::InProgress => "var(--state-in-progress)",
        TicketState::OnHold => "var(--state-on-hold)",
        _ => "var(--state-new)",
    }
}

fn priority_color(priority: Priority) -> &'static str {
    match priority {
        Priority::Critical => "var(--p-critical)",
        Priority::High => "var(--p-high)",
        Priority::Moderate => "var(--p-moderate)",
        Priority::Low => "var(--p-low)",
    }
}

/// The backlog by state.
#[component]
pub fn ByState(figures: Signal<Figures>, links: Memo<Links>) -> impl IntoView {
    let parts = memo(move |_| {
        let links = links.get();
        figures.with(|figures| {
            figures
                .backlog_by_state
                .iter()
                .map(|part| StackPart {
                    label: part.state.word().to_owned(),
                    count: part.count,
                    color: state_color(part.state),
                    href: links.state(part.state),
                })
                .collect::<Vec<_>>()
        })
    });
    view! {
        <section class="card panel panel-4" aria-labelledby="by-state">
            <h2 id="by-state">{words::by_state()}</h2>
            <StackedBar parts />
        </section>
    }
}

/// The backlog by priority.
#[component]
pub fn ByPriority(figures: Signal<Figures>, links: Memo<Links>) -> impl IntoView {
    let rows = memo(move |_| {
        let links = links.get();
        figures.with(|figures| {
            figures
                .backlog_by_priority
                .iter()
                .map(|part| BarRow {
                    label: part.priority.word().to_owned(),
                    count: part.count,
                    alarming: 0,
                    color: priority_color(part.priority),
                    remark: String::new(),
                    href: links.priority(part.priority),
                })
                .collect::<Vec<_>>()
        })
    });
    view! {
        <section class="card panel panel-4" aria-labelledby="by-priority">
            <h2 id="by-priority">{words::by_priority()}</h2>
            <BarList rows />
        </section>
    }
}

/// Teams that have a row of their own, on a desk and on a wall; the others share one.
const TEAMS: usize = 6;
const TEAMS_WALL: usize = 4;

/// The backlog by team, with what is late of it.
#[component]
pub fn ByTeam(figures: Signal<Figures>, links: Memo<Links>, wall: bool) -> impl IntoView {
    let rows = memo(move |_| {
        let links = links.get();
        figures.with(|figures| {
            team_rows(
                &figures.backlog_by_team,
                &links,
                if wall { TEAMS_WALL } else { TEAMS },
            )
        })
    });
    view! {
        <section class="card panel panel-4" aria-labelledby="by-team">
            <h2 id="by-team">{words::by_team()}</h2>
            <BarList rows />
        </section>
    }
}

/// A row for each team; where there are more than `most`, the smaller ones are one row that leads to all their tickets.
fn team_rows(teams: &[TeamCount], links: &Links, most: usize) -> Vec<BarRow> {
    let row = |label: String, count: i32, overdue: i32, href: String| BarRow {
        label,
        count,
        alarming: overdue,
        color: "var(--accent)",
        remark: if overdue > 0 {
            words::late_count(i64::from(overdue))
        } else {
            String::new()
        },
        href,
    };
    let id = |part: &TeamCount| {
        part.team
            .as_ref()
            .map_or("none", |team| team.id.inner())
            .to_owned()
    };
    let own = if teams.len() > most { most - 1 } else { most };
    // Tickets without a team can't be asked for together with those of teams.
    let (others, mut own): (Vec<_>, Vec<_>) = teams
        .iter()
        .enumerate()
        .partition(|(at, part)| *at >= own && part.team.is_some());
    own.truncate(most);
    let mut rows: Vec<_> = own
        .into_iter()
        .map(|(_, part)| {
            let name = part
                .team
                .as_ref()
                .map_or_else(|| words::no_team().to_owned(), |team| team.name.clone());
            row(
                name,
                part.count,
                part.overdue,
                links.team(part.team.as_ref().map(|team| team.id.inner())),
            )
        })
        .collect();
    if !others.is_empty() {
        let count = others.iter().map(|(_, part)| part.count).sum();
        let overdue = others.iter().map(|(_, part)| part.overdue).sum();
        let ids: Vec<_> = others.iter().map(|(_, part)| id(part)).collect();
        let name = words::other_teams(i64::try_from(others.len()).unwrap_or_default());
        rows.push(row(name, count, overdue, links.team(Some(&ids.join(",")))));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Id, operations::TeamName};

    fn team(number: i32) -> TeamCount {
        let name = TeamName {
            id: Id::new(format!("team_{number}")),
            name: format!("Team {number}"),
        };
        TeamCount {
            team: Some(name),
            count: 10 - number,
            overdue: i32::from(number == 5),
        }
    }

    #[test]
    fn small_teams_share_a_row_that_leads_to_all_their_tickets() {
        let teams: Vec<_> = (1..=6).map(team).collect();
        let rows = team_rows(&teams, &Links::of(None, true), 4);
        assert_eq!(rows.len(), 4);
        assert_eq!((rows[3].count, rows[3].alarming), (6 + 5 + 4, 1));
        assert!(rows[3].href.ends_with("team=team_4,team_5,team_6"));
        assert_eq!(
            rows.iter().map(|row| row.count).sum::<i32>(),
            teams.iter().map(|team| team.count).sum::<i32>()
        );
    }

    #[test]
    fn few_teams_have_a_row_each() {
        let teams: Vec<_> = (1..=4).map(team).collect();
        assert_eq!(team_rows(&teams, &Links::of(None, true), 4).len(), 4);
    }
}
