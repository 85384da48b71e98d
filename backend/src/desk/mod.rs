//! What all work records have in common: ticket, conversation, attached files, links, watchers, routing, queues and views,
//! service-level clocks, notifications.

pub mod attachment;
pub mod conversation;
pub mod entity;
pub mod firing;
pub mod handover;
pub mod live;
pub mod live_list;
pub mod notification;
pub mod routing;
pub mod search;
pub mod service_level;
pub mod state_settings;
pub mod store;
pub mod ticket;
pub mod view;

use crate::platform::Platform;
use service_level::store::ServiceLevels;
use std::sync::Arc;

/// What acts on tickets need of a running server; cheap to clone.
#[derive(Clone)]
pub struct Desk {
    /// Database, clock, ids, feed.
    pub platform: Platform,
    /// Agreements and compiled calendars.
    pub service_levels: Arc<ServiceLevels>,
}

impl Desk {
    /// A desk that has looked up nothing yet.
    pub fn new(platform: Platform) -> Self {
        Self {
            platform,
            service_levels: Arc::default(),
        }
    }
}
