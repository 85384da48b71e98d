//! What this browser remembers. Where it may not remember anything, everything works but for that.

use leptos::prelude::window;
use web_sys::Storage;

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// What is remembered under the key.
#[must_use]
pub fn read(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Remembers the text. False where the browser refuses.
pub fn write(key: &str, text: &str) -> bool {
    storage().is_some_and(|storage| storage.set_item(key, text).is_ok())
}

/// Forgets the key.
pub fn forget(key: &str) {
    if let Some(storage) = storage() {
        // Refusal to forget leaves nothing to do.
        _ = storage.remove_item(key);
    }
}
