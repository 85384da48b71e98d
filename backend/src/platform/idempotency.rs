//! The same act sent twice happens once: the key, its input and its result are written with it.

use super::error::{Error, Result, code};
use super::unit_of_work::UnitOfWork;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryTrait as _, Set};
use sha2::{Digest, Sha256};
use shared::id::PersonId;
use shared::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub actor_id: PersonId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub operation: String,
    pub input_digest: String,
    pub result_id: Uuid,
    pub created_at: Timestamp,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How long a key is kept, in seconds.
const KEPT_SECONDS: i64 = 7 * 86_400;
/// Longest key, in characters.
const KEY_MAX: usize = 200;

/// A key as it came with an input.
pub struct Key {
    operation: &'static str,
    key: Option<String>,
    digest: String,
}

impl Key {
    /// `key` came with `input` (any text that is the same for the same input).
    pub fn new(operation: &'static str, key: Option<String>, input: &str) -> Self {
        Self {
            operation,
            key,
            digest: format!("{:x}", Sha256::digest(input)),
        }
    }

    /// Whether whoever acts gave one.
    pub const fn is_given(&self) -> bool {
        self.key.is_some()
    }

    /// The result of an earlier act with this key, if there was one.
    pub async fn earlier(&self, uow: &UnitOfWork) -> Result<Option<Uuid>> {
        let Some(key) = &self.key else {
            return Ok(None);
        };
        if key.is_empty() || key.chars().count() > KEY_MAX {
            return Err(Error::refused(
                code::INVALID,
                "idempotencyKey",
                format!("Between 1 and {KEY_MAX} characters."),
            ));
        }
        let person = uow.context().person();
        // The same act sent twice at once: the second waits for the result of the first.
        uow.wait_turn(&format!("key {person} {key}")).await?;
        let found = Entity::find_by_id((person, key.clone()))
            .one(uow.tx())
            .await?;
        match found {
            Some(row) if row.operation == self.operation && row.input_digest == self.digest => {
                Ok(Some(row.result_id))
            }
            Some(_) => Err(Error::refused(
                code::KEY_REUSED,
                "idempotencyKey",
                "This key was used for something else.",
            )),
            None => Ok(None),
        }
    }

    /// Remembers the result, in the act's own transaction.
    pub fn remember(self, uow: &mut UnitOfWork, result: Uuid) {
        let Some(key) = self.key else { return };
        let row = ActiveModel {
            actor_id: Set(uow.context().person()),
            key: Set(key),
            operation: Set(self.operation.to_owned()),
            input_digest: Set(self.digest),
            result_id: Set(result),
            created_at: Set(uow.context().now),
        };
        uow.write_at_end(&Entity::insert(row).into_query());
    }
}

/// Removes keys that are too old to matter.
pub async fn forget_old<C: sea_orm::ConnectionTrait>(db: &C, now: Timestamp) -> Result<()> {
    Entity::delete_many()
        .filter(Column::CreatedAt.lt(now.plus_seconds(-KEPT_SECONDS)))
        .exec(db)
        .await?;
    Ok(())
}
