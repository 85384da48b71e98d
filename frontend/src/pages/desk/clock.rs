//! Clocks as the workspace shows them.

use crate::lean::*;

use crate::{
    api::operations::ClockFace,
    components::{ClockChip, Tone},
    live::{
        self,
        countdown::{Mood, Standing, standing},
    },
    words::{self, format, terms::Named},
};

/// The colour of a clock's mood.
pub fn tone(mood: Mood) -> Tone {
    match mood {
        Mood::Soon => Tone::Warn,
        Mood::Overdue | Mood::Missed => Tone::Bad,
        Mood::Met => Tone::Ok,
        Mood::Calm | Mood::Paused | Mood::Void => Tone::Neutral,
    }
}

/// In a list there is room for a few letters only.
fn brief(clock: &ClockFace, standing: Standing) -> String {
    match standing.mood {
        Mood::Calm => format::duration(standing.remaining_seconds),
        Mood::Paused => words::terms_words::left_paused().to_owned(),
        _ => format::clock_words(clock, standing),
    }
}

/// A clock's chip in a list.
#[component]
pub fn RowClock(clock: ClockFace) -> impl IntoView {
    let label = clock.target.word();
    let now = live::now();
    let shown = memo(move |_| {
        let standing = standing(&clock, now.get());
        (
            tone(standing.mood),
            brief(&clock, standing),
            standing.used_percent,
            standing.mood == Mood::Paused,
        )
    });
    view! {
        <ClockChip
            tone=Signal::derive(move || shown.with(|shown| shown.0))
            text=Signal::derive(move || shown.with(|shown| shown.1.clone()))
            used=Signal::derive(move || f64::from(shown.with(|shown| shown.2)))
            paused=Signal::derive(move || shown.with(|shown| shown.3))
            label=label/>
    }
}
