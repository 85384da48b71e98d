//! The statements behind flat rows.

use super::store::inside;
use crate::desk::entity::{source, ticket};
use crate::organisation::entity::{category, department, person, service, site, team};
use crate::platform::database::Database;
use crate::platform::error::Result;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, IntoColumnRef, JoinType, Order, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, FromQueryResult};
use shared::event::EventKind;
use shared::id::{EventId, TicketId};
use shared::permission::Scope;
use shared::ticket::{Channel, Impact, Priority, TicketKind, TicketState, Urgency};
use shared::time::Timestamp;

/// A ticket as one flat row. It names no person and quotes no text.
#[derive(Clone, Debug, FromQueryResult)]
pub struct FactRow {
    /// Identity.
    pub id: TicketId,
    /// Reference.
    pub reference: String,
    /// Kind.
    pub kind: TicketKind,
    /// State.
    pub state: TicketState,
    /// Priority.
    pub priority: Priority,
    /// Impact.
    pub impact: Impact,
    /// Urgency.
    pub urgency: Urgency,
    /// Channel.
    pub channel: Channel,
    /// Department's name.
    pub department: String,
    /// Team's name.
    pub team: Option<String>,
    /// Service's name.
    pub service: Option<String>,
    /// Site's name.
    pub site: Option<String>,
    /// Category's name.
    pub category: Option<String>,
    /// Name of the category above it.
    pub parent_category: Option<String>,
    /// Start.
    pub created_at: Timestamp,
    /// Last change here.
    pub updated_at: Timestamp,
    /// Resolution by our history.
    pub resolved_at: Option<Timestamp>,
    /// Closing by our history.
    pub closed_at: Option<Timestamp>,
    /// Next due time.
    pub due_at: Option<Timestamp>,
    /// Reopenings.
    pub reopen_count: i32,
    /// Reassignments.
    pub reassignment_count: i32,
    /// Version.
    pub version: i32,
    /// System it came from.
    pub source_system: Option<String>,
    /// Its number there.
    pub source_number: Option<String>,
    /// Its state there.
    pub source_state: Option<String>,
    /// Opened there.
    pub source_opened_at: Option<Timestamp>,
    /// Resolved there.
    pub source_resolved_at: Option<Timestamp>,
    /// Closed there.
    pub source_closed_at: Option<Timestamp>,
    /// Whether it kept its promise there.
    pub source_made_sla: Option<bool>,
    /// Contact type there.
    pub source_contact_type: Option<String>,
    /// Problem there.
    pub source_problem: Option<String>,
}

/// Tickets in the order of (last change, id).
pub async fn facts(
    db: &Database,
    scope: &Scope,
    since: Option<Timestamp>,
    after: Option<(Timestamp, TicketId)>,
    limit: u64,
) -> Result<Vec<FactRow>> {
    use ticket::Column as T;
    let above = Alias::new("above");
    let mut query = Query::select();
    query.from(ticket::Entity).cond_where(inside(scope));
    for column in [
        T::Id,
        T::Reference,
        T::Kind,
        T::State,
        T::Priority,
        T::Impact,
        T::Urgency,
        T::Channel,
        T::CreatedAt,
        T::UpdatedAt,
        T::ResolvedAt,
        T::ClosedAt,
        T::DueAt,
        T::ReopenCount,
        T::ReassignmentCount,
        T::Version,
    ] {
        query.column((ticket::Entity, column));
    }
    let named = [
        (
            (department::Entity, department::Column::Name).into_column_ref(),
            "department",
        ),
        ((team::Entity, team::Column::Name).into_column_ref(), "team"),
        (
            (service::Entity, service::Column::Name).into_column_ref(),
            "service",
        ),
        ((site::Entity, site::Column::Name).into_column_ref(), "site"),
        (
            (category::Entity, category::Column::Name).into_column_ref(),
            "category",
        ),
        (
            (above.clone(), category::Column::Name).into_column_ref(),
            "parent_category",
        ),
        (
            (source::Entity, source::Column::System).into_column_ref(),
            "source_system",
        ),
        (
            (source::Entity, source::Column::Number).into_column_ref(),
            "source_number",
        ),
        (
            (source::Entity, source::Column::State).into_column_ref(),
            "source_state",
        ),
        (
            (source::Entity, source::Column::OpenedAt).into_column_ref(),
            "source_opened_at",
        ),
        (
            (source::Entity, source::Column::ResolvedAt).into_column_ref(),
            "source_resolved_at",
        ),
        (
            (source::Entity, source::Column::ClosedAt).into_column_ref(),
            "source_closed_at",
        ),
        (
            (source::Entity, source::Column::MadeSla).into_column_ref(),
            "source_made_sla",
        ),
        (
            (source::Entity, source::Column::ContactType).into_column_ref(),
            "source_contact_type",
        ),
        (
            (source::Entity, source::Column::Problem).into_column_ref(),
            "source_problem",
        ),
    ];
    for (column, name) in named {
        query.expr_as(Expr::col(column), Alias::new(name));
    }
    query
        .inner_join(
            department::Entity,
            Expr::col((department::Entity, department::Column::Id))
                .equals((ticket::Entity, T::DepartmentId)),
        )
        .left_join(
            team::Entity,
            Expr::col((team::Entity, team::Column::Id)).equals((ticket::Entity, T::TeamId)),
        )
        .left_join(
            service::Entity,
            Expr::col((service::Entity, service::Column::Id))
                .equals((ticket::Entity, T::ServiceId)),
        )
        .left_join(
            site::Entity,
            Expr::col((site::Entity, site::Column::Id)).equals((ticket::Entity, T::SiteId)),
        )
        .left_join(
            category::Entity,
            Expr::col((category::Entity, category::Column::Id))
                .equals((ticket::Entity, T::CategoryId)),
        )
        .join_as(
            JoinType::LeftJoin,
            category::Entity,
            above.clone(),
            Expr::col((above, category::Column::Id))
                .equals((category::Entity, category::Column::ParentId)),
        )
        .left_join(
            source::Entity,
            Expr::col((source::Entity, source::Column::TicketId)).equals((ticket::Entity, T::Id)),
        );
    if let Some(since) = since {
        query.and_where(T::UpdatedAt.gte(since));
    }
    if let Some((at, id)) = after {
        query.and_where(
            T::UpdatedAt
                .gt(at)
                .or(T::UpdatedAt.eq(at).and(T::Id.gt(id))),
        );
    }
    query
        .order_by((ticket::Entity, T::UpdatedAt), Order::Asc)
        .order_by((ticket::Entity, T::Id), Order::Asc)
        .limit(limit);
    let rows = db.reader().query_all(&query).await?;
    Ok(rows
        .iter()
        .map(|row| FactRow::from_query_result(row, ""))
        .collect::<Result<_, _>>()?)
}

/// An event of a ticket.
#[derive(Clone, Debug, FromQueryResult)]
pub struct EventRow {
    /// Position in the log.
    pub sequence: i64,
    /// Identity.
    pub id: EventId,
    /// When.
    pub occurred_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// What.
    pub kind: EventKind,
    /// The ticket.
    pub ticket_id: TicketId,
    /// Its reference.
    pub reference: String,
    /// Its number in the system that it came from.
    pub source_number: Option<String>,
    /// Name of the person who did it.
    pub actor_name: Option<String>,
    /// What changed, as JSON.
    pub changes: Option<String>,
}

/// Events of tickets in the order of the log.
pub async fn events(db: &Database, scope: &Scope, after: i64, limit: u64) -> Result<Vec<EventRow>> {
    let log = Alias::new("events");
    let payloads = Alias::new("event_payloads");
    let of_log = |name: &'static str| (Alias::new("events"), Alias::new(name));
    let mut query = Query::select();
    query.from(log).cond_where(inside(scope));
    for name in [
        "sequence",
        "id",
        "occurred_at",
        "recorded_at",
        "kind",
        "ticket_id",
    ] {
        query.column(of_log(name));
    }
    query
        .column((ticket::Entity, ticket::Column::Reference))
        .expr_as(
            Expr::col((source::Entity, source::Column::Number)),
            Alias::new("source_number"),
        )
        .expr_as(
            Expr::col((person::Entity, person::Column::Name)),
            Alias::new("actor_name"),
        )
        .column((payloads.clone(), Alias::new("changes")))
        .inner_join(
            ticket::Entity,
            Expr::col((ticket::Entity, ticket::Column::Id)).equals(of_log("ticket_id")),
        )
        .left_join(
            payloads.clone(),
            Expr::col((payloads, Alias::new("sequence"))).equals(of_log("sequence")),
        )
        .left_join(
            source::Entity,
            Expr::col((source::Entity, source::Column::TicketId)).equals(of_log("ticket_id")),
        )
        .left_join(
            person::Entity,
            Expr::col((person::Entity, person::Column::Id)).equals(of_log("actor_id")),
        )
        .and_where(Expr::col(of_log("sequence")).gt(after))
        .order_by(of_log("sequence"), Order::Asc)
        .limit(limit);
    let rows = db.reader().query_all(&query).await?;
    Ok(rows
        .iter()
        .map(|row| EventRow::from_query_result(row, ""))
        .collect::<Result<_, _>>()?)
}
