//! Reads what a report needs to know of each ticket, many tickets in one row of the database's answer.
//!
//! A report looks at every ticket, and handing over a row costs far more than reading it. So the
//! database writes each ticket as a line of text, with nothing in it that the report does not need,
//! and hands over the lines of some thousand tickets at once; while those are counted, it writes the
//! next. Most reports find all they need in one index (`m0014_report_index`).

use super::facts::{Facts, Need, instant};
use super::table::Request;
use crate::desk::entity::{clock, message, source, ticket};
use crate::desk::store::queue::{filter_condition, scope_condition};
use crate::platform::database::Database;
use crate::platform::error::Result;
use anyhow::{Context as _, anyhow};
use sea_orm::sea_query::{
    Alias, Expr, ExprTrait, Func, IntoColumnRef, Query, SelectStatement, SimpleExpr,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseBackend, EntityTrait, JoinType, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};
use shared::id::{CategoryId, DepartmentId, ServiceId, SiteId, TeamId, TicketId};
use shared::permission::Scope;
use shared::service_level::{ClockState, ClockTarget};
use shared::ticket::{MessageVisibility, TicketState};
use shared::time::Timestamp;
use std::str::FromStr;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Tickets of one statement: a megabyte or two of lines.
const TICKETS_A_STATEMENT: usize = 20_000;
/// Between the values of a line; none contains it.
const COMMA: char = ',';
/// Between lines.
const END: char = ';';

/// A value of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Kind,
    State,
    Priority,
    Channel,
    Department,
    Team,
    Service,
    Site,
    Category,
    ResolvedAt,
    ClosedAt,
    ReopenCount,
    ReassignmentCount,
    Version,
    SourceState,
    SourceOpenedAt,
    SourceResolvedAt,
    SourceClosedAt,
    SourceLastAt,
    SourceVersion,
    ContactType,
    MadeSla,
    Problem,
    Respond,
    RespondedAt,
    Resolve,
    FirstMessageAt,
}

/// What follows a ticket's start and its id on a line. Without imports there is nothing to know of a
/// source.
fn columns(needs: &[Need], imports: bool) -> Vec<Column> {
    use Column as C;
    let mut columns = Vec::new();
    if imports {
        columns.push(C::SourceOpenedAt);
    }
    for need in needs {
        let (own, of_source): (&[Column], &[Column]) = match need {
            Need::Kind => (&[C::Kind], &[]),
            Need::State => (&[C::State], &[]),
            Need::SourceState => (&[C::SourceState], &[]),
            Need::Priority => (&[C::Priority], &[]),
            Need::Channel => (&[C::Channel], &[]),
            Need::ContactType => (&[], &[C::ContactType]),
            Need::Department => (&[C::Department], &[]),
            Need::Team => (&[C::Team], &[]),
            Need::Service => (&[C::Service], &[]),
            Need::Site => (&[C::Site], &[]),
            Need::Category => (&[C::Category], &[]),
            Need::Responded => (&[C::Respond, C::RespondedAt, C::FirstMessageAt], &[]),
            Need::Resolved => (
                &[C::ResolvedAt],
                &[
                    C::SourceResolvedAt,
                    C::SourceLastAt,
                    C::SourceVersion,
                    C::Version,
                    C::State,
                ],
            ),
            Need::Closed => (
                &[C::ClosedAt],
                &[
                    C::SourceClosedAt,
                    C::SourceLastAt,
                    C::SourceVersion,
                    C::Version,
                    C::State,
                ],
            ),
            Need::RespondMet => (&[C::Respond], &[]),
            Need::ResolveMet => (&[C::Resolve], &[]),
            Need::MadeSla => (&[], &[C::MadeSla]),
            Need::Reopened => (&[C::ReopenCount], &[]),
            Need::Reassigned => (&[C::ReassignmentCount], &[]),
            Need::Problem => (&[], &[C::Problem]),
        };
        let of_source = if imports { of_source } else { &[] };
        for column in own.iter().chain(of_source) {
            if !columns.contains(column) {
                columns.push(*column);
            }
        }
    }
    columns
}

/// Gives every ticket that the scope and the filter let through, one by one.
pub async fn each(
    db: &Database,
    scope: &Scope,
    request: &Request,
    mut take: impl FnMut(&Facts) -> Result<()>,
) -> Result<()> {
    let imports = request.imported.is_some() || any_import(db).await?;
    let columns = columns(&request.needs(), imports);
    let statement = |after| statement(db.backend(), scope, request, &columns, imports, after);
    let ahead = |after| Ahead(tokio::spawn(fetch(db.clone(), statement(after))));
    let mut next = Some(ahead(None));
    let mut before = None;
    while let Some(mut fetched) = next.take() {
        let Some(text) = (&mut fetched.0).await.context("reading a report")?? else {
            return Ok(());
        };
        let last = text.rsplit(END).next().unwrap_or_default();
        let last = read(&columns, last)?;
        if text.matches(END).count() + 1 >= TICKETS_A_STATEMENT {
            next = Some(ahead(Some((last.facts.created_at, last.id))));
        }
        for line in text.split(END) {
            let line = read(&columns, line)?;
            let place = (line.facts.created_at, line.id);
            // The next statement begins after the last line; both databases keep the order of what they
            // gather, though neither promises it.
            if before.is_some_and(|before| place <= before) {
                return Err(anyhow!("the lines of a report are out of order").into());
            }
            before = Some(place);
            take(&facts(line))?;
        }
    }
    Ok(())
}

/// Lines that are fetched ahead; no longer when nobody waits for them.
struct Ahead(JoinHandle<Result<Option<String>>>);

impl Drop for Ahead {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn any_import(db: &Database) -> Result<bool> {
    let first = source::Entity::find()
        .select_only()
        .column(source::Column::TicketId)
        .limit(1);
    let found: Option<TicketId> = first.into_tuple().one(db.reader()).await?;
    Ok(found.is_some())
}

async fn fetch(db: Database, statement: SelectStatement) -> Result<Option<String>> {
    Ok(match db.reader().query_one(&statement).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => None,
    })
}

/// The lines of the next tickets, in the order of their start.
fn statement(
    backend: DatabaseBackend,
    scope: &Scope,
    request: &Request,
    columns: &[Column],
    imports: bool,
    after: Option<(Timestamp, TicketId)>,
) -> SelectStatement {
    let mut query = ticket::Entity::find()
        .select_only()
        .filter(scope_condition(scope))
        .filter(filter_condition(backend, &request.filter))
        .order_by_asc(ticket::Column::CreatedAt)
        .order_by_asc(ticket::Column::Id)
        .limit(TICKETS_A_STATEMENT as u64);
    if let Some((created_at, id)) = after {
        let later = ticket::Column::CreatedAt.gt(created_at);
        let beside = ticket::Column::Id.gt(id);
        // The first condition alone is what an index can begin at.
        query = query
            .filter(ticket::Column::CreatedAt.gte(created_at))
            .filter(later.or(beside));
    }
    if imports {
        query = query.join(
            JoinType::LeftJoin,
            ticket::Entity::belongs_to(source::Entity)
                .from(ticket::Column::Id)
                .to(source::Column::TicketId)
                .into(),
        );
    }
    query = match request.imported {
        Some(true) => query.filter(source::Column::TicketId.is_not_null()),
        Some(false) => query.filter(source::Column::TicketId.is_null()),
        None => query,
    };
    let statement = QuerySelect::query(&mut query);
    for (target, name) in [
        (ClockTarget::FirstResponse, RESPOND),
        (ClockTarget::Resolution, RESOLVE),
    ] {
        if columns.iter().any(|column| column.clock() == Some(name)) {
            statement.join_as(
                JoinType::LeftJoin,
                clock::Entity,
                name,
                clock_of(target, name),
            );
        }
    }
    let mut line = plain(own(ticket::Column::CreatedAt));
    let id = id(backend, ticket::Column::Id);
    for value in std::iter::once(id).chain(columns.iter().map(|c| written(backend, *c))) {
        line = line
            .binary(CONCATENATE, Expr::value(","))
            .binary(CONCATENATE, value);
    }
    statement.expr_as(line, LINE);
    let gathered = match backend {
        DatabaseBackend::Postgres => "string_agg",
        _ => "group_concat",
    };
    let gathered = Func::cust(gathered).arg(Expr::col(LINE)).arg(";");
    Query::select()
        .expr(gathered)
        .from_subquery(query.into_query(), "lines")
        .to_owned()
}

const CONCATENATE: sea_orm::sea_query::BinOper = sea_orm::sea_query::BinOper::Custom("||");
const LINE: &str = "line";
const RESPOND: &str = "respond";
const RESOLVE: &str = "resolve";

impl Column {
    /// The clock that it is of.
    const fn clock(self) -> Option<&'static str> {
        match self {
            Self::Respond | Self::RespondedAt => Some(RESPOND),
            Self::Resolve => Some(RESOLVE),
            _ => None,
        }
    }
}

fn own(column: ticket::Column) -> SimpleExpr {
    Expr::col((ticket::Entity, column))
}

fn plain(value: SimpleExpr) -> SimpleExpr {
    let text = value.cast_as("text");
    Func::coalesce([text, Expr::value("")]).into()
}

fn id(backend: DatabaseBackend, column: ticket::Column) -> SimpleExpr {
    match backend {
        DatabaseBackend::Postgres => plain(own(column)),
        // Ids are bytes there, and hex() makes nothing of nothing.
        _ => Func::cust("hex").arg(own(column)).into(),
    }
}

/// A column as text; empty where there is nothing.
fn written(backend: DatabaseBackend, column: Column) -> SimpleExpr {
    use clock::Column as K;
    use source::Column as S;
    use ticket::Column as T;
    let id = |column: T| id(backend, column);
    let of_source = |column: S| SimpleExpr::from(Expr::col((source::Entity, column)));
    let of_clock = |name: &'static str, column: K| SimpleExpr::from(Expr::col((name, column)));
    // In the words of others, commas and all.
    let words = |value: SimpleExpr| match backend {
        DatabaseBackend::Postgres => {
            let bytes = Func::cust("convert_to").arg(value).arg("UTF8");
            plain(Func::cust("encode").arg(bytes).arg("hex").into())
        }
        _ => Func::cust("hex").arg(value).into(),
    };
    // PostgreSQL writes truth as a word.
    let truth = |value: SimpleExpr| match backend {
        DatabaseBackend::Postgres => plain(value.cast_as("integer")),
        _ => plain(value),
    };
    match column {
        Column::Kind => plain(own(T::Kind)),
        Column::State => plain(own(T::State)),
        Column::Priority => plain(own(T::Priority)),
        Column::Channel => plain(own(T::Channel)),
        Column::Department => id(T::DepartmentId),
        Column::Team => id(T::TeamId),
        Column::Service => id(T::ServiceId),
        Column::Site => id(T::SiteId),
        Column::Category => id(T::CategoryId),
        Column::ResolvedAt => plain(own(T::ResolvedAt)),
        Column::ClosedAt => plain(own(T::ClosedAt)),
        Column::ReopenCount => plain(own(T::ReopenCount)),
        Column::ReassignmentCount => plain(own(T::ReassignmentCount)),
        Column::Version => plain(own(T::Version)),
        Column::SourceState => words(own(T::SourceState)),
        Column::SourceOpenedAt => plain(of_source(S::OpenedAt)),
        Column::SourceResolvedAt => plain(of_source(S::ResolvedAt)),
        Column::SourceClosedAt => plain(of_source(S::ClosedAt)),
        Column::SourceLastAt => plain(of_source(S::LastAt)),
        Column::SourceVersion => plain(of_source(S::TicketVersion)),
        Column::ContactType => words(of_source(S::ContactType)),
        Column::MadeSla => truth(of_source(S::MadeSla)),
        Column::Problem => truth(of_source(S::Problem).is_not_null()),
        Column::Respond => plain(of_clock(RESPOND, K::State)),
        Column::RespondedAt => plain(of_clock(RESPOND, K::FinishedAt)),
        Column::Resolve => plain(of_clock(RESOLVE, K::State)),
        Column::FirstMessageAt => {
            plain(SimpleExpr::SubQuery(None, Box::new(first_message().into())))
        }
    }
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

/// A line, read.
struct Line {
    id: TicketId,
    facts: Facts,
    version: Option<i32>,
    opened_at: Option<Timestamp>,
    source_resolved_at: Option<Timestamp>,
    source_closed_at: Option<Timestamp>,
    last_at: Option<Timestamp>,
    source_version: Option<i32>,
    respond: Option<ClockState>,
    responded_at: Option<Timestamp>,
    resolve: Option<ClockState>,
    first_message_at: Option<Timestamp>,
}

fn read(columns: &[Column], text: &str) -> Result<Line> {
    fn maybe<T: FromStr>(text: &str) -> Result<Option<T>> {
        if text.is_empty() {
            return Ok(None);
        }
        let value = text.parse();
        Ok(Some(value.map_err(|_| anyhow!("{text} in a report"))?))
    }
    fn at(text: &str) -> Result<Option<Timestamp>> {
        Ok(maybe(text)?.map(Timestamp::from_millis))
    }
    fn words(text: &str) -> Result<Option<String>> {
        if text.is_empty() {
            return Ok(None);
        }
        let bytes = (0..text.len())
            .step_by(2)
            .map(|place| u8::from_str_radix(text.get(place..place + 2)?, 16).ok())
            .collect::<Option<Vec<u8>>>();
        let words = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(Some(words.with_context(|| format!("{text} in a report"))?))
    }
    let mut values = text.split(COMMA);
    let mut value = || values.next().context("a report's line is too short");
    let (created_at, id) = (at(value()?)?, maybe::<Uuid>(value()?)?);
    let (Some(created_at), Some(id)) = (created_at, id) else {
        return Err(anyhow!("a report's line without a start").into());
    };
    let mut line = Line {
        id: TicketId(id),
        facts: Facts::begun(created_at),
        version: None,
        opened_at: None,
        source_resolved_at: None,
        source_closed_at: None,
        last_at: None,
        source_version: None,
        respond: None,
        responded_at: None,
        resolve: None,
        first_message_at: None,
    };
    let facts = &mut line.facts;
    for column in columns {
        let value = value()?;
        match column {
            Column::Kind => facts.kind = maybe(value)?,
            Column::State => facts.state = maybe(value)?,
            Column::Priority => facts.priority = maybe(value)?,
            Column::Channel => facts.channel = maybe(value)?,
            Column::Department => facts.department = maybe::<Uuid>(value)?.map(DepartmentId),
            Column::Team => facts.team = maybe::<Uuid>(value)?.map(TeamId),
            Column::Service => facts.service = maybe::<Uuid>(value)?.map(ServiceId),
            Column::Site => facts.site = maybe::<Uuid>(value)?.map(SiteId),
            Column::Category => facts.category = maybe::<Uuid>(value)?.map(CategoryId),
            Column::ResolvedAt => facts.resolved_at = at(value)?,
            Column::ClosedAt => facts.closed_at = at(value)?,
            Column::ReopenCount => facts.reopened = maybe::<i32>(value)?.is_some_and(|n| n > 0),
            Column::ReassignmentCount => {
                facts.reassigned = maybe::<i32>(value)?.is_some_and(|n| n > 0);
            }
            Column::Version => line.version = maybe(value)?,
            Column::SourceState => facts.source_state = words(value)?,
            Column::SourceOpenedAt => line.opened_at = at(value)?,
            Column::SourceResolvedAt => line.source_resolved_at = at(value)?,
            Column::SourceClosedAt => line.source_closed_at = at(value)?,
            Column::SourceLastAt => line.last_at = at(value)?,
            Column::SourceVersion => line.source_version = maybe(value)?,
            Column::ContactType => facts.contact_type = words(value)?,
            Column::MadeSla => facts.made_sla = maybe::<u8>(value)?.map(|made| made != 0),
            Column::Problem => facts.with_problem = value == "1",
            Column::Respond => line.respond = maybe(value)?,
            Column::RespondedAt => line.responded_at = at(value)?,
            Column::Resolve => line.resolve = maybe(value)?,
            Column::FirstMessageAt => line.first_message_at = at(value)?,
        }
    }
    Ok(line)
}

fn facts(line: Line) -> Facts {
    let mut facts = line.facts;
    if let Some(opened_at) = line.opened_at {
        facts.created_at = opened_at;
        // People changed it here since, and it is open.
        let reopened_here =
            line.source_version != line.version && facts.state.is_some_and(TicketState::is_open);
        let of_source = |own, source| instant(own, source, line.last_at, reopened_here);
        facts.resolved_at = of_source(facts.resolved_at, line.source_resolved_at);
        facts.closed_at = of_source(facts.closed_at, line.source_closed_at);
    }
    let outcome = |state: Option<ClockState>| {
        (
            u32::from(state == Some(ClockState::Met)),
            u32::from(state == Some(ClockState::Breached)),
        )
    };
    facts.respond_met = outcome(line.respond);
    facts.resolve_met = outcome(line.resolve);
    let (met, breached) = facts.respond_met;
    let answered = line.responded_at.filter(|_| met + breached > 0);
    facts.responded_at = answered.or(line.first_message_at);
    facts
}
