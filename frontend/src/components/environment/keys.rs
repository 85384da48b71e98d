//! Keys of the whole page. They never fire while somebody types or while a dialog is open, and can be switched off.

use std::{
    cell::RefCell,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::lean::*;
use leptos::ev;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::storage;
use crate::api;

const KEY: &str = "bellhop.keys";
/// How long the first key of a pair waits for the second.
const PAIR_MILLIS: i64 = 1_500;

/// Under which heading the overview lists a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShortcutGroup {
    List,
    Ticket,
    Places,
    General,
}

/// A key, or a pair of keys such as `g d`, with what it does.
#[derive(Clone)]
pub struct Shortcut {
    /// As `KeyboardEvent.key` names it; a pair has a space between.
    pub keys: &'static str,
    /// What it does, for the overview.
    pub label: &'static str,
    pub group: ShortcutGroup,
    action: Arc<dyn Fn() + Send + Sync>,
}

impl Shortcut {
    /// A key that does something.
    pub fn new(
        keys: &'static str,
        label: &'static str,
        group: ShortcutGroup,
        action: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        Self {
            keys,
            label,
            group,
            action: Arc::new(action),
        }
    }
}

impl Shortcut {
    /// Does it.
    pub fn run(&self) {
        (self.action)();
    }
}

static NEXT: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static SHORTCUTS: ArcRwSignal<Vec<(u64, Shortcut)>> = ArcRwSignal::new(Vec::new());
    static ON: ArcRwSignal<bool> = ArcRwSignal::new(storage::read(KEY).as_deref() != Some("off"));
    static PENDING: RefCell<Option<(String, i64)>> = const { RefCell::new(None) };
}

/// Registers keys for as long as the present component is shown. A later registration of a key goes before an earlier one.
pub fn use_shortcuts(added: Vec<Shortcut>) {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    SHORTCUTS.with(|all| {
        all.update(|all| all.extend(added.into_iter().map(|shortcut| (number, shortcut))))
    });
    on_cleanup(move || {
        SHORTCUTS.with(|all| all.update(|all| all.retain(|(known, _)| *known != number)))
    });
}

/// The keys that work at present, for the overview.
#[must_use]
pub fn shortcuts() -> Vec<Shortcut> {
    SHORTCUTS.with(|all| {
        all.get()
            .into_iter()
            .map(|(_, shortcut)| shortcut)
            .collect()
    })
}

/// Whether keys are on.
#[must_use]
pub fn shortcuts_are_on() -> bool {
    ON.with(|on| on.get())
}

/// Switches the keys on or off and remembers it.
pub fn turn_shortcuts(on: bool) {
    storage::write(KEY, if on { "on" } else { "off" });
    ON.with(|signal| signal.set(on));
}

/// Listens to the keyboard. Called once by the shell.
pub fn install_keys() {
    let handle = window_event_listener(ev::keydown, |event| {
        if event.default_prevented()
            || event.ctrl_key()
            || event.meta_key()
            || event.alt_key()
            || event.is_composing()
        {
            return;
        }
        if busy(&event) || !ON.with(|on| on.get_untracked()) {
            return;
        }
        let now = api::browser_now();
        let first = PENDING
            .take()
            .and_then(|(key, at)| (now - at <= PAIR_MILLIS).then_some(key));
        let outcome = SHORTCUTS.with(|all| {
            let all = all.get_untracked();
            let keys = all
                .iter()
                .map(|(_, shortcut)| shortcut.keys)
                .collect::<Vec<_>>();
            match found(&keys, first.as_deref(), &event.key()) {
                Found::Whole(index) => Some(Ok(all[index].1.action.clone())),
                Found::Begun => Some(Err(())),
                Found::Nothing => None,
            }
        });
        match outcome {
            Some(Ok(action)) => {
                event.prevent_default();
                action();
            }
            Some(Err(())) => PENDING.set(Some((event.key(), now))),
            None => {}
        }
    });
    // It listens for as long as the page lives.
    std::mem::forget(handle);
}

/// Whether the key belongs to whatever has the focus.
fn busy(event: &KeyboardEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let Some(target) = target else { return false };
    let typing = matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
        || target
            .dyn_ref::<HtmlElement>()
            .is_some_and(HtmlElement::is_content_editable);
    // Enter and Space press the control that has the focus.
    let pressing = matches!(event.key().as_str(), "Enter" | " ")
        && matches!(target.tag_name().as_str(), "BUTTON" | "A" | "SUMMARY");
    let covered = document()
        .query_selector("dialog[open], [popover]:popover-open")
        .ok()
        .flatten()
        .is_some();
    typing || pressing || covered
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Whole(usize),
    Begun,
    Nothing,
}

/// Which of the keys is meant, given the first key of a pair if one was pressed just before.
fn found(all: &[&str], first: Option<&str>, key: &str) -> Found {
    let position = |wanted: &str| all.iter().rposition(|keys| *keys == wanted);
    if let Some(first) = first
        && let Some(index) = position(&format!("{first} {key}"))
    {
        return Found::Whole(index);
    }
    if let Some(index) = position(key) {
        return Found::Whole(index);
    }
    let begins = all
        .iter()
        .any(|keys| keys.split_once(' ').is_some_and(|(first, _)| first == key));
    if begins { Found::Begun } else { Found::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_found_by_its_two_keys() {
        let all = ["j", "g d", "g p", "?"];
        assert_eq!(found(&all, None, "g"), Found::Begun);
        assert_eq!(found(&all, Some("g"), "p"), Found::Whole(2));
        assert_eq!(found(&all, None, "p"), Found::Nothing);
        assert_eq!(found(&all, None, "?"), Found::Whole(3));
    }

    #[test]
    fn a_key_that_ends_no_pair_counts_by_itself() {
        assert_eq!(found(&["j", "g d"], Some("g"), "j"), Found::Whole(0));
    }

    #[test]
    fn the_latest_registration_wins() {
        assert_eq!(found(&["e", "e"], None, "e"), Found::Whole(1));
    }
}
