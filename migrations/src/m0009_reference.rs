//! References that tickets had before they became another kind of work; each still leads to its ticket.

use crate::shape::*;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let references = table("ticket_references")
            .col(text("prefix"))
            .col(big("number"))
            .col(uuid("ticket_id"))
            .primary_key(
                Index::create()
                    .col(Alias::new("prefix"))
                    .col(Alias::new("number")),
            )
            .foreign_key(&mut references("ticket_references", "ticket_id", "tickets"))
            .to_owned();
        create(
            manager,
            vec![references],
            &[(
                "ix_ticket_references_ticket",
                "ticket_references",
                &["ticket_id"],
                false,
            )],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["ticket_references"]).await
    }
}
