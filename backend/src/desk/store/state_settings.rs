//! What departments set about their tickets' states, in versions.

use crate::platform::error::Result;
use crate::platform::row;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder as _};
use shared::id::DepartmentId;
use shared::time::Timestamp;

/// The row of a version; without any the usual settings hold, as version 1.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "state_settings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub department_id: DepartmentId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    pub since: Timestamp,
    pub settings: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// All versions of these departments' settings, the first ones first.
pub async fn of(db: &impl ConnectionTrait, departments: &[DepartmentId]) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::DepartmentId.is_in(departments.iter().copied()))
        .order_by_asc(Column::Version)
        .all(db)
        .await?)
}

/// Writes a version.
pub async fn insert(db: &impl ConnectionTrait, version: Model) -> Result<()> {
    row::insert(db, version).await
}
