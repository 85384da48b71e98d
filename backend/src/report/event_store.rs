//! Steps of tickets in the database, and what is counted over them.

use super::steps::{self, Reading, Step};
use super::store::inside;
use crate::desk::entity::ticket;
use crate::desk::store::queue::filter_condition;
use crate::platform::database::Database;
use crate::platform::error::Result;
use crate::platform::transaction::Transaction;
use crate::platform::{event_log, setting};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, OnConflict, Order, Query, WindowStatement};
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect, QueryTrait};
use shared::id::{TeamId, TicketId};
use shared::permission::Scope;
use shared::ticket::{TicketFilter, TicketState};
use shared::time::Timestamp;
use std::collections::HashMap;
use std::time::Instant;

mod step {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ticket_steps")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub sequence: i64,
        pub ticket_id: TicketId,
        pub occurred_at: Timestamp,
        pub position: i64,
        pub state: TicketState,
        pub source_state: Option<String>,
        pub team_id: Option<TeamId>,
        pub imported: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Name of the setting that holds the last sequence whose step was stored.
const STORED: &str = "report.steps";
/// Events of one reading, and of one commit.
const BATCH: u64 = 2_000;

/// How much of the machine the work may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// All of it: somebody waits.
    AtOnce,
    /// At most half of the time: after a large import there are millions of events, and others ask
    /// and write meanwhile.
    Restful,
}

/// Brings the steps up to the end of the log. Gives the sequence up to which they are complete.
pub async fn catch_up(db: &Database, pace: Pace) -> Result<i64> {
    let mut stored = setting::get::<i64>(db.reader(), STORED).await?.unwrap_or(0);
    let end = event_log::last_sequence(db.reader()).await?;
    let mut standing: HashMap<TicketId, (TicketState, Option<TeamId>)> = HashMap::new();
    while stored < end {
        let started = Instant::now();
        let events = event_log::after(db.reader(), stored, BATCH).await?;
        let Some(last) = events.last().map(|e| e.sequence) else {
            break;
        };
        let tx = db.begin().await?;
        // Somebody else may have counted meanwhile, and be further: nobody sets the mark back.
        let present = setting::get_in_turn::<i64>(&tx, STORED).await?.unwrap_or(0);
        if present != stored {
            tx.rollback().await?;
            stored = present;
            standing.clear();
            continue;
        }
        let mut rows = Vec::new();
        for event in &events {
            let step = match steps::read(event)? {
                Reading::Nothing => continue,
                Reading::Whole(step) => step,
                Reading::Partial { step, state, team } => {
                    let before = match standing.get(&step.ticket) {
                        Some(before) => *before,
                        None => last_of(&tx, step.ticket).await?,
                    };
                    Step {
                        state: state.unwrap_or(before.0),
                        team: team.unwrap_or(before.1),
                        ..step
                    }
                }
            };
            standing.insert(step.ticket, (step.state, step.team));
            rows.push(row(step).into_active_model());
        }
        for chunk in rows.chunks(500) {
            step::Entity::insert_many(chunk.to_vec())
                .on_conflict(
                    OnConflict::column(step::Column::Sequence)
                        .do_nothing()
                        .to_owned(),
                )
                .exec_without_returning(&tx)
                .await?;
        }
        setting::set(&tx, STORED, &last).await?;
        tx.commit().await?;
        stored = last;
        if pace == Pace::Restful && stored < end {
            tokio::time::sleep(started.elapsed()).await;
        }
    }
    Ok(stored)
}

fn row(step: Step) -> step::Model {
    step::Model {
        sequence: step.sequence,
        ticket_id: step.ticket,
        occurred_at: step.occurred_at,
        position: step.position,
        state: step.state,
        source_state: step.source_state,
        team_id: step.team,
        imported: step.imported,
    }
}

async fn last_of(tx: &Transaction, ticket: TicketId) -> Result<(TicketState, Option<TeamId>)> {
    let found = step::Entity::find()
        .filter(step::Column::TicketId.eq(ticket))
        .order_by_desc(step::Column::OccurredAt)
        .order_by_desc(step::Column::Position)
        .order_by_desc(step::Column::Sequence)
        .one(tx)
        .await?;
    Ok(found.map_or((TicketState::New, None), |s| (s.state, s.team_id)))
}

/// Steps that share what comes before them, where they lead, and the team.
pub struct Counted {
    /// The state before; none at the start.
    pub before: Option<String>,
    /// The state after.
    pub after: String,
    /// The team after.
    pub team: Option<TeamId>,
    /// How many.
    pub steps: u64,
    /// Milliseconds until the tickets' next steps; the last ones have none.
    pub millis: i64,
}

/// Which steps are counted.
pub struct Question<'a> {
    /// Whose view.
    pub scope: &'a Scope,
    /// Of which tickets.
    pub filter: &'a TicketFilter,
    /// By the states of imports' sources, and of imported rows alone; else by ours.
    pub by_source: bool,
    /// Steps from here on.
    pub from: Option<Timestamp>,
    /// Steps before this.
    pub to: Option<Timestamp>,
}

/// Counts steps.
pub async fn count(db: &Database, question: &Question<'_>) -> Result<Vec<Counted>> {
    let state = if question.by_source {
        step::Column::SourceState
    } else {
        step::Column::State
    };
    let at = (step::Entity, step::Column::OccurredAt);
    let window = || {
        WindowStatement::partition_by((step::Entity, step::Column::TicketId))
            .order_by(at, Order::Asc)
            .order_by((step::Entity, step::Column::Position), Order::Asc)
            .order_by((step::Entity, step::Column::Sequence), Order::Asc)
            .to_owned()
    };
    let visible = ticket::Entity::find()
        .select_only()
        .column(ticket::Column::Id)
        .filter(inside(question.scope))
        .filter(filter_condition(db.backend(), question.filter))
        .into_query();
    let mut steps = Query::select();
    steps
        .expr_as(Expr::col((step::Entity, state)), Alias::new("after"))
        .expr_as(
            Expr::col((step::Entity, step::Column::TeamId)),
            Alias::new("team"),
        )
        .expr_as(Expr::col(at), Alias::new("at"))
        .expr_window_as(
            Func::cust(Alias::new("LAG")).arg(Expr::col((step::Entity, state))),
            window(),
            Alias::new("before"),
        )
        .expr_window_as(
            Func::cust(Alias::new("LEAD")).arg(Expr::col(at)),
            window(),
            Alias::new("until"),
        )
        .from(step::Entity)
        .and_where(Expr::col((step::Entity, step::Column::TicketId)).in_subquery(visible));
    if question.by_source {
        steps.and_where(step::Column::Imported.eq(true));
        steps.and_where(step::Column::SourceState.is_not_null());
    }
    let column = |name: &'static str| Expr::col(Alias::new(name));
    let mut query = Query::select();
    query
        .column(Alias::new("before"))
        .column(Alias::new("after"))
        .column(Alias::new("team"))
        .expr(Func::count(column("at")))
        .expr(Func::cast_as(
            Func::sum(column("until").sub(column("at"))),
            Alias::new("bigint"),
        ))
        .from_subquery(steps, Alias::new("steps"))
        .group_by_columns(["before", "after", "team"].map(Alias::new));
    if let Some(from) = question.from {
        query.and_where(column("at").gte(from.as_millis()));
    }
    if let Some(to) = question.to {
        query.and_where(column("at").lt(to.as_millis()));
    }
    let mut counted = Vec::new();
    for row in db.reader().query_all(&query).await? {
        let steps: i64 = row.try_get_by_index(3)?;
        let millis: Option<i64> = row.try_get_by_index(4)?;
        counted.push(Counted {
            before: row.try_get_by_index(0)?,
            after: row.try_get_by_index(1)?,
            team: row.try_get_by_index(2)?,
            steps: u64::try_from(steps).unwrap_or(0),
            millis: millis.unwrap_or(0),
        });
    }
    Ok(counted)
}
