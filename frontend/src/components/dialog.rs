use crate::lean::*;
use leptos::html;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::{Icon, environment::focus_heading};

/// A native modal dialog; the browser keeps focus inside and gives it back.
///
/// The children exist only while it is open, so a form in it starts fresh each time. Its first control has the focus:
/// whoever opens a form by keyboard goes on typing, and Enter does not press the button that closes it.
#[component]
pub fn Dialog(
    /// Open or not; closing by Escape or by the button writes `false`.
    open: RwSignal<bool>,
    /// Its heading.
    #[prop(into)]
    title: Signal<String>,
    /// Name of the close button.
    #[prop(into)]
    close_word: String,
    /// Further classes, such as `dialog-wide`.
    #[prop(optional)]
    class: &'static str,
    /// Its content; close with the signal.
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let heading = next_id("dialog");
    effect(move |_| {
        let Some(element) = node.get() else { return };
        if open.get() {
            // Showing an already open dialog is the only way this fails.
            if !element.open() && element.show_modal().is_err() {
                element.set_open(true);
            }
            request_animation_frame(move || focus_first_control(&element));
        } else if element.open() {
            element.close();
        }
    });
    let children = StoredValue::new(children);
    let heading_id = heading.clone();
    let close_word = StoredValue::new(close_word);
    view! {
        <dialog
            node_ref=node
            class=format!("dialog {class}")
            aria-labelledby=heading
            on:close=move |_| {
                open.set(false);
                request_animation_frame(keep_a_focus);
            }
            on:click=move |event| {
                // A press on the veil is a press on the dialog element itself.
                if node.get_untracked().is_some_and(|element| event.target().as_ref() == Some(element.as_ref())) {
                    open.set(false);
                }
            }
        >
            <div class="dialog-frame">
                <div class="dialog-head">
                    <h2 id=heading_id>{move || title.get()}</h2>
                    <button
                        type="button"
                        class="btn btn-quiet btn-icon"
                        aria-label=close_word.get_value()
                        on:click=move |_| open.set(false)
                    >
                        <Icon name="x" />
                    </button>
                </div>
                <Show when=move || open.get()>
                    <div class="dialog-body">{children.read_value()()}</div>
                </Show>
            </div>
        </dialog>
    }
}

/// Puts the focus on the first control of the content, unless something in there took it already.
fn focus_first_control(dialog: &Element) {
    let body = dialog.query_selector(".dialog-body").ok().flatten();
    let Some(body) = body.filter(|body| !body.contains(document().active_element().as_deref()))
    else {
        return;
    };
    let first = body
        .query_selector(
            ":is(input, select, textarea):not([hidden], [disabled]), .dialog-actions button",
        )
        .ok()
        .flatten()
        .and_then(|first| first.dyn_into::<HtmlElement>().ok());
    if let Some(first) = first {
        // A control that is not shown cannot take the focus, and need not.
        _ = first.focus();
    }
}

/// A dialog that was opened by a key has no button to give the focus back to: it goes to the heading of what is on
/// screen, so that the next key is heard from there.
fn keep_a_focus() {
    let lost = document()
        .active_element()
        .is_none_or(|active| active.tag_name() == "BODY");
    if lost {
        focus_heading();
    }
}

/// An id that no other element of this page has.
pub(super) fn next_id(prefix: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("{prefix}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
