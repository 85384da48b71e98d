//! Reads what reports know of each ticket, many tickets in one row of the database's answer.
//!
//! A report looks at every ticket, and handing over a row of twenty columns costs far more than
//! reading it. So the database writes each ticket as a line of JSON, and hands over the lines of
//! some thousand tickets at once.

use super::facts::{Facts, instant};
use super::measure::Measure;
use super::table::Request;
use crate::desk::entity::{clock, message, source, ticket};
use crate::desk::store::queue::{filter_condition, scope_condition};
use crate::platform::database::Database;
use crate::platform::error::Result;
use anyhow::Context as _;
use sea_orm::sea_query::{
    Alias, CaseStatement, Expr, ExprTrait, Func, IntoColumnRef, Query, SelectStatement, SimpleExpr,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseBackend, EntityTrait, JoinType, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};
use serde::{Deserialize, Deserializer};
use shared::id::{CategoryId, DepartmentId, ServiceId, TeamId, TicketId};
use shared::permission::Scope;
use shared::service_level::{ClockState, ClockTarget};
use shared::ticket::{Channel, MessageVisibility, Priority, TicketKind, TicketState};
use shared::time::Timestamp;
use std::borrow::Cow;
use uuid::Uuid;

/// Tickets of one statement: some megabytes of lines.
const TICKETS_A_STATEMENT: u64 = 20_000;

/// A ticket as the statement writes it: the fields in this order.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(deserialize_with = "uuid")]
    id: Uuid,
    kind: TicketKind,
    state: TicketState,
    priority: Priority,
    channel: Channel,
    #[serde(deserialize_with = "uuid")]
    department: Uuid,
    #[serde(deserialize_with = "uuid_or_none")]
    team: Option<Uuid>,
    #[serde(deserialize_with = "uuid_or_none")]
    service: Option<Uuid>,
    #[serde(deserialize_with = "uuid_or_none")]
    category: Option<Uuid>,
    created_at: i64,
    resolved_at: Option<i64>,
    closed_at: Option<i64>,
    reopen_count: i32,
    reassignment_count: i32,
    version: i32,
    #[serde(borrow)]
    source_state: Option<Cow<'a, str>>,
    source_opened_at: Option<i64>,
    source_resolved_at: Option<i64>,
    source_closed_at: Option<i64>,
    source_last_at: Option<i64>,
    made_sla: Option<i32>,
    source_version: Option<i32>,
    #[serde(borrow)]
    contact_type: Option<Cow<'a, str>>,
    with_problem: i32,
    respond: Option<ClockState>,
    responded_at: Option<i64>,
    resolve: Option<ClockState>,
    first_message_at: Option<i64>,
}

/// SQLite writes ids as plain hexadecimal, PostgreSQL with hyphens.
fn uuid<'de, D: Deserializer<'de>>(from: D) -> Result<Uuid, D::Error> {
    let text = <&str>::deserialize(from)?;
    Uuid::try_parse(text).map_err(serde::de::Error::custom)
}

fn uuid_or_none<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Uuid>, D::Error> {
    match Option::<&str>::deserialize(from)? {
        // What SQLite's hex() makes of nothing.
        None | Some("") => Ok(None),
        Some(text) => Uuid::try_parse(text)
            .map(Some)
            .map_err(serde::de::Error::custom),
    }
}

/// Gives every ticket that the scope and the filter let through, one by one.
pub async fn each(
    db: &Database,
    scope: &Scope,
    request: &Request,
    mut take: impl FnMut(&Facts) -> Result<()>,
) -> Result<()> {
    let mut after: Option<TicketId> = None;
    loop {
        let statement = statement(db.backend(), scope, request, after);
        let row = db.reader().query_one(&statement).await?;
        let text: Option<String> = match row {
            Some(row) => row.try_get_by_index(0)?,
            None => None,
        };
        let Some(text) = text else {
            return Ok(());
        };
        let mut last = after.map(|id| id.0);
        let mut read = 0;
        for line in serde_json::Deserializer::from_str(&text).into_iter::<Line>() {
            let line = line.context("reading a report's line")?;
            last = Ord::max(last, Some(line.id));
            read += 1;
            take(&facts(line))?;
        }
        if read < TICKETS_A_STATEMENT {
            return Ok(());
        }
        after = last.map(TicketId);
    }
}

/// The lines of the next tickets in the order of their ids, with spaces between.
fn statement(
    backend: DatabaseBackend,
    scope: &Scope,
    request: &Request,
    after: Option<TicketId>,
) -> SelectStatement {
    let clocks = [
        Measure::MetRatio,
        Measure::RespondMetRatio,
        Measure::ResolveMetRatio,
    ];
    let wants_response = request.wants(Measure::RespondTime);
    let wants_clocks = wants_response || clocks.iter().any(|measure| request.wants(*measure));
    let mut query = ticket::Entity::find()
        .select_only()
        .filter(scope_condition(scope))
        .filter(filter_condition(backend, &request.filter))
        .join(
            JoinType::LeftJoin,
            ticket::Entity::belongs_to(source::Entity)
                .from(ticket::Column::Id)
                .to(source::Column::TicketId)
                .into(),
        )
        .order_by_asc(ticket::Column::Id)
        .limit(TICKETS_A_STATEMENT);
    if let Some(after) = after {
        query = query.filter(ticket::Column::Id.gt(after));
    }
    query = match request.imported {
        Some(true) => query.filter(source::Column::TicketId.is_not_null()),
        Some(false) => query.filter(source::Column::TicketId.is_null()),
        None => query,
    };
    let statement = QuerySelect::query(&mut query);
    let nothing = || SimpleExpr::from(Expr::null());
    let mut columns = ticket_columns(backend);
    if wants_clocks {
        for (target, name) in [
            (ClockTarget::FirstResponse, RESPOND),
            (ClockTarget::Resolution, RESOLVE),
        ] {
            statement.join_as(
                JoinType::LeftJoin,
                clock::Entity,
                name,
                clock_of(target, name),
            );
        }
        columns.extend([
            Expr::col((RESPOND, clock::Column::State)),
            Expr::col((RESPOND, clock::Column::FinishedAt)),
            Expr::col((RESOLVE, clock::Column::State)),
        ]);
    } else {
        columns.extend([nothing(), nothing(), nothing()]);
    }
    columns.push(if wants_response {
        SimpleExpr::SubQuery(None, Box::new(first_message().into()))
    } else {
        nothing()
    });
    let (line, gathered) = match backend {
        DatabaseBackend::Postgres => ("json_build_array", "string_agg"),
        _ => ("json_array", "group_concat"),
    };
    let line = Expr::expr(Func::cust(line).args(columns)).cast_as("text");
    statement.expr_as(line, LINE);
    let gathered = Func::cust(gathered).arg(Expr::col(LINE)).arg(" ");
    Query::select()
        .expr(gathered)
        .from_subquery(query.into_query(), "lines")
        .to_owned()
}

const LINE: &str = "line";
const RESPOND: &str = "respond";
const RESOLVE: &str = "resolve";

fn ticket_columns(backend: DatabaseBackend) -> Vec<SimpleExpr> {
    use source::Column as S;
    use ticket::Column as T;
    let own = |column: T| SimpleExpr::from(Expr::col((ticket::Entity, column)));
    let of_source = |column: S| SimpleExpr::from(Expr::col((source::Entity, column)));
    let id = |column: T| match backend {
        DatabaseBackend::Postgres => own(column),
        // Ids are bytes there, which JSON has not.
        _ => Func::cust("hex").arg(own(column)).into(),
    };
    // SQLite writes truth as a number.
    let flag = |condition: SimpleExpr| {
        let written: SimpleExpr = CaseStatement::new().case(condition, 1).finally(0).into();
        written
    };
    let made_sla = CaseStatement::new()
        .case(of_source(S::MadeSla).is_null(), Option::<i32>::None)
        .finally(flag(of_source(S::MadeSla).eq(true)));
    vec![
        id(T::Id),
        own(T::Kind),
        own(T::State),
        own(T::Priority),
        own(T::Channel),
        id(T::DepartmentId),
        id(T::TeamId),
        id(T::ServiceId),
        id(T::CategoryId),
        own(T::CreatedAt),
        own(T::ResolvedAt),
        own(T::ClosedAt),
        own(T::ReopenCount),
        own(T::ReassignmentCount),
        own(T::Version),
        own(T::SourceState),
        of_source(S::OpenedAt),
        of_source(S::ResolvedAt),
        of_source(S::ClosedAt),
        of_source(S::LastAt),
        made_sla.into(),
        of_source(S::TicketVersion),
        of_source(S::ContactType),
        flag(of_source(S::Problem).is_not_null()),
    ]
}

fn clock_of(target: ClockTarget, name: &'static str) -> Condition {
    let of_ticket = Expr::col((name, clock::Column::TicketId))
        .equals((ticket::Entity, ticket::Column::Id).into_column_ref());
    Condition::all()
        .add(of_ticket)
        .add(Expr::col((Alias::new(name), clock::Column::Target)).eq(target))
}

/// When somebody who is not the requester first wrote to them.
fn first_message() -> SelectStatement {
    Query::select()
        .expr(Func::min(Expr::col((
            message::Entity,
            message::Column::CreatedAt,
        ))))
        .from(message::Entity)
        .and_where(
            Expr::col((message::Entity, message::Column::TicketId))
                .equals((ticket::Entity, ticket::Column::Id)),
        )
        .and_where(message::Column::Visibility.eq(MessageVisibility::Public))
        .and_where(message::Column::ByRequester.eq(false))
        .to_owned()
}

fn facts(line: Line<'_>) -> Facts {
    let at = |millis: Option<i64>| millis.map(Timestamp::from_millis);
    let imported = line.source_opened_at.is_some();
    // People changed it here since, and it is open.
    let reopened_here =
        imported && line.source_version != Some(line.version) && line.state.is_open();
    let (own_resolved, own_closed) = (at(line.resolved_at), at(line.closed_at));
    let (resolved_at, closed_at) = if imported {
        let last = at(line.source_last_at);
        (
            instant(
                own_resolved,
                at(line.source_resolved_at),
                last,
                reopened_here,
            ),
            instant(own_closed, at(line.source_closed_at), last, reopened_here),
        )
    } else {
        (own_resolved, own_closed)
    };
    let outcome = |state: Option<ClockState>| {
        (
            u32::from(state == Some(ClockState::Met)),
            u32::from(state == Some(ClockState::Breached)),
        )
    };
    let (met, breached) = outcome(line.respond);
    let answered = line.responded_at.filter(|_| met + breached > 0);
    Facts {
        kind: line.kind,
        state: line.state,
        source_state: line.source_state.map(Cow::into_owned),
        priority: line.priority,
        channel: line.channel,
        contact_type: line.contact_type.map(Cow::into_owned),
        department: DepartmentId(line.department),
        team: line.team.map(TeamId),
        service: line.service.map(ServiceId),
        category: line.category.map(CategoryId),
        created_at: Timestamp::from_millis(line.source_opened_at.unwrap_or(line.created_at)),
        responded_at: at(answered.or(line.first_message_at)),
        resolved_at,
        closed_at,
        respond_met: (met, breached),
        resolve_met: outcome(line.resolve),
        made_sla: line.made_sla.map(|made| made != 0),
        reopened: line.reopen_count > 0,
        reassigned: line.reassignment_count > 0,
        with_problem: line.with_problem != 0,
    }
}
