//! Lists of tickets: the SQL of a filter, of a scope and of an order.

use crate::desk::entity::{participant, ticket};
use crate::platform::error::{Error, Result, code};
use crate::platform::paging;
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement, SimpleExpr, UnionType};
use sea_orm::{
    ColumnTrait, Condition as Sql, ConnectionTrait, DatabaseBackend, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, Value,
};
use shared::id::{PersonId, TicketId};
use shared::permission::Scope;
use shared::ticket::{Condition, Span, TicketFacts, TicketFilter, TicketOrder, TicketState};
use std::collections::HashMap;
use ticket::Column;

/// A counted number that stops at [`COUNT_MOST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// At most [`COUNT_MOST`].
    pub value: u64,
    /// Whether that is all.
    pub exact: bool,
}

/// Up to here lists are counted exactly.
pub const COUNT_MOST: u64 = 10_000;

/// One page of a list.
pub struct Page {
    /// Its rows.
    pub rows: Vec<ticket::Model>,
    /// Whether more follow.
    pub has_next: bool,
}

/// Tickets that the scope sees.
pub fn visible(scope: &Scope) -> Select<ticket::Entity> {
    ticket::Entity::find().filter(scope_condition(scope))
}

/// The SQL of a scope: the same as [`Scope::sees`].
pub fn scope_condition(scope: &Scope) -> Sql {
    let by_department = Sql::all()
        .add(Column::DepartmentId.is_in(scope.departments.iter().copied()))
        .add(Column::Restricted.eq(false));
    Sql::any().add(by_department).add(takes_part(scope.person))
}

fn takes_part(person: PersonId) -> SimpleExpr {
    Column::Id.in_subquery(
        participant::Entity::find()
            .select_only()
            .column(participant::Column::TicketId)
            .filter(participant::Column::PersonId.eq(person))
            .into_query(),
    )
}

/// The same among open tickets alone, by the index `ix_participants_open`: whoever has worked here
/// for years took part in thousands, few of them open.
fn takes_part_in_open(person: PersonId) -> SimpleExpr {
    Column::Id.in_subquery(
        participant::Entity::find()
            .select_only()
            .column(participant::Column::TicketId)
            .filter(participant::Column::PersonId.eq(person))
            .filter(Expr::cust(r#""ticket_participants"."open""#))
            .into_query(),
    )
}

/// The SQL of a filter: the same as [`TicketFilter::matches`].
pub fn filter_condition(backend: DatabaseBackend, f: &TicketFilter) -> Sql {
    let mut sql = Sql::all();
    if only_open(f) {
        sql = sql.add(Expr::cust(OPEN));
    }
    sql = words(sql, Column::Kind, &f.kind);
    sql = words(sql, Column::State, &f.state);
    if let Some(kinds) = &f.state_kind.any_of {
        sql = sql.add(
            Column::State.is_in(
                TicketState::ALL
                    .iter()
                    .filter(|s| kinds.contains(&s.kind()))
                    .copied(),
            ),
        );
    }
    if let Some(kinds) = &f.state_kind.none_of {
        sql = sql.add(
            Column::State.is_not_in(
                TicketState::ALL
                    .iter()
                    .filter(|s| kinds.contains(&s.kind()))
                    .copied(),
            ),
        );
    }
    if f.state_kind.is_null == Some(true) {
        sql = sql.add(never());
    }
    sql = words(sql, Column::Priority, &f.priority);
    sql = words(sql, Column::Risk, &f.risk);
    sql = words(sql, Column::Channel, &f.channel);
    sql = words(sql, Column::DepartmentId, &f.department);
    sql = words(sql, Column::TeamId, &f.team);
    sql = words(sql, Column::AssigneeId, &f.assignee);
    sql = words(sql, Column::RequesterId, &f.requester);
    sql = words(sql, Column::ServiceId, &f.service);
    sql = words(sql, Column::CategoryId, &f.category);
    sql = words(sql, Column::SiteId, &f.site);
    if let Some(person) = f.participant {
        sql = sql.add(takes_part(person));
    }
    if let Some(unanswered) = f.unanswered {
        sql = sql.add(Column::Unanswered.eq(unanswered));
    }
    sql = span(sql, Column::CreatedAt, &f.created_at);
    sql = span(sql, Column::UpdatedAt, &f.updated_at);
    sql = span(sql, Column::ResolvedAt, &f.resolved_at);
    sql = span(sql, Column::DueAt, &f.due_at);
    if let Some(text) = &f.text {
        let needle = text.to_ascii_lowercase();
        sql = sql.add(
            Sql::any()
                .add(contains(backend, "title", &needle))
                .add(contains(backend, "reference", &needle)),
        );
    }
    if let Some(other) = &f.and {
        sql = sql.add(filter_condition(backend, other));
    }
    sql
}

/// What the indexes of the open queue are restricted to (`m0012_open_queue`), word for word: with
/// bound values neither database would see that such an index fits.
pub(in crate::desk) const OPEN: &str =
    r#""tickets"."state" IN ('new', 'assigned', 'in_progress', 'on_hold')"#;

/// Whether the filter's states are all open ones.
fn only_open(f: &TicketFilter) -> bool {
    let open = |states: &[TicketState]| states.iter().all(|state| state.is_open());
    let by_state = f.state.any_of.as_deref().is_some_and(open);
    let by_kind = f.state_kind.any_of.as_ref().is_some_and(|kinds| {
        let mut states = TicketState::ALL
            .iter()
            .filter(|s| kinds.contains(&s.kind()));
        states.all(|state| state.is_open())
    });
    by_state || by_kind || f.and.as_deref().is_some_and(only_open)
}

fn never() -> SimpleExpr {
    Expr::value(1).eq(0)
}

/// Only ASCII letters fold, as in `TicketFilter::matches`: SQLite's LOWER folds no others, and
/// PostgreSQL's not in the collation "C".
fn contains(backend: DatabaseBackend, column: &str, needle: &str) -> SimpleExpr {
    match backend {
        DatabaseBackend::Postgres => Expr::cust_with_values(
            format!("strpos(lower(\"tickets\".\"{column}\" COLLATE \"C\"), $1) > 0"),
            [needle],
        ),
        _ => Expr::cust_with_values(
            format!("instr(lower(\"tickets\".\"{column}\"), ?) > 0"),
            [needle],
        ),
    }
}

fn words<T>(mut sql: Sql, column: Column, condition: &Condition<T>) -> Sql
where
    T: Copy + Into<Value>,
{
    if let Some(list) = &condition.any_of {
        sql = sql.add(column.is_in(list.iter().copied()));
    }
    if let Some(list) = &condition.none_of {
        sql = sql.add(
            Sql::any()
                .add(column.is_null())
                .add(column.is_not_in(list.iter().copied())),
        );
    }
    match condition.is_null {
        Some(true) => sql.add(column.is_null()),
        Some(false) => sql.add(column.is_not_null()),
        None => sql,
    }
}

fn span(mut sql: Sql, column: Column, span: &Span) -> Sql {
    if let Some(from) = span.from {
        sql = sql.add(column.gte(from));
    }
    if let Some(to) = span.to {
        sql = sql.add(column.lt(to));
    }
    match span.is_null {
        Some(true) => sql.add(column.is_null()),
        Some(false) => sql.add(column.is_not_null()),
        None => sql,
    }
}

/// Columns of an order, with direction; the id comes last in all.
fn order_columns(order: TicketOrder) -> &'static [(Column, Order)] {
    match order {
        TicketOrder::Due => &[(Column::DueOrder, Order::Asc)],
        TicketOrder::DueLast => &[(Column::DueOrder, Order::Desc)],
        TicketOrder::Updated => &[(Column::UpdatedAt, Order::Desc)],
        TicketOrder::UpdatedOldest => &[(Column::UpdatedAt, Order::Asc)],
        TicketOrder::Created => &[(Column::CreatedAt, Order::Desc)],
        TicketOrder::CreatedOldest => &[(Column::CreatedAt, Order::Asc)],
        TicketOrder::Priority => &[
            (Column::Priority, Order::Asc),
            (Column::DueOrder, Order::Asc),
        ],
        TicketOrder::PriorityLowest => &[
            (Column::Priority, Order::Desc),
            (Column::DueOrder, Order::Asc),
        ],
    }
}

/// Puts rows in order.
pub fn in_order(mut query: Select<ticket::Entity>, order: TicketOrder) -> Select<ticket::Entity> {
    for (column, direction) in order_columns(order) {
        query = query.order_by(*column, direction.clone());
    }
    query.order_by_asc(Column::Id)
}

fn place(row: &ticket::Model, column: Column) -> String {
    match column {
        Column::DueOrder => row.due_order.to_string(),
        Column::UpdatedAt => row.updated_at.as_millis().to_string(),
        Column::CreatedAt => row.created_at.as_millis().to_string(),
        _ => row.priority.to_string(),
    }
}

/// The cursor of a row.
pub fn cursor(order: TicketOrder, row: &ticket::Model) -> String {
    let mut parts: Vec<String> = order_columns(order)
        .iter()
        .map(|(column, _)| place(row, *column))
        .collect();
    parts.push(row.id.to_string());
    paging::cursor(order.as_str(), &parts)
}

/// Rows after a cursor: `(a > x) or (a = x and b > y) or …`.
fn after_cursor(order: TicketOrder, text: &str) -> Result<Sql> {
    let columns = order_columns(order);
    let parts = paging::parse_cursor(order.as_str(), columns.len() + 1, text)?;
    let bad = || {
        Error::refused(
            code::INVALID,
            "after",
            "This cursor belongs to another list.",
        )
    };
    let id: TicketId = parts[columns.len()].parse().map_err(|_| bad())?;
    let mut sql = Sql::any();
    let mut equal = Sql::all();
    for ((column, direction), part) in columns.iter().zip(&parts) {
        let value: Value = match column {
            Column::Priority => part.clone().into(),
            _ => part.parse::<i64>().map_err(|_| bad())?.into(),
        };
        let beyond = match direction {
            Order::Desc => Expr::col((ticket::Entity, *column)).lt(value.clone()),
            _ => Expr::col((ticket::Entity, *column)).gt(value.clone()),
        };
        sql = sql.add(equal.clone().add(beyond));
        equal = equal.add(Expr::col((ticket::Entity, *column)).eq(value));
    }
    Ok(sql.add(equal.add(Column::Id.gt(id))))
}

/// One page of a list.
pub async fn page(
    db: &impl ConnectionTrait,
    scope: &Scope,
    filter: &TicketFilter,
    order: TicketOrder,
    size: u64,
    after: Option<&str>,
) -> Result<Page> {
    let mut rest = filter_condition(db.get_database_backend(), filter);
    if let Some(cursor) = after {
        rest = rest.add(after_cursor(order, cursor)?);
    }
    let query = match branches(scope, filter, order) {
        Some(branches) => {
            let heads = heads(branches, &rest, order, size + 1);
            ticket::Entity::find().filter(Column::Id.in_subquery(heads))
        }
        None => visible(scope).filter(rest),
    };
    let mut rows = in_order(query, order).limit(size + 1).all(db).await?;
    let has_next = rows.len() as u64 > size;
    rows.truncate(usize::try_from(size).unwrap_or(usize::MAX));
    Ok(Page { rows, has_next })
}

/// More parts than this are not worth finding one by one.
const BRANCHES_MOST: usize = 24;

/// The parts of what the scope sees, where an index gives each part in the order asked: the open
/// tickets of one department, and those that the person takes part in. `None` where the filter
/// names a team or a person, whose own index is better, or where no such index is.
fn branches(scope: &Scope, filter: &TicketFilter, order: TicketOrder) -> Option<Vec<Sql>> {
    let by_due = matches!(order, TicketOrder::Due | TicketOrder::DueLast);
    let narrow = filter.team.any_of.is_some()
        || filter.assignee.any_of.is_some()
        || filter.requester.any_of.is_some()
        || filter.participant.is_some();
    if !by_due || !only_open(filter) || narrow {
        return None;
    }
    let wanted = filter.department.any_of.as_ref();
    let departments = scope
        .departments
        .iter()
        .filter(|id| wanted.is_none_or(|wanted| wanted.contains(id)));
    let mut branches: Vec<Sql> = departments
        .map(|id| {
            Sql::all()
                .add(Column::DepartmentId.eq(*id))
                .add(Column::Restricted.eq(false))
        })
        .collect();
    branches.push(Sql::all().add(takes_part_in_open(scope.person)));
    (branches.len() <= BRANCHES_MOST).then_some(branches)
}

/// Ids of the first `limit` rows of the branches together: no branch gives more than that many.
fn heads(branches: Vec<Sql>, rest: &Sql, order: TicketOrder, limit: u64) -> SelectStatement {
    let head = |branch: Sql, number: usize| {
        let query = ticket::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(branch)
            .filter(rest.clone());
        let query = in_order(query, order).limit(limit).into_query();
        Query::select()
            .column(Column::Id)
            .from_subquery(query, format!("branch{number}"))
            .to_owned()
    };
    let mut heads = branches.into_iter().zip(0..).map(|(b, n)| head(b, n));
    let mut all = heads
        .next()
        .unwrap_or_else(|| head(Sql::any().add(never()), 0));
    for other in heads {
        all.union(UnionType::Distinct, other);
    }
    all
}

/// Rows of a list by position; what enters a window when others leave it.
pub async fn slice(
    db: &impl ConnectionTrait,
    scope: &Scope,
    filter: &TicketFilter,
    order: TicketOrder,
    offset: u64,
    limit: u64,
) -> Result<Vec<ticket::Model>> {
    let query = visible(scope).filter(filter_condition(db.get_database_backend(), filter));
    Ok(in_order(query, order)
        .offset(offset)
        .limit(limit)
        .all(db)
        .await?)
}

/// Ids of a list in its order, up to [`COUNT_MOST`], and whether there are more.
pub async fn ids(
    db: &impl ConnectionTrait,
    scope: &Scope,
    filter: &TicketFilter,
    order: TicketOrder,
) -> Result<(Vec<TicketId>, bool)> {
    let query = visible(scope).filter(filter_condition(db.get_database_backend(), filter));
    let mut ids: Vec<TicketId> = in_order(query, order)
        .select_only()
        .column(Column::Id)
        .limit(COUNT_MOST + 1)
        .into_tuple()
        .all(db)
        .await?;
    let truncated = ids.len() as u64 > COUNT_MOST;
    ids.truncate(usize::try_from(COUNT_MOST).unwrap_or(usize::MAX));
    Ok((ids, truncated))
}

/// Counts a list, exactly up to [`COUNT_MOST`].
pub async fn count(
    db: &impl ConnectionTrait,
    scope: &Scope,
    filter: &TicketFilter,
) -> Result<Count> {
    let query = visible(scope)
        .filter(filter_condition(db.get_database_backend(), filter))
        .select_only()
        .column(Column::Id)
        .limit(COUNT_MOST + 1);
    let value = query.into_tuple::<TicketId>().paginate(db, 1);
    let value = value.num_items().await?;
    Ok(Count {
        value: Ord::min(value, COUNT_MOST),
        exact: value <= COUNT_MOST,
    })
}

/// A visible ticket by id.
pub async fn find(
    db: &impl ConnectionTrait,
    scope: &Scope,
    id: TicketId,
) -> Result<Option<ticket::Model>> {
    Ok(visible(scope).filter(Column::Id.eq(id)).one(db).await?)
}

/// Visible tickets by id.
pub async fn find_many(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: &[TicketId],
) -> Result<Vec<ticket::Model>> {
    Ok(visible(scope)
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?)
}

/// A visible ticket by reference: its own, or one that it had before it became another kind of work.
pub async fn find_by_reference(
    db: &impl ConnectionTrait,
    scope: &Scope,
    reference: &shared::ticket::Reference,
) -> Result<Option<ticket::Model>> {
    let found = visible(scope)
        .filter(Column::ReferencePrefix.eq(&reference.prefix))
        .filter(Column::ReferenceNumber.eq(reference.number))
        .one(db)
        .await?;
    if found.is_some() {
        return Ok(found);
    }
    match super::reference::ticket_of(db, reference).await? {
        Some(id) => find(db, scope, id).await,
        None => Ok(None),
    }
}

/// Everybody who takes part in these tickets.
pub async fn participants(
    db: &impl ConnectionTrait,
    tickets: &[TicketId],
) -> Result<HashMap<TicketId, Vec<participant::Model>>> {
    let mut map: HashMap<TicketId, Vec<participant::Model>> = HashMap::new();
    let rows = participant::Entity::find()
        .filter(participant::Column::TicketId.is_in(tickets.iter().copied()))
        .all(db)
        .await?;
    for row in rows {
        map.entry(row.ticket_id).or_default().push(row);
    }
    Ok(map)
}

/// The facts of a row whose participants are known.
pub fn facts(row: &ticket::Model, mut participants: Vec<PersonId>) -> TicketFacts {
    participants.sort_unstable();
    participants.dedup();
    TicketFacts {
        id: row.id,
        reference: row.reference.clone(),
        title: row.title.clone(),
        kind: row.kind,
        state: row.state,
        priority: row.priority,
        risk: row.risk,
        channel: row.channel,
        department: row.department_id,
        team: row.team_id,
        assignee: row.assignee_id,
        requester: row.requester_id,
        service: row.service_id,
        category: row.category_id,
        site: row.site_id,
        participants,
        restricted: row.restricted,
        unanswered: row.unanswered,
        created_at: row.created_at,
        updated_at: row.updated_at,
        resolved_at: row.resolved_at,
        due_at: row.due_at,
        due_order: row.due_order,
    }
}

/// The place of a row in its list, as text that compares like the list.
pub fn sort_key(order: TicketOrder, row: &ticket::Model) -> String {
    shared::ticket::sort_key(order, &facts(row, Vec::new()))
}
