//! Calendars and agreements with all their versions: a finished clock keeps the versions it had.

use crate::shape::*;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let calendars = table("calendars")
            .col(id())
            .col(text("name"))
            .col(flag("is_default"))
            .col(flag("active"))
            .col(int("version"))
            .to_owned();
        let calendar_versions = table("calendar_versions")
            .col(uuid("calendar_id"))
            .col(int("version"))
            .col(text("definition"))
            .col(big("valid_from"))
            .primary_key(
                Index::create()
                    .col(Alias::new("calendar_id"))
                    .col(Alias::new("version")),
            )
            .foreign_key(&mut references(
                "calendar_versions",
                "calendar_id",
                "calendars",
            ))
            .to_owned();
        let agreements = table("agreements")
            .col(id())
            .col(text("name"))
            .col(int("position"))
            .col(uuid("calendar_id"))
            .col(flag("active"))
            .col(int("version"))
            .foreign_key(&mut references("agreements", "calendar_id", "calendars"))
            .to_owned();
        let agreement_versions = table("agreement_versions")
            .col(uuid("agreement_id"))
            .col(int("version"))
            .col(text("definition"))
            .col(big("valid_from"))
            .primary_key(
                Index::create()
                    .col(Alias::new("agreement_id"))
                    .col(Alias::new("version")),
            )
            .foreign_key(&mut references(
                "agreement_versions",
                "agreement_id",
                "agreements",
            ))
            .to_owned();
        create(
            manager,
            vec![calendars, calendar_versions, agreements, agreement_versions],
            &[(
                "ix_agreements_position",
                "agreements",
                &["position", "id"],
                false,
            )],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(
            manager,
            &[
                "calendars",
                "calendar_versions",
                "agreements",
                "agreement_versions",
            ],
        )
        .await
    }
}
