//! Calendars and agreements by id, for their names.

use crate::desk::service_level::store::{agreement, calendar};
use crate::platform::error::Result;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use shared::id::{AgreementId, CalendarId};

/// Calendars.
pub async fn calendars(
    db: &impl ConnectionTrait,
    ids: Vec<CalendarId>,
) -> Result<Vec<calendar::Model>> {
    let found = calendar::Entity::find().filter(calendar::Column::Id.is_in(ids));
    Ok(found.all(db).await?)
}

/// Agreements.
pub async fn agreements(
    db: &impl ConnectionTrait,
    ids: Vec<AgreementId>,
) -> Result<Vec<agreement::Model>> {
    let found = agreement::Entity::find().filter(agreement::Column::Id.is_in(ids));
    Ok(found.all(db).await?)
}
