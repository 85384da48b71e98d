//! The database: whether it answers, what shape it has, whether it is whole, and what waits in it.

use super::Finding;
use super::machine::size;
use crate::desk::search;
use crate::operations::figures::{self, Due};
use crate::platform::clock::Clock;
use crate::platform::database::Database;
use crate::platform::error::Error;
use crate::platform::event_log;
use sea_orm::{ConnectionTrait, DatabaseBackend};
use shared::time::Timestamp;
use std::time::{Duration, Instant};

/// The database must answer within this time.
const PATIENCE: Duration = Duration::from_secs(10);
/// Slower than this is told.
const SLOW: Duration = Duration::from_millis(250);
/// A write-ahead log of more bytes was not moved for long.
const LARGE_LOG: u64 = 256 * 1024 * 1024;
/// Clocks that differ by more seconds are told; by ten times as many they are broken.
const SKEW_SECONDS: i64 = 2;
/// What is due for so many seconds has nobody who does it.
const LATE_SECONDS: i64 = 300;

/// Connects without changing anything.
pub async fn connect(url: &str) -> Result<Database, Finding> {
    let broken = |words: String| Finding::broken("database", words);
    if let Some(file) = Database::file_of(url)
        && !file.exists()
    {
        return Err(broken(format!(
            "There is no database at {}. `bellhop serve` makes one.",
            file.display()
        )));
    }
    match tokio::time::timeout(PATIENCE, Database::connect(url)).await {
        Ok(Ok(db)) => Ok(db),
        Ok(Err(error)) => Err(broken(format!("No connection: {error:#}."))),
        Err(_) => Err(broken("No connection in time.".to_owned())),
    }
}

/// Whether it answers, what it is, and how quickly.
pub async fn answers(db: &Database) -> Finding {
    const CHECK: &str = "database";
    let question = match db.backend() {
        DatabaseBackend::Postgres => "SHOW server_version",
        _ => "SELECT sqlite_version()",
    };
    let started = Instant::now();
    match text(db, question).await {
        Ok(version) => {
            let took = started.elapsed();
            let name = db.name();
            let words = format!("{name} {version} answers in {} ms.", took.as_millis());
            if took > SLOW {
                Finding::warning(CHECK, words)
            } else {
                Finding::well(CHECK, words)
            }
        }
        Err(error) => Finding::broken(CHECK, format!("It does not answer: {error}.")),
    }
}

/// Whether the tables are those that this program knows.
pub async fn migrations(db: &Database) -> Finding {
    const CHECK: &str = "migrations";
    let looked = async {
        let missing = db.missing_migrations().await?;
        let unknown = db.unknown_migrations().await?;
        Ok::<_, sea_orm::DbErr>((missing, unknown))
    };
    match looked.await {
        Ok((missing, unknown)) if missing.is_empty() && unknown.is_empty() => Finding::well(
            CHECK,
            format!("All {} steps were made.", migrations::names().len()),
        ),
        Ok((missing, unknown)) if unknown.is_empty() => Finding::broken(
            CHECK,
            format!(
                "Not made yet: {}. Run `bellhop migrate`.",
                missing.join(", ")
            ),
        ),
        Ok((_, unknown)) => Finding::broken(
            CHECK,
            format!(
                "Made by a newer Bellhop: {}. Use that version.",
                unknown.join(", ")
            ),
        ),
        Err(error) => Finding::broken(CHECK, format!("They cannot be read: {error}.")),
    }
}

/// Whether the database holds together.
pub async fn integrity(db: &Database) -> Finding {
    const CHECK: &str = "integrity";
    if db.backend() == DatabaseBackend::Postgres {
        return Finding::skipped(
            CHECK,
            "PostgreSQL looks after itself; `pg_amcheck` looks more closely.",
        );
    }
    match sqlite_problems(db).await {
        Ok(problems) if problems.is_empty() => Finding::well(
            CHECK,
            "The file is whole, and every reference leads somewhere.",
        ),
        Ok(problems) => {
            Finding::broken(CHECK, format!("{} Restore a backup.", problems.join("; ")))
        }
        Err(error) => Finding::broken(CHECK, format!("It cannot be checked: {error}.")),
    }
}

/// Problems that SQLite finds, the first few.
pub(in crate::operations) async fn sqlite_problems(
    db: &Database,
) -> Result<Vec<String>, sea_orm::DbErr> {
    let mut problems = Vec::new();
    for row in db
        .reader()
        .query_all_raw(raw(db, "PRAGMA quick_check(5)"))
        .await?
    {
        let words: String = row.try_get_by_index(0)?;
        if words != "ok" {
            problems.push(words);
        }
    }
    let loose = db
        .reader()
        .query_all_raw(raw(db, "PRAGMA foreign_key_check"))
        .await?;
    if let Some(first) = loose.first() {
        let table: String = first.try_get_by_index(0)?;
        problems.push(format!(
            "{} rows refer to nothing, first in {table}",
            loose.len()
        ));
    }
    Ok(problems)
}

/// SQLite's write-ahead log is moved each minute by a running server.
pub fn write_ahead_log(url: &str) -> Finding {
    const CHECK: &str = "write-ahead log";
    let Some(file) = Database::file_of(url) else {
        return Finding::skipped(CHECK, "Only SQLite has one beside its file.");
    };
    let log = format!("{}-wal", file.display());
    match std::fs::metadata(log).map(|log| log.len()) {
        Ok(bytes) if bytes > LARGE_LOG => Finding::warning(
            CHECK,
            format!(
                "{}: nothing moved it for long. Start the server.",
                size(bytes)
            ),
        ),
        Ok(bytes) => Finding::well(CHECK, format!("{}.", size(bytes))),
        Err(_) => Finding::well(CHECK, "Empty."),
    }
}

/// The log's counter stands at its last event, and each event has its content.
pub async fn log(db: &Database) -> Finding {
    const CHECK: &str = "log";
    let looked = async {
        let counter = event_log::last_sequence(db.reader()).await?;
        let last = number(db, "SELECT COALESCE(MAX(sequence), 0) FROM events").await?;
        let bare = number(
            db,
            "SELECT COUNT(*) FROM (SELECT sequence FROM events ORDER BY sequence DESC LIMIT 10000) AS e \
             WHERE NOT EXISTS (SELECT 1 FROM event_payloads p WHERE p.sequence = e.sequence)",
        )
        .await?;
        Ok::<_, Error>((counter, last, bare))
    };
    match looked.await {
        Ok((counter, last, 0)) if counter == last => {
            Finding::well(CHECK, format!("It ends at {last}, as its counter says."))
        }
        Ok((counter, last, 0)) => Finding::broken(
            CHECK,
            format!("It ends at {last}, its counter at {counter}. Restore a backup."),
        ),
        Ok((_, _, bare)) => Finding::warning(
            CHECK,
            format!(
                "{bare} of its last events have no content (it may have been destroyed on purpose)."
            ),
        ),
        Err(error) => Finding::broken(CHECK, format!("It cannot be read: {error}.")),
    }
}

/// Who takes part in an open ticket finds it among those that they take part in.
pub async fn participants(db: &Database) -> Finding {
    const CHECK: &str = "participants";
    let hidden = number(
        db,
        "SELECT COUNT(*) FROM tickets t JOIN ticket_participants p ON p.ticket_id = t.id \
         WHERE t.state IN ('new', 'assigned', 'in_progress', 'on_hold') AND NOT p.open",
    );
    match hidden.await {
        Ok(0) => Finding::well(
            CHECK,
            "Everybody finds the open tickets that they take part in.",
        ),
        Ok(hidden) => Finding::broken(
            CHECK,
            format!(
                "{hidden} of them are missing in lists of open tickets. \
                 `UPDATE ticket_participants SET open = TRUE` brings them back."
            ),
        ),
        Err(error) => Finding::broken(CHECK, format!("They cannot be read: {error}.")),
    }
}

/// The machine's clock against the database's, and against the last event.
pub async fn skew(db: &Database, clock: &dyn Clock) -> Finding {
    const CHECK: &str = "clock";
    let looked = async {
        let recorded = number(db, "SELECT COALESCE(MAX(recorded_at), 0) FROM (SELECT recorded_at FROM events ORDER BY sequence DESC LIMIT 1) AS e").await?;
        let theirs = match db.backend() {
            DatabaseBackend::Postgres => Some(
                number(
                    db,
                    "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT",
                )
                .await?,
            ),
            _ => None,
        };
        Ok::<_, sea_orm::DbErr>((recorded, theirs))
    };
    let (recorded, theirs) = match looked.await {
        Ok(found) => found,
        Err(error) => return Finding::broken(CHECK, format!("Not known: {error}.")),
    };
    let now = clock.now().as_millis();
    let ahead = (recorded - now) / 1000;
    if ahead > SKEW_SECONDS {
        return Finding::broken(
            CHECK,
            format!(
                "The last event was recorded {ahead} s from now: this machine's clock is behind."
            ),
        );
    }
    let Some(theirs) = theirs else {
        return Finding::well(CHECK, "No event lies in the future.");
    };
    let apart = (theirs - now).abs() / 1000;
    let words = format!("This machine and the database are {apart} s apart.");
    if apart > 10 * SKEW_SECONDS {
        Finding::broken(CHECK, format!("{words} Set their clocks."))
    } else if apart > SKEW_SECONDS {
        Finding::warning(CHECK, format!("{words} Set their clocks."))
    } else {
        Finding::well(CHECK, words)
    }
}

/// Jobs and timers that nobody does.
pub async fn waiting(db: &Database, now: Timestamp) -> [Finding; 2] {
    let figures = match figures::read(db.reader(), now).await {
        Ok(figures) => figures,
        Err(error) => {
            let words = format!("They cannot be counted: {error}.");
            return [
                Finding::broken("jobs", words.clone()),
                Finding::broken("timers", words),
            ];
        }
    };
    let dead = match figures.jobs_dead {
        0 => None,
        count => Some(format!(
            "{count} were given up; an administrator sends them again."
        )),
    };
    [
        late("jobs", figures.jobs, dead),
        late("timers", figures.timers, None),
    ]
}

/// Whether the search index follows the log.
pub async fn search(db: &Database, now: Timestamp) -> Finding {
    const CHECK: &str = "search";
    let behind = match search::behind(db.reader(), now).await {
        Ok(behind) => behind,
        Err(error) => return Finding::broken(CHECK, format!("The index cannot be read: {error}.")),
    };
    if !behind.begun {
        return Finding::well(CHECK, "There is no index yet; a server builds it.");
    }
    let mut words = match behind.events {
        0 => "The index is up to date.".to_owned(),
        events => format!("The index is {events} events behind."),
    };
    if behind.tickets > 0 {
        words = format!(
            "{words} About {} older tickets are still to come.",
            behind.tickets
        );
    }
    if behind.seconds > LATE_SECONDS {
        let minutes = behind.seconds / 60;
        let words = format!("{words} The first waits for {minutes} minutes. Does a server run?");
        Finding::warning(CHECK, words)
    } else {
        Finding::well(CHECK, words)
    }
}

fn late(check: &'static str, due: Due, more: Option<String>) -> Finding {
    let Due {
        waiting,
        overdue,
        late_seconds,
    } = due;
    let mut words = format!("{waiting} waiting, {overdue} overdue.");
    if let Some(more) = &more {
        words = format!("{words} {more}");
    }
    if late_seconds > LATE_SECONDS {
        let minutes = late_seconds / 60;
        let words = format!("{words} The first is due for {minutes} minutes. Does a server run?");
        Finding::warning(check, words)
    } else if more.is_some() {
        Finding::warning(check, words)
    } else {
        Finding::well(check, words)
    }
}

fn raw(db: &Database, statement: &str) -> sea_orm::Statement {
    sea_orm::Statement::from_string(db.backend(), statement)
}

async fn text(db: &Database, question: &str) -> Result<String, sea_orm::DbErr> {
    one(db, question).await
}

async fn number(db: &Database, question: &str) -> Result<i64, sea_orm::DbErr> {
    one(db, question).await
}

async fn one<T: sea_orm::TryGetable>(db: &Database, question: &str) -> Result<T, sea_orm::DbErr> {
    let row = db.reader().query_one_raw(raw(db, question)).await?;
    let row = row.ok_or_else(|| sea_orm::DbErr::Custom("no row came".to_owned()))?;
    row.try_get_by_index(0)
}
