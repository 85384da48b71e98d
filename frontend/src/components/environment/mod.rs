//! What every page needs from the browser around it: title, announcements, keys, theme, storage, and who is looking.

mod announcements;
mod keys;
pub mod storage;
mod theme;
mod title;
mod viewer;

pub use announcements::{announce, announcement};
pub use keys::{
    Shortcut, ShortcutGroup, install_keys, shortcuts, shortcuts_are_on, turn_shortcuts,
    use_shortcuts,
};
pub use theme::{Theme, apply_theme, choose_theme, theme};
pub use title::{focus_heading, use_title};
pub use viewer::{ViewerSignal, provide_viewer, use_viewer};
