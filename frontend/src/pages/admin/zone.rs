//! The question for a time zone.

use crate::lean::*;
use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::{components::SelectField, words::admin as words};

/// A time zone, chosen from those that the browser knows.
#[component]
pub fn ZoneField(
    /// The zone's IANA name.
    value: RwSignal<String>,
    /// What is wrong with it.
    #[prop(into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let mut zones = known();
    let present = value.get_untracked();
    if !present.is_empty() && !zones.contains(&present) {
        zones.insert(0, present);
    }
    let options: Vec<_> = zones
        .into_iter()
        .map(|zone| (zone.clone(), zone.replace('_', " ")))
        .collect();
    view! { <SelectField label=words::zone() value options required=true error /> }
}

/// The zones that the browser knows; none of an old browser, which then keeps the present one.
fn known() -> Vec<String> {
    let list = Reflect::get(&js_sys::global(), &"Intl".into())
        .and_then(|intl| Reflect::get(&intl, &"supportedValuesOf".into()))
        .and_then(JsCast::dyn_into::<Function>)
        .and_then(|list| list.call1(&JsValue::NULL, &"timeZone".into()))
        .and_then(JsCast::dyn_into::<Array>);
    list.map(|list| list.iter().filter_map(|zone| zone.as_string()).collect())
        .unwrap_or_default()
}
