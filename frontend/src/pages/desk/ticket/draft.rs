//! What somebody is writing, kept in the browser until it is sent.

use std::time::Duration;

use crate::lean::*;

use crate::components::environment::storage;

/// How long somebody pauses before the draft is saved.
const PAUSE: Duration = Duration::from_millis(350);

/// A text that survives a reload and a lost connection.
#[derive(Clone, Copy)]
pub struct Draft {
    pub text: RwSignal<String>,
    /// What is written is saved.
    pub saved: RwSignal<bool>,
    key: StoredValue<String>,
    number: StoredValue<u64>,
}

impl Draft {
    /// The draft under this name, as it was left.
    pub fn open(name: &str) -> Self {
        let key = format!("bellhop.draft.{name}");
        let text = storage::read(&key).unwrap_or_default();
        Self {
            saved: RwSignal::new(!text.is_empty()),
            text: RwSignal::new(text),
            key: StoredValue::new(key),
            number: StoredValue::new(0),
        }
    }

    /// Takes what is written, and saves it when the writing pauses.
    pub fn write(self, text: String) {
        self.text.set(text);
        self.saved.set(false);
        let number = self.number.get_value() + 1;
        self.number.set_value(number);
        let key = self.key.get_value();
        let text = self.text.get_untracked();
        // The page may be left before the pause is over: what is at hand is saved all the same.
        set_timeout(
            move || {
                if self
                    .number
                    .try_get_value()
                    .is_none_or(|latest| latest == number)
                {
                    save(&key, &text);
                    _ = self.saved.try_set(!text.is_empty());
                }
            },
            PAUSE,
        );
    }

    /// Forgets the draft.
    pub fn clear(self) {
        self.number.update_value(|number| *number += 1);
        storage::forget(&self.key.get_value());
        self.text.set(String::new());
        self.saved.set(false);
    }
}

fn save(key: &str, text: &str) {
    if text.trim().is_empty() {
        storage::forget(key);
    } else {
        storage::write(key, text);
    }
}
