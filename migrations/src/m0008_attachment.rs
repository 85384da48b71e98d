//! Files of conversations; their content lies beside the database.

use crate::shape::*;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let attachments = table("attachments")
            .col(id())
            .col(uuid("uploader_id"))
            // None of the two while the file is uploaded and not sent; no message: of the report itself.
            .col(uuid_null("ticket_id"))
            .col(uuid_null("message_id"))
            .col(text("name"))
            .col(text("kind"))
            .col(big("bytes"))
            .col(text("digest"))
            .col(big("created_at"))
            .col(big_null("attached_at"))
            .col(big_null("removed_at"))
            .col(uuid_null("removed_by_id"))
            .foreign_key(&mut references("attachments", "uploader_id", "people"))
            .foreign_key(&mut references("attachments", "ticket_id", "tickets"))
            .foreign_key(&mut references("attachments", "message_id", "messages"))
            .foreign_key(&mut references("attachments", "removed_by_id", "people"))
            .to_owned();
        // A link's token is kept as its digest; using it deletes the row.
        let links = table("download_links")
            .col(
                ColumnDef::new(Alias::new("digest"))
                    .text()
                    .not_null()
                    .primary_key(),
            )
            .col(uuid("attachment_id"))
            .col(uuid("person_id"))
            .col(uuid_null("session_id"))
            .col(big("expires_at"))
            .foreign_key(&mut references(
                "download_links",
                "attachment_id",
                "attachments",
            ))
            .foreign_key(&mut references("download_links", "person_id", "people"))
            .to_owned();
        create(
            manager,
            vec![attachments, links],
            &[
                (
                    "ix_attachments_ticket",
                    "attachments",
                    &["ticket_id", "id"],
                    false,
                ),
                (
                    "ix_attachments_message",
                    "attachments",
                    &["message_id", "id"],
                    false,
                ),
                (
                    "ix_attachments_uploader",
                    "attachments",
                    &["uploader_id", "attached_at"],
                    false,
                ),
                (
                    "ix_attachments_pending",
                    "attachments",
                    &["attached_at", "created_at"],
                    false,
                ),
                (
                    "ix_download_links_attachment",
                    "download_links",
                    &["attachment_id"],
                    false,
                ),
                (
                    "ix_download_links_expires",
                    "download_links",
                    &["expires_at"],
                    false,
                ),
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["attachments", "download_links"]).await
    }
}
