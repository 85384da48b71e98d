//! The workspace: a live queue and one page for each ticket.

mod clock;
mod contact;
mod operations;
mod place;
mod queue;
mod ticket;
mod views;
mod workspace;

use crate::lean::*;

use crate::{
    components::environment::use_title,
    live::{self, Connection},
    pages::portal::NewsMenu,
    words,
};
use contact::LogContact;
use queue::QueuePanel;
use ticket::TicketPane;
use views::{ViewPicker, Views, load_views};
use workspace::Workspace;

/// The workspace.
#[component]
pub fn Desk() -> impl IntoView {
    let workspace = Workspace::provide();
    load_views(workspace);
    effect(move |_| {
        let place = workspace.full_place();
        if place.view.is_some() {
            workspace.queue.ask(place.filter(), workspace.order());
        }
    });
    use_title(move || {
        let view = workspace.view();
        let name = workspace.views.with(|views| {
            views
                .iter()
                .find(|known| Some(known.id.inner()) == view.as_deref())
                .map(|view| view.name.clone())
        });
        match (workspace.place.with(|place| place.reference.clone()), name) {
            (Some(reference), _) => reference,
            (None, Some(name)) => name,
            (None, None) => words::desk::title().to_owned(),
        }
    });
    let reference = memo(move |_| workspace.place.with(|place| place.reference.clone()));
    view! {
        <main class="desk" class:split=move || reference.with(Option::is_some)>
            <header class="desk-top" data-chrome="">
                <strong class="desk-name">{words::shell::workspace()}</strong>
                <ViewPicker/>
                <span class="grow"></span>
                <LogContact/>
                <LiveChip/>
                <NewsMenu/>
            </header>
            <Views/>
            <QueuePanel/>
            {move || reference.get().map(|reference| view! { <TicketPane reference/> })}
        </main>
    }
}

/// Says that what is on screen is the present, or that it is not.
#[component]
fn LiveChip() -> impl IntoView {
    let connection = live::connection();
    move || {
        let (tone, text) = match connection.get() {
            Connection::Live => ("ok", words::shell::live()),
            Connection::Connecting => ("neutral", words::desk::line_connecting()),
            Connection::Reconnecting => ("warn", words::desk::line_reconnecting()),
            Connection::Offline => ("warn", words::desk::line_offline()),
        };
        view! { <span class="chip live-chip" data-tone=tone><i class="live-dot" aria-hidden="true"></i>{text}</span> }
    }
}
