//! Instants at which something is due. A node sleeps until the next; what fires is recorded exactly
//! once, because the timer's row vanishes in the transaction of its effects.

use super::Platform;
use super::background::Running;
use super::context::Context;
use super::error::Result;
use super::unit_of_work::UnitOfWork;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{QueryOrder, QuerySelect, QueryTrait as _, Set};
use shared::id::{TicketId, TimerId};
use shared::time::Timestamp;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::watch;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "timers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TimerId,
    pub due_at: Timestamp,
    pub kind: String,
    pub subject_id: Uuid,
    pub ticket_id: Option<TicketId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Sets the timer `kind` of a subject; a later call moves it.
pub fn set(
    uow: &mut UnitOfWork,
    kind: &str,
    subject: Uuid,
    ticket: Option<TicketId>,
    due_at: Timestamp,
) {
    set_all(uow, kind, ticket, &[(subject, due_at)]);
}

/// Sets several timers of a kind, each in place of the one for the same subject.
pub fn set_all(
    uow: &mut UnitOfWork,
    kind: &str,
    ticket: Option<TicketId>,
    due: &[(Uuid, Timestamp)],
) {
    if due.is_empty() {
        return;
    }
    let row = |(subject, due_at): &(Uuid, Timestamp)| ActiveModel {
        id: Set(TimerId(uow.next_id())),
        due_at: Set(*due_at),
        kind: Set(kind.to_owned()),
        subject_id: Set(*subject),
        ticket_id: Set(ticket),
    };
    let rows: Vec<ActiveModel> = due.iter().map(row).collect();
    let in_place = OnConflict::columns([Column::Kind, Column::SubjectId])
        .update_column(Column::DueAt)
        .to_owned();
    uow.write_at_end(&Entity::insert_many(rows).on_conflict(in_place).into_query());
    uow.timers_changed();
}

/// Takes the timer `kind` of a subject back.
pub fn clear(uow: &mut UnitOfWork, kind: &str, subject: Uuid) {
    let timer = Entity::delete_many()
        .filter(Column::Kind.eq(kind))
        .filter(Column::SubjectId.eq(subject));
    uow.write_at_end(&timer.into_query());
}

/// What a firing does, in the transaction in which the timer vanishes.
pub trait Firing: Send + Sync {
    /// Locks what the timer belongs to, before the timer itself is taken: acts lock in this order,
    /// and whoever did otherwise would wait for an act that waits for them.
    fn hold<'a>(
        &'a self,
        uow: &'a UnitOfWork,
        timer: &'a Model,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

    /// Acts on a timer that is due.
    fn fire<'a>(
        &'a self,
        uow: &'a mut UnitOfWork,
        timer: &'a Model,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;
}

/// Most timers of one transaction.
const BATCH: u64 = 100;
/// How long to sleep at most: other nodes may set timers too.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);

/// Fires what is due by the platform's clock, and gives how many. Timers whose firing fails stay;
/// each is tried alone then, so that one bad timer holds up no other.
pub async fn fire_due(platform: &Platform, firing: &dyn Firing) -> Result<usize> {
    fire_until(platform, firing, &|| false).await
}

/// The same, but ends between two timers when `stop` says so.
async fn fire_until(
    platform: &Platform,
    firing: &dyn Firing,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<usize> {
    let now = platform.clock.now();
    let due = Entity::find()
        .filter(Column::DueAt.lte(now))
        .order_by_asc(Column::DueAt)
        .limit(BATCH)
        .all(platform.db.reader())
        .await?;
    let mut fired = 0;
    for timer in due {
        if stop() {
            break;
        }
        let context = Context::system(now, &format!("timer:{}", timer.id));
        let mut uow = UnitOfWork::begin(platform, &context).await?;
        firing.hold(&uow, &timer).await?;
        let claimed = Entity::delete_many()
            .filter(Column::Id.eq(timer.id))
            .filter(Column::DueAt.eq(timer.due_at))
            .exec(uow.tx())
            .await?;
        if claimed.rows_affected == 0 {
            uow.rollback().await?;
            continue;
        }
        match firing.fire(&mut uow, &timer).await {
            Ok(()) => {
                uow.commit().await?;
                fired += 1;
            }
            Err(error) => {
                uow.rollback().await?;
                tracing::error!(%error, timer = %timer.id, kind = timer.kind, "a timer could not fire");
                postpone(platform, &timer, now).await?;
            }
        }
    }
    Ok(fired)
}

/// A timer that failed is tried again in a minute.
async fn postpone(platform: &Platform, timer: &Model, now: Timestamp) -> Result<()> {
    let tx = platform.db.begin().await?;
    Entity::update_many()
        .col_expr(Column::DueAt, Expr::value(now.plus_seconds(60)))
        .filter(Column::Id.eq(timer.id))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Begins to fire, for ever.
pub fn start(platform: Platform, firing: std::sync::Arc<dyn Firing>) -> Running {
    Running::begin("timers", |stopping| run(platform, firing, stopping))
}

async fn run(
    platform: Platform,
    firing: std::sync::Arc<dyn Firing>,
    mut stopping: watch::Receiver<bool>,
) {
    let signal = stopping.clone();
    while !*signal.borrow() {
        match fire_until(&platform, firing.as_ref(), &|| *signal.borrow()).await {
            Ok(0) => {
                let sleep = match next_due(&platform).await {
                    Ok(due) => due.map_or(LONGEST_SLEEP, |due| {
                        platform.clock.until(due).min(LONGEST_SLEEP)
                    }),
                    Err(error) => {
                        tracing::error!(%error, "the next timer cannot be read");
                        LONGEST_SLEEP
                    }
                };
                tokio::select! {
                    _ = stopping.changed() => {}
                    () = platform.timers_changed.notified() => {}
                    () = tokio::time::sleep(sleep.max(Duration::from_millis(1))) => {}
                }
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, "timers cannot be read; trying again");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// When the next timer is due.
pub async fn next_due(platform: &Platform) -> Result<Option<Timestamp>> {
    let next = Entity::find()
        .order_by_asc(Column::DueAt)
        .one(platform.db.reader())
        .await?;
    Ok(next.map(|timer| timer.due_at))
}
