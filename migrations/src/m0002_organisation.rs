//! Departments, teams, people and their roles, services and categories, sessions.

use crate::shape::*;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let departments = table("departments")
            .col(id())
            .col(text("key"))
            .col(text("name"))
            .col(text("description"))
            .col(text("icon"))
            .col(int("hue"))
            .col(flag("confidential"))
            .col(int("position"))
            .col(flag("active"))
            .col(int("version"))
            .to_owned();
        let teams = table("teams")
            .col(id())
            .col(uuid("department_id"))
            .col(text("name"))
            .col(flag("active"))
            .col(int("version"))
            .foreign_key(&mut references("teams", "department_id", "departments"))
            .to_owned();
        let people = table("people")
            .col(id())
            .col(text("login"))
            .col(text("email"))
            .col(text("name"))
            .col(text_null("title"))
            .col(text_null("phone"))
            .col(text_null("site"))
            .col(text("timezone"))
            .col(text("locale"))
            .col(flag("vip"))
            .col(uuid_null("department_id"))
            .col(uuid_null("manager_id"))
            .col(text_null("password_hash"))
            .col(flag("active"))
            .col(big("created_at"))
            .col(int("version"))
            .foreign_key(&mut references("people", "department_id", "departments"))
            .foreign_key(&mut references("people", "manager_id", "people"))
            .to_owned();
        let members = table("team_members")
            .col(uuid("team_id"))
            .col(uuid("person_id"))
            .primary_key(
                Index::create()
                    .col(Alias::new("team_id"))
                    .col(Alias::new("person_id")),
            )
            .foreign_key(&mut references("team_members", "team_id", "teams"))
            .foreign_key(&mut references("team_members", "person_id", "people"))
            .to_owned();
        let grants = table("role_grants")
            .col(uuid("person_id"))
            .col(uuid("department_id"))
            .col(text("role"))
            .primary_key(
                Index::create()
                    .col(Alias::new("person_id"))
                    .col(Alias::new("department_id"))
                    .col(Alias::new("role")),
            )
            .foreign_key(&mut references("role_grants", "person_id", "people"))
            .foreign_key(&mut references(
                "role_grants",
                "department_id",
                "departments",
            ))
            .to_owned();
        let site_roles = table("site_roles")
            .col(uuid("person_id"))
            .col(text("role"))
            .primary_key(
                Index::create()
                    .col(Alias::new("person_id"))
                    .col(Alias::new("role")),
            )
            .foreign_key(&mut references("site_roles", "person_id", "people"))
            .to_owned();
        let services = table("services")
            .col(id())
            .col(uuid("department_id"))
            .col(text("name"))
            .col(text("description"))
            .col(uuid_null("team_id"))
            .col(flag("active"))
            .col(int("version"))
            .foreign_key(&mut references("services", "department_id", "departments"))
            .foreign_key(&mut references("services", "team_id", "teams"))
            .to_owned();
        let categories = table("categories")
            .col(id())
            .col(uuid("department_id"))
            .col(uuid_null("parent_id"))
            .col(text("name"))
            .col(uuid_null("team_id"))
            .col(flag("active"))
            .col(int("version"))
            .foreign_key(&mut references(
                "categories",
                "department_id",
                "departments",
            ))
            .foreign_key(&mut references("categories", "parent_id", "categories"))
            .foreign_key(&mut references("categories", "team_id", "teams"))
            .to_owned();
        let catalog_items = table("catalog_items")
            .col(id())
            .col(uuid("department_id"))
            .col(text("name"))
            .col(text("description"))
            .col(text("icon"))
            .col(text("category"))
            .col(text("delivery_promise"))
            .col(uuid_null("service_id"))
            .col(uuid_null("team_id"))
            .col(text("fields"))
            .col(int("popularity"))
            .col(flag("active"))
            .col(int("version"))
            .foreign_key(&mut references(
                "catalog_items",
                "department_id",
                "departments",
            ))
            .foreign_key(&mut references("catalog_items", "service_id", "services"))
            .foreign_key(&mut references("catalog_items", "team_id", "teams"))
            .to_owned();
        // The refresh token is kept as a digest; `previous_digest` answers for a short while with
        // the same successor (lost answers, two tabs).
        let sessions = table("sessions")
            .col(id())
            .col(uuid("person_id"))
            .col(text("token_digest"))
            .col(text_null("previous_digest"))
            .col(big_null("rotated_at"))
            .col(big("created_at"))
            .col(big("used_at"))
            .col(big("expires_at"))
            .col(big_null("ended_at"))
            .col(text_null("end_reason"))
            .col(text("user_agent"))
            .foreign_key(&mut references("sessions", "person_id", "people"))
            .to_owned();
        // Failures by (sign-in name, device or network), never by the name alone: shutting others
        // out must not be possible.
        let attempts = table("sign_in_attempts")
            .col(
                ColumnDef::new(Alias::new("bucket"))
                    .text()
                    .not_null()
                    .primary_key(),
            )
            .col(int("failures"))
            .col(big("last_at"))
            .to_owned();
        create(
            manager,
            vec![
                departments,
                teams,
                people,
                members,
                grants,
                site_roles,
                services,
                categories,
                catalog_items,
                sessions,
                attempts,
            ],
            &[
                ("ux_departments_key", "departments", &["key"], true),
                ("ux_people_login", "people", &["login"], true),
                ("ix_people_name", "people", &["name", "id"], false),
                (
                    "ix_team_members_person",
                    "team_members",
                    &["person_id"],
                    false,
                ),
                ("ux_sessions_token", "sessions", &["token_digest"], true),
                (
                    "ix_sessions_previous",
                    "sessions",
                    &["previous_digest"],
                    false,
                ),
                ("ix_sessions_person", "sessions", &["person_id"], false),
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(
            manager,
            &[
                "departments",
                "teams",
                "people",
                "team_members",
                "role_grants",
                "site_roles",
                "services",
                "categories",
                "catalog_items",
                "sessions",
                "sign_in_attempts",
            ],
        )
        .await
    }
}
