//! Takes jobs that are due and does a few of them at once.

use super::trouble::event;
use super::{
    ATTEMPTS, Column, Entity, Failure, Model, Outcome, Worker, claim, next_due, one_line,
    pause_seconds,
};
use crate::platform::Platform;
use crate::platform::background::Running;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::unit_of_work::UnitOfWork;
use sea_orm::entity::prelude::*;
use serde_json::json;
use shared::event::EventKind;
use shared::job::JobState;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Jobs that one node does at the same time.
const AT_ONCE: usize = 8;
/// Longest attempt; far below the lease, so that no other node begins while this one is at it.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long to sleep at most: other nodes write jobs too.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);
/// How long attempts may go on when the server stops. What is cut off is tried again later.
const LAST_ATTEMPTS: Duration = Duration::from_secs(10);

/// What a node needs to do jobs; cheap to clone.
#[derive(Clone)]
pub struct Runner {
    platform: Platform,
    workers: Vec<Arc<dyn Worker>>,
}

impl Runner {
    /// With one worker a kind.
    pub fn new(platform: Platform, workers: Vec<Arc<dyn Worker>>) -> Self {
        Self { platform, workers }
    }

    /// Does what is due by the platform's clock, a batch of it, and gives how many attempts that
    /// were. For tests, which say when.
    pub async fn run_due(&self) -> Result<usize> {
        let jobs = self.claim(AT_ONCE).await?;
        let attempts = jobs.len();
        let mut running: JoinSet<()> = JoinSet::new();
        for job in jobs {
            running.spawn(self.clone().attempt(job));
        }
        while let Some(ended) = running.join_next().await {
            ended.map_err(anyhow::Error::from)?;
        }
        Ok(attempts)
    }

    /// Begins to do jobs, for ever.
    pub fn start(self) -> Running {
        Running::begin("jobs", |stopping| self.run(stopping))
    }

    async fn run(self, mut stopping: watch::Receiver<bool>) {
        let mut running: JoinSet<()> = JoinSet::new();
        while !*stopping.borrow() {
            let free = AT_ONCE - running.len();
            let taken = match self.claim(free).await {
                Ok(jobs) => jobs,
                Err(error) => {
                    tracing::error!(%error, "jobs cannot be read; trying again");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    continue;
                }
            };
            let none = taken.is_empty();
            for job in taken {
                running.spawn(self.clone().attempt(job));
            }
            let full = running.len() >= AT_ONCE;
            if !none && !full {
                continue;
            }
            let sleep = self.sleep().await;
            tokio::select! {
                _ = stopping.changed() => {}
                Some(ended) = running.join_next() => told(ended),
                () = self.platform.jobs_changed.notified(), if !full => {}
                () = tokio::time::sleep(sleep), if !full => {}
            }
        }
        let rest = async {
            while let Some(ended) = running.join_next().await {
                told(ended);
            }
        };
        if tokio::time::timeout(LAST_ATTEMPTS, rest).await.is_err() {
            tracing::warn!("some jobs are cut off; they are tried again later");
        }
    }

    /// Takes what this node can do at present.
    async fn claim(&self, limit: usize) -> Result<Vec<Model>> {
        claim(&self.platform, &self.kinds().await, limit).await
    }

    async fn kinds(&self) -> Vec<&'static str> {
        let mut kinds = Vec::with_capacity(self.workers.len());
        for worker in &self.workers {
            match worker.ready(&self.platform).await {
                Ok(true) => kinds.push(worker.kind()),
                Ok(false) => {}
                // The others go on.
                Err(error) => {
                    tracing::error!(%error, kind = worker.kind(), "jobs of a kind wait");
                }
            }
        }
        kinds
    }

    async fn sleep(&self) -> Duration {
        let next = async { next_due(&self.platform, &self.kinds().await).await };
        match next.await {
            Ok(due) => due
                .map_or(LONGEST_SLEEP, |due| {
                    self.platform.clock.until(due).min(LONGEST_SLEEP)
                })
                // What another node holds at this instant is asked for again, but not in a rush.
                .max(Duration::from_millis(20)),
            Err(error) => {
                tracing::error!(%error, "the next job cannot be read");
                LONGEST_SLEEP
            }
        }
    }

    /// One attempt and its end.
    async fn attempt(self, job: Model) {
        let (id, attempt) = (job.id, job.attempts);
        let outcome = if attempt > ATTEMPTS {
            Err(Failure::permanent(
                "INTERRUPTED",
                "The server ended in the middle of the last attempt.",
            ))
        } else {
            self.work(&job).await
        };
        if let Err(error) = self.settle(job, outcome).await {
            // Its lease runs out, and it is tried again.
            tracing::error!(%error, job = %id, attempt, "the end of a job could not be written");
        }
    }

    async fn work(&self, job: &Model) -> std::result::Result<Outcome, Failure> {
        let Some(worker) = self.workers.iter().find(|w| w.kind() == job.kind) else {
            return Err(Failure::temporary("NO_WORKER", "No part does this."));
        };
        match tokio::time::timeout(PATIENCE, worker.work(&self.platform, job)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure::temporary(
                "TIMED_OUT",
                format!("No end after {} seconds.", PATIENCE.as_secs()),
            )),
        }
    }

    /// Writes how an attempt ended, unless somebody else has the job by now.
    async fn settle(
        &self,
        job: Model,
        outcome: std::result::Result<Outcome, Failure>,
    ) -> Result<()> {
        let platform = &self.platform;
        let now = platform.clock.now();
        let (state, failure) = match outcome {
            Ok(Outcome::Done) => (JobState::Done, None),
            Ok(Outcome::Skipped) => (JobState::Skipped, None),
            Err(failure) if failure.again && job.attempts < ATTEMPTS => {
                (JobState::Waiting, Some(failure))
            }
            Err(failure) => (JobState::Dead, Some(failure)),
        };
        if let Some(failure) = &failure {
            tracing::warn!(job = %job.id, kind = job.kind, attempt = job.attempts, code = failure.code, "a job failed: {}", one_line(&failure.message));
        }
        let context = Context::system(now, &format!("job:{}", job.id));
        let mut uow = UnitOfWork::begin(platform, &context).await?;
        let mut update = Entity::update_many()
            .col_expr(Column::State, Expr::value(state))
            .col_expr(Column::LockedUntil, Expr::value(None::<i64>))
            .col_expr(
                Column::ErrorCode,
                Expr::value(failure.as_ref().map(|f| f.code.clone())),
            )
            .col_expr(
                Column::Error,
                Expr::value(failure.as_ref().map(|f| one_line(&f.message))),
            )
            .filter(Column::Id.eq(job.id))
            .filter(Column::State.eq(JobState::Waiting))
            .filter(Column::Attempts.eq(job.attempts));
        update = match state {
            JobState::Waiting => {
                let mut chance = [0];
                platform.ids.fill(&mut chance);
                let pause = pause_seconds(job.attempts, chance[0]);
                update.col_expr(Column::DueAt, Expr::value(now.plus_seconds(pause)))
            }
            JobState::Dead => update.col_expr(Column::FinishedAt, Expr::value(now)),
            // Nobody needs to know any more what exactly was to be done.
            JobState::Done | JobState::Skipped | JobState::Discarded => update
                .col_expr(Column::FinishedAt, Expr::value(now))
                .col_expr(Column::Payload, Expr::value("{}")),
        };
        if update.exec(uow.tx()).await?.rows_affected == 0 {
            tracing::warn!(job = %job.id, "a job took longer than its lease; somebody else has it");
            return uow.rollback().await;
        }
        if let (JobState::Dead, Some(failure)) = (state, &failure) {
            let code = json!(failure.code);
            uow.emit(event(&job, EventKind::JobFailed, "error", code, now));
        }
        uow.commit().await?;
        Ok(())
    }
}

fn told(ended: std::result::Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        // Its lease runs out, and it is tried again.
        tracing::error!(%error, "a job's attempt ended badly");
    }
}
