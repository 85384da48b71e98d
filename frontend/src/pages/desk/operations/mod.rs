//! What the workspace asks of the API.

mod actions;
mod choices;
mod contact;
mod explanation;
mod queue;
mod ticket;

pub use actions::*;
pub use choices::*;
pub use contact::*;
pub use explanation::*;
pub use queue::*;
pub use ticket::*;
