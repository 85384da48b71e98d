//! What happens after a change of page, and the region that speaks.

use std::time::Duration;

use crate::lean::*;
use leptos_router::hooks::use_location;

use crate::components::environment::{announce, announcement, focus_heading};

/// After a change of page: focus on the heading, and its title is announced. Inside the workspace a change of ticket is
/// the workspace's own affair.
#[component]
pub fn AfterNavigation() -> impl IntoView {
    let location = use_location();
    effect(move |before: Option<String>| {
        let place = place(&location.pathname.get());
        if before.is_some_and(|before| before != place) {
            // The new page is on screen after the present turn.
            set_timeout(
                || {
                    focus_heading();
                    announce(document().title());
                },
                Duration::from_millis(60),
            );
        }
        place
    });
}

/// The part of an address within which moving is not a change of page.
fn place(path: &str) -> String {
    if path == "/desk" || path.starts_with("/desk/") {
        "/desk".to_owned()
    } else {
        path.to_owned()
    }
}

/// Speaks what [`announce`] was given.
#[component]
pub fn Announcer() -> impl IntoView {
    view! { <div class="sr-only" role="status" aria-live="polite">{move || announcement().get()}</div> }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn moving_within_the_workspace_is_no_change_of_page() {
        assert_eq!(place("/desk/mine"), place("/desk/mine/INC-000001"));
        assert_ne!(place("/requests"), place("/requests/INC-000001"));
        assert_ne!(place("/desk"), place("/desktop"));
    }
}
