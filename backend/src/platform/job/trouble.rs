//! How jobs of a kind stand, and what administrators do with those that fail.

use super::{ActiveModel, Column, Entity, Model, one_line};
use crate::platform::error::{Error, Result};
use crate::platform::event_log::{Change, NewEvent};
use crate::platform::unit_of_work::UnitOfWork;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::LockType;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect, Set};
use serde_json::{Value, json};
use shared::event::EventKind;
use shared::id::JobId;
use shared::job::JobState;
use shared::time::Timestamp;

/// How jobs of one kind stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// To be done, those that failed included.
    pub waiting: u64,
    /// Of these, those that failed at least once.
    pub failing: u64,
    /// Dead letters.
    pub dead: u64,
    /// When the last one was done.
    pub last_done_at: Option<Timestamp>,
}

/// How jobs of a kind stand.
pub async fn figures(db: &impl ConnectionTrait, kind: &str) -> Result<Figures> {
    let of = |state| {
        Entity::find()
            .filter(Column::Kind.eq(kind))
            .filter(Column::State.eq(state))
    };
    let last = of(JobState::Done)
        .filter(Column::FinishedAt.is_not_null())
        .order_by_desc(Column::FinishedAt)
        .one(db)
        .await?;
    Ok(Figures {
        waiting: of(JobState::Waiting).count(db).await?,
        failing: of(JobState::Waiting)
            .filter(Column::ErrorCode.is_not_null())
            .count(db)
            .await?,
        dead: of(JobState::Dead).count(db).await?,
        last_done_at: last.and_then(|job| job.finished_at),
    })
}

/// Dead letters of a kind, or else those that failed and are tried again: newest first, after the
/// place `after`, at most `limit`.
pub async fn list(
    db: &impl ConnectionTrait,
    kind: &str,
    dead: bool,
    after: Option<JobId>,
    limit: u64,
) -> Result<Vec<Model>> {
    let mut query = Entity::find()
        .filter(Column::Kind.eq(kind))
        .order_by_desc(Column::Id)
        .limit(limit);
    query = if dead {
        query.filter(Column::State.eq(JobState::Dead))
    } else {
        query
            .filter(Column::State.eq(JobState::Waiting))
            .filter(Column::ErrorCode.is_not_null())
    };
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    Ok(query.all(db).await?)
}

/// A job of a kind.
pub async fn find(db: &impl ConnectionTrait, kind: &str, id: JobId) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id)
        .filter(Column::Kind.eq(kind))
        .one(db)
        .await?)
}

/// Tries a job again at once: a dead letter from the beginning, one that waits before its time.
pub async fn retry(uow: &mut UnitOfWork, kind: &str, id: JobId) -> Result<()> {
    let job = locked(uow, kind, id).await?;
    let again = matches!(job.state, JobState::Dead | JobState::Waiting) && job.error_code.is_some();
    if !again {
        return Err(already());
    }
    let dead = job.state == JobState::Dead;
    let now = uow.context().now;
    uow.emit(event(
        &job,
        EventKind::JobRetried,
        "error",
        json!(job.error_code),
        now,
    ));
    let mut row: ActiveModel = job.into_active_model();
    row.state = Set(JobState::Waiting);
    row.due_at = Set(now);
    row.finished_at = Set(None);
    if dead {
        row.attempts = Set(0);
    }
    row.update(uow.tx()).await?;
    uow.jobs_changed();
    Ok(())
}

/// Throws a dead letter away, for a reason.
pub async fn discard(uow: &mut UnitOfWork, kind: &str, id: JobId, reason: &str) -> Result<()> {
    let job = locked(uow, kind, id).await?;
    if job.state != JobState::Dead {
        return Err(already());
    }
    let now = uow.context().now;
    let reason = one_line(reason);
    uow.emit(event(
        &job,
        EventKind::JobDiscarded,
        "reason",
        json!(reason),
        now,
    ));
    let mut row: ActiveModel = job.into_active_model();
    row.state = Set(JobState::Discarded);
    row.finished_at = Set(Some(now));
    row.payload = Set("{}".to_owned());
    row.update(uow.tx()).await?;
    Ok(())
}

async fn locked(uow: &UnitOfWork, kind: &str, id: JobId) -> Result<Model> {
    Entity::find_by_id(id)
        .filter(Column::Kind.eq(kind))
        .lock(LockType::Update)
        .one(uow.tx())
        .await?
        .ok_or_else(|| Error::not_found("jobs"))
}

/// Somebody else, or time, was quicker.
fn already() -> Error {
    Error::not_allowed_now("This has changed meanwhile. Look at the list again.")
}

/// An event about a job, with one value.
pub(super) fn event(
    job: &Model,
    kind: EventKind,
    name: &str,
    value: Value,
    now: Timestamp,
) -> NewEvent {
    let note = |after| Change {
        before: Value::Null,
        after,
    };
    NewEvent {
        occurred_at: now,
        kind,
        subject_kind: JobId::PREFIX,
        subject_id: job.id.0,
        // Not the ticket's: its timeline tells what was done with it, not how that was sent.
        ticket: None,
        department: None,
        version_after: None,
        cause: None,
        changes: [
            ("kind".to_owned(), note(json!(job.kind))),
            (name.to_owned(), note(value)),
        ]
        .into(),
    }
}
