//! One interval for every clock on screen.

use gloo_timers::callback::Interval;
use leptos::prelude::*;

use crate::api::{self, Timestamp};

thread_local! {
    static NOW: ArcRwSignal<Timestamp> = ArcRwSignal::new(api::now());
}

/// The server's present as a signal that moves once a second.
#[must_use]
pub fn now() -> ArcReadSignal<Timestamp> {
    NOW.with(ArcRwSignal::read_only)
}

/// Starts the interval. Called once.
pub(super) fn start() {
    // It ticks for as long as the page lives.
    Interval::new(1_000, || NOW.with(|now| now.set(api::now()))).forget();
}
