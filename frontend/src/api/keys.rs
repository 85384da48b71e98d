//! Keys by which the server knows a second sending of the same act.

use js_sys::{Reflect, Uint8Array};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};

use super::browser_now;

/// A key that nobody used before: 128 random bits in hexadecimal. The only place of the client that makes one.
#[must_use]
pub fn fresh_key() -> String {
    let bytes = Uint8Array::new_with_length(16);
    let crypto = Reflect::get(&window(), &"crypto".into()).unwrap_or(JsValue::UNDEFINED);
    let fill = Reflect::get(&crypto, &"getRandomValues".into())
        .ok()
        .and_then(|found| found.dyn_into::<js_sys::Function>().ok());
    let filled = fill.is_some_and(|fill| fill.call1(&crypto, &bytes).is_ok());
    if !filled {
        // Every browser that runs WebAssembly has it; this only keeps the sending possible.
        return format!("{}-{}", browser_now(), js_sys::Math::random());
    }
    bytes
        .to_vec()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
