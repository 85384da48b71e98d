//! The views with their live counts.

use crate::lean::*;
use cynic::SubscriptionBuilder;
use wasm_bindgen_futures::spawn_local;

use super::{
    operations::{QueueView, SinceVars, ViewCountsChanged, fetch_views},
    place::Place,
    workspace::{Workspace, use_workspace},
};
use crate::{
    api::{ViewGroup, operations::TotalCount},
    components::Skeleton,
    live::{self, Heard},
    words,
};

/// A count for the eye: "10,000+".
pub fn count(count: &TotalCount) -> String {
    let digits = words::format::number(f64::from(count.value));
    if count.exact {
        digits
    } else {
        format!("{digits}+")
    }
}

/// Loads the views and follows their counts.
pub fn load_views(workspace: Workspace) {
    workspace.views_error.set(None);
    spawn_local(async move {
        match fetch_views().await {
            Ok(found) => {
                let views = found.queue_views;
                _ = workspace.sites.try_set(found.sites);
                _ = workspace.views.try_set(views.views);
                _ = workspace.views_loaded.try_set(true);
                let subscription = live::subscribe(
                    Some(views.as_of),
                    |since| ViewCountsChanged::build(SinceVars { since }),
                    move |event: ViewCountsChanged| {
                        let update = event.view_counts_changed;
                        workspace.views.update(|views| {
                            for changed in update.counts {
                                if let Some(view) =
                                    views.iter_mut().find(|view| view.id == changed.view)
                                {
                                    view.count = changed.count;
                                }
                            }
                        });
                        Heard::UpTo(update.sequence)
                    },
                );
                workspace
                    .counts
                    .try_update_value(|counts| *counts = Some(subscription));
            }
            Err(error) => {
                _ = workspace.views_error.try_set(Some(error));
            }
        }
    });
}

/// The groups in order, each with its heading and its views.
fn groups(views: &[QueueView]) -> Vec<(String, Vec<QueueView>)> {
    let mut groups: Vec<(String, Vec<QueueView>)> = Vec::new();
    for view in views {
        let heading = match (view.group, &view.team, &view.department) {
            (ViewGroup::Mine, ..) => words::desk::group_mine().to_owned(),
            (ViewGroup::Team, Some(team), _) => team.name.clone(),
            (ViewGroup::Department, _, Some(department)) => department.name.clone(),
            (ViewGroup::Team | ViewGroup::Department, ..) => {
                words::desk::group_everyone().to_owned()
            }
        };
        match groups.iter_mut().find(|(known, _)| *known == heading) {
            Some((_, members)) => members.push(view.clone()),
            None => groups.push((heading, vec![view.clone()])),
        }
    }
    groups
}

/// A view, with the order and the site that were chosen before.
fn place_of(place: &Place, view: String) -> Place {
    Place {
        view: Some(view),
        order: place.order,
        ..Place::default()
    }
    .with_site(place.site())
}

/// The views as a column.
#[component]
pub fn Views() -> impl IntoView {
    let workspace = use_workspace();
    // The shape of the column changes seldom, its counts often: only the figures are drawn anew.
    let shape = memo(move |_| {
        workspace.views.with(|views| {
            groups(views)
                .into_iter()
                .map(|(heading, views)| {
                    (
                        heading,
                        views
                            .into_iter()
                            .map(|view| (view.id.inner().to_owned(), view.name))
                            .collect::<Vec<_>>(),
                    )
                })
                .collect::<Vec<_>>()
        })
    });
    view! {
        <nav class="views" aria-label=words::desk::views()>
            <Show when=move || !workspace.views_loaded.get() && workspace.views_error.with(Option::is_none)>
                <div class="views-bones"><Skeleton lines=8/></div>
            </Show>
            {move || workspace.views_error.get().map(|error| view! {
                <p class="views-error" role="alert">{error.sentence()}
                    <button type="button" class="link-btn" on:click=move |_| load_views(workspace)>{words::shell::try_again()}</button>
                </p>
            })}
            {move || shape.get().into_iter().map(|(heading, views)| view! {
                <h2>{heading}</h2>
                <ul role="list">{views.into_iter().map(|(id, name)| view! { <View id name/> }).collect_view()}</ul>
            }).collect_view()}
        </nav>
    }
}

#[component]
fn View(id: String, name: String) -> impl IntoView {
    let workspace = use_workspace();
    let id = StoredValue::new(id);
    let shown = memo(move |_| {
        workspace.views.with(|views| {
            views
                .iter()
                .find(|view| view.id.inner() == id.get_value())
                .map(|view| (count(&view.count), view.alarming && view.count.value > 0))
        })
    });
    let present = memo(move |_| workspace.view().as_deref() == Some(id.get_value().as_str()));
    view! {
        <li>
            <a
                href=move || workspace.place.with(|place| place_of(place, id.get_value()).address())
                aria-current=move || present.get().then_some("page")
            >
                <span class="truncate">{name}</span>
                <b class="num" class:bad=move || shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.1))>
                    {move || shown.with(|shown| shown.as_ref().map(|shown| shown.0.clone()))}
                </b>
            </a>
        </li>
    }
}

/// The views as one control, where there is no room for the column.
#[component]
pub fn ViewPicker() -> impl IntoView {
    let workspace = use_workspace();
    view! {
        <select
            class="view-picker"
            aria-label=words::desk::views()
            on:change=move |event| workspace.go(
                &workspace.place.with_untracked(|place| place_of(place, event_target_value(&event))),
                false,
            )
        >
            {move || groups(&workspace.views.get()).into_iter().map(|(heading, views)| view! {
                <optgroup label=heading>
                    {views.into_iter().map(|view| {
                        let id = view.id.inner().to_owned();
                        let own = id.clone();
                        view! {
                            <option value=id selected=move || workspace.view().as_deref() == Some(own.as_str())>
                                {format!("{} ({})", view.name, count(&view.count))}
                            </option>
                        }
                    }).collect_view()}
                </optgroup>
            }).collect_view()}
        </select>
    }
}
