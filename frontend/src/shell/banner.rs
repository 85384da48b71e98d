//! A quiet word when the page is not the present.

use std::time::Duration;

use crate::lean::*;

use crate::{
    api::session::{self, Session},
    components::environment::announce,
    live::{self, Connection},
    words,
};

/// How long a lost line may take to come back before anything is said.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Says that the line is lost, once it has been for a moment.
#[component]
pub fn Banner() -> impl IntoView {
    let shown = RwSignal::new(None::<Connection>);
    effect(move |_| {
        let state = live::connection().get();
        let signed_in = session::state().get() == Session::SignedIn;
        match state {
            Connection::Offline => shown.set(Some(state)),
            Connection::Reconnecting if signed_in => set_timeout(
                move || {
                    if live::connection().get_untracked() == Connection::Reconnecting {
                        shown.set(Some(Connection::Reconnecting));
                    }
                },
                PATIENCE,
            ),
            _ => {
                if shown.get_untracked().is_some() {
                    announce(words::shell::back());
                    shown.set(None);
                }
            }
        }
    });
    move || {
        shown.get().map(|state| {
            let sentence = if state == Connection::Offline {
                words::shell::offline()
            } else {
                words::shell::reconnecting()
            };
            view! { <div class="line-banner" role="status">{sentence}</div> }
        })
    }
}
