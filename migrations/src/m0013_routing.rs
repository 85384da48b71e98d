//! Rules that say to which team of a department a new ticket goes, and whose turn it was last in a team.

use crate::shape::*;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let rules = table("routing_rules")
            .col(id())
            .col(uuid("department_id"))
            .col(int("position"))
            .col(text("name"))
            .col(text("conditions"))
            .col(uuid("team_id"))
            .col(text("assignment"))
            .col(flag("active"))
            .col(int("version"))
            .foreign_key(&mut references(
                "routing_rules",
                "department_id",
                "departments",
            ))
            .foreign_key(&mut references("routing_rules", "team_id", "teams"))
            .to_owned();
        // One row a team, so that rules that share a team share its turns.
        let turns = table("routing_turns")
            .col(
                ColumnDef::new(Alias::new("team_id"))
                    .uuid()
                    .not_null()
                    .primary_key(),
            )
            .col(uuid("person_id"))
            .foreign_key(&mut references("routing_turns", "team_id", "teams"))
            .foreign_key(&mut references("routing_turns", "person_id", "people"))
            .to_owned();
        create(
            manager,
            vec![rules, turns],
            &[(
                "ix_routing_rules_department",
                "routing_rules",
                &["department_id", "position", "id"],
                false,
            )],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["routing_rules", "routing_turns"]).await
    }
}
