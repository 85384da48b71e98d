//! By what imports know people again.

use crate::shape::*;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let keys = table("person_keys")
            .col(
                ColumnDef::new(Alias::new("key"))
                    .text()
                    .not_null()
                    .primary_key(),
            )
            .col(uuid("person_id"))
            .foreign_key(&mut references("person_keys", "person_id", "people"))
            .to_owned();
        create(
            manager,
            vec![keys],
            &[(
                "ix_person_keys_person",
                "person_keys",
                &["person_id"],
                false,
            )],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["person_keys"]).await
    }
}
