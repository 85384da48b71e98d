//! A contact that an agent writes down: a call, a walk-up, a chat. Opened, given to somebody and resolved in one act,
//! so that a day at the telephone is one form a call.

use super::on_behalf;
use crate::desk::Desk;
use crate::desk::entity::ticket;
use crate::desk::ticket::act::{self, Act};
use crate::desk::ticket::lifecycle;
use crate::desk::ticket::open::{Decided, NewTicket, open, prepare};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result, code};
use crate::platform::idempotency::Key;
use crate::platform::unit_of_work::UnitOfWork;
use shared::event::EventKind;
use shared::id::{AttachmentId, CategoryId, DepartmentId, PersonId, ServiceId, TeamId, TicketId};
use shared::permission::TicketAction;
use shared::ticket::{
    Channel, Impact, ResolutionCode, TicketKind, TicketState, Urgency, check_report,
};

/// What was asked for, and what was done about it.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Who called, came or wrote.
    pub requester: PersonId,
    /// How.
    pub channel: Channel,
    /// In a few words.
    pub title: String,
    /// What was said, in Markdown; may be empty.
    pub description: String,
    /// Department; found by category or service when absent, else the default one.
    pub department: Option<DepartmentId>,
    /// Team; routed when absent.
    pub team: Option<TeamId>,
    /// Affected service.
    pub service: Option<ServiceId>,
    /// Category.
    pub category: Option<CategoryId>,
    /// Who is affected; one person unless said.
    pub impact: Option<Impact>,
    /// How soon it hurts; medium unless said.
    pub urgency: Option<Urgency>,
    /// Whoever writes it down keeps it.
    pub mine: bool,
    /// How it was resolved, and what the requester was told.
    pub resolution: Option<(ResolutionCode, String)>,
    /// Files that were uploaded for it.
    pub files: Vec<AttachmentId>,
    /// Makes a repeated contact the same one.
    pub idempotency_key: Option<String>,
}

/// Logs a contact: all of it or nothing.
pub async fn log(desk: &Desk, ctx: &Context, contact: Contact) -> Result<ticket::Model> {
    check_report(&contact.title, &contact.description)?;
    if !ctx.grants.works_anywhere() {
        return Err(Error::forbidden());
    }
    on_behalf(ctx, Some(contact.requester), Some(contact.channel))?;
    if !matches!(
        contact.channel,
        Channel::Phone | Channel::WalkUp | Channel::Chat | Channel::Email
    ) {
        return Err(Error::refused(
            code::INVALID,
            "channel",
            "A contact is a call, a walk-up, a chat or a mail.",
        ));
    }
    let digest = format!(
        "{:?}",
        Contact {
            idempotency_key: None,
            ..contact.clone()
        }
    );
    let key = Key::new("contactLog", contact.idempotency_key.clone(), &digest);
    let mut uow = UnitOfWork::begin_shared(&desk.platform, ctx).await?;
    if let Some(earlier) = key.earlier(&uow).await? {
        uow.rollback().await?;
        return act::find(desk, ctx, TicketId(earlier)).await;
    }
    let decided = match contact.team {
        Some(team) => Decided::Team(team),
        // What is kept or done already is nobody's turn.
        None if contact.mine || contact.resolution.is_some() => Decided::Assignee,
        None => Decided::Nothing,
    };
    let new = NewTicket {
        kind: TicketKind::Incident,
        title: contact.title,
        description: contact.description,
        department: contact.department,
        service: contact.service,
        category: contact.category,
        team: None,
        impact: contact.impact.unwrap_or(Impact::Person),
        urgency: contact.urgency.unwrap_or(Urgency::Medium),
        channel: contact.channel,
        requester: contact.requester,
        requested_for: None,
        catalog: None,
        files: contact.files,
        decided,
    };
    let prepared = prepare(uow.tx(), &desk.service_levels, new).await?;
    let mut row = open(desk, &mut uow, prepared).await?;
    if contact.mine || contact.resolution.is_some() {
        let mut act = Act::on(desk, &mut uow, row, None)?;
        if contact.mine {
            keep(&mut act, ctx)?;
        }
        if let Some((how, text)) = contact.resolution {
            lifecycle::resolve_within(&mut act, how, &text).await?;
        }
        row = act.save().await?;
    }
    key.remember(&mut uow, row.id.0);
    uow.commit().await?;
    Ok(row)
}

/// Whoever writes it down has it.
fn keep(act: &mut Act<'_>, ctx: &Context) -> Result<()> {
    act.authorize(TicketAction::Assign)?;
    act.after.assignee_id = ctx.actor.person();
    act.after.state = TicketState::Assigned;
    if act.after != *act.before() {
        act.happened(EventKind::TicketAssigned);
    }
    Ok(())
}
