//! Does what the plan says, step by step, each as whoever did it and at the instant of its doing.

use super::content::Content;
use super::organise::{Keys, find};
use super::plan::{Act, Plan, Step};
use super::stage::{Played, Stage};
use crate::app::App;
use crate::desk::store::notification;
use crate::desk::ticket::act;
use crate::organisation::access;
use crate::platform::clock::ManualClock;
use crate::platform::context::Context;
use crate::platform::timer;
use crate::platform::unit_of_work::UnitOfWork;
use anyhow::{Context as _, Result, anyhow};
use shared::id::{PersonId, TicketId};
use shared::time::Timestamp;
use std::collections::BTreeMap;

/// What was told longer ago than this has been read.
const READ_AFTER_SECONDS: i64 = 30 * 3600;

/// Replays a plan.
pub(super) struct Replay<'a> {
    pub(super) app: &'a App,
    pub(super) clock: &'a ManualClock,
    pub(super) content: &'a Content,
    pub(super) plan: &'a Plan,
    pub(super) keys: &'a Keys,
    /// What each person may, looked up once: nothing changes while the demo plays.
    contexts: BTreeMap<PersonId, Context>,
    /// Id and reference by the ticket's index.
    tickets: Vec<(TicketId, String)>,
}

impl<'a> Replay<'a> {
    /// Looks up what everybody may.
    pub(super) async fn new(
        app: &'a App,
        clock: &'a ManualClock,
        content: &'a Content,
        plan: &'a Plan,
        keys: &'a Keys,
    ) -> Result<Self> {
        let mut contexts = BTreeMap::new();
        for id in keys.people.values() {
            let now = app.platform.clock.now();
            let context = access::context_of(app.platform.db.reader(), *id, now, "seed")
                .await?
                .ok_or_else(|| anyhow!("{id} is not there"))?;
            contexts.insert(*id, context);
        }
        Ok(Self {
            app,
            clock,
            content,
            plan,
            keys,
            contexts,
            tickets: Vec::with_capacity(plan.tickets.len()),
        })
    }

    /// Plays everything up to `now`; `tell` hears how many of how many steps are done.
    pub(super) async fn play(
        mut self,
        now: Timestamp,
        tell: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<()> {
        let read_at = now.plus_seconds(-READ_AFTER_SECONDS);
        let mut read = false;
        let steps = &self.plan.steps;
        for (done, step) in steps.iter().enumerate() {
            if !read && step.at >= read_at {
                read = true;
                self.pass_to(read_at).await?;
                self.read_notifications(read_at).await?;
            }
            self.pass_to(step.at).await?;
            self.do_step(step).await.with_context(|| {
                let story = &self.plan.tickets[step.ticket].story;
                format!("demo step {done}: {} in {story} at {}", step.actor, step.at)
            })?;
            tell(done + 1, steps.len());
        }
        self.pass_to(now).await
    }

    /// Lets the time pass, firing what falls due on the way, each at its own instant.
    async fn pass_to(&self, at: Timestamp) -> Result<()> {
        let platform = &self.app.platform;
        while let Some(due) = timer::next_due(platform).await?.filter(|due| *due <= at) {
            self.clock.set(due);
            if timer::fire_due(platform, &self.app.desk).await? == 0 {
                return Err(anyhow!("a timer of the demo does not fire"));
            }
        }
        self.clock.set(at);
        Ok(())
    }

    async fn read_notifications(&self, at: Timestamp) -> Result<()> {
        for (person, context) in &self.contexts {
            let uow = UnitOfWork::begin(&self.app.platform, &context.at(at)).await?;
            notification::mark_read(uow.tx(), *person, None, at).await?;
            uow.commit().await?;
        }
        Ok(())
    }

    fn context(&self, person: &str, at: Timestamp) -> Result<Context> {
        let id = find(&self.keys.people, person)?;
        let context = self.contexts.get(&id);
        Ok(context
            .ok_or_else(|| anyhow!("nothing is known of {person}"))?
            .at(at))
    }

    async fn do_step(&mut self, step: &Step) -> Result<()> {
        let ctx = self.context(&step.actor, step.at)?;
        let stage = self.stage();
        let planned = &self.plan.tickets[step.ticket];
        if step.act == Act::Open {
            let made = stage.open(&ctx, planned).await?;
            self.tickets.push(made);
            return Ok(());
        }
        let (id, _) = self.ticket(step.ticket)?;
        let other = match step.act {
            Act::Relate(other) => Some(self.ticket(other)?.1.as_str()),
            _ => None,
        };
        let played = Played {
            planned,
            id: *id,
            version: act::find(&self.app.desk, &ctx, *id).await?.version,
            other,
        };
        stage.perform(&ctx, played, &step.act).await
    }

    fn stage(&self) -> Stage<'a> {
        Stage {
            app: self.app,
            content: self.content,
            keys: self.keys,
        }
    }

    fn ticket(&self, index: usize) -> Result<&(TicketId, String)> {
        self.tickets
            .get(index)
            .ok_or_else(|| anyhow!("ticket {index} is not there yet"))
    }
}
