//! Mail: who wants none, and the links by which people set a password.

use crate::shape::*;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let preferences = table("mail_preferences")
            .col(
                ColumnDef::new(Alias::new("person_id"))
                    .uuid()
                    .not_null()
                    .primary_key(),
            )
            .col(flag("ticket_mails"))
            .foreign_key(&mut references("mail_preferences", "person_id", "people"))
            .to_owned();
        // The token is kept as a digest; until the mail is on its way there is none.
        let links = table("password_links")
            .col(id())
            .col(uuid("person_id"))
            .col(text("purpose"))
            .col(text_null("token_digest"))
            .col(big("created_at"))
            .col(big("expires_at"))
            .col(big_null("used_at"))
            .foreign_key(&mut references("password_links", "person_id", "people"))
            .to_owned();
        create(
            manager,
            vec![preferences, links],
            &[
                (
                    "ux_password_links_token",
                    "password_links",
                    &["token_digest"],
                    true,
                ),
                (
                    "ix_password_links_person",
                    "password_links",
                    &["person_id"],
                    false,
                ),
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["mail_preferences", "password_links"]).await
    }
}
