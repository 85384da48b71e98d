//! Assigning, setting impact and urgency, editing title, service, category and site.

use super::act::Act;
use crate::desk::Desk;
use crate::desk::entity::ticket;
use crate::desk::notification;
use crate::organisation::{access, reference, settings, store};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result, code};
use crate::platform::unit_of_work::UnitOfWork;
use shared::event::EventKind;
use shared::id::{CategoryId, PersonId, ServiceId, SiteId, TeamId, TicketId};
use shared::permission::TicketAction;
use shared::ticket::{Impact, TicketState, Urgency, check_title, priority_of};

/// Gives a ticket to a team, a person, or both. Without a team it stays in its team; without a
/// person nobody has it.
pub async fn assign(
    desk: &Desk,
    ctx: &Context,
    id: TicketId,
    expected: i32,
    to_team: Option<TeamId>,
    to: Option<PersonId>,
) -> Result<ticket::Model> {
    let mut uow = UnitOfWork::begin(&desk.platform, ctx).await?;
    if let Some(person) = to {
        // Before the ticket, as those do who deactivate somebody or take a role: they wait for this
        // act and find its ticket, or this act waits for them and finds the person gone.
        store::hold_person(uow.tx(), person).await?;
    }
    let mut act = Act::begin(desk, &mut uow, id, Some(expected)).await?;
    act.authorize(TicketAction::Assign)?;
    if !act.after.state.is_open() {
        return Err(Error::not_allowed_now(
            "This is done. Reopen it to assign it again.",
        ));
    }
    if let Some(team) = to_team {
        reference::require_team(act.uow.tx(), Some(team), act.after.department_id).await?;
        act.after.team_id = Some(team);
    }
    give(&mut act, to, to_team).await?;
    if act.after == *act.before() {
        return Ok(act.after);
    }
    act.happened(EventKind::TicketAssigned);
    let row = act.after.clone();
    notification::assignee(act.uow, &row, EventKind::TicketAssigned, "assigned to you").await?;
    let row = act.save().await?;
    uow.commit().await?;
    Ok(row)
}

/// Gives the act's ticket to a person, or to nobody, with what follows for its team and its state.
pub(in crate::desk) async fn give(
    act: &mut Act<'_>,
    to: Option<PersonId>,
    named: Option<TeamId>,
) -> Result<()> {
    if let Some(person) = to {
        let team = team_of_assignee(act, person, named).await?;
        act.after.team_id = team;
    }
    act.after.assignee_id = to;
    if act.after == *act.before() {
        return Ok(());
    }
    if act.before().assignee_id.is_some()
        || act.before().team_id != act.after.team_id && act.before().team_id.is_some()
    {
        act.after.reassignment_count += 1;
    }
    match (act.after.state, to) {
        (TicketState::New, Some(_)) => act.after.state = TicketState::Assigned,
        (TicketState::Assigned | TicketState::InProgress, None) => {
            act.after.state = TicketState::New
        }
        (TicketState::OnHold, None) => act.after.state_before_hold = Some(TicketState::New),
        (TicketState::OnHold, Some(_)) if act.after.state_before_hold == Some(TicketState::New) => {
            act.after.state_before_hold = Some(TicketState::Assigned);
        }
        _ => {}
    }
    Ok(())
}

/// The team in which an assignee has the ticket. A named team must be one of theirs; without one
/// it stays in its team, or moves to theirs when they belong to another of the department.
async fn team_of_assignee(
    act: &Act<'_>,
    id: PersonId,
    named: Option<TeamId>,
) -> Result<Option<TeamId>> {
    let db = act.uow.tx();
    let department = act.after.department_id;
    reference::require_person(db, id, "assignee").await?;
    let refused = || {
        let message = "This person does not work in that team.";
        Error::refused(code::INVALID, "assignee", message)
    };
    if !access::grants(db, id).await?.works(department) {
        return Err(refused());
    }
    let theirs: Vec<TeamId> = store::teams_of(db, &[id])
        .await?
        .into_iter()
        .filter(|(_, team)| team.department_id == department)
        .map(|(_, team)| team.id)
        .collect();
    match (named, act.after.team_id) {
        (Some(team), _) if theirs.contains(&team) => Ok(Some(team)),
        (Some(_), _) => Err(refused()),
        (None, Some(team)) if theirs.contains(&team) => Ok(Some(team)),
        (None, present) => Ok(theirs.first().copied().or(present)),
    }
}

/// Sets impact and urgency; priority follows from them.
pub async fn set_priority(
    desk: &Desk,
    ctx: &Context,
    id: TicketId,
    expected: i32,
    impact: Impact,
    urgency: Urgency,
) -> Result<ticket::Model> {
    let mut uow = UnitOfWork::begin(&desk.platform, ctx).await?;
    let mut act = Act::begin(desk, &mut uow, id, Some(expected)).await?;
    act.authorize(TicketAction::SetPriority)?;
    if (impact, urgency) == (act.after.impact, act.after.urgency) {
        return Ok(act.after);
    }
    let matrix = settings::priority_matrix(act.uow.tx()).await?;
    act.after.impact = impact;
    act.after.urgency = urgency;
    act.after.priority = priority_of(&matrix, impact, urgency);
    act.happened(EventKind::PriorityChanged);
    let row = act.save().await?;
    uow.commit().await?;
    Ok(row)
}

/// What an edit changes; absent parts stay, an inner `None` clears.
#[derive(Default)]
pub struct Edit {
    /// New title.
    pub title: Option<String>,
    /// New service.
    pub service: Option<Option<ServiceId>>,
    /// New category.
    pub category: Option<Option<CategoryId>>,
    /// New site.
    pub site: Option<Option<SiteId>>,
}

/// Edits title, service, category and site.
pub async fn edit(
    desk: &Desk,
    ctx: &Context,
    id: TicketId,
    expected: i32,
    edit: Edit,
) -> Result<ticket::Model> {
    if let Some(title) = &edit.title {
        check_title("title", title)?;
    }
    let mut uow = UnitOfWork::begin(&desk.platform, ctx).await?;
    let mut act = Act::begin(desk, &mut uow, id, Some(expected)).await?;
    act.authorize(TicketAction::Edit)?;
    if let Some(title) = edit.title {
        act.after.title = title.trim().to_owned();
    }
    if let Some(wanted) = edit.service {
        if wanted != act.after.service_id {
            reference::require_service(act.uow.tx(), wanted, act.after.department_id).await?;
        }
        act.after.service_id = wanted;
    }
    if let Some(wanted) = edit.category {
        if wanted != act.after.category_id {
            reference::require_category(act.uow.tx(), wanted, act.after.department_id).await?;
        }
        act.after.category_id = wanted;
    }
    if let Some(wanted) = edit.site {
        // A site that was put out of use since stays where it is.
        if let Some(site) = wanted.filter(|_| wanted != act.after.site_id) {
            reference::require_site(act.uow.tx(), site).await?;
        }
        act.after.site_id = wanted;
    }
    if act.after == *act.before() {
        return Ok(act.after);
    }
    act.happened(EventKind::TicketEdited);
    let row = act.save().await?;
    uow.commit().await?;
    Ok(row)
}
