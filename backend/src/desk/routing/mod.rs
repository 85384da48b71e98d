//! To which team of its department a new ticket goes, and to whom in it.
//!
//! Each department has its own list of rules; the first that fits decides, and may name a team of that department alone.
//! So no rule moves a ticket from one department to another, and whoever may set a department up may set its rules. Where
//! no rule fits, the teams of category, service and catalog item hold, as before. Rules are asked once, when a ticket is
//! opened; what people decide later stays.

pub mod decide;
pub mod entity;
pub mod rule;
pub(super) mod store;
pub mod trial;
pub mod trouble;

use crate::organisation::entity::team::Model as Team;
use crate::platform::database::Connection;
use crate::platform::error::Result;
use shared::id::{RoutingRuleId, TeamId};

/// Rules by id, for their names.
pub async fn by_ids(
    db: &impl Connection,
    ids: &[RoutingRuleId],
) -> Result<Vec<entity::rule::Model>> {
    store::by_ids(db, ids).await
}

/// The team where no rule fits: the first of `named` that is in use, else the department's first by name. `teams` are
/// those of the department that are in use, by name.
pub fn default_team(
    teams: &[Team],
    named: impl IntoIterator<Item = Option<TeamId>>,
) -> Option<TeamId> {
    // A team may have gone out of use while things that name it are still in use.
    named
        .into_iter()
        .flatten()
        .find(|id| teams.iter().any(|team| team.id == *id))
        .or_else(|| teams.first().map(|team| team.id))
}
