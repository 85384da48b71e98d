//! The frame of the working faces: the rail of places on the side.

use crate::lean::*;
use leptos_router::{components::A, hooks::use_navigate};

use crate::{
    components::environment::{Shortcut, ShortcutGroup, use_shortcuts, use_viewer},
    components::{AccountMenu, Icon},
    words,
};

/// The rail, and beside it the page.
#[component]
pub fn WorkFrame(children: Children) -> impl IntoView {
    let viewer = use_viewer();
    let navigate = use_navigate();
    let go = move |to: &'static str| {
        let navigate = navigate.clone();
        move || navigate(to, leptos_router::NavigateOptions::default())
    };
    use_shortcuts(vec![
        Shortcut::new(
            "g d",
            words::shell::key_go_desk(),
            ShortcutGroup::Places,
            go("/desk"),
        ),
        Shortcut::new(
            "g p",
            words::shell::key_go_portal(),
            ShortcutGroup::Places,
            go("/"),
        ),
        Shortcut::new(
            "g s",
            words::shell::key_go_search(),
            ShortcutGroup::Places,
            go("/search"),
        ),
        Shortcut::new(
            "g b",
            words::shell::key_go_dashboards(),
            ShortcutGroup::Places,
            go("/dashboards"),
        ),
        Shortcut::new(
            "g n",
            words::shell::key_go_notifications(),
            ShortcutGroup::Places,
            go("/notifications"),
        ),
    ]);
    view! {
        <div class="work">
            <a class="skip-link" href="#content">{words::shell::skip()}</a>
            <nav class="rail" aria-label=words::shell::places()>
                <A href="/" attr:class="rail-brand" attr:title=words::shell::portal() attr:aria-label=words::shell::portal()>
                    <Icon name="concierge-bell" class="icon-l"/>
                </A>
                <Show when=move || viewer.with(|viewer| viewer.can_use_desk)>
                    <A href="/desk" attr:title=words::shell::workspace() attr:aria-label=words::shell::workspace()><Icon name="inbox"/></A>
                </Show>
                <Show when=move || viewer.with(|viewer| viewer.can_use_desk)>
                    <A href="/search" attr:title=words::search::title() attr:aria-label=words::search::title()><Icon name="search"/></A>
                </Show>
                <Show when=move || viewer.with(|viewer| viewer.can_see_dashboards)>
                    <A href="/dashboards" attr:title=words::shell::dashboards() attr:aria-label=words::shell::dashboards()><Icon name="chart-column"/></A>
                </Show>
                <Show when=move || viewer.with(|viewer| viewer.can_administer)>
                    <A href="/admin" attr:title=words::shell::administration() attr:aria-label=words::shell::administration()><Icon name="settings"/></A>
                </Show>
                <span class="rail-space"></span>
                <AccountMenu side="up" align="start"/>
            </nav>
            <div class="work-page" id="content" tabindex="-1">{children()}</div>
        </div>
    }
}
