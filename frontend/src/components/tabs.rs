use crate::lean::*;
use leptos::ev;
use wasm_bindgen::JsCast;

use super::{Tone, menu::focus};

/// One tab of [`Tabs`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab {
    /// What is written to the signal.
    pub value: &'static str,
    /// Its words.
    pub text: String,
    /// Its colour while it is the one.
    pub tone: Tone,
}

/// Tabs over a panel that shows one thing at a time. Arrow keys move and select.
///
/// The panel has `role="tabpanel"`, the id `{id}-panel` and is named by `aria-labelledby="{id}-{value}"`.
#[component]
pub fn Tabs(
    /// Prefix of the ids of tabs and panel.
    id: &'static str,
    /// What the tabs choose.
    #[prop(into)]
    label: Signal<String>,
    /// The tabs.
    #[prop(into)]
    tabs: Signal<Vec<Tab>>,
    /// The one that shows.
    active: RwSignal<&'static str>,
) -> impl IntoView {
    let on_key = move |event: ev::KeyboardEvent| {
        let list = tabs.get_untracked();
        let Some(at) = list
            .iter()
            .position(|tab| tab.value == active.get_untracked())
        else {
            return;
        };
        let next = match event.key().as_str() {
            "ArrowRight" => (at + 1) % list.len(),
            "ArrowLeft" => (at + list.len() - 1) % list.len(),
            "Home" => 0,
            "End" => list.len() - 1,
            _ => return,
        };
        event.prevent_default();
        active.set(list[next].value);
        if let Some(tab) = document()
            .get_element_by_id(&format!("{id}-{}", list[next].value))
            .and_then(|tab| tab.dyn_into().ok())
        {
            focus(&tab);
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label=move || label.get() on:keydown=on_key>
            <For each=move || tabs.get() key=|tab| (tab.value, tab.text.clone()) let:tab>
                <button
                    type="button"
                    class="tab"
                    role="tab"
                    id=format!("{id}-{}", tab.value)
                    aria-controls=format!("{id}-panel")
                    data-tone=tab.tone.as_str()
                    aria-selected=move || if active.get() == tab.value { "true" } else { "false" }
                    tabindex=move || if active.get() == tab.value { "0" } else { "-1" }
                    on:click=move |_| active.set(tab.value)
                >
                    {tab.text}
                </button>
            </For>
        </div>
    }
}
