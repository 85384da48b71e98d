//! A ticket has a site of its own: what was opened here before gets its requester's. A log that was
//! imported does not say where people worked. And a counter that only earlier versions raised is gone.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = if manager.get_database_backend() == DbBackend::Postgres {
            "ALTER TABLE tickets ADD COLUMN site_id uuid NULL CONSTRAINT fk_tickets_site_id REFERENCES sites (id) ON DELETE RESTRICT"
        } else {
            "ALTER TABLE tickets ADD COLUMN site_id uuid_text NULL REFERENCES sites (id) ON DELETE RESTRICT"
        };
        let db = manager.get_connection();
        for step in [
            column,
            "UPDATE tickets SET site_id = people.site_id FROM people \
             WHERE people.id = tickets.requester_id AND people.site_id IS NOT NULL \
             AND tickets.id NOT IN (SELECT ticket_id FROM ticket_sources)",
            "DELETE FROM counters WHERE name = 'commit'",
        ] {
            db.execute_unprepared(step).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared("ALTER TABLE tickets DROP COLUMN site_id")
            .await?;
        Ok(())
    }
}
