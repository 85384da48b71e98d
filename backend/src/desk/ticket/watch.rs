//! Watching: seeing a ticket and being told of it without a part in its work.

use super::act::Act;
use super::store;
use crate::app::App;
use crate::desk::entity::{Part, participant, ticket};
use crate::organisation::entity::person;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::unit_of_work::UnitOfWork;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::json;
use shared::event::EventKind;
use shared::id::{PersonId, TicketId};
use shared::permission::TicketAction;

/// Lets a person watch; oneself, or somebody with whom it is shared.
pub async fn watch(
    app: &App,
    ctx: &Context,
    id: TicketId,
    who: Option<PersonId>,
) -> Result<ticket::Model> {
    change(app, ctx, id, who, true).await
}

/// Ends somebody's watching.
pub async fn unwatch(
    app: &App,
    ctx: &Context,
    id: TicketId,
    who: Option<PersonId>,
) -> Result<ticket::Model> {
    change(app, ctx, id, who, false).await
}

async fn change(
    app: &App,
    ctx: &Context,
    id: TicketId,
    who: Option<PersonId>,
    watches: bool,
) -> Result<ticket::Model> {
    let who = who.unwrap_or_else(|| ctx.person());
    let mut uow = UnitOfWork::begin(&app.platform, ctx).await?;
    let mut act = Act::begin(app, &mut uow, id, None).await?;
    act.authorize(if who == ctx.person() {
        TicketAction::Watch
    } else {
        TicketAction::Share
    })?;
    let known = person::Entity::find_by_id(who)
        .filter(person::Column::Active.eq(true))
        .one(act.uow.tx())
        .await?;
    if known.is_none() && watches {
        return Err(Error::not_found("person"));
    }
    let before = people(act.uow.tx(), id).await?;
    let changed = if watches {
        store::add_participant(act.uow.tx(), id, who, Part::Watcher).await?
    } else {
        store::remove_participant(act.uow.tx(), id, who, Part::Watcher).await?
    };
    if !changed {
        return Ok(act.after);
    }
    let after = people(act.uow.tx(), id).await?;
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

/// Everybody who takes part, once each.
pub async fn people(db: &impl ConnectionTrait, id: TicketId) -> Result<Vec<PersonId>> {
    let rows = participant::Entity::find()
        .filter(participant::Column::TicketId.eq(id))
        .all(db)
        .await?;
    let mut people: Vec<PersonId> = rows.into_iter().map(|row| row.person_id).collect();
    people.sort_unstable();
    people.dedup();
    Ok(people)
}

/// Those who watch.
pub async fn watchers(db: &impl ConnectionTrait, id: TicketId) -> Result<Vec<PersonId>> {
    let rows = participant::Entity::find()
        .filter(participant::Column::TicketId.eq(id))
        .filter(participant::Column::Part.eq(Part::Watcher))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.person_id).collect())
}
