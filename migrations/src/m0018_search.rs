//! Full-text search. What is indexed are words that `platform::search` has folded already, so that
//! both databases find the same; neither keeps the text itself.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The index proper is a table of FTS5 without content, beside the rows that say whose an entry is.
const SQLITE: [&str; 4] = [
    "CREATE TABLE search_entries (id INTEGER NOT NULL PRIMARY KEY, subject uuid_text NOT NULL)",
    "CREATE INDEX ix_search_entries_subject ON search_entries (subject)",
    "CREATE VIRTUAL TABLE search_text USING fts5 (title, body, remark, note, labels, \
     content='', contentless_delete=1, tokenize='ascii')",
    "CREATE TABLE search_words (word text NOT NULL PRIMARY KEY, uses bigint NOT NULL) WITHOUT ROWID",
];

const POSTGRES: [&str; 4] = [
    "CREATE TABLE search_entries (id bigint NOT NULL PRIMARY KEY, subject uuid NOT NULL, \
     words tsvector NOT NULL)",
    "CREATE INDEX ix_search_entries_subject ON search_entries (subject)",
    "CREATE INDEX ix_search_entries_words ON search_entries USING gin (words)",
    "CREATE TABLE search_words (word text COLLATE \"C\" NOT NULL PRIMARY KEY, uses bigint NOT NULL)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let steps = match db.get_database_backend() {
            DatabaseBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        for step in steps {
            db.execute_unprepared(step).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if db.get_database_backend() != DatabaseBackend::Postgres {
            db.execute_unprepared("DROP TABLE search_text").await?;
        }
        for table in ["search_words", "search_entries"] {
            db.execute_unprepared(&format!("DROP TABLE {table}"))
                .await?;
        }
        Ok(())
    }
}
