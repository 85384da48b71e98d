//! Pieces of operations that several pages ask for.

mod clocks;
mod files;
mod people;
mod search;
mod tickets;
mod viewer;

pub use clocks::{ClockFace, Span};
pub use files::{FileFace, file_link, remove_file};
pub use people::{DepartmentName, PersonBadge, ServiceName, TeamName};
pub use search::{Among, SearchHit, Segment, search};
pub use tickets::{TicketRow, TotalCount};
pub use viewer::{Viewer, fetch_viewer, set_ticket_mails};
