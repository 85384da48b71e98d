//! Asking for something: departments, then what one of them offers.

use crate::lean::*;
use leptos_router::hooks::use_params_map;

use super::{
    data,
    home::{DepartmentTiles, ItemTiles},
    search::Search,
};
use crate::{
    components::{EmptyState, Icon, Remote, Skeleton, environment::use_title},
    words::portal as words,
};

/// All departments, and everything by search.
#[component]
pub fn Ask() -> impl IntoView {
    use_title(|| words::ask().to_owned());
    let departments = Remote::new(|| async {
        data::fetch_departments()
            .await
            .map_err(|error| error.sentence())
    });
    let items = Remote::new(|| async {
        let mut items = data::fetch_items(None, None)
            .await
            .map_err(|error| error.sentence())?;
        items.sort_by(|a, b| {
            b.popularity
                .cmp(&a.popularity)
                .then_with(|| a.name.cmp(&b.name))
        });
        Ok(items)
    });
    view! {
        <div class="page page-wide">
            <div class="page-head">
                <h1>{words::ask()}</h1>
                <p class="page-lead">{words::ask_lead()}</p>
            </div>
            <Search />
            <section aria-labelledby="departments">
                <h2 id="departments" class="sr-only">{words::departments()}</h2>
                {departments
                    .view(
                        || view! { <Skeleton lines=3 blocks=true /> }.into_any(),
                        |found| view! { <DepartmentTiles departments=found /> }.into_any(),
                    )}
            </section>
            <section aria-labelledby="everything" class="stack">
                <h2 id="everything">{words::everything()}</h2>
                {items
                    .view(
                        || view! { <Skeleton lines=4 blocks=true /> }.into_any(),
                        |found| view! { <ItemTiles items=found /> }.into_any(),
                    )}
            </section>
        </div>
    }
}

/// What one department offers, by category.
#[component]
pub fn AskDepartment() -> impl IntoView {
    let params = use_params_map();
    let key = memo(move |_| params.with(|params| params.get("department").unwrap_or_default()));
    let found = Remote::new(move || {
        let key = key.get();
        async move {
            let departments = data::fetch_departments()
                .await
                .map_err(|error| error.sentence())?;
            let Some(department) = departments
                .into_iter()
                .find(|department| department.key.eq_ignore_ascii_case(&key))
            else {
                return Ok(None);
            };
            let mut items = data::fetch_items(Some(department.id.clone()), None)
                .await
                .map_err(|error| error.sentence())?;
            items.sort_by(|a, b| {
                b.popularity
                    .cmp(&a.popularity)
                    .then_with(|| a.name.cmp(&b.name))
            });
            Ok(Some((department, items)))
        }
    });
    let name = memo(move |_| {
        found
            .ready()
            .flatten()
            .map(|(department, _)| department.name)
    });
    use_title(move || name.get().unwrap_or_else(|| words::ask().to_owned()));
    view! {
        <div class="page page-wide">
            <div class="page-head">
                <a class="back" href="/ask"><Icon name="arrow-left" class="icon-s" />{words::ask()}</a>
                <h1>{move || name.get().unwrap_or_else(|| words::ask().to_owned())}</h1>
                <p class="page-lead">
                    {move || found.ready().flatten().map(|(department, _)| department.description)}
                </p>
            </div>
            {found
                .view(
                    || view! { <Skeleton lines=4 blocks=true /> }.into_any(),
                    |found| {
                        if found.with_untracked(Option::is_none) {
                            return view! {
                                <EmptyState icon="building-2" title=words::no_department() text=words::no_department_text()>
                                    <a class="btn" href="/ask">{words::ask()}</a>
                                </EmptyState>
                            }
                            .into_any();
                        }
                        let department = found
                            .with_untracked(|found| found.as_ref().map(|(department, _)| department.key.clone()))
                            .unwrap_or_default();
                        let items = move || found.get().map(|(_, items)| items).unwrap_or_default();
                        let categories = memo(move |_| {
                            let mut names: Vec<String> = Vec::new();
                            for item in items() {
                                if !names.contains(&item.category) {
                                    names.push(item.category);
                                }
                            }
                            names
                        });
                        let of = move |category: String| {
                            Signal::derive(move || {
                                items().into_iter().filter(|item| item.category == category).collect::<Vec<_>>()
                            })
                        };
                        view! {
                            <For each=move || categories.get() key=Clone::clone let:category>
                                <section class="stack">
                                    <h2>{category.clone()}</h2>
                                    <ItemTiles items=of(category) or_else=false />
                                </section>
                            </For>
                            <section class="stack">
                                <h2>{words::nothing_fits()}</h2>
                                <ItemTiles items=Signal::stored(Vec::new()) department />
                            </section>
                        }
                        .into_any()
                    },
                )}
        </div>
    }
}
