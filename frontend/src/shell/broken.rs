//! What a person sees after the client has failed. Nothing of the client is trusted here: plain words in the plain
//! document, and a link that the browser follows by itself.

use std::{cell::Cell, panic::PanicHookInfo};

use leptos::{leptos_dom::logging::console_error, prelude::document};

use crate::words::shell as words;

/// Tells the console, and the person.
pub fn tell(panic: &PanicHookInfo<'_>) {
    thread_local! {
        static TOLD: Cell<bool> = const { Cell::new(false) };
    }
    // Without this a panic would reach the console as a bare "unreachable".
    console_error(&panic.to_string());
    // What the ruins do afterwards is of no interest.
    if TOLD.replace(true) {
        return;
    }
    let document = document();
    let Some(body) = document.body() else { return };
    // `rel="external"`: the link is the browser's and not the router's. The words are our own and need no escaping.
    body.set_inner_html(&format!(
        r#"<main class="message-page" role="alert"><h1 tabindex="-1">{}</h1><p>{}</p><a class="btn btn-primary" rel="external" href="">{}</a></main>"#,
        words::broken_title(),
        words::broken_text(),
        words::reload(),
    ));
    document.set_title(words::broken_title());
}
