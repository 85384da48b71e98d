//! The database's shape, one step a file; the same on SQLite and PostgreSQL.
//!
//! Steps expand first and contract a release later; a released step is never edited.
//! Instants are `BIGINT` milliseconds since 1970 (UTC), ids are UUIDs, vocabularies are text.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m0001_platform;
mod m0002_organisation;
mod m0003_service_level;
mod m0004_desk;
mod m0005_report;
mod m0006_job;
mod m0007_mail;
mod m0008_attachment;
mod m0009_reference;
mod m0010_api_token;
mod m0011_person_key;
mod m0012_open_queue;
mod m0013_routing;
mod m0014_report_index;
mod m0015_site;
mod m0016_state_settings;
mod m0017_open_participants;
mod m0018_search;
mod m0019_ticket_site;
mod shape;

/// A step that is made whole or not at all, on SQLite too: one that is broken off half-way, because
/// somebody stops a server that seems not to start, is begun anew by the next start.
struct Whole(Box<dyn MigrationTrait>);

impl MigrationName for Whole {
    fn name(&self) -> &str {
        self.0.name()
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Whole {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        self.0.up(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        self.0.down(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// All steps in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        let steps: [Box<dyn MigrationTrait>; 19] = [
            Box::new(m0001_platform::Migration),
            Box::new(m0002_organisation::Migration),
            Box::new(m0003_service_level::Migration),
            Box::new(m0004_desk::Migration),
            Box::new(m0005_report::Migration),
            Box::new(m0006_job::Migration),
            Box::new(m0007_mail::Migration),
            Box::new(m0008_attachment::Migration),
            Box::new(m0009_reference::Migration),
            Box::new(m0010_api_token::Migration),
            Box::new(m0011_person_key::Migration),
            Box::new(m0012_open_queue::Migration),
            Box::new(m0013_routing::Migration),
            Box::new(m0014_report_index::Migration),
            Box::new(m0015_site::Migration),
            Box::new(m0016_state_settings::Migration),
            Box::new(m0017_open_participants::Migration),
            Box::new(m0018_search::Migration),
            Box::new(m0019_ticket_site::Migration),
        ];
        let whole = steps.map(|step| Box::new(Whole(step)) as Box<dyn MigrationTrait>);
        whole.into()
    }
}

/// The names of all steps in order.
#[must_use]
pub fn names() -> Vec<String> {
    Migrator::migrations()
        .iter()
        .map(|step| step.name().to_owned())
        .collect()
}
