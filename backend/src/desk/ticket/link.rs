//! Links between tickets. One row a link, shown from both ends.

use super::act::Act;
use crate::desk::Desk;
use crate::desk::entity::{link, ticket};
use crate::desk::store::{link as links, queue, ticket as tickets};
use crate::platform::context::Context;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result, code};
use crate::platform::unit_of_work::UnitOfWork;
use serde_json::json;
use shared::event::EventKind;
use shared::id::{LinkId, TicketId};
use shared::permission::TicketAction;
use shared::ticket::{LinkKind, Reference};

/// A link as one of its tickets shows it.
pub struct Seen {
    /// Identity.
    pub id: LinkId,
    /// Read from the ticket that shows it.
    pub kind: LinkKind,
    /// The other end.
    pub other: TicketId,
}

/// Links a ticket to another one that the actor sees, named by reference or id.
pub async fn link(
    desk: &Desk,
    ctx: &Context,
    id: TicketId,
    kind: LinkKind,
    other: &str,
) -> Result<ticket::Model> {
    let mut uow = UnitOfWork::begin(&desk.platform, ctx).await?;
    let other = find_other(&uow, ctx, other).await?;
    let mut act = Act::begin(desk, &mut uow, id, None).await?;
    act.authorize(TicketAction::Link)?;
    if other.id == id {
        return Err(Error::refused(
            code::INVALID,
            "other",
            "A ticket cannot be linked to itself.",
        ));
    }
    let known = of_ticket(act.uow.tx(), id).await?;
    if known
        .iter()
        .any(|seen| seen.other == other.id && seen.kind == kind)
    {
        return Ok(act.after);
    }
    let row = link::Model {
        id: LinkId(act.uow.next_id()),
        ticket_id: id,
        other_id: other.id,
        kind,
        created_at: ctx.now,
    };
    links::insert(act.uow.tx(), row).await?;
    act.happened(EventKind::LinkAdded);
    act.note("link", json!({ "kind": kind, "ticket": other.reference }));
    let row = act.save().await?;
    uow.commit().await?;
    Ok(row)
}

/// Removes a link from the side of a ticket that the actor works; gives that ticket.
pub async fn unlink(desk: &Desk, ctx: &Context, id: LinkId) -> Result<ticket::Model> {
    let mut uow = UnitOfWork::begin(&desk.platform, ctx).await?;
    let row = links::find(uow.tx(), id)
        .await?
        .ok_or_else(|| Error::not_found("link"))?;
    let near = queue::find(uow.tx(), &ctx.scope, row.ticket_id).await?;
    let far = queue::find(uow.tx(), &ctx.scope, row.other_id).await?;
    let (mine, other) = match (near, far) {
        (Some(near), far) if ctx.grants.works(near.department_id) || far.is_none() => (near, far),
        (near, Some(far)) => (far, near),
        _ => return Err(Error::not_found("link")),
    };
    let locked = tickets::lock_visible(uow.tx(), &ctx.scope, mine.id).await?;
    let mut act = Act::on(desk, &mut uow, locked, None)?;
    act.authorize(TicketAction::Link)?;
    links::delete(act.uow.tx(), id).await?;
    act.happened(EventKind::LinkRemoved);
    act.note(
        "link",
        json!({ "kind": row.kind, "ticket": other.map(|o| o.reference) }),
    );
    let row = act.save().await?;
    uow.commit().await?;
    Ok(row)
}

async fn find_other(uow: &UnitOfWork, ctx: &Context, other: &str) -> Result<ticket::Model> {
    let found = match (other.parse::<Reference>(), other.trim().parse::<TicketId>()) {
        (Ok(reference), _) => queue::find_by_reference(uow.tx(), &ctx.scope, &reference).await?,
        (_, Ok(id)) => queue::find(uow.tx(), &ctx.scope, id).await?,
        _ => {
            return Err(Error::refused(
                code::INVALID,
                "other",
                "Write a reference such as INC-000123.",
            ));
        }
    };
    found.ok_or_else(|| Error::not_found("other"))
}

/// The links of a ticket, read from its side; the other ends may be invisible to the reader.
pub async fn of_ticket(db: &impl Connection, id: TicketId) -> Result<Vec<Seen>> {
    let rows = links::of_ticket(db, id).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            if row.ticket_id == id {
                Seen {
                    id: row.id,
                    kind: row.kind,
                    other: row.other_id,
                }
            } else {
                Seen {
                    id: row.id,
                    kind: row.kind.inverse(),
                    other: row.ticket_id,
                }
            }
        })
        .collect())
}
