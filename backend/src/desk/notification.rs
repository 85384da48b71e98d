//! What people are told in the client, written with the act that tells it. Never for one's own act.

use super::entity::{notification, participant, ticket};
use crate::organisation::entity::person;
use crate::platform::context::Actor;
use crate::platform::error::Result;
use crate::platform::event_log::{Change, Changes, NewEvent};
use crate::platform::unit_of_work::UnitOfWork;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};
use serde_json::{Value, json};
use shared::event::EventKind;
use shared::id::{NotificationId, PersonId};
use shared::service_level::ClockTarget;
use shared::time::Timestamp;
use std::collections::BTreeSet;

/// Tells the requester's side and the watchers about a public act.
pub async fn requester_side(
    uow: &mut UnitOfWork,
    t: &ticket::Model,
    kind: EventKind,
    words: &str,
) -> Result<()> {
    let people: BTreeSet<PersonId> = participant::Entity::find()
        .filter(participant::Column::TicketId.eq(t.id))
        .all(uow.tx())
        .await?
        .into_iter()
        .map(|p| p.person_id)
        .collect();
    tell(uow, t, kind, words, people).await
}

/// Tells the assignee.
pub async fn assignee(
    uow: &mut UnitOfWork,
    t: &ticket::Model,
    kind: EventKind,
    words: &str,
) -> Result<()> {
    tell(uow, t, kind, words, t.assignee_id.into_iter().collect()).await
}

/// Tells the assignee that a clock warns or has run out.
pub async fn clock(
    uow: &mut UnitOfWork,
    t: &ticket::Model,
    target: ClockTarget,
    kind: EventKind,
) -> Result<()> {
    let what = match target {
        ClockTarget::FirstResponse => "First response",
        ClockTarget::Resolution => "Resolution",
    };
    let words = if kind == EventKind::ClockBreached {
        "is overdue"
    } else {
        "is due soon"
    };
    assignee(uow, t, kind, &format!("{what} {words}")).await
}

async fn tell(
    uow: &mut UnitOfWork,
    t: &ticket::Model,
    kind: EventKind,
    words: &str,
    mut people: BTreeSet<PersonId>,
) -> Result<()> {
    if uow.context().actor == Actor::Import {
        return Ok(());
    }
    let actor = uow.context().actor.person();
    if let Some(actor) = actor {
        people.remove(&actor);
    }
    if people.is_empty() {
        return Ok(());
    }
    let who = match actor {
        Some(actor) => person::Entity::find_by_id(actor)
            .one(uow.tx())
            .await?
            .map(|p| p.name),
        None => None,
    };
    let text = match who {
        Some(name) => format!("{name} {words}: {}", t.title),
        None => format!("{words}: {}", t.title),
    };
    for person in people {
        let id = NotificationId(uow.next_id());
        let row = notification::ActiveModel {
            id: Set(id),
            person_id: Set(person),
            ticket_id: Set(Some(t.id)),
            kind: Set(kind),
            text: Set(text.clone()),
            created_at: Set(uow.context().now),
            read_at: Set(None),
        };
        notification::Entity::insert(row)
            .exec_without_returning(uow.tx())
            .await?;
        uow.emit(NewEvent {
            occurred_at: uow.context().now,
            kind: EventKind::NotificationSent,
            subject_kind: NotificationId::PREFIX,
            subject_id: id.0,
            ticket: None,
            department: None,
            version_after: None,
            cause: None,
            // Listeners tell from this whom it concerns, without reading the row.
            changes: Changes::from([(
                "person".to_owned(),
                Change {
                    before: Value::Null,
                    after: json!(person),
                },
            )]),
        });
    }
    Ok(())
}

/// How many a person has not read.
pub async fn unread(db: &impl ConnectionTrait, person: PersonId) -> Result<u64> {
    Ok(notification::Entity::find()
        .filter(notification::Column::PersonId.eq(person))
        .filter(notification::Column::ReadAt.is_null())
        .count(db)
        .await?)
}

/// A person's, newest first; `before` is the last one of the page before.
pub async fn list(
    db: &impl ConnectionTrait,
    person: PersonId,
    before: Option<NotificationId>,
    limit: u64,
) -> Result<Vec<notification::Model>> {
    let mut query = notification::Entity::find()
        .filter(notification::Column::PersonId.eq(person))
        .order_by_desc(notification::Column::Id)
        .limit(limit);
    if let Some(before) = before {
        query = query.filter(notification::Column::Id.lt(before));
    }
    Ok(query.all(db).await?)
}

/// A person's own, by id.
pub async fn find(
    db: &impl ConnectionTrait,
    person: PersonId,
    id: NotificationId,
) -> Result<Option<notification::Model>> {
    Ok(notification::Entity::find_by_id(id)
        .filter(notification::Column::PersonId.eq(person))
        .one(db)
        .await?)
}

/// Marks as read: these, or all.
pub async fn mark_read(
    uow: &UnitOfWork,
    person: PersonId,
    ids: Option<Vec<NotificationId>>,
    now: Timestamp,
) -> Result<()> {
    let mut update = notification::Entity::update_many()
        .col_expr(
            notification::Column::ReadAt,
            sea_orm::sea_query::Expr::value(now),
        )
        .filter(notification::Column::PersonId.eq(person))
        .filter(notification::Column::ReadAt.is_null());
    if let Some(ids) = ids {
        update = update.filter(notification::Column::Id.is_in(ids));
    }
    update.exec(uow.tx()).await?;
    Ok(())
}
