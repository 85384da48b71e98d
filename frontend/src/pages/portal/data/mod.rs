//! What the portal asks of the API: requests as their requester sees them, what can be asked for, and whom to ask for.

mod acts;
mod catalog;
mod list;
mod news;
mod request;

pub use acts::*;
pub use catalog::*;
pub use list::*;
pub use news::*;
pub use request::*;
