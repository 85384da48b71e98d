//! What every record needs: counters, the event log, idempotency keys, settings, timers.

use crate::shape::*;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let counters = table("counters")
            .col(
                ColumnDef::new(Alias::new("name"))
                    .text()
                    .not_null()
                    .primary_key(),
            )
            .col(big("value"))
            .to_owned();
        let settings = table("settings")
            .col(
                ColumnDef::new(Alias::new("name"))
                    .text()
                    .not_null()
                    .primary_key(),
            )
            .col(text("value"))
            .to_owned();
        // The sequence is the primary key: reading the log in order is reading the table in order.
        let events = table("events")
            .col(
                ColumnDef::new(Alias::new("sequence"))
                    .big_integer()
                    .not_null()
                    .primary_key(),
            )
            .col(uuid("id"))
            .col(big("occurred_at"))
            .col(big("recorded_at"))
            .col(text("actor_kind"))
            .col(uuid_null("actor_id"))
            .col(text("subject_kind"))
            .col(uuid("subject_id"))
            .col(uuid_null("ticket_id"))
            .col(uuid_null("department_id"))
            .col(text("kind"))
            .col(int("schema_version"))
            .col(ColumnDef::new(Alias::new("version_after")).integer().null())
            .col(uuid_null("cause_id"))
            .col(text("request_id"))
            .col(text("payload_digest"))
            .to_owned();
        // Personal values lie apart, so that they can be destroyed without breaking the log.
        let payloads = table("event_payloads")
            .col(
                ColumnDef::new(Alias::new("sequence"))
                    .big_integer()
                    .not_null()
                    .primary_key(),
            )
            .col(text("salt"))
            .col(text("changes"))
            .to_owned();
        let keys = table("idempotency_keys")
            .col(uuid("actor_id"))
            .col(text("key"))
            .col(text("operation"))
            .col(text("input_digest"))
            .col(uuid("result_id"))
            .col(big("created_at"))
            .primary_key(
                Index::create()
                    .col(Alias::new("actor_id"))
                    .col(Alias::new("key")),
            )
            .to_owned();
        let timers = table("timers")
            .col(id())
            .col(big("due_at"))
            .col(text("kind"))
            .col(uuid("subject_id"))
            .col(uuid_null("ticket_id"))
            .to_owned();
        create(
            manager,
            vec![counters, settings, events, payloads, keys, timers],
            &[
                (
                    "ix_events_ticket",
                    "events",
                    &["ticket_id", "sequence"],
                    false,
                ),
                (
                    "ix_events_subject",
                    "events",
                    &["subject_id", "sequence"],
                    false,
                ),
                ("ix_events_kind", "events", &["kind", "sequence"], false),
                (
                    "ix_keys_created",
                    "idempotency_keys",
                    &["created_at"],
                    false,
                ),
                ("ix_timers_due", "timers", &["due_at"], false),
                ("ix_timers_ticket", "timers", &["ticket_id"], false),
                ("ux_timers_subject", "timers", &["kind", "subject_id"], true),
            ],
        )
        .await?;
        manager
            .execute(
                Query::insert()
                    .into_table(Alias::new("counters"))
                    .columns([Alias::new("name"), Alias::new("value")])
                    .values_panic(["event".into(), 0i64.into()])
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(
            manager,
            &[
                "counters",
                "settings",
                "events",
                "event_payloads",
                "idempotency_keys",
                "timers",
            ],
        )
        .await
    }
}
