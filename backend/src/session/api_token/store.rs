//! Rows of tokens.

use super::BATCH;
use crate::platform::Platform;
use crate::platform::error::Result;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use shared::id::{ApiTokenId, PersonId};
use shared::time::Timestamp;

/// A token's row.
pub mod row {
    use sea_orm::entity::prelude::*;
    use shared::id::{ApiTokenId, PersonId};
    use shared::time::Timestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "api_tokens")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ApiTokenId,
        pub person_id: PersonId,
        pub name: String,
        /// Words separated by blanks.
        pub scopes: String,
        pub digest: String,
        pub ending: String,
        pub created_at: Timestamp,
        pub expires_at: Timestamp,
        pub used_at: Option<Timestamp>,
        pub ended_at: Option<Timestamp>,
        pub end_reason: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The token of this digest.
pub async fn by_digest(db: &impl ConnectionTrait, digest: &str) -> Result<Option<row::Model>> {
    Ok(row::Entity::find()
        .filter(row::Column::Digest.eq(digest))
        .one(db)
        .await?)
}

/// A token.
pub async fn find(db: &impl ConnectionTrait, id: ApiTokenId) -> Result<Option<row::Model>> {
    Ok(row::Entity::find_by_id(id).one(db).await?)
}

/// Notes that a token was used, unless that was noted after the instant `noted`.
pub async fn note_use(
    platform: &Platform,
    token: ApiTokenId,
    now: Timestamp,
    noted: Timestamp,
) -> Result<()> {
    let tx = platform.db.begin().await?;
    row::Entity::update_many()
        .col_expr(row::Column::UsedAt, Expr::value(now))
        .filter(row::Column::Id.eq(token))
        .filter(
            row::Column::UsedAt
                .is_null()
                .or(row::Column::UsedAt.lte(noted)),
        )
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// A token, held to the end of the transaction.
pub async fn lock(db: &impl ConnectionTrait, id: ApiTokenId) -> Result<Option<row::Model>> {
    Ok(row::Entity::find_by_id(id).lock_exclusive().one(db).await?)
}

/// Tokens of a person that have not ended, held to the end of the transaction.
pub async fn lock_running_of(
    db: &impl ConnectionTrait,
    person: PersonId,
) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find()
        .filter(row::Column::PersonId.eq(person))
        .filter(row::Column::EndedAt.is_null())
        .order_by_asc(row::Column::Id)
        .lock_exclusive()
        .all(db)
        .await?)
}

/// Tokens, newest first; of one person if one is named.
pub async fn list(
    db: &impl ConnectionTrait,
    person: Option<PersonId>,
    ended_too: bool,
    before: Option<ApiTokenId>,
    limit: u64,
) -> Result<Vec<row::Model>> {
    let mut query = row::Entity::find()
        .order_by_desc(row::Column::Id)
        .limit(limit);
    if let Some(person) = person {
        query = query.filter(row::Column::PersonId.eq(person));
    }
    if !ended_too {
        query = query.filter(row::Column::EndedAt.is_null());
    }
    if let Some(before) = before {
        query = query.filter(row::Column::Id.lt(before));
    }
    Ok(query.all(db).await?)
}

/// Tokens by id.
pub async fn by_ids(db: &impl ConnectionTrait, ids: &[ApiTokenId]) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find()
        .filter(row::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?)
}

/// Tokens that run although their time is up, held to the end of the transaction.
pub async fn lock_overdue(db: &impl ConnectionTrait, now: Timestamp) -> Result<Vec<row::Model>> {
    Ok(row::Entity::find()
        .filter(row::Column::EndedAt.is_null())
        .filter(row::Column::ExpiresAt.lte(now))
        .order_by_asc(row::Column::Id)
        .limit(BATCH)
        .lock_exclusive()
        .all(db)
        .await?)
}

/// Writes that a token has ended.
pub async fn set_ended(
    db: &impl ConnectionTrait,
    id: ApiTokenId,
    at: Timestamp,
    reason: &str,
) -> Result<()> {
    row::Entity::update_many()
        .col_expr(row::Column::EndedAt, Expr::value(at))
        .col_expr(row::Column::EndReason, Expr::value(reason))
        .filter(row::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}
