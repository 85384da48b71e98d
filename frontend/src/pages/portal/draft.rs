//! Half-filled forms that survive a reload.

use crate::lean::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    api::fresh_key,
    components::environment::{storage, use_viewer},
};

/// What is kept of a form: what was written, and the key under which it will be sent, so that sending it twice
/// after a reload makes one request.
#[derive(Serialize, Deserialize)]
struct Kept<T> {
    key: String,
    content: T,
}

/// The memory of one form of one person.
#[derive(Clone, Copy)]
pub struct Draft {
    place: StoredValue<String>,
    key: RwSignal<String>,
    /// Whether something was found from before.
    pub restored: RwSignal<bool>,
    sent: StoredValue<bool>,
}

impl Draft {
    /// Opens the memory of the form `name`. Gives what was kept from before, if anything.
    pub fn open<T: DeserializeOwned>(name: &str) -> (Self, Option<T>) {
        let person = use_viewer().with_untracked(|viewer| viewer.person.id.inner().to_owned());
        let place = format!("bellhop.draft.{person}.{name}");
        let kept =
            storage::read(&place).and_then(|text| serde_json::from_str::<Kept<T>>(&text).ok());
        let (key, content) = kept.map_or_else(
            || (fresh_key(), None),
            |kept| (kept.key, Some(kept.content)),
        );
        let draft = Self {
            place: StoredValue::new(place),
            key: RwSignal::new(key),
            restored: RwSignal::new(content.is_some()),
            sent: StoredValue::new(false),
        };
        (draft, content)
    }

    /// Keeps what `content` gives, now and whenever the signals it reads change; forgets it while `content` gives nothing.
    pub fn keep<T: Serialize>(self, content: impl Fn() -> Option<T> + 'static) {
        effect(move |before: Option<()>| {
            let content = content();
            if before.is_none() || self.sent.get_value() {
                return;
            }
            match content {
                Some(content) => {
                    let kept = Kept {
                        key: self.key.get_untracked(),
                        content,
                    };
                    if let Ok(text) = serde_json::to_string(&kept) {
                        self.place.with_value(|place| storage::write(place, &text));
                    }
                }
                None => self.place.with_value(|place| storage::forget(place)),
            }
        });
    }

    /// The key under which this form is sent, however often.
    pub fn key(self) -> String {
        self.key.get_untracked()
    }

    /// The form was sent or thrown away: nothing is kept, and the next one is another.
    pub fn done(self) {
        self.sent.set_value(true);
        self.place.with_value(|place| storage::forget(place));
        self.key.set(fresh_key());
        self.restored.set(false);
    }

    /// The next thing written is kept again.
    pub fn again(self) {
        self.done();
        self.sent.set_value(false);
    }
}
