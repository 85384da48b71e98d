//! The open queue in its order: a page of it costs the same whatever lies closed beside it.
//!
//! The states stand in the indexes as literals; `desk::store::queue` writes the same literals, for
//! that is how both databases see that the index fits.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const OPEN: &str = "state IN ('new', 'assigned', 'in_progress', 'on_hold')";

/// An index and its columns.
type Definition = (&'static str, &'static str);

/// Each index, and what it replaces.
const INDEXES: [(Definition, Option<Definition>); 4] = [
    (
        ("ix_tickets_open_team", "team_id, due_order, id"),
        Some(("ix_tickets_team_due", "team_id, state, due_order, id")),
    ),
    (
        ("ix_tickets_open_department", "department_id, due_order, id"),
        Some((
            "ix_tickets_department_due",
            "department_id, state, due_order, id",
        )),
    ),
    (
        ("ix_tickets_open_assignee", "assignee_id, due_order, id"),
        Some((
            "ix_tickets_assignee_due",
            "assignee_id, state, due_order, id",
        )),
    ),
    (("ix_tickets_open", "due_order, id"), None),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for ((name, columns), replaced) in INDEXES {
            db.execute_unprepared(&format!(
                "CREATE INDEX {name} ON tickets ({columns}) WHERE {OPEN}"
            ))
            .await?;
            if let Some((old, _)) = replaced {
                db.execute_unprepared(&format!("DROP INDEX {old}")).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for ((name, _), replaced) in INDEXES {
            if let Some((old, columns)) = replaced {
                db.execute_unprepared(&format!("CREATE INDEX {old} ON tickets ({columns})"))
                    .await?;
            }
            db.execute_unprepared(&format!("DROP INDEX {name}")).await?;
        }
        Ok(())
    }
}
