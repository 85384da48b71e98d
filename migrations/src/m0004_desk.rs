//! Tickets and what belongs to them.

use crate::shape::*;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tickets = table("tickets")
            .col(id())
            .col(text("kind"))
            .col(text("reference_prefix"))
            .col(big("reference_number"))
            .col(text("reference"))
            .col(text("title"))
            .col(text("description"))
            .col(text("state"))
            .col(text_null("state_before_hold"))
            .col(text_null("source_state"))
            .col(text("impact"))
            .col(text("urgency"))
            .col(text("priority"))
            .col(text("channel"))
            .col(uuid("department_id"))
            .col(uuid_null("team_id"))
            .col(uuid_null("assignee_id"))
            .col(uuid("requester_id"))
            .col(uuid_null("requested_for_id"))
            .col(uuid_null("opened_by_id"))
            .col(uuid_null("service_id"))
            .col(uuid_null("category_id"))
            .col(uuid_null("catalog_item_id"))
            .col(
                ColumnDef::new(Alias::new("catalog_item_version"))
                    .integer()
                    .null(),
            )
            .col(text_null("answers"))
            .col(text_null("hold_reason"))
            .col(big_null("wake_up_at"))
            .col(text_null("resolution_code"))
            .col(text_null("resolution_message"))
            .col(big("created_at"))
            .col(big("updated_at"))
            .col(big("contact_at"))
            .col(big_null("resolved_at"))
            .col(big_null("closed_at"))
            .col(big_null("due_at"))
            .col(big("due_order"))
            .col(text("risk"))
            .col(big_null("expected_by"))
            .col(uuid_null("agreement_id"))
            .col(flag("unanswered"))
            .col(flag("restricted"))
            .col(int("reopen_count"))
            .col(int("reassignment_count"))
            .col(int("version"))
            .foreign_key(&mut references("tickets", "department_id", "departments"))
            .foreign_key(&mut references("tickets", "team_id", "teams"))
            .foreign_key(&mut references("tickets", "assignee_id", "people"))
            .foreign_key(&mut references("tickets", "requester_id", "people"))
            .foreign_key(&mut references("tickets", "requested_for_id", "people"))
            .foreign_key(&mut references("tickets", "opened_by_id", "people"))
            .foreign_key(&mut references("tickets", "service_id", "services"))
            .foreign_key(&mut references("tickets", "category_id", "categories"))
            .foreign_key(&mut references(
                "tickets",
                "catalog_item_id",
                "catalog_items",
            ))
            .foreign_key(&mut references("tickets", "agreement_id", "agreements"))
            .to_owned();
        // Who sees a ticket because they take part: requester, the one it is for, watchers.
        let participants = table("ticket_participants")
            .col(uuid("ticket_id"))
            .col(uuid("person_id"))
            .col(text("part"))
            .primary_key(
                Index::create()
                    .col(Alias::new("person_id"))
                    .col(Alias::new("ticket_id"))
                    .col(Alias::new("part")),
            )
            .foreign_key(&mut references(
                "ticket_participants",
                "ticket_id",
                "tickets",
            ))
            .foreign_key(&mut references(
                "ticket_participants",
                "person_id",
                "people",
            ))
            .to_owned();
        let links = table("ticket_links")
            .col(id())
            .col(uuid("ticket_id"))
            .col(uuid("other_id"))
            .col(text("kind"))
            .col(big("created_at"))
            .foreign_key(&mut references("ticket_links", "ticket_id", "tickets"))
            .foreign_key(&mut references("ticket_links", "other_id", "tickets"))
            .to_owned();
        let messages = table("messages")
            .col(id())
            .col(uuid("ticket_id"))
            .col(uuid("author_id"))
            .col(text("visibility"))
            .col(text("channel"))
            .col(flag("by_requester"))
            .col(text("body"))
            .col(big("created_at"))
            .foreign_key(&mut references("messages", "ticket_id", "tickets"))
            .foreign_key(&mut references("messages", "author_id", "people"))
            .to_owned();
        let clocks = table("clocks")
            .col(id())
            .col(uuid("ticket_id"))
            .col(text("target"))
            .col(text("state"))
            .col(uuid("agreement_id"))
            .col(int("agreement_version"))
            .col(uuid("calendar_id"))
            .col(int("calendar_version"))
            .col(big("target_seconds"))
            .col(big("started_at"))
            .col(big_null("due_at"))
            .col(big_null("warn_at"))
            .col(big_null("warned_at"))
            .col(big_null("breached_at"))
            .col(big_null("paused_at"))
            .col(text_null("pause_reason"))
            .col(big_null("finished_at"))
            .col(big("elapsed_seconds"))
            .col(big("measured_at"))
            .foreign_key(&mut references("clocks", "ticket_id", "tickets"))
            .foreign_key(&mut references("clocks", "agreement_id", "agreements"))
            .to_owned();
        // What another system said of a ticket, kept as it was, apart from our own history.
        let sources = table("ticket_sources")
            .col(
                ColumnDef::new(Alias::new("ticket_id"))
                    .uuid()
                    .not_null()
                    .primary_key(),
            )
            .col(text("system"))
            .col(text("number"))
            .col(text("state"))
            .col(big("opened_at"))
            .col(big_null("resolved_at"))
            .col(big_null("closed_at"))
            .col(flag_null("made_sla"))
            .col(int("reopen_count"))
            .col(int("reassignment_count"))
            .col(text_null("contact_type"))
            .col(text_null("problem"))
            .col(text("fields"))
            .foreign_key(&mut references("ticket_sources", "ticket_id", "tickets"))
            .to_owned();
        let notifications = table("notifications")
            .col(id())
            .col(uuid("person_id"))
            .col(uuid_null("ticket_id"))
            .col(text("kind"))
            .col(text("text"))
            .col(big("created_at"))
            .col(big_null("read_at"))
            .foreign_key(&mut references("notifications", "person_id", "people"))
            .foreign_key(&mut references("notifications", "ticket_id", "tickets"))
            .to_owned();
        create(
            manager,
            vec![
                tickets,
                participants,
                links,
                messages,
                clocks,
                sources,
                notifications,
            ],
            &[
                (
                    "ux_tickets_reference",
                    "tickets",
                    &["reference_prefix", "reference_number"],
                    true,
                ),
                (
                    "ix_tickets_department_due",
                    "tickets",
                    &["department_id", "state", "due_order", "id"],
                    false,
                ),
                (
                    "ix_tickets_team_due",
                    "tickets",
                    &["team_id", "state", "due_order", "id"],
                    false,
                ),
                (
                    "ix_tickets_assignee_due",
                    "tickets",
                    &["assignee_id", "state", "due_order", "id"],
                    false,
                ),
                (
                    "ix_tickets_updated",
                    "tickets",
                    &["updated_at", "id"],
                    false,
                ),
                (
                    "ix_tickets_created",
                    "tickets",
                    &["created_at", "id"],
                    false,
                ),
                (
                    "ix_tickets_resolved",
                    "tickets",
                    &["resolved_at", "id"],
                    false,
                ),
                ("ix_tickets_due", "tickets", &["due_order", "id"], false),
                (
                    "ix_participants_ticket",
                    "ticket_participants",
                    &["ticket_id"],
                    false,
                ),
                (
                    "ux_links",
                    "ticket_links",
                    &["ticket_id", "other_id", "kind"],
                    true,
                ),
                ("ix_links_other", "ticket_links", &["other_id"], false),
                (
                    "ix_messages_ticket",
                    "messages",
                    &["ticket_id", "created_at", "id"],
                    false,
                ),
                ("ux_clocks_target", "clocks", &["ticket_id", "target"], true),
                ("ix_clocks_due", "clocks", &["state", "due_at"], false),
                (
                    "ux_sources_number",
                    "ticket_sources",
                    &["system", "number"],
                    true,
                ),
                (
                    "ix_notifications_person",
                    "notifications",
                    &["person_id", "created_at", "id"],
                    false,
                ),
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(
            manager,
            &[
                "tickets",
                "ticket_participants",
                "ticket_links",
                "messages",
                "clocks",
                "ticket_sources",
                "notifications",
            ],
        )
        .await
    }
}
