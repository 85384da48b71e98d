use crate::lean::*;
use leptos::{ev, html};
use wasm_bindgen::JsCast;

use super::Icon;

/// A button with a panel of actions under it.
///
/// Arrow keys move, Escape closes and gives focus back, a press elsewhere closes.
#[component]
pub fn Menu(
    /// Name of the button, for those who listen; the face of it is `button`.
    #[prop(into)]
    label: Signal<String>,
    /// Classes of the button.
    #[prop(default = "btn btn-quiet")]
    button_class: &'static str,
    /// `end` (default) or `start`: the edge the panel keeps to.
    #[prop(default = "end")]
    align: &'static str,
    /// `down` (default) or `up`.
    #[prop(default = "down")]
    side: &'static str,
    /// What the button shows.
    #[prop(into)]
    button: ViewFn,
    /// `MenuItem`s, headings and rules.
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    provide_context(MenuOpen(open));
    let root = NodeRef::<html::Div>::new();
    let trigger = NodeRef::<html::Button>::new();
    let children = StoredValue::new(children);

    let elsewhere = window_event_listener(ev::pointerdown, move |event| {
        if !open.get_untracked() {
            return;
        }
        let inside = root
            .get_untracked()
            .zip(
                event
                    .target()
                    .and_then(|target| target.dyn_into::<web_sys::Node>().ok()),
            )
            .is_some_and(|(root, target)| root.contains(Some(&target)));
        if !inside {
            open.set(false);
        }
    });
    on_cleanup(move || elsewhere.remove());

    let close = move || {
        open.set(false);
        if let Some(trigger) = trigger.get_untracked() {
            focus(&trigger);
        }
    };
    let move_focus = move |step: i32, from_edge: bool| {
        let items = items_of(root);
        let count = items.len() as i32;
        if count == 0 {
            return;
        }
        let at = document().active_element().and_then(|active| {
            items
                .iter()
                .position(|item| item.is_same_node(Some(&active)))
        });
        let next = match at {
            Some(at) if !from_edge => (at as i32 + step).rem_euclid(count),
            _ if step < 0 => count - 1,
            _ => 0,
        };
        focus(&items[next as usize]);
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let key = event.key();
        if !open.get_untracked() {
            if key == "ArrowDown" {
                event.prevent_default();
                open.set(true);
                request_animation_frame(move || move_focus(1, true));
            }
            return;
        }
        match key.as_str() {
            "Escape" => {
                event.stop_propagation();
                close();
            }
            "ArrowDown" => move_focus(1, false),
            "ArrowUp" => move_focus(-1, false),
            "Home" => move_focus(1, true),
            "End" => move_focus(-1, true),
            "Tab" => {
                open.set(false);
                return;
            }
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <div class="menu" node_ref=root on:keydown=on_key>
            <button
                type="button"
                class=button_class
                node_ref=trigger
                aria-haspopup="menu"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-label=move || label.get()
                on:click=move |_| {
                    let opening = !open.get_untracked();
                    open.set(opening);
                    if opening {
                        request_animation_frame(move || move_focus(1, true));
                    }
                }
            >
                {move || button.run()}
            </button>
            <Show when=move || open.get()>
                <div class="menu-panel" role="menu" data-align=align data-side=side aria-label=move || label.get()>
                    {children.read_value()()}
                </div>
            </Show>
        </div>
    }
}

#[derive(Clone, Copy)]
struct MenuOpen(RwSignal<bool>);

/// One action of a [`Menu`]: a button, or a link where `href` is given.
#[component]
pub fn MenuItem(
    /// Lucide name; none when empty.
    #[prop(optional)]
    icon: &'static str,
    /// What it does.
    #[prop(into)]
    text: Signal<String>,
    /// Where it leads.
    #[prop(into, optional)]
    href: String,
    /// What it does here.
    #[prop(into, optional)]
    on_pick: Option<Callback<()>>,
    /// For choices of which one holds: whether this is the one.
    #[prop(into, optional)]
    checked: Option<Signal<bool>>,
    /// The key that does the same, as shown.
    #[prop(optional)]
    key: &'static str,
) -> impl IntoView {
    let open = use_context::<MenuOpen>().map(|MenuOpen(open)| open);
    let pick = move || {
        if let Some(open) = open {
            open.set(false);
        }
        if let Some(on_pick) = on_pick {
            on_pick.run(());
        }
    };
    let inside = move || {
        view! {
            {(!icon.is_empty()).then(|| view! { <Icon name=icon /> })}
            <span>{move || text.get()}</span>
            {(!key.is_empty()).then(|| view! { <kbd>{key}</kbd> })}
        }
    };
    if href.is_empty() {
        let role = if checked.is_some() {
            "menuitemradio"
        } else {
            "menuitem"
        };
        view! {
            <button
                type="button"
                class="menu-item"
                role=role
                tabindex="-1"
                aria-checked=move || checked.map(|checked| if checked.get() { "true" } else { "false" })
                on:click=move |_| pick()
            >
                {inside()}
            </button>
        }
        .into_any()
    } else {
        view! {
            <a class="menu-item" role="menuitem" tabindex="-1" href=href on:click=move |_| pick()>
                {inside()}
            </a>
        }
        .into_any()
    }
}

fn items_of(root: NodeRef<html::Div>) -> Vec<web_sys::HtmlElement> {
    let Some(found) = root
        .get_untracked()
        .and_then(|root| root.query_selector_all("[role^=menuitem]").ok())
    else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|at| found.item(at)?.dyn_into().ok())
        .collect()
}

/// Focus fails only for elements that left the page meanwhile.
pub(super) fn focus(element: &web_sys::HtmlElement) {
    _ = element.focus();
}
