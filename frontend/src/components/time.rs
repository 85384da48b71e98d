use crate::lean::*;

use super::environment::ViewerSignal;
use crate::{api::Timestamp, live, words};

/// A time by its distance from now, moving on by itself; exact, with its zone, on hover and focus.
#[component]
pub fn RelativeTime(
    /// When.
    #[prop(into)]
    at: Signal<Timestamp>,
    /// Reached by Tab, so that the exact time can be seen without a mouse. Off in lists whose rows are links.
    #[prop(default = true)]
    focusable: bool,
) -> impl IntoView {
    let zone = use_context::<ViewerSignal>().map_or_else(String::new, |viewer| {
        viewer.with_untracked(|viewer| viewer.person.timezone.clone())
    });
    let now = live::now();
    let text = memo(move |_| words::format::relative(at.get(), now.get()));
    let exact = memo(move |_| words::format::exact(at.get(), &zone));
    view! {
        <time
            class="when"
            datetime=move || at.get().to_string()
            data-exact=move || exact.get()
            title=move || (!focusable).then(|| exact.get())
            tabindex=focusable.then_some("0")
            aria-label=move || focusable.then(|| format!("{}, {}", text.get(), exact.get()))
        >
            {move || text.get()}
        </time>
    }
}
