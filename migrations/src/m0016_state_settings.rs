//! What departments set about states, in all versions: what closed under one is reopened under it.

use crate::shape::*;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let settings = table("state_settings")
            .col(uuid("department_id"))
            .col(int("version"))
            .col(big("since"))
            .col(text("settings"))
            .primary_key(
                Index::create()
                    .col(Alias::new("department_id"))
                    .col(Alias::new("version")),
            )
            .foreign_key(&mut references(
                "state_settings",
                "department_id",
                "departments",
            ))
            .to_owned();
        create(manager, vec![settings], &[]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["state_settings"]).await
    }
}
