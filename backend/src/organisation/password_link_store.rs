//! Rows of links by which people set a password.

use crate::organisation::entity::person;
use crate::platform::error::Result;
use crate::platform::row;
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use shared::id::{PasswordLinkId, PersonId};
use shared::password::PasswordLinkPurpose;
use shared::time::Timestamp;

/// A link.
pub mod link {
    use sea_orm::entity::prelude::*;
    use shared::id::{PasswordLinkId, PersonId};
    use shared::password::PasswordLinkPurpose;
    use shared::time::Timestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "password_links")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PasswordLinkId,
        pub person_id: PersonId,
        pub purpose: PasswordLinkPurpose,
        pub token_digest: Option<String>,
        pub created_at: Timestamp,
        pub expires_at: Timestamp,
        pub used_at: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A new link.
pub async fn insert(db: &impl ConnectionTrait, link: link::Model) -> Result<()> {
    row::insert(db, link).await
}

/// A link by its id.
pub async fn find(db: &impl ConnectionTrait, id: PasswordLinkId) -> Result<Option<link::Model>> {
    Ok(link::Entity::find_by_id(id).one(db).await?)
}

/// The link of a token.
pub async fn by_digest(db: &impl ConnectionTrait, digest: &str) -> Result<Option<link::Model>> {
    Ok(link::Entity::find()
        .filter(link::Column::TokenDigest.eq(digest))
        .one(db)
        .await?)
}

/// Gives a link that nobody used its token.
pub async fn arm(db: &impl ConnectionTrait, id: PasswordLinkId, digest: &str) -> Result<()> {
    link::Entity::update_many()
        .col_expr(link::Column::TokenDigest, Expr::value(digest))
        .filter(link::Column::Id.eq(id))
        .filter(link::Column::UsedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Ends all links of a person.
pub async fn end_all_of(db: &impl ConnectionTrait, person: PersonId, now: Timestamp) -> Result<()> {
    link::Entity::update_many()
        .col_expr(link::Column::UsedAt, Expr::value(now))
        .filter(link::Column::PersonId.eq(person))
        .filter(link::Column::UsedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// How many links of this purpose a person was given after `instant`.
pub async fn count_since(
    db: &impl ConnectionTrait,
    person: PersonId,
    purpose: PasswordLinkPurpose,
    instant: Timestamp,
) -> Result<u64> {
    Ok(link::Entity::find()
        .filter(link::Column::PersonId.eq(person))
        .filter(link::Column::Purpose.eq(purpose))
        .filter(link::Column::CreatedAt.gt(instant))
        .count(db)
        .await?)
}

/// Forgets links that ran out before `instant`.
pub async fn delete_before(db: &impl ConnectionTrait, instant: Timestamp) -> Result<()> {
    link::Entity::delete_many()
        .filter(link::Column::ExpiresAt.lt(instant))
        .exec(db)
        .await?;
    Ok(())
}

/// Active people with this sign-in name or mail address, both in small letters; at most `limit`.
pub async fn people_called(
    db: &impl ConnectionTrait,
    name: &str,
    limit: u64,
) -> Result<Vec<person::Model>> {
    let email = Expr::expr(Func::lower(Expr::col(person::Column::Email)));
    Ok(person::Entity::find()
        .filter(person::Column::Active.eq(true))
        .filter(
            Condition::any()
                .add(person::Column::Login.eq(name))
                .add(email.eq(name)),
        )
        .order_by_asc(person::Column::Id)
        .limit(limit)
        .all(db)
        .await?)
}
