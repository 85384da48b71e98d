//! Jobs: what is done outside after a commit, and tried again until it is done.

use crate::shape::*;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // `locked_until` is a lease: whoever took the job and died gives it back by time alone.
        let jobs = table("jobs")
            .col(id())
            .col(text("kind"))
            .col(uuid_null("ticket_id"))
            .col(uuid_null("person_id"))
            .col(text("payload"))
            .col(text("state"))
            .col(int("attempts"))
            .col(big("created_at"))
            .col(big("due_at"))
            .col(big_null("locked_until"))
            .col(big_null("finished_at"))
            .col(text_null("error_code"))
            .col(text_null("error"))
            .to_owned();
        create(
            manager,
            vec![jobs],
            &[
                ("ix_jobs_due", "jobs", &["state", "due_at"], false),
                (
                    "ix_jobs_finished",
                    "jobs",
                    &["kind", "state", "finished_at"],
                    false,
                ),
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["jobs"]).await
    }
}
