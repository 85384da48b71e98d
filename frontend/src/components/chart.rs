//! Charts as plain SVG and HTML: shapes stretch, words do not, and every one can also be read as text.

use crate::lean::*;

use super::dialog::next_id;
use crate::words;

/// One line of a [`LineChart`].
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its words.
    pub name: String,
    /// A colour token such as `var(--c1)`.
    pub color: &'static str,
    /// Drawn with dashes, so that it can be told from the other without colours.
    pub dashed: bool,
    /// One value for each label.
    pub values: Vec<f64>,
    /// Where each value leads; as many as values, or none at all.
    pub links: Vec<String>,
}

/// Lines over days, with a table that says the same.
#[component]
pub fn LineChart(
    /// What is shown, for those who listen and for the table.
    #[prop(into)]
    title: Signal<String>,
    /// Words of each point of the horizontal axis.
    #[prop(into)]
    labels: Signal<Vec<String>>,
    /// The lines.
    #[prop(into)]
    series: Signal<Vec<Series>>,
    /// What the labels are: "Day".
    #[prop(into)]
    label_heading: String,
    /// Leave the table out (on a wall, where nobody can open it).
    #[prop(optional)]
    bare: bool,
) -> impl IntoView {
    let top = memo(move |_| {
        series.with(|series| {
            nice_top(
                series
                    .iter()
                    .flat_map(|line| line.values.iter().copied())
                    .fold(0.0, f64::max),
            )
        })
    });
    let legend = move || {
        series
            .get()
            .into_iter()
            .map(|line| {
                let class = if line.dashed {
                    "swatch swatch-line swatch-dash"
                } else {
                    "swatch swatch-line"
                };
                let total: f64 = line.values.iter().sum();
                view! {
                    <li>
                        <span class=class style:--c=line.color></span>
                        {line.name}
                        " "
                        <b>{words::format::number(total)}</b>
                    </li>
                }
            })
            .collect_view()
    };
    let paths = move || {
        let top = top.get();
        series
            .get()
            .into_iter()
            .map(|line| {
                let class = if line.dashed { "plot-line plot-line-dash" } else { "plot-line" };
                let outline = polyline(&line.values, top);
                let area = (!line.dashed && !line.values.is_empty()).then(|| {
                    view! { <path class="plot-fill" style:--c=line.color d=format!("{outline} L100 100 L0 100 Z") /> }
                });
                view! {
                    {area}
                    <path class=class style:--c=line.color d=outline />
                }
            })
            .collect_view()
    };
    let columns = move || {
        let series = series.get();
        labels
            .get()
            .into_iter()
            .enumerate()
            .map(|(at, label)| {
                let rows = series
                    .iter()
                    .map(|line| {
                        let value = line.values.get(at).copied().unwrap_or_default();
                        view! {
                            <span class="row">
                                <span class="swatch" style:--c=line.color></span>
                                {line.name.clone()}
                                " "
                                <b>{words::format::number(value)}</b>
                            </span>
                        }
                    })
                    .collect_view();
                view! {
                    <div class="plot-col">
                        <div class="plot-tip">
                            <b>{label}</b>
                            {rows}
                        </div>
                    </div>
                }
            })
            .collect_view()
    };
    let ticks = move || {
        [1.0, 2.0 / 3.0, 1.0 / 3.0, 0.0]
            .map(|share| words::format::number(top.get() * share))
            .map(|text| view! { <span>{text}</span> })
            .collect_view()
    };
    let ends = move || {
        let labels = labels.get();
        [0, labels.len() / 2, labels.len().saturating_sub(1)]
            .into_iter()
            .filter_map(|at| labels.get(at).cloned())
            .map(|text| view! { <span>{text}</span> })
            .collect_view()
    };
    let heading = StoredValue::new(label_heading);
    let table = move || {
        let series = series.get();
        let heads = series
            .iter()
            .map(|line| view! { <th scope="col" class="end">{line.name.clone()}</th> })
            .collect_view();
        let rows = labels
            .get()
            .into_iter()
            .enumerate()
            .rev()
            .map(|(at, label)| {
                let cells = series
                    .iter()
                    .map(|line| {
                        let text =
                            words::format::number(line.values.get(at).copied().unwrap_or_default());
                        match line.links.get(at).filter(|link| !link.is_empty()) {
                            Some(link) => {
                                view! { <td class="end num"><a href=link.clone()>{text}</a></td> }
                                    .into_any()
                            }
                            None => view! { <td class="end num">{text}</td> }.into_any(),
                        }
                    })
                    .collect_view();
                view! { <tr><th scope="row">{label}</th>{cells}</tr> }
            })
            .collect_view();
        view! {
            <table class="table">
                <caption class="sr-only">{title.get()}</caption>
                <thead><tr><th scope="col">{heading.get_value()}</th>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        }
    };
    view! {
        <figure class="chart">
            <ul class="legend" role="list">{legend}</ul>
            <div class="plot" role="img" aria-label=move || title.get()>
                <div class="plot-y" aria-hidden="true">{ticks}</div>
                <div class="plot-area" aria-hidden="true">
                    <svg viewBox="0 0 100 100" preserveAspectRatio="none">
                        <path class="plot-grid" d="M0 0H100M0 33.33H100M0 66.67H100M0 100H100" />
                        {paths}
                    </svg>
                    <div class="plot-cols">{columns}</div>
                </div>
                <div class="plot-x" aria-hidden="true">{ends}</div>
            </div>
            {(!bare)
                .then(|| {
                    view! {
                        <details class="chart-table">
                            <summary>{words::components::as_table()}</summary>
                            {table}
                        </details>
                    }
                })}
        </figure>
    }
}

/// A part of a [`StackedBar`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackPart {
    /// Its words.
    pub label: String,
    /// How many.
    pub count: i32,
    /// A colour token such as `var(--state-new)`.
    pub color: &'static str,
    /// Where it leads; empty for nowhere.
    pub href: String,
}

/// A whole in its parts, side by side. The legend names, counts and links each of them.
#[component]
pub fn StackedBar(
    /// The parts, first to last; empty ones stand in the legend only.
    #[prop(into)]
    parts: Signal<Vec<StackPart>>,
) -> impl IntoView {
    let bar = move || {
        parts
            .get()
            .into_iter()
            .filter(|part| part.count > 0)
            .map(|part| {
                view! {
                    <span style:--n=part.count.to_string() style:--c=part.color title=part.label>
                        {words::format::number(f64::from(part.count))}
                    </span>
                }
            })
            .collect_view()
    };
    let legend = move || {
        parts
            .get()
            .into_iter()
            .map(|part| {
                view! {
                    <li>
                        <a class="legend-link" href=Some(part.href).filter(|href| !href.is_empty())>
                            <span class="swatch" style:--c=part.color></span>
                            {part.label}
                            " "
                            <b>{words::format::number(f64::from(part.count))}</b>
                        </a>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <div class="stacked" aria-hidden="true">{bar}</div>
        <ul class="legend" role="list">{legend}</ul>
    }
}

/// A line of a [`BarList`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BarRow {
    /// Its words.
    pub label: String,
    /// How many.
    pub count: i32,
    /// How many of them deserve the warning colour.
    pub alarming: i32,
    /// A colour token.
    pub color: &'static str,
    /// What the row says about the alarming ones; empty for nothing.
    pub remark: String,
    /// Where it leads; empty for nowhere.
    pub href: String,
}

/// Counts as horizontal bars, each a link.
#[component]
pub fn BarList(
    /// The rows, first to last.
    #[prop(into)]
    rows: Signal<Vec<BarRow>>,
) -> impl IntoView {
    let list = move || {
        let rows = rows.get();
        let most = rows.iter().map(|row| row.count).max().unwrap_or(0).max(1);
        rows.into_iter()
            .map(|row| {
                let share = f64::from(row.count) * 100.0 / f64::from(most);
                let part = if row.count > 0 { f64::from(row.alarming) * 100.0 / f64::from(row.count) } else { 0.0 };
                view! {
                    <li>
                        <a href=Some(row.href).filter(|href| !href.is_empty())>
                            <span class="bar-label">{row.label}</span>
                            <span class="bar-track" aria-hidden="true">
                                <span class="bar-fill" style:--share=format!("{share:.1}") style:--c=row.color>
                                    <span class="bar-part" style:--share=format!("{part:.1}")></span>
                                </span>
                            </span>
                            <span class="bar-value">
                                {words::format::number(f64::from(row.count))}
                                {(!row.remark.is_empty())
                                    .then(|| view! { " " <span class="ink" data-tone="bad">{row.remark}</span> })}
                            </span>
                        </a>
                    </li>
                }
            })
            .collect_view()
    };
    view! { <ul class="bars" role="list">{list}</ul> }
}

/// A few values as a small line; decoration beside a figure.
#[component]
pub fn Sparkline(
    /// Oldest first.
    #[prop(into)]
    values: Signal<Vec<f64>>,
) -> impl IntoView {
    let outline =
        move || values.with(|values| polyline(values, values.iter().copied().fold(1.0, f64::max)));
    let id = next_id("spark");
    view! {
        <svg id=id class="sparkline" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
            <path d=outline />
        </svg>
    }
}

/// The smallest comfortable end of an axis: a multiple of three, so that its two inner lines are whole numbers.
fn nice_top(most: f64) -> f64 {
    let step = [
        1.0, 2.0, 5.0, 10.0, 20.0, 25.0, 50.0, 100.0, 200.0, 250.0, 500.0, 1_000.0, 2_000.0,
        5_000.0, 10_000.0,
    ]
    .into_iter()
    .find(|step| step * 3.0 >= most);
    step.map_or_else(|| (most / 3.0).ceil() * 3.0, |step| step * 3.0)
}

/// A path through the values on a field of 100 × 100.
fn polyline(values: &[f64], top: f64) -> String {
    use std::fmt::Write as _;
    let last = values.len().saturating_sub(1).max(1) as f64;
    let mut path = String::new();
    for (at, value) in values.iter().enumerate() {
        let letter = if at == 0 { 'M' } else { 'L' };
        let (x, y) = (
            at as f64 * 100.0 / last,
            100.0 - value * 100.0 / top.max(1.0),
        );
        // Writing into a String cannot fail.
        _ = write!(path, "{letter}{x:.2} {y:.2}");
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_ends_at_a_round_number_not_below_the_largest_value() {
        for most in [0.0, 1.0, 3.0, 4.0, 59.0, 61.0, 1_204.0, 90_000.0] {
            let top = nice_top(most);
            assert!(top >= most, "{most} → {top}");
            assert!(
                (top / 3.0).fract().abs() < f64::EPSILON,
                "{top} has no whole thirds"
            );
        }
    }

    #[test]
    fn a_line_runs_from_edge_to_edge_and_upside_down() {
        assert_eq!(
            polyline(&[0.0, 5.0, 10.0], 10.0),
            "M0.00 100.00L50.00 50.00L100.00 0.00"
        );
        assert_eq!(polyline(&[], 10.0), "");
    }
}
