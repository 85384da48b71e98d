//! Service requests: something that a department offers in its catalog.

use crate::desk::Desk;
use crate::desk::entity::ticket;
use crate::desk::ticket::act;
use crate::desk::ticket::open::{Decided, NewTicket, open, prepare};
use crate::organisation::reference;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::idempotency::Key;
use crate::platform::unit_of_work::UnitOfWork;
use crate::practice::catalog;
use crate::practice::incident::on_behalf;
use shared::form::FieldKind;
use shared::id::{AttachmentId, CatalogItemId, PersonId, TicketId};
use shared::text::BODY_MAX;
use shared::ticket::{Answer, Channel, Impact, TicketKind, Urgency, check_answers};
use shared::validation::Problems;

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Which item.
    pub item: CatalogItemId,
    /// Answers to its form.
    pub answers: Vec<Answer>,
    /// Whatever the form did not ask.
    pub note: String,
    /// For whom, when for another person.
    pub requested_for: Option<PersonId>,
    /// Who asked, when an agent writes it down.
    pub requester: Option<PersonId>,
    /// Files that were uploaded for it.
    pub files: Vec<AttachmentId>,
    /// Makes a repeated submission the same one.
    pub idempotency_key: Option<String>,
}

/// Asks for a catalog item.
pub async fn submit(desk: &Desk, ctx: &Context, submission: Submission) -> Result<ticket::Model> {
    let mut problems = Problems::new();
    problems.optional_text("note", &submission.note, BODY_MAX);
    problems.finish()?;
    on_behalf(ctx, submission.requester, None)?;
    let digest = format!(
        "{:?}",
        Submission {
            idempotency_key: None,
            ..submission.clone()
        }
    );
    let key = Key::new("requestSubmit", submission.idempotency_key, &digest);
    let mut uow = UnitOfWork::begin_shared(&desk.platform, ctx).await?;
    if let Some(earlier) = key.earlier(&uow).await? {
        uow.rollback().await?;
        return act::find(desk, ctx, TicketId(earlier)).await;
    }
    let item = catalog::published_item(uow.tx(), submission.item)
        .await?
        .ok_or_else(|| Error::not_found("catalogItem"))?;
    let answers = check_answers(&item.fields, &submission.answers)?;
    for (field, answer) in item.fields.iter().zip(&answers) {
        if let (FieldKind::Person, Some(text)) = (field.kind, answer.value.as_str()) {
            let name = format!("answers.{}", field.key);
            let person: PersonId = text
                .parse()
                .map_err(|error| Error::invalid_id(&name, &error))?;
            reference::require_person(uow.tx(), person, &name).await?;
        }
    }
    let new = NewTicket {
        kind: TicketKind::ServiceRequest,
        title: item.name.clone(),
        description: submission.note,
        department: Some(item.department),
        service: item.service,
        category: None,
        team: item.team,
        impact: Impact::Person,
        urgency: Urgency::Low,
        channel: Channel::Portal,
        requester: submission.requester.unwrap_or_else(|| ctx.person()),
        requested_for: submission.requested_for,
        catalog: Some((item.id, item.version, serde_json::to_string(&answers)?)),
        files: submission.files,
        decided: Decided::Nothing,
    };
    let prepared = prepare(uow.tx(), &desk.service_levels, new).await?;
    let row = open(desk, &mut uow, prepared).await?;
    catalog::count_request(uow.tx(), item.id).await?;
    key.remember(&mut uow, row.id.0);
    uow.commit().await?;
    Ok(row)
}
