//! The list: loaded page by page, kept current by events, drawn only where it is seen.

mod items;
mod load;
mod panel;
mod table;
mod window;

pub use items::{priority_tone, state_tone};
pub use load::{Queue, QueueState};
pub use panel::QueuePanel;
