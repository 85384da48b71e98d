//! Reads what reports count.

use super::dimension::{Parents, Value};
use super::facts::{Facts, instant};
use super::measure::Measure;
use super::table::Request;
use crate::desk::entity::{clock, message, source, ticket};
use crate::desk::store::queue::{filter_condition, scope_condition};
use crate::organisation::entity::{category, department, service, team};
use crate::platform::database::Database;
use crate::platform::error::Result;
use futures_util::TryStreamExt;
use sea_orm::sea_query::{Alias, CaseStatement, Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QueryResult, QuerySelect,
    QueryTrait, StreamTrait, TryGetError, TryGetable,
};
use shared::id::{CategoryId, DepartmentId, ServiceId, TeamId};
use shared::permission::Scope;
use shared::service_level::{ClockState, ClockTarget};
use shared::ticket::MessageVisibility;
use shared::time::Timestamp;
use std::collections::{HashMap, HashSet};

/// Tickets whose inner workings (history, promises) a person may read: visible, and in a department
/// of which they see figures by a role. Taking part as a requester is not enough.
pub fn inside(scope: &Scope) -> Condition {
    Condition::all()
        .add(scope_condition(scope))
        .add(ticket::Column::DepartmentId.is_in(scope.departments.iter().copied()))
}

/// Columns of the statement, in this order.
const TICKET: [ticket::Column; 15] = [
    ticket::Column::Kind,
    ticket::Column::State,
    ticket::Column::Priority,
    ticket::Column::Channel,
    ticket::Column::DepartmentId,
    ticket::Column::TeamId,
    ticket::Column::ServiceId,
    ticket::Column::CategoryId,
    ticket::Column::CreatedAt,
    ticket::Column::ResolvedAt,
    ticket::Column::ClosedAt,
    ticket::Column::ReopenCount,
    ticket::Column::ReassignmentCount,
    ticket::Column::Version,
    ticket::Column::SourceState,
];
const SOURCE: [source::Column; 8] = [
    source::Column::OpenedAt,
    source::Column::ResolvedAt,
    source::Column::ClosedAt,
    source::Column::LastAt,
    source::Column::MadeSla,
    source::Column::TicketVersion,
    source::Column::ContactType,
    source::Column::Problem,
];

/// Gives every ticket that the scope and the filter let through, one by one.
pub async fn each(
    db: &Database,
    scope: &Scope,
    request: &Request,
    mut take: impl FnMut(&Facts) -> Result<()>,
) -> Result<()> {
    let reader = db.reader();
    let backend = db.backend();
    let mut query = ticket::Entity::find()
        .filter(scope_condition(scope))
        .filter(filter_condition(backend, &request.filter))
        .select_only()
        .columns(TICKET)
        .columns(SOURCE)
        .join(
            JoinType::LeftJoin,
            ticket::Entity::belongs_to(source::Entity)
                .from(ticket::Column::Id)
                .to(source::Column::TicketId)
                .into(),
        );
    query = match request.imported {
        Some(true) => query.filter(source::Column::TicketId.is_not_null()),
        Some(false) => query.filter(source::Column::TicketId.is_null()),
        None => query,
    };
    let wants_response = request.wants(Measure::RespondTime);
    let wants_clocks = wants_response
        || request.wants(Measure::MetRatio)
        || request.wants(Measure::RespondMetRatio)
        || request.wants(Measure::ResolveMetRatio);
    let mut extra = 0;
    let statement: &mut SelectStatement = QuerySelect::query(&mut query);
    if wants_clocks {
        extra = CLOCKS.len();
        for name in CLOCKS {
            statement.expr(Expr::col((Alias::new("promised"), Alias::new(name))));
        }
        join(statement, clocks(), "promised");
    }
    if wants_response {
        statement.expr(Expr::col((Alias::new("answered"), Alias::new("first_at"))));
        join(statement, first_messages(), "answered");
    }
    let statement = backend.build(&query.into_query());
    let mut rows = reader.stream_raw(statement).await?;
    while let Some(row) = rows.try_next().await? {
        take(&facts(&row, wants_clocks, wants_response, extra)?)?;
    }
    Ok(())
}

fn join(statement: &mut SelectStatement, rows: SelectStatement, name: &'static str) {
    statement.join_subquery(
        JoinType::LeftJoin,
        rows,
        Alias::new(name),
        Expr::col((Alias::new(name), Alias::new("ticket_id")))
            .equals((ticket::Entity, ticket::Column::Id)),
    );
}

/// What is told of a ticket's clocks.
const CLOCKS: [&str; 5] = [
    "respond_met",
    "respond_breached",
    "resolve_met",
    "resolve_breached",
    "responded_at",
];

fn clocks() -> SelectStatement {
    let mut query = Query::select();
    query
        .column(clock::Column::TicketId)
        .from(clock::Entity)
        .group_by_col(clock::Column::TicketId);
    for (index, (target, state)) in [
        (ClockTarget::FirstResponse, ClockState::Met),
        (ClockTarget::FirstResponse, ClockState::Breached),
        (ClockTarget::Resolution, ClockState::Met),
        (ClockTarget::Resolution, ClockState::Breached),
    ]
    .into_iter()
    .enumerate()
    {
        let case = CaseStatement::new()
            .case(
                Expr::col(clock::Column::Target)
                    .eq(target)
                    .and(Expr::col(clock::Column::State).eq(state)),
                Expr::value(1i32),
            )
            .finally(Expr::value(0i32));
        query.expr_as(Func::max(case), Alias::new(CLOCKS[index]));
    }
    let answered = CaseStatement::new().case(
        Expr::col(clock::Column::Target)
            .eq(ClockTarget::FirstResponse)
            .and(Expr::col(clock::Column::State).is_in([ClockState::Met, ClockState::Breached])),
        Expr::col(clock::Column::FinishedAt),
    );
    query.expr_as(Func::max(answered), Alias::new(CLOCKS[4]));
    query
}

fn first_messages() -> SelectStatement {
    let mut query = Query::select();
    query
        .column(message::Column::TicketId)
        .expr_as(
            Func::min(Expr::col(message::Column::CreatedAt)),
            Alias::new("first_at"),
        )
        .from(message::Entity)
        .and_where(message::Column::Visibility.eq(MessageVisibility::Public))
        .and_where(message::Column::ByRequester.eq(false))
        .group_by_col(message::Column::TicketId);
    query
}

/// The columns of a row, read one after the other.
struct Columns<'a> {
    row: &'a QueryResult,
    next: usize,
}

impl Columns<'_> {
    fn take<T: TryGetable>(&mut self) -> Result<T> {
        let value = T::try_get_by_index(self.row, self.next).map_err(|error| match error {
            TryGetError::DbErr(error) => error,
            TryGetError::Null(column) => {
                sea_orm::DbErr::Type(format!("column {column} is unexpectedly null"))
            }
        })?;
        self.next += 1;
        Ok(value)
    }
}

fn facts(row: &QueryResult, clocks: bool, response: bool, extra: usize) -> Result<Facts> {
    let mut columns = Columns { row, next: 0 };
    let kind = columns.take()?;
    let state: shared::ticket::TicketState = columns.take()?;
    let priority = columns.take()?;
    let channel = columns.take()?;
    let department = columns.take()?;
    let team = columns.take()?;
    let service = columns.take()?;
    let category = columns.take()?;
    let created_at: Timestamp = columns.take()?;
    let own_resolved: Option<Timestamp> = columns.take()?;
    let own_closed: Option<Timestamp> = columns.take()?;
    let reopen_count: i32 = columns.take()?;
    let reassignment_count: i32 = columns.take()?;
    let version: i32 = columns.take()?;
    let source_state = columns.take()?;
    let opened_at: Option<Timestamp> = columns.take()?;
    let source_resolved: Option<Timestamp> = columns.take()?;
    let source_closed: Option<Timestamp> = columns.take()?;
    let last_at: Option<Timestamp> = columns.take()?;
    let made_sla = columns.take()?;
    let imported_version: Option<i32> = columns.take()?;
    let contact_type = columns.take()?;
    let problem: Option<String> = columns.take()?;
    let mut counts = [0u32; 4];
    let mut responded_at: Option<Timestamp> = None;
    if clocks {
        for count in &mut counts {
            let value: Option<i32> = columns.take()?;
            *count = u32::try_from(value.unwrap_or(0)).unwrap_or(0);
        }
        responded_at = columns.take()?;
    }
    if response {
        debug_assert_eq!(columns.next, TICKET.len() + SOURCE.len() + extra);
        let message: Option<Timestamp> = columns.take()?;
        responded_at = responded_at.or(message);
    }
    let imported = opened_at.is_some();
    // People changed it here since, and it is open.
    let reopened_here = imported && imported_version != Some(version) && state.is_open();
    let (resolved_at, closed_at) = if imported {
        (
            instant(own_resolved, source_resolved, last_at, reopened_here),
            instant(own_closed, source_closed, last_at, reopened_here),
        )
    } else {
        (own_resolved, own_closed)
    };
    Ok(Facts {
        kind,
        state,
        source_state,
        priority,
        channel,
        contact_type,
        department,
        team,
        service,
        category,
        created_at: opened_at.unwrap_or(created_at),
        responded_at,
        resolved_at,
        closed_at,
        respond_met: (counts[0], counts[1]),
        resolve_met: (counts[2], counts[3]),
        made_sla,
        reopened: reopen_count > 0,
        reassigned: reassignment_count > 0,
        with_problem: problem.is_some(),
    })
}

/// Which category lies below which.
pub async fn parents(db: &Database) -> Result<Parents> {
    let rows: Vec<(CategoryId, Option<CategoryId>)> = category::Entity::find()
        .select_only()
        .columns([category::Column::Id, category::Column::ParentId])
        .into_tuple()
        .all(db.reader())
        .await?;
    Ok(rows.into_iter().collect())
}

/// Names of departments, teams, categories and services.
pub async fn names(
    db: &Database,
    values: impl Iterator<Item = &Value>,
) -> Result<HashMap<Value, String>> {
    let mut departments: HashSet<DepartmentId> = HashSet::new();
    let mut teams: HashSet<TeamId> = HashSet::new();
    let mut categories: HashSet<CategoryId> = HashSet::new();
    let mut services: HashSet<ServiceId> = HashSet::new();
    for value in values {
        match value {
            Value::Department(id) => drop(departments.insert(*id)),
            Value::Team(id) => drop(teams.insert(*id)),
            Value::Category(id) => drop(categories.insert(*id)),
            Value::Service(id) => drop(services.insert(*id)),
            _ => {}
        }
    }
    let mut names = HashMap::new();
    macro_rules! look_up {
        ($ids:ident, $entity:ident, $make:expr) => {
            for chunk in $ids.into_iter().collect::<Vec<_>>().chunks(500) {
                let rows = $entity::Entity::find()
                    .filter($entity::Column::Id.is_in(chunk.iter().copied()))
                    .all(db.reader())
                    .await?;
                names.extend(rows.into_iter().map(|row| ($make(row.id), row.name)));
            }
        };
    }
    look_up!(departments, department, Value::Department);
    look_up!(teams, team, Value::Team);
    look_up!(categories, category, Value::Category);
    look_up!(services, service, Value::Service);
    Ok(names)
}
