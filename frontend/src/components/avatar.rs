use crate::lean::*;

/// A person's two letters on a colour of their own.
///
/// Decoration beside a written name; give `alone` where the avatar is all there is.
#[component]
pub fn Avatar(
    /// Two letters.
    #[prop(into)]
    initials: String,
    /// 0–359 degrees.
    hue: i32,
    /// The person's full name, for the tooltip and for those who listen.
    #[prop(into)]
    name: String,
    /// `""`, `"avatar-m"` or `"avatar-l"`.
    #[prop(optional)]
    size: &'static str,
    /// No name is written beside it.
    #[prop(optional)]
    alone: bool,
) -> impl IntoView {
    let class = format!("avatar {size}");
    let letters = initials;
    view! {
        <span
            class=class
            style:--h=hue.to_string()
            title=alone.then(|| name.clone())
            role=alone.then_some("img")
            aria-label=alone.then_some(name)
            aria-hidden=(!alone).then_some("true")
        >
            {letters}
        </span>
    }
}
