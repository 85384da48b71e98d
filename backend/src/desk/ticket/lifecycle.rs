//! The verbs that move a ticket through its states.

use super::act::Act;
use crate::desk::Desk;
use crate::desk::entity::ticket;
use crate::desk::store::ticket as tickets;
use crate::desk::{conversation, handover, notification, state_settings};
use crate::organisation;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result, code};
use crate::platform::timer;
use crate::platform::unit_of_work::UnitOfWork;
use serde_json::json;
use shared::event::EventKind;
use shared::id::TicketId;
use shared::text::BODY_MAX;
use shared::ticket::{
    HoldReason, MessageVisibility, Refusal, ResolutionCode, StateAfter, Stimulus, TicketState,
    transition,
};
use shared::time::Timestamp;
use shared::validation::Problems;

/// The timer that ends a hold.
pub const WAKE_UP: &str = "wake_up";
/// The timer that closes what is resolved.
pub const AUTO_CLOSE: &str = "auto_close";
/// A hold lasts at most a year.
const HOLD_MOST_SECONDS: i64 = 366 * 86_400;

/// Applies the table of transitions to the act's ticket.
fn step(act: &mut Act<'_>, stimulus: Stimulus) -> Result<()> {
    let after =
        transition(act.after.state, stimulus, act.doer()).map_err(|refusal| match refusal {
            Refusal::NotFromHere => Error::not_allowed_now(format!(
                "This is not possible while it is {}.",
                words(act.after.state)
            )),
            Refusal::NotYou => Error::forbidden(),
        })?;
    act.after.state = match after {
        StateAfter::Fixed(state) => state,
        StateAfter::BeforeHold => act.after.state_before_hold.unwrap_or(TicketState::Assigned),
    };
    Ok(())
}

fn words(state: TicketState) -> &'static str {
    match state {
        TicketState::New => "new",
        TicketState::Assigned => "assigned",
        TicketState::InProgress => "in progress",
        TicketState::OnHold => "on hold",
        TicketState::Resolved => "resolved",
        TicketState::Closed => "closed",
        TicketState::Cancelled => "cancelled",
    }
}

fn message(field: &str, text: Option<&str>, required: bool) -> Result<()> {
    let mut problems = Problems::new();
    match (text, required) {
        (Some(text), true) => problems.text(field, text, BODY_MAX),
        (Some(text), false) => problems.optional_text(field, text, BODY_MAX),
        (None, true) => problems.text(field, "", BODY_MAX),
        (None, false) => {}
    }
    Ok(problems.finish()?)
}

fn end_hold(row: &mut ticket::Model) {
    row.state_before_hold = None;
    row.hold_reason = None;
    row.wake_up_at = None;
}

/// Begins to work; whoever begins has it, unless somebody else does.
pub async fn start(
    desk: &Desk,
    ctx: &Context,
    id: TicketId,
    expected: i32,
) -> Result<ticket::Model> {
    let mut uow = UnitOfWork::begin(&desk.platform, ctx).await?;
    if let Some(person) = ctx.actor.person() {
        // Whoever starts may come to have it: see `edit::assign`.
        organisation::store::hold_person(uow.tx(), person).await?;
    }
    let mut act = Act::begin(desk, &mut uow, id, Some(expected)).await?;
    step(&mut act, Stimulus::Start)?;
    if act.after.assignee_id.is_none() {
        act.after.assignee_id = ctx.actor.person();
    }
    act.happened(EventKind::TicketStarted);
    let row = act.save().await?;
    uow.commit().await?;
    Ok(row)
}

/// Lets it wait for a reason that the department offers, until a date or so long as it usually does; a
/// message tells the requester why.
pub async fn put_on_hold(
    desk: &Desk,
    ctx: &Context,
    id: TicketId,
    expected: i32,
    reason: HoldReason,
    wake_up_at: Option<Timestamp>,
    text: Option<&str>,
) -> Result<ticket::Model> {
    message("message", text, false)?;
    let latest = ctx.now.plus_seconds(HOLD_MOST_SECONDS);
    if wake_up_at.is_some_and(|at| at <= ctx.now || at > latest) {
        return Err(Error::refused(
            code::INVALID,
            "wakeUpAt",
            "The wake-up date lies in the future, at most a year away.",
        ));
    }
    let mut uow = UnitOfWork::begin(&desk.platform, ctx).await?;
    let mut act = Act::begin(desk, &mut uow, id, Some(expected)).await?;
    let interrupted = act.after.state;
    step(&mut act, Stimulus::PutOnHold)?;
    let offer = state_settings::of(act.uow.tx(), act.after.department_id)
        .await?
        .require_reason(reason)?;
    let wake_up_at = wake_up_at.unwrap_or_else(|| state_settings::wakes_at(ctx.now, offer));
    act.after.state_before_hold = Some(interrupted);
    act.after.hold_reason = Some(reason);
    act.after.wake_up_at = Some(wake_up_at);
    timer::set(act.uow, WAKE_UP, id.0, Some(id), wake_up_at);
    act.happened(EventKind::TicketPutOnHold);
    if let Some(text) = text.filter(|t| !t.trim().is_empty()) {
        conversation::say(&mut act, MessageVisibility::Public, text).await?;
    }
    let row = act.save().await?;
    uow.commit().await?;
    Ok(row)
}

/// Goes on where the hold interrupted.
pub async fn resume(
    desk: &Desk,
    ctx: &Context,
    id: TicketId,
    expected: Option<i32>,
) -> Result<ticket::Model> {
    let mut uow = UnitOfWork::begin(&desk.platform, ctx).await?;
    let mut act = Act::begin(desk, &mut uow, id, expected).await?;
    resume_within(&mut act).await?;
    let row = act.save().await?;
    uow.commit().await?;
    Ok(row)
}

/// Goes on, as part of another act of somebody who may resume.
async fn resume_within(act: &mut Act<'_>) -> Result<()> {
    step(act, Stimulus::Resume)?;
    awake(act).await
}

/// The requester's answer, which the hold waited for, ends it; the requester needs no right to
/// resume for that.
pub async fn resume_by_answer(act: &mut Act<'_>) -> Result<()> {
    act.after.state = act.after.state_before_hold.unwrap_or(TicketState::Assigned);
    awake(act).await
}

async fn awake(act: &mut Act<'_>) -> Result<()> {
    end_hold(&mut act.after);
    let ticket = act.after.id.0;
    timer::clear(act.uow, WAKE_UP, ticket);
    act.happened(EventKind::TicketResumed);
    Ok(())
}

/// Resolves with a code and a message that the requester reads.
pub async fn resolve(
    desk: &Desk,
    ctx: &Context,
    id: TicketId,
    expected: i32,
    how: ResolutionCode,
    text: &str,
) -> Result<ticket::Model> {
    let mut uow = UnitOfWork::begin(&desk.platform, ctx).await?;
    let mut act = Act::begin(desk, &mut uow, id, Some(expected)).await?;
    resolve_within(&mut act, how, text).await?;
    let row = act.save().await?;
    uow.commit().await?;
    Ok(row)
}

/// Resolves, as part of another act.
pub async fn resolve_within(act: &mut Act<'_>, how: ResolutionCode, text: &str) -> Result<()> {
    message("message", Some(text), true)?;
    let ctx = act.uow.context();
    let (now, person, id) = (ctx.now, ctx.actor.person(), act.after.id);
    let was_on_hold = act.after.state == TicketState::OnHold;
    step(act, Stimulus::Resolve)?;
    let settings = state_settings::of(act.uow.tx(), act.after.department_id).await?;
    settings.require_code(how)?;
    if was_on_hold {
        timer::clear(act.uow, WAKE_UP, id.0);
    }
    end_hold(&mut act.after);
    if act.after.assignee_id.is_none() {
        act.after.assignee_id = person;
    }
    act.after.resolved_at = Some(now);
    act.after.resolution_code = Some(how);
    act.after.resolution_message = Some(text.trim().to_owned());
    act.after.unanswered = false;
    timer::set(act.uow, AUTO_CLOSE, id.0, Some(id), settings.closes_at(now));
    act.happened(EventKind::TicketResolved);
    act.note("publicMessage", json!(!act.standing.requester));
    let row = act.after.clone();
    notification::requester_side(act.uow, &row, EventKind::TicketResolved, "resolved").await
}

/// The requester agrees.
pub async fn confirm(
    desk: &Desk,
    ctx: &Context,
    id: TicketId,
    expected: i32,
) -> Result<ticket::Model> {
    close_by(
        desk,
        ctx,
        id,
        Some(expected),
        Stimulus::Confirm,
        EventKind::TicketConfirmed,
    )
    .await
}

/// Closes what is resolved.
pub async fn close(
    desk: &Desk,
    ctx: &Context,
    id: TicketId,
    expected: Option<i32>,
) -> Result<ticket::Model> {
    close_by(
        desk,
        ctx,
        id,
        expected,
        Stimulus::Close,
        EventKind::TicketClosed,
    )
    .await
}

async fn close_by(
    desk: &Desk,
    ctx: &Context,
    id: TicketId,
    expected: Option<i32>,
    stimulus: Stimulus,
    kind: EventKind,
) -> Result<ticket::Model> {
    let mut uow = UnitOfWork::begin(&desk.platform, ctx).await?;
    let mut act = Act::begin(desk, &mut uow, id, expected).await?;
    step(&mut act, stimulus)?;
    act.after.closed_at = Some(ctx.now);
    timer::clear(act.uow, AUTO_CLOSE, id.0);
    act.happened(kind);
    let row = act.after.clone();
    if kind == EventKind::TicketConfirmed {
        notification::assignee(act.uow, &row, kind, "confirmed the solution").await?;
    }
    let row = act.save().await?;
    uow.commit().await?;
    Ok(row)
}

/// Takes a resolved or closed ticket up again; the reason becomes a message.
pub async fn reopen(
    desk: &Desk,
    ctx: &Context,
    id: TicketId,
    expected: i32,
    reason: &str,
) -> Result<ticket::Model> {
    message("reason", Some(reason), true)?;
    let mut uow = UnitOfWork::begin(&desk.platform, ctx).await?;
    let mut act = Act::begin(desk, &mut uow, id, Some(expected)).await?;
    let closed_at = act.after.closed_at;
    step(&mut act, Stimulus::Reopen)?;
    if let Some(closed_at) = closed_at {
        let settings = state_settings::of(act.uow.tx(), act.after.department_id).await?;
        if ctx.now > settings.reopen_until(closed_at) {
            return Err(Error::not_allowed_now(
                "It was closed too long ago. Please open a new one; you can link them.",
            ));
        }
    }
    if let Some(person) = act.after.assignee_id
        && !handover::still_works(act.uow.tx(), person, act.after.department_id).await?
    {
        act.after.assignee_id = None;
    }
    if act.after.assignee_id.is_none() {
        act.after.state = TicketState::New;
    }
    act.after.resolved_at = None;
    act.after.closed_at = None;
    act.after.resolution_code = None;
    act.after.resolution_message = None;
    act.after.reopen_count += 1;
    timer::clear(act.uow, AUTO_CLOSE, id.0);
    act.happened(EventKind::TicketReopened);
    conversation::say(&mut act, MessageVisibility::Public, reason).await?;
    let row = act.save().await?;
    uow.commit().await?;
    Ok(row)
}

/// Withdraws it; a reason becomes a message.
pub async fn cancel(
    desk: &Desk,
    ctx: &Context,
    id: TicketId,
    expected: i32,
    reason: Option<&str>,
) -> Result<ticket::Model> {
    message("reason", reason, false)?;
    let mut uow = UnitOfWork::begin(&desk.platform, ctx).await?;
    let mut act = Act::begin(desk, &mut uow, id, Some(expected)).await?;
    step(&mut act, Stimulus::Cancel)?;
    end_hold(&mut act.after);
    act.after.closed_at = Some(ctx.now);
    act.after.unanswered = false;
    timer::clear(act.uow, WAKE_UP, id.0);
    act.happened(EventKind::TicketCancelled);
    if let Some(reason) = reason.filter(|r| !r.trim().is_empty()) {
        conversation::write(&mut act, MessageVisibility::Public, reason).await?;
    }
    let row = act.after.clone();
    notification::assignee(act.uow, &row, EventKind::TicketCancelled, "withdrew").await?;
    notification::requester_side(act.uow, &row, EventKind::TicketCancelled, "withdrew").await?;
    let row = act.save().await?;
    uow.commit().await?;
    Ok(row)
}

/// The wake-up date of a hold has come.
pub async fn wake_up(desk: &Desk, uow: &mut UnitOfWork, id: TicketId) -> Result<()> {
    timer_step(desk, uow, id, TicketState::OnHold, EventKind::TicketResumed).await
}

/// The requester said nothing for long enough.
pub async fn auto_close(desk: &Desk, uow: &mut UnitOfWork, id: TicketId) -> Result<()> {
    timer_step(
        desk,
        uow,
        id,
        TicketState::Resolved,
        EventKind::TicketClosed,
    )
    .await
}

async fn timer_step(
    desk: &Desk,
    uow: &mut UnitOfWork,
    id: TicketId,
    from: TicketState,
    kind: EventKind,
) -> Result<()> {
    let Some(before) = tickets::lock(uow.tx(), id).await? else {
        return Ok(());
    };
    if before.state != from {
        return Ok(());
    }
    let mut act = Act::on(desk, uow, before, None)?;
    if kind == EventKind::TicketResumed {
        step(&mut act, Stimulus::Resume)?;
        end_hold(&mut act.after);
        act.happened(kind);
        let row = act.after.clone();
        notification::assignee(act.uow, &row, kind, "Is due to be taken up again").await?;
    } else {
        step(&mut act, Stimulus::Close)?;
        act.after.closed_at = Some(act.uow.context().now);
        act.happened(kind);
    }
    act.save().await?;
    Ok(())
}
