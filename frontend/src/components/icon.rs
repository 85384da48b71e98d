use crate::lean::*;

use super::glyphs::{drawing, names};

/// A line icon by its Lucide name. Always decoration: the words stand beside it or on its button.
#[component]
pub fn Icon(
    /// Lucide name such as `search`; unknown names become a circle.
    #[prop(into)]
    name: String,
    /// Further classes, such as `icon-l`.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let class = if class.is_empty() {
        "icon".to_owned()
    } else {
        format!("icon {class}")
    };
    view! {
        <svg class=class viewBox="0 0 24 24" aria-hidden="true" focusable="false" inner_html=drawing(&name)></svg>
    }
}

/// Names of the icons that somebody can choose for something of theirs; those that only stand on controls are left out.
pub fn icon_names() -> impl Iterator<Item = &'static str> {
    const OF_CONTROLS: [&str; 5] = ["arrow-", "chevron-", "circle-", "list-", "undo-"];
    names().filter(|name| !OF_CONTROLS.iter().any(|begin| name.starts_with(begin)))
}
