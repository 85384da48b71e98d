//! Loads rows of the organisation by id, many at a time, once per request.

use super::entity::{category, department, person, service, team};
use crate::platform::database::Database;
use async_graphql::dataloader::Loader;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use shared::id::{CategoryId, DepartmentId, PersonId, ServiceId, TeamId};
use std::collections::HashMap;
use std::sync::Arc;

/// Loads by id.
pub struct OrganisationLoader(pub Database);

macro_rules! load_by_id {
    ($($module:ident: $id:ty),+) => {$(
        impl Loader<$id> for OrganisationLoader {
            type Value = $module::Model;
            type Error = Arc<sea_orm::DbErr>;

            async fn load(&self, keys: &[$id]) -> Result<HashMap<$id, Self::Value>, Self::Error> {
                let rows = $module::Entity::find()
                    .filter($module::Column::Id.is_in(keys.iter().copied()))
                    .all(self.0.reader())
                    .await
                    .map_err(Arc::new)?;
                Ok(rows.into_iter().map(|row| (row.id, row)).collect())
            }
        }
    )+};
}

load_by_id!(department: DepartmentId, team: TeamId, person: PersonId, service: ServiceId, category: CategoryId);
