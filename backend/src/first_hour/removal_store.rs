//! Emptying the database, table by table.

use super::removal::Counts;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result};
use crate::platform::search::{index, indexer};
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Query};
use sea_orm::{DatabaseBackend, DbErr, RuntimeErr};
use std::time::Duration;
use uuid::Uuid;

/// Tables that are emptied, those that refer to others first.
pub const EMPTIED: [&str; 40] = [
    "jobs",
    "timers",
    "idempotency_keys",
    "event_payloads",
    "events",
    "download_links",
    "attachments",
    "ticket_steps",
    "ticket_references",
    "ticket_sources",
    "ticket_participants",
    "ticket_links",
    "notifications",
    "clocks",
    "messages",
    "tickets",
    "routing_turns",
    "routing_rules",
    "agreement_versions",
    "agreements",
    "calendar_versions",
    "calendars",
    "catalog_items",
    "categories",
    "services",
    "mail_preferences",
    "password_links",
    "api_tokens",
    "person_keys",
    "sessions",
    "site_roles",
    "role_grants",
    "team_members",
    "teams",
    "people",
    "sites",
    "state_settings",
    "departments",
    "search_entries",
    "search_words",
];

/// Tables of which something stays: the log's counter, by which nothing is ever told twice; the
/// secret by which running servers know their own tokens; attempts to sign in, which forget by
/// themselves, so that nobody gets new ones by removing a demo.
pub const KEPT: [&str; 3] = ["counters", "settings", "sign_in_attempts"];

/// Settings that stay.
const SETTINGS: [&str; 1] = [crate::session::SECRET];
/// Counters that stay.
const COUNTERS: [&str; 1] = ["event"];

/// References within a table, which are cut before its rows go.
const CYCLES: [(&str, &str); 2] = [("people", "manager_id"), ("categories", "parent_id")];

/// How often it is tried to have everything alone: a quarter of a minute in all.
const TRIES: usize = 50;
/// Between two tries, so that those who were held up can go on.
const PAUSE: Duration = Duration::from_millis(50);

/// Nobody else writes until the transaction ends; SQLite has one writer anyway.
///
/// Acts take tables in an order of their own, and may want one that is held here while this waits for
/// one of theirs. So this waits for less long than PostgreSQL does before it looks for such a circle
/// and kills one of the two; then it lets go of everything and tries again.
pub(super) async fn keep_others_out(db: &impl Connection) -> Result<()> {
    indexer::wait_turn(db).await?;
    if db.get_database_backend() != DatabaseBackend::Postgres {
        return Ok(());
    }
    let tables = EMPTIED.iter().rev().chain(&KEPT).copied();
    let tables = tables.collect::<Vec<_>>().join(", ");
    let take = format!("LOCK TABLE {tables} IN EXCLUSIVE MODE");
    for _ in 0..TRIES {
        db.execute_unprepared("SAVEPOINT alone; SET LOCAL lock_timeout = '250ms'")
            .await?;
        match db.execute_unprepared(&take).await {
            Ok(_) => {
                db.execute_unprepared("SET LOCAL lock_timeout TO DEFAULT; RELEASE SAVEPOINT alone")
                    .await?;
                return Ok(());
            }
            Err(error) if is_held(&error) => {
                // With it goes what was set since.
                db.execute_unprepared("ROLLBACK TO SAVEPOINT alone").await?;
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::not_allowed_now(
        "Too much is going on in the demo just now. Please try again in a moment.",
    ))
}

/// Whether somebody else holds what was to be locked: waited for long enough, or in a circle.
fn is_held(error: &DbErr) -> bool {
    let (DbErr::Conn(error) | DbErr::Exec(error) | DbErr::Query(error)) = error else {
        return false;
    };
    let RuntimeErr::SqlxError(error) = error else {
        return false;
    };
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("55P03" | "40P01"))
}

pub(super) async fn counts(db: &impl Connection) -> Result<Counts> {
    Ok(Counts {
        departments: count(db, "departments").await?,
        people: count(db, "people").await?,
        tickets: count(db, "tickets").await?,
        messages: count(db, "messages").await?,
        files: count(db, "attachments").await?,
    })
}

async fn count(db: &impl Connection, table: &'static str) -> Result<i64> {
    let question = Query::select()
        .expr(Expr::col(Alias::new("id")).count())
        .from(Alias::new(table))
        .to_owned();
    let row = db.query_one(&question).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get_by_index(0))?)
}

/// Ids of all attached files.
pub(super) async fn files(db: &impl Connection) -> Result<Vec<Uuid>> {
    let question = Query::select()
        .column(Alias::new("id"))
        .from(Alias::new("attachments"))
        .to_owned();
    let rows = db.query_all(&question).await?;
    Ok(rows
        .iter()
        .map(|row| row.try_get_by_index(0))
        .collect::<std::result::Result<_, _>>()?)
}

pub(super) async fn empty(db: &impl Connection) -> Result<()> {
    for (table, column) in CYCLES {
        let cut = Query::update()
            .table(Alias::new(table))
            .value(Alias::new(column), Option::<Uuid>::None)
            .and_where(Expr::col(Alias::new(column)).is_not_null())
            .to_owned();
        db.execute(&cut).await?;
    }
    // Without its content at hand, it goes as a whole.
    index::empty(db).await?;
    for table in EMPTIED {
        let rows = Query::delete().from_table(Alias::new(table)).to_owned();
        db.execute(&rows).await?;
    }
    for (table, kept) in [("settings", &SETTINGS[..]), ("counters", &COUNTERS[..])] {
        let rows = Query::delete()
            .from_table(Alias::new(table))
            .and_where(Expr::col(Alias::new("name")).is_not_in(kept.iter().copied()))
            .to_owned();
        db.execute(&rows).await?;
    }
    Ok(())
}
