//! Administration: who there is, what is offered, what is promised.

mod agreements;
mod calendars;
mod catalog;
mod catalog_fields;
mod categories;
mod choices;
mod departments;
mod form;
mod frame;
mod operations;
mod people;
mod person_access;
mod rows;
mod services;
mod settings;
mod targets;
mod teams;
mod zone;

use crate::lean::*;
use leptos_router::hooks::use_params_map;

use self::operations::{Reach, fetch_reach};
use crate::{
    components::{EmptyState, Icon, Remote, environment::use_title},
    words::admin as words,
};

/// A part of administration: its address, its icon, its words, and whether it is for the whole site alone.
struct Part {
    path: &'static str,
    icon: &'static str,
    word: fn() -> &'static str,
    site: bool,
}

const PARTS: &[Part] = &[
    Part {
        path: "departments",
        icon: "building-2",
        word: words::departments,
        site: true,
    },
    Part {
        path: "teams",
        icon: "users",
        word: words::teams,
        site: false,
    },
    Part {
        path: "people",
        icon: "user",
        word: words::people,
        site: true,
    },
    Part {
        path: "services",
        icon: "layers",
        word: words::services,
        site: false,
    },
    Part {
        path: "categories",
        icon: "tag",
        word: words::categories,
        site: false,
    },
    Part {
        path: "catalog",
        icon: "package",
        word: words::catalog,
        site: false,
    },
    Part {
        path: "calendars",
        icon: "calendar-days",
        word: words::calendars,
        site: true,
    },
    Part {
        path: "agreements",
        icon: "handshake",
        word: words::agreements,
        site: true,
    },
    Part {
        path: "settings",
        icon: "settings",
        word: words::settings,
        site: true,
    },
];

/// All pages below `/admin`.
#[component]
pub fn Admin() -> impl IntoView {
    let reach = Remote::new(|| async { fetch_reach().await.map_err(|error| error.sentence()) });
    view! {
        <div class="admin">
            {reach.view(frame::bones, |reach| view! { <Parts reach=reach.get_untracked() /> }.into_any())}
        </div>
    }
}

#[component]
fn Parts(reach: Reach) -> impl IntoView {
    let params = use_params_map();
    let site = reach.can_administer_site;
    let shown = || PARTS.iter();
    let first = shown()
        .find(|part| site || !part.site)
        .map_or("", |part| part.path);
    let current = memo(move |_| {
        let path = params.with(|params| params.get("any").unwrap_or_default());
        if path.is_empty() {
            first.to_owned()
        } else {
            path
        }
    });
    use_title(move || {
        let current = current.get();
        PARTS
            .iter()
            .find(|part| part.path == current)
            .map_or_else(words::title, |part| (part.word)())
            .to_owned()
    });
    let links = shown()
        .filter(|part| site || !part.site)
        .map(|part| {
            view! {
                <a
                    class="admin-link"
                    href=format!("/admin/{}", part.path)
                    aria-current=move || current.with(|current| current == part.path).then_some("page")
                >
                    <Icon name=part.icon />
                    {(part.word)()}
                </a>
            }
        })
        .collect_view();
    let reach = StoredValue::new(reach);
    let page = move || {
        let path = current.get();
        let part = PARTS
            .iter()
            .find(|part| part.path == path)
            .filter(|part| site || !part.site);
        let Some(part) = part else {
            return view! { <EmptyState icon="lock" title=words::not_here() text=words::not_here_text() /> }.into_any();
        };
        let reach = reach.get_value();
        match part.path {
            "departments" => view! { <departments::Departments /> }.into_any(),
            "teams" => view! { <teams::Teams reach /> }.into_any(),
            "people" => view! { <people::People /> }.into_any(),
            "services" => view! { <services::Services reach /> }.into_any(),
            "categories" => view! { <categories::Categories reach /> }.into_any(),
            "catalog" => view! { <catalog::Catalog reach /> }.into_any(),
            "calendars" => view! { <calendars::Calendars /> }.into_any(),
            "agreements" => view! { <agreements::Agreements /> }.into_any(),
            _ => view! { <settings::Settings /> }.into_any(),
        }
    };
    view! {
        <nav class="admin-nav" aria-label=words::title()>
            <p class="admin-nav-title">{words::title()}</p>
            {links}
        </nav>
        <main class="admin-page" id="main" tabindex="-1">{page}</main>
    }
}
