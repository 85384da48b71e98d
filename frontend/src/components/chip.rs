use crate::lean::*;

use super::Icon;

/// What a colour says; the words beside it say it too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to remark.
    #[default]
    Neutral,
    /// Done, kept, healthy.
    Ok,
    /// Soon, or waiting for the reader.
    Warn,
    /// Late, failed, destructive.
    Bad,
    /// Under way.
    Accent,
    /// Internal to those who work the ticket.
    Note,
}

impl Tone {
    /// The value of `data-tone`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Accent => "accent",
            Self::Note => "note",
        }
    }
}

/// A word or two that classify something: a state, a priority, a count.
#[component]
pub fn Chip(
    /// Its colour.
    #[prop(into, optional)]
    tone: Signal<Tone>,
    /// Lucide name of a drawing before the words; none when empty.
    #[prop(into, optional)]
    icon: Signal<String>,
    /// The words.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    view! {
        <span class="chip" data-tone=move || tone.get().as_str()>
            {move || {
                let name = icon.get();
                (!name.is_empty()).then(|| view! { <Icon name /> })
            }}
            {move || text.get()}
        </span>
    }
}

/// A promise's clock: the time left in words over a thin bar of what is used up.
#[component]
pub fn ClockChip(
    /// How it stands.
    #[prop(into)]
    tone: Signal<Tone>,
    /// Such as "38 min left", "overdue 12 min", "paused".
    #[prop(into)]
    text: Signal<String>,
    /// Used share in percent, 0–100.
    #[prop(into)]
    used: Signal<f64>,
    /// The clock stands still.
    #[prop(into, optional)]
    paused: Signal<bool>,
    /// Opens the explanation; without it the chip is plain text.
    #[prop(optional, into)]
    on_open: Option<Callback<()>>,
    /// What it is the clock of, for those who listen: "Resolution".
    #[prop(into, optional)]
    label: Signal<String>,
) -> impl IntoView {
    let icon = move || match tone.get() {
        Tone::Bad => Some("circle-alert"),
        _ if paused.get() => Some("pause"),
        Tone::Warn => Some("hourglass"),
        Tone::Ok => Some("check"),
        _ => None,
    };
    let inside = move || {
        view! {
            {move || icon().map(|name| view! { <Icon name /> })}
            {move || {
                let label = label.get();
                (!label.is_empty()).then(|| view! { <span class="sr-only">{label} ": "</span> })
            }}
            {move || text.get()}
        }
    };
    let used = move || format!("{:.0}", used.get().clamp(0.0, 100.0));
    let still = move || paused.get().then_some("");
    match on_open {
        Some(open) => view! {
            <button
                type="button"
                class="chip clock"
                data-tone=move || tone.get().as_str()
                data-paused=still
                style:--used=used
                on:click=move |event| {
                    event.stop_propagation();
                    open.run(());
                }
            >
                {inside()}
            </button>
        }
        .into_any(),
        None => view! {
            <span class="chip clock" data-tone=move || tone.get().as_str() data-paused=still style:--used=used>
                {inside()}
            </span>
        }
        .into_any(),
    }
}
