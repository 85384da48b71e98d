//! A ticket's life: opened, assigned, worked on, held, resolved, reopened, closed.

pub mod act;
pub mod edit;
pub mod kind;
pub mod lifecycle;
pub mod link;
pub mod open;
pub mod watch;
