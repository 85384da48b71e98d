//! Light, dark, or as the system says.

use crate::lean::*;

use super::storage;

const KEY: &str = "bellhop.theme";

/// The chosen theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    System,
    Light,
    Dark,
}

impl Theme {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The name that styles and storage use.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

thread_local! {
    static THEME: ArcRwSignal<Theme> = ArcRwSignal::new(remembered());
}

fn remembered() -> Theme {
    let key = storage::read(KEY).unwrap_or_default();
    Theme::ALL
        .into_iter()
        .find(|theme| theme.key() == key)
        .unwrap_or(Theme::System)
}

/// The chosen theme, as a signal.
#[must_use]
pub fn theme() -> ArcReadSignal<Theme> {
    THEME.with(ArcRwSignal::read_only)
}

/// Chooses a theme and remembers it.
pub fn choose_theme(theme: Theme) {
    storage::write(KEY, theme.key());
    THEME.with(|current| current.set(theme));
}

/// Puts the theme on the document, now and whenever it changes. Called once by the shell.
pub fn apply_theme() {
    effect(|_| {
        let theme = theme().get();
        if let Some(root) = document().document_element() {
            // An attribute of the root element can always be set.
            _ = match theme {
                Theme::System => root.remove_attribute("data-theme"),
                chosen => root.set_attribute("data-theme", chosen.key()),
            };
        }
    });
}
