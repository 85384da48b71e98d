//! Tokens for tools, and in the log by which of them something was done.

use crate::shape::*;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Of the token itself only a digest is kept, and its last letters to tell it by.
        let tokens = table("api_tokens")
            .col(id())
            .col(uuid("person_id"))
            .col(text("name"))
            .col(text("scopes"))
            .col(text("digest"))
            .col(text("ending"))
            .col(big("created_at"))
            .col(big("expires_at"))
            .col(big_null("used_at"))
            .col(big_null("ended_at"))
            .col(text_null("end_reason"))
            .foreign_key(&mut references("api_tokens", "person_id", "people"))
            .to_owned();
        create(
            manager,
            vec![tokens],
            &[
                ("ux_api_tokens_digest", "api_tokens", &["digest"], true),
                ("ix_api_tokens_person", "api_tokens", &["person_id"], false),
            ],
        )
        .await?;
        manager
            .alter_table(
                Table::alter()
                    .table(Alias::new("events"))
                    .add_column(uuid_null("token_id"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table(Alias::new("events"))
                    .drop_column(Alias::new("token_id"))
                    .to_owned(),
            )
            .await?;
        drop(manager, &["api_tokens"]).await
    }
}
