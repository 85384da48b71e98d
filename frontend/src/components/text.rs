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

/// Plain text of which parts are marked: what a search found.
#[component]
pub fn Marked(
    /// Its parts, and which of them are marked.
    parts: Vec<(String, bool)>,
) -> impl IntoView {
    parts
        .into_iter()
        .map(|(text, marked)| match marked {
            true => view! { <mark>{text}</mark> }.into_any(),
            false => text.into_any(),
        })
        .collect_view()
}
