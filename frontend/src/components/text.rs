use crate::lean::*;

/// Written text as the server made it from Markdown: already sanitised there.
#[component]
pub fn Markdown(
    /// HTML out of a `…Html` field of the API, never anything else.
    #[prop(into)]
    html: Signal<String>,
) -> impl IntoView {
    view! { <div class="prose" dir="auto" inner_html=move || html.get()></div> }
}
