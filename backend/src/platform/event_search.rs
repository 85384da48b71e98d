//! Looks through the log by kind, actor, subject and time, newest first.
//!
//! Each kind is looked up by itself in the index of kinds, and the newest of all are taken: what is
//! rare is found at once, however many events of other kinds lie in between.

use super::error::Result;
use super::event_log::{event, payload};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order, Query, SelectStatement, UnionType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationTrait,
};
use shared::event::{ActorKind, EventKind};
use shared::id::{ApiTokenId, DepartmentId, EventId, PersonId};
use shared::time::Timestamp;
use uuid::Uuid;

/// What is looked for; what is `None` does not matter. Events of tickets are never found.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// One of these kinds.
    pub kinds: Vec<EventKind>,
    /// Done by this person.
    pub actor: Option<PersonId>,
    /// About this.
    pub subject: Option<Uuid>,
    /// At this instant or later.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub to: Option<Timestamp>,
}

/// What was found.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Found {
    /// Position in the log.
    pub sequence: i64,
    /// Identity.
    pub id: EventId,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Who or what.
    pub actor_kind: ActorKind,
    /// The person, if one.
    pub actor_id: Option<PersonId>,
    /// The token by which it was done.
    pub token_id: Option<ApiTokenId>,
    /// Kind of the subject, as its id's prefix.
    pub subject_kind: String,
    /// The subject.
    pub subject_id: Uuid,
    /// Its department.
    pub department_id: Option<DepartmentId>,
    /// What happened.
    pub kind: EventKind,
    /// Finds the request in the log of the server.
    pub request_id: String,
    /// What changed, as JSON; absent once destroyed.
    pub changes: Option<String>,
}

/// The newest events before the sequence `before`, at most `limit`.
pub async fn search(
    db: &impl ConnectionTrait,
    search: &Search,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<Found>> {
    let mut arms = search
        .kinds
        .iter()
        .map(|kind| newest_of(search, *kind, before, limit));
    let Some(mut all) = arms.next() else {
        return Ok(Vec::new());
    };
    for arm in arms {
        all.union(UnionType::All, arm);
    }
    let sequence = Alias::new("sequence");
    let newest = Query::select()
        .column(sequence.clone())
        .from_subquery(all, Alias::new("found"))
        .order_by(sequence, Order::Desc)
        .limit(limit)
        .to_owned();
    let mut sequences = Vec::new();
    for row in db.query_all(&newest).await? {
        sequences.push(row.try_get_by_index::<i64>(0)?);
    }
    if sequences.is_empty() {
        return Ok(Vec::new());
    }
    Ok(event::Entity::find()
        .select_only()
        .columns([
            event::Column::Sequence,
            event::Column::Id,
            event::Column::OccurredAt,
            event::Column::ActorKind,
            event::Column::ActorId,
            event::Column::TokenId,
            event::Column::SubjectKind,
            event::Column::SubjectId,
            event::Column::DepartmentId,
            event::Column::Kind,
            event::Column::RequestId,
        ])
        .column(payload::Column::Changes)
        .join(JoinType::LeftJoin, event::Relation::Payload.def())
        .filter(event::Column::Sequence.is_in(sequences))
        .order_by_desc(event::Column::Sequence)
        .into_model()
        .all(db)
        .await?)
}

/// The newest sequences of one kind.
fn newest_of(search: &Search, kind: EventKind, before: Option<i64>, limit: u64) -> SelectStatement {
    let column = |column: event::Column| Expr::col(column);
    let mut rows = Query::select();
    rows.column(event::Column::Sequence)
        .from(event::Entity)
        .and_where(column(event::Column::Kind).eq(kind.as_str()))
        .and_where(column(event::Column::TicketId).is_null())
        .and_where_option(before.map(|before| column(event::Column::Sequence).lt(before)))
        .and_where_option(search.actor.map(|id| column(event::Column::ActorId).eq(id)))
        .and_where_option(
            search
                .subject
                .map(|id| column(event::Column::SubjectId).eq(id)),
        )
        .and_where_option(
            search
                .from
                .map(|at| column(event::Column::OccurredAt).gte(at)),
        )
        .and_where_option(search.to.map(|at| column(event::Column::OccurredAt).lt(at)))
        .order_by(event::Column::Sequence, Order::Desc)
        .limit(limit);
    // SQLite takes no limit within a union but in a query of its own.
    Query::select()
        .column(event::Column::Sequence)
        .from_subquery(rows, Alias::new("newest"))
        .to_owned()
}
