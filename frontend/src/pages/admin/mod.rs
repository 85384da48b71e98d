//! Administration: who there is, what is offered, what is promised.

mod agreements;
mod audit;
mod calendars;
mod catalog;
mod catalog_fields;
mod categories;
mod choices;
mod demo;
mod departments;
mod form;
mod frame;
mod mail;
mod mail_settings;
mod operations;
mod people;
mod people_import;
mod person_access;
mod routing;
mod routing_form;
mod routing_trial;
mod routing_words;
mod rows;
mod services;
mod set_up;
mod settings;
mod sites;
mod states;
mod take_over;
mod targets;
mod teams;
mod tokens;
mod zone;

pub use set_up::SetUpPage;
pub use tokens::OwnTokens;

use crate::lean::*;
use leptos_router::hooks::use_params_map;

use self::operations::{Reach, fetch_reach};
use crate::{
    components::{EmptyState, Icon, Remote, environment::use_title},
    words::admin as words,
};

/// A part of administration: its address, its icon, its words, and whom it is for.
struct Part {
    path: &'static str,
    icon: &'static str,
    word: fn() -> &'static str,
    open_to: fn(&Reach) -> bool,
}

fn administrators(reach: &Reach) -> bool {
    reach.can_administer_site
}

/// Whoever gets into administration at all.
fn everybody(_: &Reach) -> bool {
    true
}

const PARTS: &[Part] = &[
    Part {
        path: "departments",
        icon: "building-2",
        word: words::departments,
        open_to: administrators,
    },
    Part {
        path: "teams",
        icon: "users",
        word: words::teams,
        open_to: everybody,
    },
    Part {
        path: "people",
        icon: "user",
        word: words::people,
        open_to: Reach::gives_roles,
    },
    Part {
        path: "sites",
        icon: "map-pin",
        word: words::sites,
        open_to: administrators,
    },
    Part {
        path: "services",
        icon: "layers",
        word: words::services,
        open_to: everybody,
    },
    Part {
        path: "categories",
        icon: "tag",
        word: words::categories,
        open_to: everybody,
    },
    Part {
        path: "catalog",
        icon: "package",
        word: words::catalog,
        open_to: everybody,
    },
    Part {
        path: "routing",
        icon: "share-2",
        word: words::routing,
        open_to: everybody,
    },
    Part {
        path: "states",
        icon: "list",
        word: words::states,
        open_to: everybody,
    },
    Part {
        path: "calendars",
        icon: "calendar-days",
        word: words::calendars,
        open_to: administrators,
    },
    Part {
        path: "agreements",
        icon: "handshake",
        word: words::agreements,
        open_to: administrators,
    },
    Part {
        path: "tokens",
        icon: "key-round",
        word: words::tokens,
        open_to: administrators,
    },
    Part {
        path: "audit",
        icon: "shield",
        word: words::audit,
        open_to: administrators,
    },
    Part {
        path: "mail",
        icon: "mail",
        word: words::mail,
        open_to: administrators,
    },
    Part {
        path: "settings",
        icon: "settings",
        word: words::settings,
        open_to: administrators,
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
    let reach = StoredValue::new(reach);
    let shown = move || {
        PARTS
            .iter()
            .filter(move |part| reach.with_value(part.open_to))
    };
    let first = shown().next().map_or("", |part| part.path);
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
    // On a phone the parts stand in a row that scrolls: the present one comes into sight.
    effect(move |_| {
        current.with(|_| ());
        request_animation_frame(|| {
            let found = document().query_selector(r#".admin-link[aria-current="page"]"#);
            if let Some(link) = found.ok().flatten() {
                let options = web_sys::ScrollIntoViewOptions::new();
                options.set_inline(web_sys::ScrollLogicalPosition::Center);
                options.set_block(web_sys::ScrollLogicalPosition::Nearest);
                link.scroll_into_view_with_scroll_into_view_options(&options);
            }
        });
    });
    let links = shown()
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
    let hint = reach
        .with_value(administrators)
        .then(|| view! { <demo::DemoHint /> });
    let page = move || {
        let path = current.get();
        let Some(part) = shown().find(|part| part.path == path) else {
            return view! { <EmptyState icon="lock" title=words::not_here() text=words::not_here_text() /> }.into_any();
        };
        let reach = reach.get_value();
        match part.path {
            "departments" => view! { <departments::Departments /> }.into_any(),
            "teams" => view! { <teams::Teams reach /> }.into_any(),
            "people" => view! { <people::People reach /> }.into_any(),
            "sites" => view! { <sites::Sites /> }.into_any(),
            "states" => view! { <states::States reach /> }.into_any(),
            "services" => view! { <services::Services reach /> }.into_any(),
            "categories" => view! { <categories::Categories reach /> }.into_any(),
            "catalog" => view! { <catalog::Catalog reach /> }.into_any(),
            "routing" => view! { <routing::Routing reach /> }.into_any(),
            "calendars" => view! { <calendars::Calendars /> }.into_any(),
            "tokens" => view! { <tokens::Tokens /> }.into_any(),
            "audit" => view! { <audit::Audit /> }.into_any(),
            "agreements" => view! { <agreements::Agreements /> }.into_any(),
            "mail" => view! { <mail::MailOut /> }.into_any(),
            _ => view! { <settings::Settings /> }.into_any(),
        }
    };
    view! {
        <nav class="admin-nav" aria-label=words::title()>
            <p class="admin-nav-title">{words::title()}</p>
            {links}
        </nav>
        <main class="admin-page" id="main" tabindex="-1">
            {hint}
            {page}
        </main>
    }
}
