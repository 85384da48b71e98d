//! People as an import knows them again.

use crate::organisation::entity::{department, person};
use crate::platform::error::Result;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, EntityTrait, Set};
use shared::id::PersonId;

/// Keys of people that an import brought or touched.
mod key {
    use sea_orm::entity::prelude::*;
    use shared::id::PersonId;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "person_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub person_id: PersonId,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Everybody.
pub async fn people(db: &impl ConnectionTrait) -> Result<Vec<person::Model>> {
    Ok(person::Entity::find().all(db).await?)
}

/// All departments.
pub async fn departments(db: &impl ConnectionTrait) -> Result<Vec<department::Model>> {
    Ok(department::Entity::find().all(db).await?)
}

/// All keys, with whose they are.
pub async fn keys(db: &impl ConnectionTrait) -> Result<Vec<(String, PersonId)>> {
    let rows = key::Entity::find().all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.key, row.person_id))
        .collect())
}

/// Remembers whose these keys are.
pub async fn remember(db: &impl ConnectionTrait, keys: Vec<(String, PersonId)>) -> Result<()> {
    for chunk in keys.chunks(500) {
        let rows = chunk.iter().map(|(text, person)| key::ActiveModel {
            key: Set(text.clone()),
            person_id: Set(*person),
        });
        key::Entity::insert_many(rows)
            .on_conflict(
                OnConflict::column(key::Column::Key)
                    .update_column(key::Column::PersonId)
                    .to_owned(),
            )
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}
