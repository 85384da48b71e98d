//! Files: chosen, dropped or pasted, on their way up, and in a conversation.

mod chips;
mod tray;

pub use chips::FileChips;
pub use tray::{AttachButton, DropZone, Tray, TrayList};
