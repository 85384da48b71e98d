//! What all work records have in common: ticket, conversation, links, watchers, queues and views,
//! service-level clocks, notifications.

pub mod conversation;
pub mod entity;
pub mod firing;
pub mod live;
pub mod notification;
pub mod service_level;
pub mod store;
pub mod ticket;
pub mod view;
