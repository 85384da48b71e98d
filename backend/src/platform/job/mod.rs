//! Work for the outside world, such as mail: written in the transaction of the act that causes it,
//! done after the commit, at least once, on any number of nodes.
//!
//! A node takes a job by lease. One that dies in the middle loses its lease, and another node tries
//! again; the job's id is the same each time, so that the outside can recognise a repetition. What
//! fails is tried again after growing pauses, and given up after [`ATTEMPTS`]: then it is a dead
//! letter, which an administrator sends again or throws away.

pub mod runner;
pub mod trouble;

use super::Platform;
use super::error::{Error, Result};
use super::unit_of_work::UnitOfWork;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{Condition, DatabaseBackend, QueryOrder, QuerySelect, Set};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::id::{JobId, PersonId, TicketId};
use shared::job::JobState;
use shared::time::Timestamp;
use std::future::Future;
use std::pin::Pin;

/// Attempts before a job is given up: with the pauses between them, a day and a half.
pub const ATTEMPTS: i32 = 16;
/// The first pause; each next one is twice as long.
const FIRST_PAUSE_SECONDS: i64 = 30;
/// The longest pause.
const LONGEST_PAUSE_SECONDS: i64 = 6 * 3_600;
/// How long a node may work on a job before another one may take it. No attempt lasts that long.
pub(super) const LEASE_SECONDS: i64 = 600;
/// How long a job that came to its end is kept, in seconds.
const KEPT_SECONDS: i64 = 30 * 86_400;
/// Longest error that is kept, in characters.
const ERROR_MAX: usize = 500;
/// Rows of one statement.
const ROWS_A_STATEMENT: usize = 500;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    pub kind: String,
    pub ticket_id: Option<TicketId>,
    pub person_id: Option<PersonId>,
    pub payload: String,
    pub state: JobState,
    pub attempts: i32,
    pub created_at: Timestamp,
    pub due_at: Timestamp,
    pub locked_until: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub error_code: Option<String>,
    pub error: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What is to be done.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        Ok(serde_json::from_str(&self.payload)?)
    }
}

/// A job about to be written.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Who does it.
    pub kind: &'static str,
    /// The ticket that it is about.
    pub ticket: Option<TicketId>,
    /// The person whom it concerns.
    pub person: Option<PersonId>,
    /// What is to be done, as JSON. It names what it needs by id and copies no content.
    pub payload: String,
}

impl NewJob {
    /// A job of this kind.
    pub fn new(kind: &'static str, payload: &impl Serialize) -> Result<Self> {
        Ok(Self {
            kind,
            ticket: None,
            person: None,
            payload: serde_json::to_string(payload)?,
        })
    }
}

/// Writes jobs in the act's own transaction, and gives their ids; they are begun after its commit.
pub async fn enqueue(uow: &mut UnitOfWork, jobs: Vec<NewJob>) -> Result<Vec<JobId>> {
    if jobs.is_empty() {
        return Ok(Vec::new());
    }
    let now = uow.context().now;
    let ids: Vec<JobId> = jobs.iter().map(|_| JobId(uow.next_id())).collect();
    let rows: Vec<ActiveModel> = jobs
        .into_iter()
        .zip(&ids)
        .map(|(job, id)| ActiveModel {
            id: Set(*id),
            kind: Set(job.kind.to_owned()),
            ticket_id: Set(job.ticket),
            person_id: Set(job.person),
            payload: Set(job.payload),
            state: Set(JobState::Waiting),
            attempts: Set(0),
            created_at: Set(now),
            due_at: Set(now),
            locked_until: Set(None),
            finished_at: Set(None),
            error_code: Set(None),
            error: Set(None),
        })
        .collect();
    for chunk in rows.chunks(ROWS_A_STATEMENT) {
        Entity::insert_many(chunk.to_vec())
            .exec_without_returning(uow.tx())
            .await?;
    }
    uow.jobs_changed();
    Ok(ids)
}

/// How an attempt ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done,
    /// There was nothing to be done any more.
    Skipped,
}

/// How an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Failure {
    /// Stable, upper case.
    pub code: String,
    /// For the administrator.
    pub message: String,
    /// Whether another attempt may succeed.
    pub again: bool,
}

impl Failure {
    /// Worth another attempt.
    pub fn temporary(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            again: true,
        }
    }

    /// Would fail each time.
    pub fn permanent(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            again: false,
            ..Self::temporary(code, message)
        }
    }
}

/// Ours broke, or the database is away: tried again, without the detail that the log has.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(_) => Self::permanent("REFUSED", error.to_string()),
            Error::Fault(fault) => {
                tracing::error!(error = ?fault, "a job failed by a fault of ours");
                Self::temporary("INTERNAL", "Something of ours broke; the log says what.")
            }
        }
    }
}

/// Does the jobs of one kind.
pub trait Worker: Send + Sync {
    /// Which.
    fn kind(&self) -> &'static str;

    /// Whether this node can do them at present; others are left for those who can.
    fn ready<'a>(
        &'a self,
        platform: &'a Platform,
    ) -> Pin<Box<dyn Future<Output = Result<bool>> + Send + 'a>>;

    /// One attempt. It may be a repetition of one whose end nobody heard of.
    fn work<'a>(
        &'a self,
        platform: &'a Platform,
        job: &'a Model,
    ) -> Pin<Box<dyn Future<Output = std::result::Result<Outcome, Failure>> + Send + 'a>>;
}

/// Takes at most `limit` jobs that are due. Each attempt counts from here on: a job that kills its
/// node does not come back for ever.
async fn claim(platform: &Platform, kinds: &[&str], limit: usize) -> Result<Vec<Model>> {
    let now = platform.clock.now();
    let due = || {
        Entity::find()
            .filter(Column::State.eq(JobState::Waiting))
            .filter(Column::DueAt.lte(now))
            .filter(
                Condition::any()
                    .add(Column::LockedUntil.is_null())
                    .add(Column::LockedUntil.lte(now)),
            )
            .filter(Column::Kind.is_in(kinds.iter().copied()))
            .order_by_asc(Column::DueAt)
            .order_by_asc(Column::Id)
            .limit(u64::try_from(limit).unwrap_or(1))
    };
    // The one writer of SQLite is not asked for nothing.
    if limit == 0 || kinds.is_empty() || due().one(platform.db.reader()).await?.is_none() {
        return Ok(Vec::new());
    }
    let tx = platform.db.begin().await?;
    let mut query = due();
    if platform.db.backend() == DatabaseBackend::Postgres {
        query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let mut jobs = query.all(&tx).await?;
    for job in &mut jobs {
        job.attempts += 1;
        job.locked_until = Some(now.plus_seconds(LEASE_SECONDS));
        Entity::update_many()
            .col_expr(Column::Attempts, Expr::value(job.attempts))
            .col_expr(Column::LockedUntil, Expr::value(job.locked_until))
            .filter(Column::Id.eq(job.id))
            .exec(&tx)
            .await?;
    }
    tx.commit().await?;
    Ok(jobs)
}

/// When the next job of these kinds may be taken.
async fn next_due(platform: &Platform, kinds: &[&str]) -> Result<Option<Timestamp>> {
    let next = Entity::find()
        .filter(Column::State.eq(JobState::Waiting))
        .filter(Column::Kind.is_in(kinds.iter().copied()))
        .filter(Column::LockedUntil.is_null())
        .order_by_asc(Column::DueAt)
        .one(platform.db.reader())
        .await?;
    Ok(next.map(|job| job.due_at))
}

/// The pause after this many attempts, in seconds; `chance` (0 to 255) spreads it by a fifth to
/// either side, so that what failed together does not come back together.
fn pause_seconds(attempts: i32, chance: u8) -> i64 {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(20);
    let pause = (FIRST_PAUSE_SECONDS << doublings).min(LONGEST_PAUSE_SECONDS);
    pause * (80 + i64::from(chance) * 40 / 255) / 100
}

/// An error as it is kept: one line of bounded length.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control() || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(ERROR_MAX)
        .collect()
}

/// Forgets jobs that came to their end long ago; dead letters stay.
pub async fn sweep(platform: &Platform) -> Result<()> {
    let tx = platform.db.begin().await?;
    Entity::delete_many()
        .filter(Column::State.is_in([JobState::Done, JobState::Skipped, JobState::Discarded]))
        .filter(Column::FinishedAt.lt(platform.clock.now().plus_seconds(-KEPT_SECONDS)))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_from_half_a_minute_to_six_hours() {
        let pauses: Vec<i64> = (1..=ATTEMPTS).map(|n| pause_seconds(n, 128)).collect();
        assert_eq!(pauses[..4], [30, 60, 120, 240]);
        assert_eq!(pauses.last(), Some(&LONGEST_PAUSE_SECONDS));
        let all: i64 = pauses[..15].iter().sum();
        assert!((100_000..140_000).contains(&all), "a day and a half: {all}");
    }

    #[test]
    fn a_pause_is_spread_by_a_fifth_to_either_side() {
        assert_eq!(pause_seconds(1, 0), 24);
        assert_eq!(pause_seconds(1, 255), 36);
        assert_eq!(pause_seconds(i32::MAX, 0), LONGEST_PAUSE_SECONDS * 8 / 10);
    }

    #[test]
    fn an_error_is_kept_as_one_short_line() {
        assert_eq!(one_line(" 550 no\r\nsuch\tuser \u{7}"), "550 no such user");
        assert_eq!(one_line(&"x".repeat(2_000)).len(), ERROR_MAX);
    }
}
