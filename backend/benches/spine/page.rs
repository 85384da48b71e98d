//! A page of the queue over GraphQL, beside one hand-written statement that gives the same bytes.

use super::figure::{Times, tell};
use super::ground;
use anyhow::{Context as _, Result, anyhow, bail, ensure};
use async_graphql::Request;
use backend::app::App;
use backend::desk::entity::clock;
use backend::desk::service_level::clocks;
use backend::graphql::schema::{self, BellhopSchema};
use backend::http::limits::Limits;
use backend::platform::Platform;
use backend::platform::clock::{Clock as _, ManualClock, SystemClock};
use backend::platform::database::Database;
use backend::platform::ids::Ids;
use backend::platform::paging;
use sea_orm::{DatabaseBackend, FromQueryResult, Statement};
use serde::Serialize;
use serde_json::Value;
use shared::id::{AgreementId, CalendarId, ClockId, DepartmentId, PersonId, TeamId, TicketId};
use shared::service_level::{ClockState, ClockTarget};
use shared::ticket::{ClockRisk, HoldReason, Priority, TicketState};
use shared::time::Timestamp;
use std::sync::Arc;
use std::time::Instant;

const ROUNDS: usize = 400;
const SIZE: usize = 50;

const QUERY: &str = "query ($team: ID!) {
    tickets(first: 50, orderBy: DUE, filter: { stateKind: { in: [NEW, ACTIVE, WAITING] }, team: { in: [$team] } }) {
        edges { cursor sortKey node {
            id reference title state priority risk dueAt unanswered updatedAt version
            requester { id name } assignee { id name } team { id name } department { id name }
            nextClock { target state dueAt remainingSeconds }
        } }
        pageInfo { hasNextPage endCursor } asOf
    } }";

const STATEMENT: &str = r#"
SELECT t.id, t.reference, t.title, t.state, t.priority, t.risk, t.due_at, t.due_order, t.unanswered,
       t.updated_at, t.version,
       r.id AS requester_id, r.name AS requester_name, a.id AS assignee_id, a.name AS assignee_name,
       m.id AS team_id, m.name AS team_name, d.id AS department_id, d.name AS department_name,
       c.id AS clock_id, c.target, c.state AS clock_state, c.agreement_id, c.agreement_version,
       c.calendar_id, c.calendar_version, c.target_seconds, c.started_at, c.due_at AS clock_due_at,
       c.paused_at, c.pause_reason, c.elapsed_seconds, c.measured_at,
       (SELECT value FROM counters WHERE name = 'event') AS as_of
FROM tickets t
JOIN people r ON r.id = t.requester_id
JOIN departments d ON d.id = t.department_id
LEFT JOIN people a ON a.id = t.assignee_id
LEFT JOIN teams m ON m.id = t.team_id
LEFT JOIN clocks c ON c.id = (
    SELECT k.id FROM clocks k
    WHERE k.ticket_id = t.id AND k.finished_at IS NULL AND k.state IN ('running', 'paused', 'breached')
    ORDER BY COALESCE(k.due_at, 9223372036854775807) LIMIT 1)
WHERE t.team_id = $1 AND t.state IN ('new', 'assigned', 'in_progress', 'on_hold')
ORDER BY t.due_order, t.id
LIMIT 51"#;

#[derive(FromQueryResult)]
struct Row {
    id: TicketId,
    reference: String,
    title: String,
    state: TicketState,
    priority: Priority,
    risk: ClockRisk,
    due_at: Option<Timestamp>,
    due_order: i64,
    unanswered: bool,
    updated_at: Timestamp,
    version: i32,
    requester_id: PersonId,
    requester_name: String,
    assignee_id: Option<PersonId>,
    assignee_name: Option<String>,
    team_id: Option<TeamId>,
    team_name: Option<String>,
    department_id: DepartmentId,
    department_name: String,
    clock_id: Option<ClockId>,
    target: Option<ClockTarget>,
    clock_state: Option<ClockState>,
    agreement_id: Option<AgreementId>,
    agreement_version: Option<i32>,
    calendar_id: Option<CalendarId>,
    calendar_version: Option<i32>,
    target_seconds: Option<i64>,
    started_at: Option<Timestamp>,
    clock_due_at: Option<Timestamp>,
    paused_at: Option<Timestamp>,
    pause_reason: Option<HoldReason>,
    elapsed_seconds: Option<i64>,
    measured_at: Option<Timestamp>,
    as_of: i64,
}

#[derive(Serialize)]
struct Answer<'a> {
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    tickets: Connection<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Connection<'a> {
    edges: Vec<Edge<'a>>,
    page_info: PageInfo,
    as_of: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Edge<'a> {
    cursor: String,
    sort_key: String,
    node: Node<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Node<'a> {
    id: String,
    reference: &'a str,
    title: &'a str,
    state: String,
    priority: String,
    risk: String,
    due_at: Option<Timestamp>,
    unanswered: bool,
    updated_at: Timestamp,
    version: i32,
    requester: Named<'a>,
    assignee: Option<Named<'a>>,
    team: Option<Named<'a>>,
    department: Named<'a>,
    next_clock: Option<NextClock>,
}

#[derive(Serialize)]
struct Named<'a> {
    id: String,
    name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NextClock {
    target: String,
    state: String,
    due_at: Option<Timestamp>,
    remaining_seconds: i64,
}

/// Asks both ways in turn, and sets the medians against each other.
pub async fn measure(database: &str) -> Result<()> {
    let db = Database::open(database).await?;
    let name = db.name();
    // The clock stands still, so that both count down from the same instant.
    let clock = ManualClock::new(SystemClock.now());
    let app = App::new(Platform::new(db, Arc::new(clock), Ids::random()));
    let schema = schema::build(&app);
    let limits = Limits::of(&schema.sdl())?;
    let api = Api { schema, limits };
    let agent = ground::agent(&app).await?.id;
    let team = ground::team_of(&app, agent).await?.id;

    let asked = over_graphql(&api, &app, agent, team).await?;
    let written = by_hand(&app, team).await?;
    same(&asked, &written)?;
    let (mut ours, mut floor, mut rights) = (Times::default(), Times::default(), Times::default());
    for _ in 0..ROUNDS {
        let started = Instant::now();
        over_graphql(&api, &app, agent, team).await?;
        ours.add(started.elapsed());
        let started = Instant::now();
        by_hand(&app, team).await?;
        floor.add(started.elapsed());
        let started = Instant::now();
        ground::context(&app, agent).await?;
        rights.add(started.elapsed());
    }
    tell(
        &format!("queue page of {SIZE} over GraphQL, {name}: p50, p99"),
        &format!("{:.2} ms, {:.2} ms", ours.median(), ours.percentile(0.99)),
        "p50 5 ms",
    );
    tell(
        &format!("the same by one hand-written statement, {name}: p50; ratio"),
        &format!(
            "{:.2} ms; {:.2} ×",
            floor.median(),
            ours.median() / floor.median()
        ),
        "3.0 ×",
    );
    tell(
        &format!("of that, reading the agent's rights, {name}"),
        &format!("{:.2} ms", rights.median()),
        "",
    );
    Ok(())
}

/// The two answers are the same but for the order of an object's fields.
fn same(asked: &[u8], written: &[u8]) -> Result<()> {
    let (a, b): (Value, Value) = (
        serde_json::from_slice(asked)?,
        serde_json::from_slice(written)?,
    );
    let edges = |value: &Value| value["data"]["tickets"]["edges"].clone();
    if let (Some(a), Some(b)) = (edges(&a).as_array(), edges(&b).as_array()) {
        ensure!(a.len() == b.len(), "{} and {} tickets", a.len(), b.len());
        for (a, b) in a.iter().zip(b) {
            ensure!(a == b, "the two ways differ:\n{a}\n{b}");
        }
    }
    ensure!(a == b, "the two ways differ beside the tickets");
    ensure!(
        asked.len() == written.len(),
        "the two ways differ in length"
    );
    Ok(())
}

/// What a request passes through.
struct Api {
    schema: BellhopSchema,
    limits: Limits,
}

async fn over_graphql(api: &Api, app: &App, agent: PersonId, team: TeamId) -> Result<Vec<u8>> {
    // The rights are read and the query is measured for each request, as the server does.
    let context = ground::context(app, agent).await?;
    let variables = serde_json::json!({ "team": team.to_string() });
    let variables = async_graphql::Variables::from_json(variables);
    let checked = api.limits.check(QUERY, None, &variables);
    let (document, _) = checked.map_err(|refusal| anyhow!("{refusal:?}"))?;
    let mut request = Request::new(QUERY).variables(variables);
    request.set_parsed_query(document);
    let request = schema::prepare(request, app, Some(context));
    let response = schema::execute(&api.schema, request).await;
    if !response.errors.is_empty() {
        bail!("{:?}", response.errors);
    }
    Ok(serde_json::to_vec(&response)?)
}

async fn by_hand(app: &App, team: TeamId) -> Result<Vec<u8>> {
    let text = match app.platform.db.backend() {
        DatabaseBackend::Postgres => STATEMENT.to_owned(),
        _ => STATEMENT.replace("$1", "?"),
    };
    let statement = Statement::from_sql_and_values(app.platform.db.backend(), text, [team.into()]);
    let mut rows = Row::find_by_statement(statement)
        .all(app.platform.db.reader())
        .await?;
    let has_next_page = rows.len() > SIZE;
    rows.truncate(SIZE);
    let mut edges = Vec::with_capacity(rows.len());
    for row in &rows {
        edges.push(Edge {
            cursor: cursor(row),
            sort_key: format!(
                "{:016x}{}",
                (row.due_order as u64) ^ (1 << 63),
                shared::id::encode(row.id.0)
            ),
            node: node(app, row).await?,
        });
    }
    let answer = Answer {
        data: Data {
            tickets: Connection {
                page_info: PageInfo {
                    has_next_page,
                    end_cursor: rows.last().map(cursor),
                },
                as_of: rows.first().map_or(0, |row| row.as_of).to_string(),
                edges,
            },
        },
    };
    Ok(serde_json::to_vec(&answer)?)
}

fn cursor(row: &Row) -> String {
    paging::cursor("due", &[row.due_order.to_string(), row.id.to_string()])
}

async fn node<'a>(app: &App, row: &'a Row) -> Result<Node<'a>> {
    let named = |id: Option<String>, name: &'a Option<String>| {
        Some(Named {
            id: id?,
            name: name.as_deref()?,
        })
    };
    Ok(Node {
        id: row.id.to_string(),
        reference: &row.reference,
        title: &row.title,
        state: word(row.state.as_str()),
        priority: word(row.priority.as_str()),
        risk: word(row.risk.as_str()),
        due_at: row.due_at,
        unanswered: row.unanswered,
        updated_at: row.updated_at,
        version: row.version,
        requester: Named {
            id: row.requester_id.to_string(),
            name: &row.requester_name,
        },
        assignee: named(row.assignee_id.map(|id| id.to_string()), &row.assignee_name),
        team: named(row.team_id.map(|id| id.to_string()), &row.team_name),
        department: Named {
            id: row.department_id.to_string(),
            name: &row.department_name,
        },
        next_clock: match row.clock_id {
            Some(id) => Some(next_clock(app, row, id).await?),
            None => None,
        },
    })
}

async fn next_clock(app: &App, row: &Row, id: ClockId) -> Result<NextClock> {
    let missing = "a clock without one of its columns";
    let clock = clock::Model {
        id,
        ticket_id: row.id,
        target: row.target.context(missing)?,
        state: row.clock_state.context(missing)?,
        agreement_id: row.agreement_id.context(missing)?,
        agreement_version: row.agreement_version.context(missing)?,
        calendar_id: row.calendar_id.context(missing)?,
        calendar_version: row.calendar_version.context(missing)?,
        target_seconds: row.target_seconds.context(missing)?,
        started_at: row.started_at.context(missing)?,
        due_at: row.clock_due_at,
        warn_at: None,
        warned_at: None,
        breached_at: None,
        paused_at: row.paused_at,
        pause_reason: row.pause_reason,
        finished_at: None,
        elapsed_seconds: row.elapsed_seconds.context(missing)?,
        measured_at: row.measured_at.context(missing)?,
    };
    let calendar = app
        .desk
        .service_levels
        .calendar(
            app.platform.db.reader(),
            clock.calendar_id,
            clock.calendar_version,
        )
        .await?;
    let reading = clocks::reading(&clock, &calendar.compiled, app.platform.clock.now());
    Ok(NextClock {
        target: word(clock.target.as_str()),
        state: word(clock.state.as_str()),
        due_at: clock.due_at,
        remaining_seconds: reading.remaining_seconds,
    })
}

/// A word of a vocabulary as GraphQL writes it; priorities are kept with a digit, to be sorted by.
fn word(text: &str) -> String {
    text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_')
        .to_ascii_uppercase()
}
