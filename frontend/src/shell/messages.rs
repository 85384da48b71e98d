//! Whole pages that say one thing.

use crate::lean::*;

use crate::{api::ApiError, components::environment::use_title, words};

/// A page that says one thing and offers the way home.
#[component]
pub fn Message(title: &'static str, text: &'static str) -> impl IntoView {
    use_title(move || title.to_owned());
    view! {
        <main class="message-page">
            <h1>{title}</h1>
            <p>{text}</p>
            <a class="btn" href="/">{words::shell::go_home()}</a>
        </main>
    }
}

/// The address leads nowhere.
#[component]
pub fn NotFound() -> impl IntoView {
    view! { <Message title=words::shell::not_found_title() text=words::shell::not_found_text()/> }
}

/// The page's data could not be loaded.
#[component]
pub fn Failed(error: ApiError, on_retry: impl Fn() + Send + Sync + 'static) -> impl IntoView {
    use_title(|| words::shell::failed_title().to_owned());
    view! {
        <main class="message-page" role="alert">
            <h1>{words::shell::failed_title()}</h1>
            <p>{error.sentence()}</p>
            <button class="btn btn-primary" type="button" on:click=move |_| on_retry()>{words::shell::try_again()}</button>
        </main>
    }
}

/// While it is not known who is there. Shows itself only when that takes a while (style).
#[component]
pub fn Splash() -> impl IntoView {
    view! { <div class="splash" role="status"><span>{words::shell::loading()}</span></div> }
}
