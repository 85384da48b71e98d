//! What imports remember between runs, and the steps of tickets that event reports count.

use crate::shape::*;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // When the source last wrote, what was read last, and which version that left the ticket
        // at: a later version is the work of people here, which an import leaves alone.
        for column in [
            big_null("last_at"),
            big_null("last_mod_count"),
            text_null("digest"),
            ColumnDef::new(Alias::new("ticket_version"))
                .integer()
                .null()
                .to_owned(),
        ] {
            manager
                .alter_table(
                    Table::alter()
                        .table(Alias::new("ticket_sources"))
                        .add_column(column)
                        .to_owned(),
                )
                .await?;
        }
        // One row per event that tells where a ticket stands; derived from the log, and can be
        // built anew from it at any time. `position` orders rows of one instant.
        let steps = table("ticket_steps")
            .col(
                ColumnDef::new(Alias::new("sequence"))
                    .big_integer()
                    .not_null()
                    .primary_key(),
            )
            .col(uuid("ticket_id"))
            .col(big("occurred_at"))
            .col(big("position"))
            .col(text("state"))
            .col(text_null("source_state"))
            .col(uuid_null("team_id"))
            .col(flag("imported"))
            .foreign_key(&mut references("ticket_steps", "ticket_id", "tickets"))
            .to_owned();
        create(
            manager,
            vec![steps],
            &[(
                "ix_ticket_steps_ticket",
                "ticket_steps",
                &["ticket_id", "occurred_at", "position", "sequence"],
                false,
            )],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["ticket_steps"]).await?;
        for column in ["last_at", "last_mod_count", "digest", "ticket_version"] {
            manager
                .alter_table(
                    Table::alter()
                        .table(Alias::new("ticket_sources"))
                        .drop_column(Alias::new(column))
                        .to_owned(),
                )
                .await?;
        }
        Ok(())
    }
}
