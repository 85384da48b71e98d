//! What happened on somebody's tickets.

use crate::lean::*;

use super::portal::NewsList;
use crate::{components::environment::use_title, words};

/// The page of all notifications.
#[component]
pub fn Notifications() -> impl IntoView {
    use_title(|| words::shell::notifications().to_owned());
    view! { <NewsList /> }
}
