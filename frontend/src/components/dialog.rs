use crate::lean::*;
use leptos::html;

use super::Icon;

/// A native modal dialog; the browser keeps focus inside and gives it back.
///
/// The children exist only while it is open, so a form in it starts fresh each time.
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
            on:close=move |_| open.set(false)
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

/// An id that no other element of this page has.
pub(super) fn next_id(prefix: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("{prefix}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
