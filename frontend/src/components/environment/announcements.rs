//! Sentences for people who listen to the page. The shell holds the region that speaks them.

use crate::lean::*;

thread_local! {
    static SENTENCE: ArcRwSignal<String> = ArcRwSignal::new(String::new());
}

/// Says a sentence politely: after whatever is being read.
pub fn announce(sentence: impl Into<String>) {
    SENTENCE.with(|current| current.set(sentence.into()));
}

/// The last sentence, for the region of the shell.
#[must_use]
pub fn announcement() -> ArcReadSignal<String> {
    SENTENCE.with(ArcRwSignal::read_only)
}
