//! Watching: seeing a ticket and being told of it without a part in its work.

use super::act::Act;
use crate::desk::Desk;
use crate::desk::entity::{Part, ticket};
use crate::desk::store::participant;
use crate::organisation::reference;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::unit_of_work::UnitOfWork;
use serde_json::json;
use shared::event::EventKind;
use shared::id::{PersonId, TicketId};
use shared::permission::TicketAction;

/// Lets a person watch; oneself, or somebody with whom it is shared.
pub async fn watch(
    desk: &Desk,
    ctx: &Context,
    id: TicketId,
    who: Option<PersonId>,
) -> Result<ticket::Model> {
    change(desk, ctx, id, who, true).await
}

/// Ends somebody's watching.
pub async fn unwatch(
    desk: &Desk,
    ctx: &Context,
    id: TicketId,
    who: Option<PersonId>,
) -> Result<ticket::Model> {
    change(desk, ctx, id, who, false).await
}

async fn change(
    desk: &Desk,
    ctx: &Context,
    id: TicketId,
    who: Option<PersonId>,
    watches: bool,
) -> Result<ticket::Model> {
    let who = who.unwrap_or_else(|| ctx.person());
    let mut uow = UnitOfWork::begin(&desk.platform, ctx).await?;
    let mut act = Act::begin(desk, &mut uow, id, None).await?;
    act.authorize(if who == ctx.person() {
        TicketAction::Watch
    } else {
        TicketAction::Share
    })?;
    if watches {
        reference::require_person(act.uow.tx(), who, "person").await?;
    }
    let before = participant::people(act.uow.tx(), id).await?;
    let changed = if watches {
        participant::add(act.uow.tx(), &act.after, who, Part::Watcher).await?
    } else {
        participant::remove(act.uow.tx(), id, who, Part::Watcher).await?
    };
    if !changed {
        return Ok(act.after);
    }
    let after = participant::people(act.uow.tx(), id).await?;
    let kind = if watches {
        EventKind::WatcherAdded
    } else {
        EventKind::WatcherRemoved
    };
    act.happened_with(kind, "participants", json!(before), json!(after));
    act.note("watcher", json!(who));
    let row = act.save().await?;
    uow.commit().await?;
    Ok(row)
}
