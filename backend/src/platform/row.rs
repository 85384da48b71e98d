//! Saving rows that carry a version.

use super::error::{Error, Result};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait,
    QueryFilter,
};

/// A table whose rows have an id and a version that grows with each edit.
pub trait Versioned: EntityTrait {
    /// The column of the id.
    const ID: Self::Column;
    /// The column of the version.
    const VERSION: Self::Column;
}

/// Declares tables as [`Versioned`]; their columns are called `Id` and `Version`.
#[macro_export]
macro_rules! versioned {
    ($($module:ident),+ $(,)?) => {$(
        impl $crate::platform::row::Versioned for $module::Entity {
            const ID: Self::Column = $module::Column::Id;
            const VERSION: Self::Column = $module::Column::Version;
        }
    )+};
}

/// Writes a new row.
pub async fn insert<M, A>(db: &impl ConnectionTrait, row: M) -> Result<()>
where
    M: ModelTrait + IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = M::Entity>,
{
    <M::Entity as EntityTrait>::insert(row.into_active_model().reset_all())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Replaces a row if its stored version still is `expected`; `VERSION_CONFLICT` otherwise.
pub async fn update<M, A>(db: &impl ConnectionTrait, row: M, expected: i32) -> Result<()>
where
    M: ModelTrait + IntoActiveModel<A>,
    M::Entity: Versioned,
    A: ActiveModelTrait<Entity = M::Entity>,
{
    let id = row.get(M::Entity::ID);
    let done = M::Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(M::Entity::ID.eq(id))
        .filter(M::Entity::VERSION.eq(expected))
        .exec(db)
        .await?;
    if done.rows_affected == 0 {
        return Err(Error::version_conflict());
    }
    Ok(())
}
