//! Tickets that nobody had: stories of the demo, one plan after the other.

use super::pace::Pace;
use super::{Done, REQUEST, is_left_to_others, quietly};
use crate::app::App;
use crate::desk::store::ticket as tickets;
use crate::organisation::access;
use crate::platform::context::Context;
use crate::seed::demo::content::Content;
use crate::seed::demo::organise::{Keys, find};
use crate::seed::demo::plan::{Act, Plan, Step};
use crate::seed::demo::stage::{Played, Stage};
use anyhow::{Result, ensure};
use shared::id::TicketId;
use shared::time::Timestamp;

/// Where the telling stands.
pub(super) struct Invented {
    content: Content,
    keys: Keys,
    seed: u64,
    plan: Plan,
    next: usize,
    /// The plan's tickets as they came to be.
    tickets: Vec<Option<Live>>,
}

struct Live {
    id: TicketId,
    reference: String,
    /// Somebody else has it in hand.
    left: bool,
}

impl Invented {
    /// Makes the first plan, of the organisation as it is.
    pub(super) async fn open(app: &App, ctx: &Context, seed: u64) -> Result<Self> {
        let content = Content::read()?;
        let keys = Keys::known(app, ctx, &content).await?;
        ensure!(
            !keys.people.is_empty() && !keys.categories.is_empty(),
            "of the demo's people and categories none is left, so nothing can be told of them"
        );
        let plan = Plan::ahead(&content, ctx.now, seed)?;
        Ok(Self {
            tickets: plan.tickets.iter().map(|_| None).collect(),
            content,
            keys,
            seed,
            plan,
            next: 0,
        })
    }

    /// When the next step is, in the plan's time. When all are done, another plan begins.
    pub(super) fn peek(&mut self, now: Timestamp, pace: &mut Pace) -> Result<Timestamp> {
        if self.next >= self.plan.steps.len() {
            self.seed = self.seed.wrapping_add(1);
            self.plan = Plan::ahead(&self.content, now, self.seed)?;
            self.tickets = self.plan.tickets.iter().map(|_| None).collect();
            self.next = 0;
            pace.next_story();
        }
        Ok(self.plan.steps[self.next].at)
    }

    /// Does the next step, at the present.
    pub(super) async fn play(&mut self, app: &App, now: Timestamp, pace: &Pace) -> Result<Done> {
        let step = self.plan.steps[self.next].clone();
        self.next += 1;
        quietly(self.step(app, now, pace, &step).await)
    }

    async fn step(&mut self, app: &App, now: Timestamp, pace: &Pace, step: &Step) -> Result<Done> {
        let db = app.platform.db.reader();
        let actor = find(&self.keys.people, &step.actor)?;
        let Some(ctx) = access::context_of(db, actor, now, REQUEST).await? else {
            return Ok(Done::Nothing);
        };
        let stage = Stage {
            app,
            content: &self.content,
            keys: &self.keys,
        };
        let planned = &self.plan.tickets[step.ticket];
        if step.act == Act::Open {
            let (id, reference) = stage.open(&ctx, planned).await?;
            self.tickets[step.ticket] = Some(Live {
                id,
                reference,
                left: false,
            });
            return Ok(Done::Arrived);
        }
        let other = match step.act {
            Act::Relate(other) => match &self.tickets[other] {
                Some(live) => Some(live.reference.clone()),
                None => return Ok(Done::Nothing),
            },
            _ => None,
        };
        let Some(live) = self.tickets[step.ticket].as_mut().filter(|live| !live.left) else {
            return Ok(Done::Nothing);
        };
        if is_left_to_others(app, live.id).await? {
            live.left = true;
            return Ok(Done::LeftAlone);
        }
        let Some(row) = tickets::by_ids(db, &[live.id]).await?.pop() else {
            return Ok(Done::Nothing);
        };
        let act = match &step.act {
            Act::Hold(reason, until) => {
                let lasts = pace.lasts(until.millis_since(step.at));
                Act::Hold(*reason, now.plus_millis(lasts))
            }
            act => act.clone(),
        };
        let played = Played {
            planned,
            id: live.id,
            version: row.version,
            other: other.as_deref(),
        };
        stage.perform(&ctx, played, &act).await?;
        Ok(match act {
            Act::Resolve(..) => Done::Resolved,
            _ => Done::Worked,
        })
    }
}
