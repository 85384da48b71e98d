//! What waits, what is late, what is promised: counts alone, no names.

use crate::desk::entity::clock;
use crate::desk::search::{self, Behind};
use crate::platform::database::Connection;
use crate::platform::error::Result;
use crate::platform::{job, timer};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QuerySelect,
};
use shared::job::JobState;
use shared::service_level::ClockState;
use shared::time::Timestamp;

/// Items that become due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// All of them.
    pub waiting: u64,
    /// Due, and not begun.
    pub overdue: u64,
    /// For how long the first of them is due.
    pub late_seconds: i64,
}

/// Counts of this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Jobs.
    pub jobs: Due,
    /// Jobs that were given up.
    pub jobs_dead: u64,
    /// Timers.
    pub timers: Due,
    /// Promises that run, are paused, are broken and not yet met.
    pub clocks: [(ClockState, u64); 3],
    /// What the search index lacks.
    pub search: Behind,
}

#[derive(FromQueryResult)]
struct Counted {
    count: i64,
    first: Option<Timestamp>,
}

#[derive(FromQueryResult)]
struct ClocksOf {
    state: ClockState,
    count: i64,
}

/// Counts.
pub async fn read(db: &impl Connection, now: Timestamp) -> Result<Figures> {
    let waiting = job::Entity::find().filter(job::Column::State.eq(JobState::Waiting));
    let jobs_waiting = waiting.clone().count(db).await?;
    let jobs_late = waiting
        .filter(job::Column::DueAt.lte(now))
        .select_only()
        .column_as(job::Column::Id.count(), "count")
        .column_as(job::Column::DueAt.min(), "first")
        .into_model::<Counted>()
        .one(db)
        .await?;
    let jobs_dead = job::Entity::find()
        .filter(job::Column::State.eq(JobState::Dead))
        .count(db)
        .await?;
    let timers_waiting = timer::Entity::find().count(db).await?;
    let timers_late = timer::Entity::find()
        .filter(timer::Column::DueAt.lte(now))
        .select_only()
        .column_as(timer::Column::Id.count(), "count")
        .column_as(timer::Column::DueAt.min(), "first")
        .into_model::<Counted>()
        .one(db)
        .await?;
    Ok(Figures {
        jobs: due(jobs_waiting, jobs_late, now),
        jobs_dead,
        timers: due(timers_waiting, timers_late, now),
        clocks: clocks(db).await?,
        search: search::behind(db, now).await?,
    })
}

fn due(waiting: u64, late: Option<Counted>, now: Timestamp) -> Due {
    let late = late.unwrap_or(Counted {
        count: 0,
        first: None,
    });
    Due {
        waiting,
        overdue: u64::try_from(late.count).unwrap_or(0),
        late_seconds: late
            .first
            .map_or(0, |first| (now.millis_since(first) / 1000).max(0)),
    }
}

async fn clocks(db: &impl Connection) -> Result<[(ClockState, u64); 3]> {
    let mut counts = [
        (ClockState::Running, 0),
        (ClockState::Paused, 0),
        (ClockState::Breached, 0),
    ];
    let found = clock::Entity::find()
        .select_only()
        .column(clock::Column::State)
        .column_as(clock::Column::Id.count(), "count")
        .filter(clock::Column::State.is_in(counts.map(|(state, _)| state)))
        .group_by(clock::Column::State)
        .into_model::<ClocksOf>()
        .all(db)
        .await?;
    for row in found {
        for (state, count) in &mut counts {
            if *state == row.state {
                *count = u64::try_from(row.count).unwrap_or(0);
            }
        }
    }
    Ok(counts)
}
