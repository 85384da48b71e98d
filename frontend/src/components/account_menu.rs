//! The person's own menu: theme, password and signing out.

use crate::lean::*;
use wasm_bindgen_futures::spawn_local;

use super::{
    Avatar, Menu, MenuItem,
    change_password::ChangePassword,
    environment::{Theme, choose_theme, theme, use_viewer},
    use_toaster,
};
use crate::{
    api::{operations::set_ticket_mails, session},
    words,
};

/// Theme, password and signing out, behind the person's initials.
#[component]
pub fn AccountMenu(
    /// `down` (default) or `up`.
    #[prop(default = "down")]
    side: &'static str,
    /// The edge the panel keeps to: `end` (default) or `start`.
    #[prop(default = "end")]
    align: &'static str,
) -> impl IntoView {
    let viewer = use_viewer();
    let changing = RwSignal::new(false);
    let toaster = use_toaster();
    let leave = move |everywhere: bool| {
        spawn_local(async move {
            if session::sign_out(everywhere).await.is_err() {
                toaster.warn(words::shell::sign_out_failed());
            }
        });
    };
    let turn_mails = move || {
        let wanted = viewer.with_untracked(|viewer| viewer.ticket_mails != Some(true));
        spawn_local(async move {
            match set_ticket_mails(wanted).await {
                Ok(()) => {
                    viewer.try_update(|viewer| viewer.ticket_mails = Some(wanted));
                    toaster.say(if wanted {
                        words::shell::ticket_mails_on()
                    } else {
                        words::shell::ticket_mails_off()
                    });
                }
                Err(error) => toaster.warn(error.sentence()),
            }
        });
    };
    let label = Signal::derive(move || {
        viewer.with(|viewer| words::shell::account(&viewer.person.initials, &viewer.person.name))
    });
    let face = move || {
        viewer.with_untracked(|viewer| {
            let person = viewer.person.clone();
            view! { <Avatar initials=person.initials hue=person.hue name=person.name size="avatar-m"/> }
        })
    };
    view! {
        <Menu label button_class="account-button" side align button=face>
            <div class="menu-heading">{move || viewer.with(|viewer| viewer.person.name.clone())}</div>
            <div class="menu-rule"></div>
            <MenuItem icon="house" text=words::shell::portal() href="/"/>
            <Show when=move || viewer.with(|viewer| viewer.can_use_desk)>
                <MenuItem icon="inbox" text=words::shell::workspace() href="/desk"/>
            </Show>
            <Show when=move || viewer.with(|viewer| viewer.can_see_dashboards)>
                <MenuItem icon="chart-column" text=words::shell::dashboards() href="/dashboards"/>
            </Show>
            <Show when=move || viewer.with(|viewer| viewer.can_administer)>
                <MenuItem icon="settings" text=words::shell::administration() href="/admin"/>
            </Show>
            <div class="menu-rule"></div>
            <div class="menu-heading">{words::shell::theme()}</div>
            {Theme::ALL.into_iter().map(|choice| view! {
                <MenuItem
                    icon=match choice {
                        Theme::System => "monitor",
                        Theme::Light => "sun",
                        Theme::Dark => "moon",
                    }
                    text=match choice {
                        Theme::System => words::shell::theme_system(),
                        Theme::Light => words::shell::theme_light(),
                        Theme::Dark => words::shell::theme_dark(),
                    }
                    checked=Signal::derive(move || theme().get() == choice)
                    on_pick=move |()| choose_theme(choice)/>
            }).collect_view()}
            <div class="menu-rule"></div>
            <Show when=move || viewer.with(|viewer| viewer.ticket_mails.is_some())>
                <MenuItem
                    icon="mail"
                    text=words::shell::ticket_mails()
                    checked=Signal::derive(move || viewer.with(|viewer| viewer.ticket_mails == Some(true)))
                    on_pick=move |()| turn_mails()/>
            </Show>
            <MenuItem icon="key-round" text=words::shell::change_password() on_pick=move |()| changing.set(true)/>
            <Show when=move || viewer.with(|viewer| viewer.can_see_dashboards || viewer.can_administer)>
                <MenuItem icon="key-round" text=words::shell::tokens() href="/account/tokens"/>
            </Show>
            <MenuItem icon="log-out" text=words::shell::sign_out() on_pick=move |()| leave(false)/>
            <MenuItem icon="shield" text=words::shell::sign_out_everywhere() on_pick=move |()| leave(true)/>
        </Menu>
        <ChangePassword open=changing/>
    }
}
