//! Settings of the whole installation: a name and a JSON value.

use super::error::Result;
use super::transaction::Transaction;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DatabaseBackend, QuerySelect, Set};
use serde::Serialize;
use serde::de::DeserializeOwned;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "settings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub value: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Reads one.
pub async fn get<T: DeserializeOwned>(db: &impl ConnectionTrait, name: &str) -> Result<Option<T>> {
    Ok(match Entity::find_by_id(name.to_owned()).one(db).await? {
        Some(row) => Some(serde_json::from_str(&row.value)?),
        None => None,
    })
}

/// Reads one that is to be written in the same transaction: others who do the same wait until its end.
/// One that was never written holds up nobody.
pub async fn get_in_turn<T: DeserializeOwned>(tx: &Transaction, name: &str) -> Result<Option<T>> {
    let mut wanted = Entity::find_by_id(name.to_owned());
    // SQLite has one writer.
    if tx.get_database_backend() == DatabaseBackend::Postgres {
        wanted = wanted.lock_exclusive();
    }
    Ok(match wanted.one(tx).await? {
        Some(row) => Some(serde_json::from_str(&row.value)?),
        None => None,
    })
}

/// Writes one.
pub async fn set<T: Serialize>(db: &impl ConnectionTrait, name: &str, value: &T) -> Result<()> {
    let row = ActiveModel {
        name: Set(name.to_owned()),
        value: Set(serde_json::to_string(value)?),
    };
    Entity::insert(row)
        .on_conflict(
            OnConflict::column(Column::Name)
                .update_column(Column::Value)
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}
