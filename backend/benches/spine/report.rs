//! Reporting an incident, beside bare rows of the same number, both durable.

use super::client::{REPORT, incident};
use super::figure::{Times, tell};
use super::ground;
use anyhow::{Context as _, Result, bail, ensure};
use async_graphql::{Request, Variables};
use backend::app::App;
use backend::graphql::schema::{self, BellhopSchema};
use backend::platform::database::Database;
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement, Value};
use shared::id::PersonId;
use std::collections::BTreeMap;
use std::time::Instant;

const ROUNDS: usize = 300;
/// Bytes of text in a bare row: about as much as a row of a report has.
const TEXT: usize = 200;

/// Reports and writes bare rows in turn, and sets the medians against each other.
pub async fn measure(database: &str) -> Result<()> {
    let app = ground::open(database).await?;
    let name = app.platform.db.name();
    let schema = schema::build(&app);
    let agent = ground::agent(&app).await?.id;
    let db = &app.platform.db;
    let before = rows(db).await?;
    report(&schema, &app, agent, 0).await?;
    let after = rows(db).await?;
    let written = more(&before, &after);
    let count: i64 = written.iter().map(|(_, more)| more).sum();
    let count = usize::try_from(count)?;
    ensure!(count >= 4, "a report wrote {count} rows");
    // Left by a run that was broken off.
    drop_bare(db).await?;
    create_bare(db).await?;

    let (mut ours, mut floor) = (Times::default(), Times::default());
    for round in 1..=ROUNDS {
        let started = Instant::now();
        report(&schema, &app, agent, round).await?;
        ours.add(started.elapsed());
        let started = Instant::now();
        bare(&app, count).await?;
        floor.add(started.elapsed());
    }
    drop_bare(db).await?;
    let list: Vec<String> = written
        .iter()
        .map(|(table, more)| format!("{more} {table}"))
        .collect();
    eprintln!("a report writes {}", list.join(", "));
    tell(
        &format!("report an incident, {count} rows, {name}: p50, p99"),
        &format!("{:.2} ms, {:.2} ms", ours.median(), ours.percentile(0.99)),
        "",
    );
    tell(
        &format!("{count} bare rows in one transaction, {name}: p50; ratio"),
        &format!(
            "{:.2} ms; {:.2} ×",
            floor.median(),
            ours.median() / floor.median()
        ),
        "3.0 ×",
    );
    Ok(())
}

async fn report(schema: &BellhopSchema, app: &App, agent: PersonId, number: usize) -> Result<()> {
    let context = ground::context(app, agent).await?;
    let request = Request::new(REPORT).variables(Variables::from_json(incident(number)));
    let request = schema::prepare(request, app, Some(context));
    let response = schema::execute(schema, request).await;
    let answer = response.data.into_json()?;
    if !response.errors.is_empty() || answer["incidentReport"]["ticket"].is_null() {
        bail!("{:?} {answer}", response.errors);
    }
    Ok(())
}

/// How many rows each table has.
async fn rows(db: &Database) -> Result<BTreeMap<String, i64>> {
    let backend = db.backend();
    let tables = match backend {
        DatabaseBackend::Postgres => {
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        }
        _ => "SELECT name FROM sqlite_master WHERE type = 'table'",
    };
    let tables = db
        .reader()
        .query_all_raw(Statement::from_string(backend, tables))
        .await?;
    let mut counts = BTreeMap::new();
    for table in tables {
        let table: String = table.try_get_by_index(0)?;
        let count = format!("SELECT COUNT(*) FROM \"{table}\"");
        let row = db
            .reader()
            .query_one_raw(Statement::from_string(backend, count))
            .await?
            .context("no count")?;
        counts.insert(table, row.try_get_by_index(0)?);
    }
    Ok(counts)
}

fn more(before: &BTreeMap<String, i64>, after: &BTreeMap<String, i64>) -> Vec<(String, i64)> {
    after
        .iter()
        .map(|(table, count)| (table.clone(), count - before.get(table).unwrap_or(&0)))
        .filter(|(_, more)| *more > 0)
        .collect()
}

async fn create_bare(db: &Database) -> Result<()> {
    let id = match db.backend() {
        DatabaseBackend::Postgres => "UUID",
        _ => "BLOB",
    };
    run(
        db,
        &format!(
            "CREATE TABLE bench_rows (id {id} PRIMARY KEY, at BIGINT NOT NULL, text TEXT NOT NULL)"
        ),
    )
    .await
}

async fn drop_bare(db: &Database) -> Result<()> {
    run(db, "DROP TABLE IF EXISTS bench_rows").await
}

async fn run(db: &Database, sql: &str) -> Result<()> {
    let tx = db.begin().await?;
    tx.execute_unprepared(sql).await?;
    Ok(tx.commit().await?)
}

async fn bare(app: &App, count: usize) -> Result<()> {
    let platform = &app.platform;
    let sql = match platform.db.backend() {
        DatabaseBackend::Postgres => "INSERT INTO bench_rows VALUES ($1, $2, $3)",
        _ => "INSERT INTO bench_rows VALUES (?, ?, ?)",
    };
    let now = platform.clock.now();
    let tx = platform.db.begin().await?;
    for _ in 0..count {
        let values: [Value; 3] = [
            platform.ids.next(now).into(),
            now.as_millis().into(),
            "x".repeat(TEXT).into(),
        ];
        tx.execute_raw(Statement::from_sql_and_values(
            platform.db.backend(),
            sql,
            values,
        ))
        .await?;
    }
    Ok(tx.commit().await?)
}
