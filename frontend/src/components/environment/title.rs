//! The document's title, and focus after a change of page.

use crate::lean::*;
use wasm_bindgen::JsCast;
use web_sys::{FocusOptions, HtmlElement};

use crate::words;

/// Sets the document's title for as long as the page is shown.
pub fn use_title(title: impl Fn() -> String + Send + Sync + 'static) {
    effect(move |_| {
        let title = title();
        let text = if title.is_empty() {
            words::shell::product().to_owned()
        } else {
            words::shell::page_title(title)
        };
        document().set_title(&text);
    });
}

/// Puts the focus on the heading of what is on screen: the open ticket's, else the page's (`h1`), so that the next Tab
/// and the next sentence start there.
pub fn focus_heading() {
    let found = |selector| document().query_selector(selector).ok().flatten();
    let heading = found("#ticket-title")
        .or_else(|| found("main h1, h1"))
        .and_then(|found| found.dyn_into::<HtmlElement>().ok());
    let Some(heading) = heading else { return };
    if !heading.has_attribute("tabindex") {
        // An attribute of an element can always be set.
        _ = heading.set_attribute("tabindex", "-1");
    }
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    _ = heading.focus_with_options(&options);
}
