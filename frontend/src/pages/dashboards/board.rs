//! The head of a dashboard, and its cards.

use crate::lean::*;

use super::{
    data::Figures,
    links::Links,
    panels::{ByPriority, ByState, ByTeam, DueTable, Flow},
};
use crate::{
    components::{Icon, Remote, Sparkline, Tone, environment::use_viewer},
    live::{self, Connection},
    words::{dashboards as words, format},
};

/// Seconds ahead that count as soon. The same as on the server.
const SOON_SECONDS: i64 = 2 * 3600;

/// Days of the small line under a daily figure.
const TREND_DAYS: usize = 14;

/// Name, and whether what is seen is the present.
#[component]
pub fn BoardHead(
    name: Memo<String>,
    figures: Remote<Option<Figures>>,
    children: Children,
) -> impl IntoView {
    let now = live::now();
    let connection = live::connection();
    let is_live =
        memo(move |_| matches!(connection.get(), Connection::Live | Connection::Connecting));
    let told = memo(move |_| {
        let age = figures
            .ready()
            .flatten()
            .map(|figures| format::relative(figures.generated_at, now.get()));
        match (is_live.get(), age) {
            (true, Some(age)) => words::live_ago(age),
            (true, None) => words::live().to_owned(),
            (false, age) => words::cut_off(age.unwrap_or_default()),
        }
    });
    view! {
        <header class="board-head">
            <h1>{move || name.get()}</h1>
            <span class="chip live" data-tone=move || if is_live.get() { "ok" } else { "warn" }>
                {move || {
                    if is_live.get() {
                        view! { <span class="dot" aria-hidden="true"></span> }.into_any()
                    } else {
                        view! { <Icon name="wifi-off" /> }.into_any()
                    }
                }}
                {move || told.get()}
            </span>
            {children()}
        </header>
    }
}

/// All cards.
#[component]
pub fn Grid(figures: Signal<Figures>, wall: bool) -> impl IntoView {
    let viewer = use_viewer();
    let links = memo(move |_| {
        let works = viewer.with(|viewer| viewer.can_use_desk);
        figures.with(|figures| {
            Links::of(
                figures
                    .department
                    .as_ref()
                    .map(|department| department.id.inner()),
                works,
            )
        })
    });
    let count = move |read: fn(&Figures) -> i32| memo(move |_| figures.with(read));
    let (open, unassigned) = (
        count(|figures| figures.open),
        count(|figures| figures.unassigned),
    );
    let (due_soon, overdue) = (
        count(|figures| figures.due_soon),
        count(|figures| figures.overdue),
    );
    let (arrived, resolved) = (
        count(|figures| figures.arrived_today),
        count(|figures| figures.resolved_today),
    );
    let yesterday = move |read: fn(&super::data::FlowDay) -> i32| {
        memo(move |_| {
            figures
                .with(|figures| {
                    let days = &figures.flow;
                    days.len()
                        .checked_sub(2)
                        .and_then(|at| days.get(at))
                        .map(|day| words::against_yesterday(read(day)))
                })
                .unwrap_or_default()
        })
    };
    let (arrived_before, resolved_before) =
        (yesterday(|day| day.arrived), yesterday(|day| day.resolved));
    let trend = move |read: fn(&super::data::FlowDay) -> i32| {
        Signal::derive(move || {
            figures.with(|figures| {
                let from = figures.flow.len().saturating_sub(TREND_DAYS);
                figures.flow[from..]
                    .iter()
                    .map(|day| f64::from(read(day)))
                    .collect::<Vec<_>>()
            })
        })
    };
    let (arrived_trend, resolved_trend) = (trend(|day| day.arrived), trend(|day| day.resolved));
    let today =
        memo(move |_| figures.with(|figures| figures.flow.last().map(|day| (day.from, day.to))));
    let net = memo(move |_| match arrived.get() - resolved.get() {
        0 => words::net_even().to_owned(),
        more if more > 0 => words::net_more(more),
        less => words::net_less(-less),
    });
    let ratio = memo(move |_| figures.with(|figures| figures.met_ratio));
    let number = |value: i32| format::number(f64::from(value));
    let soon = memo(move |_| {
        let from = figures.with(|figures| figures.generated_at);
        links.get().due(from, from.plus_seconds(SOON_SECONDS))
    });
    view! {
        <div class="board" class:wall-board=wall>
            <Figure
                name=words::open()
                value=Signal::derive(move || number(open.get()))
                remark=net
                href=Signal::derive(move || links.get().open())
            />
            <Figure
                name=words::unassigned()
                value=Signal::derive(move || number(unassigned.get()))
                remark=Signal::derive(move || if unassigned.get() > 0 { words::nobody_has_it() } else { words::all_assigned() }.to_owned())
                href=Signal::derive(move || links.get().unassigned())
            />
            <Figure
                name=words::due_soon()
                value=Signal::derive(move || number(due_soon.get()))
                remark=Signal::derive(move || if due_soon.get() > 0 { words::soon_late() } else { words::none_soon() }.to_owned())
                tone=Signal::derive(move || if due_soon.get() > 0 { Tone::Warn } else { Tone::Neutral })
                href=soon
            />
            <Figure
                name=words::overdue()
                value=Signal::derive(move || number(overdue.get()))
                remark=Signal::derive(move || if overdue.get() > 0 { words::past_promise() } else { words::all_in_time() }.to_owned())
                tone=Signal::derive(move || if overdue.get() > 0 { Tone::Bad } else { Tone::Ok })
                href=Signal::derive(move || links.get().overdue())
            />
            <Figure
                name=words::arrived_today()
                value=Signal::derive(move || number(arrived.get()))
                remark=arrived_before
                trend=arrived_trend
                href=Signal::derive(move || today.get().map(|(from, to)| links.get().arrived(from, to)).unwrap_or_default())
            />
            <Figure
                name=words::resolved_today()
                value=Signal::derive(move || number(resolved.get()))
                remark=resolved_before
                trend=resolved_trend
                href=Signal::derive(move || today.get().map(|(from, to)| links.get().resolved(from, to)).unwrap_or_default())
            />
            <Flow figures links wall ratio />
            <DueTable figures links wall />
            <ByState figures links />
            <ByPriority figures links />
            <ByTeam figures links wall />
        </div>
    }
}

/// One large figure; the whole card leads to the tickets it counts.
#[component]
fn Figure(
    name: &'static str,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] remark: Signal<String>,
    #[prop(into, optional)] tone: Signal<Tone>,
    #[prop(into)] href: Signal<String>,
    /// The last two weeks of a daily figure.
    #[prop(into, optional)]
    trend: Option<Signal<Vec<f64>>>,
) -> impl IntoView {
    let icon = move || match tone.get() {
        Tone::Warn => Some("hourglass"),
        Tone::Bad => Some("circle-alert"),
        _ => None,
    };
    view! {
        <a class="card figure" href=move || Some(href.get()).filter(|href| !href.is_empty())>
            <span class="figure-name">{name}</span>
            <span class="figure-value ink" data-tone=move || tone.get().as_str()>
                {move || value.get()}
                {move || icon().map(|name| view! { <Icon name /> })}
            </span>
            <span class="figure-remark">{move || remark.get()}</span>
            {trend.map(|values| view! { <Sparkline values /> })}
        </a>
    }
}
