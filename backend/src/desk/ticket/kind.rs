//! A ticket becomes another kind of work: an incident turns out to be a request, a request a case, and back.
//!
//! All that people wrote and all that happened stays, and so does the start. Service, category, impact and urgency stay
//! as they are; the answers of a request's form are kept aside and are there again when it becomes a request again. The
//! agreement is chosen anew for the new kind, and the clocks are recomputed from the history: what was promised to the
//! other kind is no longer promised, what was met stays met. The reference is another one, of the new kind's numbers;
//! the old one still leads here, and comes back with the old kind.

use super::act::Act;
use crate::desk::Desk;
use crate::desk::entity::ticket;
use crate::desk::store::reference;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::unit_of_work::UnitOfWork;
use shared::event::EventKind;
use shared::id::TicketId;
use shared::permission::TicketAction;
use shared::ticket::{Reference, TicketKind};

/// Makes a ticket another kind of work.
pub async fn change(
    desk: &Desk,
    ctx: &Context,
    id: TicketId,
    expected: i32,
    kind: TicketKind,
) -> Result<ticket::Model> {
    let mut uow = UnitOfWork::begin(&desk.platform, ctx).await?;
    let mut act = Act::begin(desk, &mut uow, id, Some(expected)).await?;
    act.authorize(TicketAction::Edit)?;
    if act.after.kind == kind {
        return Ok(act.after);
    }
    if !act.after.state.is_open() {
        return Err(Error::not_allowed_now(
            "This is done. Reopen it to make it something else.",
        ));
    }
    let db = act.uow.tx();
    let prefix = kind.reference_prefix();
    reference::remember(db, &act.after).await?;
    let number = match reference::number_before(db, id, prefix).await? {
        Some(number) => {
            reference::forget(db, prefix, number).await?;
            number
        }
        None => act.uow.next_number(prefix).await?,
    };
    let reference = Reference::new(kind, number);
    act.after.kind = kind;
    act.after.reference = reference.to_string();
    act.after.reference_prefix = reference.prefix;
    act.after.reference_number = reference.number;
    act.happened(EventKind::TicketKindChanged);
    let row = act.save().await?;
    uow.commit().await?;
    Ok(row)
}
