use crate::lean::*;

use super::Icon;
use crate::words;

/// Nothing is there, and what to do next.
#[component]
pub fn EmptyState(
    /// Lucide name.
    #[prop(default = "inbox")]
    icon: &'static str,
    /// What is so.
    #[prop(into)]
    title: Signal<String>,
    /// More about it; empty for none.
    #[prop(into, optional)]
    text: Signal<String>,
    /// The next useful action.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon name=icon />
            <p class="empty-title">{move || title.get()}</p>
            {move || {
                let text = text.get();
                (!text.is_empty()).then(|| view! { <p>{text}</p> })
            }}
            {children.map(|children| children())}
        </div>
    }
}

/// Something could not be loaded; tries again at a press.
#[component]
pub fn ErrorState(
    /// Why, in a sentence.
    #[prop(into)]
    text: Signal<String>,
    /// Tries again.
    #[prop(into)]
    on_retry: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="empty" role="alert">
            <Icon name="triangle-alert" />
            <p class="empty-title">{words::components::not_loaded()}</p>
            <p>{move || text.get()}</p>
            <button type="button" class="btn" on:click=move |_| on_retry.run(())>
                <Icon name="refresh-cw" />
                {words::components::try_again()}
            </button>
        </div>
    }
}

/// Grey bones in the shape of what is coming.
#[component]
pub fn Skeleton(
    /// How many lines.
    #[prop(default = 3)]
    lines: usize,
    /// Blocks of the height of a card in place of lines.
    #[prop(optional)]
    blocks: bool,
) -> impl IntoView {
    let bones = (0..lines)
        .map(|line| {
            let class = if blocks { "bone bone-block" } else { "bone" };
            let width = if blocks {
                100
            } else {
                [92, 78, 85, 60][line % 4]
            };
            view! { <span class=class style:--w=format!("{width}%")></span> }
        })
        .collect_view();
    view! {
        <div class="skeleton" role="status">
            <span class="sr-only">{words::components::loading()}</span>
            {bones}
        </div>
    }
}
