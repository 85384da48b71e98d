//! The queries behind a board.

use super::{Board, Day, FLOW_DAYS};
use crate::desk::entity::{clock, ticket};
use crate::desk::service_level::store::{calendar, calendar_version};
use crate::desk::store::queue::{filter_condition, scope_condition, visible};
use crate::organisation::entity::department;
use crate::platform::database::Connection;
use crate::platform::error::Result;
use sea_orm::sea_query::{Expr, ExprTrait, Func, SimpleExpr};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use shared::calendar::CalendarDefinition;
use shared::id::{DepartmentId, TeamId};
use shared::permission::Scope;
use shared::service_level::ClockState;
use shared::ticket::{ClockRisk, Priority, TicketFilter, TicketState};
use shared::time::Timestamp;

/// Departments in use, in their order.
pub async fn departments(db: &impl Connection) -> Result<Vec<DepartmentId>> {
    Ok(department::Entity::find()
        .filter(department::Column::Active.eq(true))
        .order_by_asc(department::Column::Position)
        .select_only()
        .column(department::Column::Id)
        .into_tuple()
        .all(db)
        .await?)
}

/// The zone in which a board counts its days: that of the default calendar.
pub async fn zone(db: &impl Connection, _board: Board) -> Result<String> {
    let default = calendar::Entity::find()
        .filter(calendar::Column::IsDefault.eq(true))
        .one(db)
        .await?;
    let Some(default) = default else {
        return Ok("UTC".to_owned());
    };
    let version = calendar_version::Entity::find_by_id((default.id, default.version))
        .one(db)
        .await?;
    Ok(match version {
        Some(row) => serde_json::from_str::<CalendarDefinition>(&row.definition)?.zone,
        None => "UTC".to_owned(),
    })
}

/// Open tickets that have this in common.
#[derive(Clone, Debug, FromQueryResult)]
pub struct BacklogRow {
    state: TicketState,
    priority: Priority,
    team_id: Option<TeamId>,
    risk: ClockRisk,
    assigned: bool,
    count: i64,
}

/// Open tickets that have this in common.
pub struct Backlog {
    /// State.
    pub state: TicketState,
    /// Priority.
    pub priority: Priority,
    /// Team.
    pub team: Option<TeamId>,
    /// How the promise stands.
    pub risk: ClockRisk,
    /// Somebody has it.
    pub assigned: bool,
    /// How many.
    pub count: u64,
}

/// The backlog, grouped by all that a board shows of it: one statement for all its counters.
pub async fn backlog(
    db: &impl Connection,
    scope: &Scope,
    filter: &TicketFilter,
) -> Result<Vec<Backlog>> {
    let assigned: SimpleExpr = ticket::Column::AssigneeId.is_not_null();
    let rows = visible(scope)
        .filter(filter_condition(db.get_database_backend(), filter))
        .select_only()
        .columns([
            ticket::Column::State,
            ticket::Column::Priority,
            ticket::Column::TeamId,
            ticket::Column::Risk,
        ])
        .column_as(assigned.clone(), "assigned")
        .column_as(ticket::Column::Id.count(), "count")
        .group_by(ticket::Column::State)
        .group_by(ticket::Column::Priority)
        .group_by(ticket::Column::TeamId)
        .group_by(ticket::Column::Risk)
        .group_by(assigned)
        .into_model::<BacklogRow>()
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|r| Backlog {
            state: r.state,
            priority: r.priority,
            team: r.team_id,
            risk: r.risk,
            assigned: r.assigned,
            count: u64::try_from(r.count).unwrap_or(0),
        })
        .collect())
}

/// Met ÷ (met + breached) over clocks whose outcome lies in `[from, to)`.
pub async fn met_ratio(
    db: &impl Connection,
    scope: &Scope,
    filter: &TicketFilter,
    from: Timestamp,
    to: Timestamp,
) -> Result<Option<f64>> {
    let tickets = ticket::Entity::find()
        .filter(scope_condition(scope))
        .filter(filter_condition(db.get_database_backend(), filter))
        .select_only()
        .column(ticket::Column::Id)
        .into_query();
    let outcome = |state: ClockState, at: clock::Column| {
        clock::Entity::find()
            .filter(clock::Column::State.eq(state))
            .filter(at.gte(from))
            .filter(at.lt(to))
            .filter(clock::Column::TicketId.in_subquery(tickets.clone()))
            .select_only()
            .column_as(clock::Column::Id.count(), "count")
            .into_tuple::<i64>()
    };
    let met = outcome(ClockState::Met, clock::Column::FinishedAt)
        .one(db)
        .await?
        .unwrap_or(0);
    let breached = outcome(ClockState::Breached, clock::Column::BreachedAt)
        .one(db)
        .await?
        .unwrap_or(0);
    #[expect(clippy::cast_precision_loss, reason = "a ratio for the eye")]
    Ok((met + breached > 0).then(|| met as f64 / (met + breached) as f64))
}

/// Arrivals and resolutions by day of the zone; the last is today.
pub async fn flow(
    db: &impl Connection,
    scope: &Scope,
    filter: &TicketFilter,
    zone: &str,
    now: Timestamp,
) -> Result<Vec<Day>> {
    let mut days = days(zone, now);
    let Some(from) = days.first().map(|d| d.from) else {
        return Ok(days);
    };
    for (column, arrived) in [
        (ticket::Column::CreatedAt, true),
        (ticket::Column::ResolvedAt, false),
    ] {
        // The day's index, by counting how many of its borders lie before.
        let index = days.iter().skip(1).fold(Expr::value(0i64), |sum, day| {
            sum.add(Expr::case(column.gte(day.from), 1i64).finally(0i64))
        });
        let rows: Vec<(i64, i64)> = visible(scope)
            .filter(filter_condition(db.get_database_backend(), filter))
            .filter(column.gte(from))
            .select_only()
            .column_as(index, "day")
            .column_as(
                SimpleExpr::from(Func::count(Expr::col((ticket::Entity, ticket::Column::Id)))),
                "count",
            )
            .group_by(Expr::cust("1"))
            .into_tuple()
            .all(db)
            .await?;
        for (day, count) in rows {
            if let Some(day) = usize::try_from(day).ok().and_then(|i| days.get_mut(i)) {
                let count = u64::try_from(count).unwrap_or(0);
                if arrived {
                    day.arrived = count
                } else {
                    day.resolved = count
                }
            }
        }
    }
    Ok(days)
}

/// The last days of a zone, each with its real borders; an unknown zone counts as UTC.
fn days(zone: &str, now: Timestamp) -> Vec<Day> {
    let at =
        jiff::Timestamp::from_millisecond(now.as_millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let today = at
        .in_tz(zone)
        .unwrap_or_else(|_| at.to_zoned(jiff::tz::TimeZone::UTC));
    let border = |back: i64| {
        let date = today
            .date()
            .checked_sub(jiff::Span::new().days(back))
            .ok()?;
        let start = date.to_zoned(today.time_zone().clone()).ok()?;
        Some((
            date,
            Timestamp::from_millis(start.timestamp().as_millisecond()),
        ))
    };
    let count = i64::try_from(FLOW_DAYS).unwrap_or(30);
    (0..count)
        .rev()
        .filter_map(|back| {
            let (date, from) = border(back)?;
            let (_, to) = border(back - 1)?;
            let month = u32::try_from(date.month()).ok()?;
            let day = u32::try_from(date.day()).ok()?;
            let date = chrono::NaiveDate::from_ymd_opt(i32::from(date.year()), month, day)?;
            Some(Day {
                date,
                from,
                to,
                arrived: 0,
                resolved: 0,
            })
        })
        .collect()
}
