//! Does what the plan says, step by step, each as whoever did it and at the instant of its doing.

use super::content::Content;
use super::organise::{Keys, find};
use super::plan::{Act, Plan, PlannedTicket, Step};
use crate::app::App;
use crate::desk::conversation;
use crate::desk::store::notification;
use crate::desk::ticket::edit::{self, Edit};
use crate::desk::ticket::open::{Decided, NewTicket, open, prepare};
use crate::desk::ticket::{act, lifecycle, link, watch};
use crate::organisation::access;
use crate::platform::clock::ManualClock;
use crate::platform::context::Context;
use crate::platform::timer;
use crate::platform::unit_of_work::UnitOfWork;
use crate::practice::incident::{self, Report};
use crate::practice::service_request::{self, Submission};
use anyhow::{Context as _, Result, anyhow};
use serde_json::{Value, json};
use shared::form::{FieldKind, FormField};
use shared::id::{PersonId, TicketId};
use shared::ticket::{Answer, Channel, LinkKind, TicketKind};
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
        let desk = &self.app.desk;
        let ctx = self.context(&step.actor, step.at)?;
        if step.act == Act::Open {
            let planned = &self.plan.tickets[step.ticket];
            let made = self.open(&ctx, planned).await?;
            self.tickets.push(made);
            return Ok(());
        }
        let (id, _) = self.ticket(step.ticket)?;
        let version = act::find(desk, &ctx, *id).await?.version;
        match &step.act {
            Act::Open => {}
            Act::Assign(to) => {
                let to = find(&self.keys.people, to)?;
                edit::assign(desk, &ctx, *id, version, None, Some(to)).await?;
            }
            Act::Start => {
                lifecycle::start(desk, &ctx, *id, version).await?;
            }
            Act::Name => {
                let planned = &self.plan.tickets[step.ticket];
                let edit = Edit {
                    title: Some(planned.title.clone()),
                    category: Some(Some(find(&self.keys.categories, &planned.category)?)),
                    ..Edit::default()
                };
                edit::edit(desk, &ctx, *id, version, edit).await?;
            }
            Act::Reply(text) => {
                conversation::reply(desk, &ctx, *id, text, &[], None).await?;
            }
            Act::Note(text) => {
                conversation::add_note(desk, &ctx, *id, text, &[], None).await?;
            }
            Act::Hold(reason, until) => {
                lifecycle::put_on_hold(desk, &ctx, *id, version, *reason, *until, None).await?;
            }
            Act::Resume => {
                lifecycle::resume(desk, &ctx, *id, Some(version)).await?;
            }
            Act::Resolve(code, text) => {
                lifecycle::resolve(desk, &ctx, *id, version, *code, text).await?;
            }
            Act::Confirm => {
                lifecycle::confirm(desk, &ctx, *id, version).await?;
            }
            Act::Reopen(text) => {
                lifecycle::reopen(desk, &ctx, *id, version, text).await?;
            }
            Act::Cancel => {
                lifecycle::cancel(desk, &ctx, *id, version, None).await?;
            }
            Act::Share(with) => {
                let with = find(&self.keys.people, with)?;
                watch::watch(desk, &ctx, *id, Some(with)).await?;
            }
            Act::Relate(other) => {
                let (_, reference) = self.ticket(*other)?;
                link::link(desk, &ctx, *id, LinkKind::RelatesTo, reference).await?;
            }
        }
        Ok(())
    }

    fn ticket(&self, index: usize) -> Result<&(TicketId, String)> {
        self.tickets
            .get(index)
            .ok_or_else(|| anyhow!("ticket {index} is not there yet"))
    }

    async fn open(&self, ctx: &Context, planned: &PlannedTicket) -> Result<(TicketId, String)> {
        let requester = find(&self.keys.people, &planned.requester)?;
        let by_another = (ctx.person() != requester).then_some(requester);
        let service = Some(find(&self.keys.services, &planned.service)?);
        let category = Some(find(&self.keys.categories, &planned.category)?);
        let row = if let Some((item, answers)) = &planned.item {
            let submission = Submission {
                item: find(&self.keys.items, item)?,
                answers: self.answers(item, answers)?,
                note: planned.description.clone(),
                requested_for: None,
                requester: by_another,
                files: Vec::new(),
                idempotency_key: None,
            };
            service_request::submit(&self.app.desk, ctx, submission).await?
        } else if planned.kind == TicketKind::Incident
            && (by_another.is_some() || planned.channel == Channel::Portal)
        {
            let report = Report {
                title: planned.title.clone(),
                description: planned.description.clone(),
                department: None,
                service,
                category,
                impact: Some(planned.impact),
                urgency: Some(planned.urgency),
                requested_for: None,
                requester: by_another,
                channel: by_another.map(|_| planned.channel),
                files: Vec::new(),
                idempotency_key: None,
            };
            incident::report(&self.app.desk, ctx, report).await?
        } else {
            // As a channel would: a mail, a chat or an alert comes in by itself.
            let mut uow = UnitOfWork::begin(&self.app.platform, ctx).await?;
            let new = NewTicket {
                kind: planned.kind,
                title: planned.title.clone(),
                description: planned.description.clone(),
                department: None,
                service,
                category,
                team: None,
                impact: planned.impact,
                urgency: planned.urgency,
                channel: planned.channel,
                requester,
                requested_for: None,
                catalog: None,
                files: Vec::new(),
                decided: Decided::Nothing,
            };
            let prepared = prepare(uow.tx(), new).await?;
            let row = open(&self.app.desk, &mut uow, prepared).await?;
            uow.commit().await?;
            row
        };
        Ok((row.id, row.reference))
    }

    /// Answers of the kinds that the form's fields want.
    fn answers(&self, item: &str, answers: &[(String, String)]) -> Result<Vec<Answer>> {
        let item = self.content.items.iter().find(|i| i.key == item);
        let item = item.ok_or_else(|| anyhow!("no catalog item is called so"))?;
        answers
            .iter()
            .map(|(key, text)| {
                let field = item.fields.iter().find(|f| f.key == *key);
                let field = field.ok_or_else(|| anyhow!("{} has no field {key}", item.key))?;
                Ok(Answer {
                    key: key.clone(),
                    value: self.value(field, text)?,
                })
            })
            .collect()
    }

    fn value(&self, field: &FormField, text: &str) -> Result<Value> {
        Ok(match field.kind {
            FieldKind::Text | FieldKind::LongText | FieldKind::Date | FieldKind::Choice => {
                json!(text)
            }
            FieldKind::MultipleChoice => json!([text]),
            FieldKind::YesNo => json!(text == "yes"),
            FieldKind::Number => {
                let number: f64 = text.parse().with_context(|| field.key.clone())?;
                json!(number)
            }
            FieldKind::Person => {
                let person = self.content.people.all.iter().find(|p| p.name == text);
                let person = person.ok_or_else(|| anyhow!("nobody is called {text}"))?;
                json!(find(&self.keys.people, &person.key)?)
            }
        })
    }
}
