//! Whose open tickets: a list of what somebody takes part in costs the same, however much of it lies
//! closed behind them. A row that wrongly says "open" costs a look at its ticket, one that wrongly says
//! "not open" would hide it; so a row that nobody marks is open.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const STEPS: [&str; 3] = [
    "ALTER TABLE ticket_participants ADD COLUMN open boolean NOT NULL DEFAULT TRUE",
    "UPDATE ticket_participants SET open = FALSE WHERE ticket_id NOT IN \
     (SELECT id FROM tickets WHERE state IN ('new', 'assigned', 'in_progress', 'on_hold'))",
    "CREATE INDEX ix_participants_open ON ticket_participants (person_id, ticket_id) WHERE open",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for step in STEPS {
            db.execute_unprepared(step).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for step in [
            "DROP INDEX ix_participants_open",
            "ALTER TABLE ticket_participants DROP COLUMN open",
        ] {
            db.execute_unprepared(step).await?;
        }
        Ok(())
    }
}
