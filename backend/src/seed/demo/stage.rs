//! Does the acts of a plan through the ordinary use cases, each as whoever did it.

use super::content::Content;
use super::organise::{Keys, find};
use super::plan::{Act, PlannedTicket};
use crate::app::App;
use crate::desk::conversation;
use crate::desk::ticket::edit::{self, Edit};
use crate::desk::ticket::open::{Decided, NewTicket, open, prepare};
use crate::desk::ticket::{lifecycle, link, watch};
use crate::platform::context::Context;
use crate::platform::unit_of_work::UnitOfWork;
use crate::practice::incident::{self, Report};
use crate::practice::service_request::{self, Submission};
use anyhow::{Context as _, Result, anyhow};
use serde_json::{Value, json};
use shared::form::{FieldKind, FormField};
use shared::id::TicketId;
use shared::ticket::{Answer, Channel, LinkKind, TicketKind};

/// Where a plan is played.
#[derive(Clone, Copy)]
pub(in crate::seed) struct Stage<'a> {
    pub(in crate::seed) app: &'a App,
    pub(in crate::seed) content: &'a Content,
    pub(in crate::seed) keys: &'a Keys,
}

/// A ticket of the plan as it stands in the database.
#[derive(Clone, Copy)]
pub(in crate::seed) struct Played<'a> {
    pub(in crate::seed) planned: &'a PlannedTicket,
    pub(in crate::seed) id: TicketId,
    /// Its present version.
    pub(in crate::seed) version: i32,
    /// Reference of the ticket that it is to be related to.
    pub(in crate::seed) other: Option<&'a str>,
}

impl Stage<'_> {
    /// Does what follows a report.
    pub(in crate::seed) async fn perform(
        &self,
        ctx: &Context,
        ticket: Played<'_>,
        act: &Act,
    ) -> Result<()> {
        let desk = &self.app.desk;
        let Played {
            planned,
            id,
            version,
            other,
        } = ticket;
        match act {
            Act::Open => return Err(anyhow!("{id} is open already")),
            Act::Assign(to) => {
                let to = find(&self.keys.people, to)?;
                edit::assign(desk, ctx, id, version, None, Some(to)).await?;
            }
            Act::Start => {
                lifecycle::start(desk, ctx, id, version).await?;
            }
            Act::Name => {
                let edit = Edit {
                    title: Some(planned.title.clone()),
                    category: Some(Some(find(&self.keys.categories, &planned.category)?)),
                    ..Edit::default()
                };
                edit::edit(desk, ctx, id, version, edit).await?;
            }
            Act::Reply(text) => {
                conversation::reply(desk, ctx, id, text, &[], None).await?;
            }
            Act::Note(text) => {
                conversation::add_note(desk, ctx, id, text, &[], None).await?;
            }
            Act::Hold(reason, until) => {
                lifecycle::put_on_hold(desk, ctx, id, version, *reason, Some(*until), None).await?;
            }
            Act::Resume => {
                lifecycle::resume(desk, ctx, id, Some(version)).await?;
            }
            Act::Resolve(code, text) => {
                lifecycle::resolve(desk, ctx, id, version, *code, text).await?;
            }
            Act::Confirm => {
                lifecycle::confirm(desk, ctx, id, version).await?;
            }
            Act::Reopen(text) => {
                lifecycle::reopen(desk, ctx, id, version, text).await?;
            }
            Act::Cancel => {
                lifecycle::cancel(desk, ctx, id, version, None).await?;
            }
            Act::Share(with) => {
                let with = find(&self.keys.people, with)?;
                watch::watch(desk, ctx, id, Some(with)).await?;
            }
            Act::Relate(_) => {
                let reference = other.ok_or_else(|| anyhow!("{id} is related to nothing"))?;
                link::link(desk, ctx, id, LinkKind::RelatesTo, reference).await?;
            }
        }
        Ok(())
    }

    /// Reports a ticket; gives its id and reference.
    pub(in crate::seed) async fn open(
        &self,
        ctx: &Context,
        planned: &PlannedTicket,
    ) -> Result<(TicketId, String)> {
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
            let prepared = prepare(uow.tx(), &self.app.desk.service_levels, new).await?;
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
