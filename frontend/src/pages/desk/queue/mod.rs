//! The list: loaded page by page, kept current by events, drawn only where it is seen.

pub mod items;
mod load;
mod panel;
mod table;
mod window;

pub use load::{Queue, QueueState};
pub use panel::QueuePanel;
