//! What surrounds every page of the portal: brand, places, news, the person.

use crate::lean::*;
use leptos_router::{components::Outlet, hooks::use_location};

use super::{news::NewsMenu, requests::provide_my_requests};
use crate::{
    components::{AccountMenu, Icon, environment::use_viewer},
    words,
};

/// A place of the portal: address, drawing, words.
fn places() -> [(&'static str, &'static str, &'static str); 3] {
    [
        ("/", "house", words::portal::home()),
        ("/ask", "clipboard-list", words::portal::ask()),
        ("/requests", "list", words::portal::my_requests()),
    ]
}

/// Header, page, and on a phone the places at the thumb.
#[component]
pub fn Frame() -> impl IntoView {
    provide_my_requests();
    let viewer = use_viewer();
    let path = use_location().pathname;
    let here = move |place: &'static str| {
        let path = path.get();
        let inside = if place == "/" {
            path == "/"
        } else {
            path == place || path.starts_with(&format!("{place}/"))
        };
        inside.then_some("page")
    };
    // Whoever does more here than ask gets to the first place of their work without a menu.
    let work = memo(move |_| {
        viewer.with(|viewer| {
            if viewer.can_use_desk {
                Some(("/desk", "inbox", words::shell::workspace()))
            } else if viewer.can_see_dashboards {
                Some(("/dashboards", "chart-column", words::shell::dashboards()))
            } else if viewer.can_administer {
                Some(("/admin", "settings", words::shell::administration()))
            } else {
                None
            }
        })
    });
    let links = move |icons: bool| {
        places()
            .into_iter()
            .map(|(address, icon, text)| {
                view! {
                    <a href=address aria-current=move || here(address)>
                        {icons.then(|| view! { <Icon name=icon /> })}
                        {text}
                    </a>
                }
            })
            .collect_view()
    };
    view! {
        <div class="portal">
            <a class="skip-link" href="#content">{words::shell::skip()}</a>
            <header class="top" data-chrome>
                <a class="brand" href="/">
                    <Icon name="concierge-bell" />
                    {words::shell::product()}
                </a>
                <nav class="top-nav" aria-label=words::portal::places()>{links(false)}</nav>
                <span class="grow"></span>
                {move || {
                    work.get()
                        .map(|(address, icon, text)| {
                            view! {
                                <a class="btn btn-quiet desk-link" href=address aria-label=text>
                                    <Icon name=icon />
                                    <span>{text}</span>
                                </a>
                            }
                        })
                }}
                <NewsMenu />
                <AccountMenu />
            </header>
            <main id="content" tabindex="-1">
                <Outlet />
            </main>
            <nav class="foot-nav" aria-label=words::portal::places_foot()>{links(true)}</nav>
        </div>
    }
}
