//! Ticket rows: locking, inserting, and updating with the difference for the log.

use super::{participant, queue};
use crate::desk::entity::{source, ticket};
use crate::platform::error::{Error, Result};
use crate::platform::event_log::{Change, Changes};
use sea_orm::sea_query::{Expr, InsertStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select,
};
use serde_json::Value;
use shared::id::{DepartmentId, PersonId, TicketId};
use shared::permission::Scope;
use shared::service_level::{Clock, standing};
use shared::ticket::TicketState;

/// A ticket for changing; other writers of it wait until the commit.
pub async fn lock(db: &impl ConnectionTrait, id: TicketId) -> Result<Option<ticket::Model>> {
    Ok(ticket::Entity::find_by_id(id)
        .lock_exclusive()
        .one(db)
        .await?)
}

/// The same, if the scope sees it; unknown and unseen are one.
pub async fn lock_visible(
    db: &impl ConnectionTrait,
    scope: &Scope,
    id: TicketId,
) -> Result<ticket::Model> {
    queue::visible(scope)
        .filter(ticket::Column::Id.eq(id))
        .lock_exclusive()
        .one(db)
        .await?
        .ok_or_else(|| Error::not_found("ticket"))
}

/// Tickets by id, whoever sees them.
pub async fn by_ids(db: &impl ConnectionTrait, ids: &[TicketId]) -> Result<Vec<ticket::Model>> {
    Ok(ticket::Entity::find()
        .filter(ticket::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?)
}

/// Open tickets that somebody has, in the order of their ids; of one department if one is named.
pub async fn open_of(
    db: &impl ConnectionTrait,
    person: PersonId,
    department: Option<DepartmentId>,
) -> Result<Vec<TicketId>> {
    Ok(open_with(person)
        .apply_if(department, |query, department| {
            query.filter(ticket::Column::DepartmentId.eq(department))
        })
        .select_only()
        .column(ticket::Column::Id)
        .order_by_asc(ticket::Column::Id)
        .into_tuple()
        .all(db)
        .await?)
}

/// How many open tickets somebody has, by department.
pub async fn count_open_of(
    db: &impl ConnectionTrait,
    person: PersonId,
) -> Result<Vec<(DepartmentId, u64)>> {
    let counts: Vec<(DepartmentId, i64)> = open_with(person)
        .select_only()
        .column(ticket::Column::DepartmentId)
        .column_as(ticket::Column::Id.count(), "open")
        .group_by(ticket::Column::DepartmentId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(counts
        .into_iter()
        .map(|(department, count)| (department, u64::try_from(count).unwrap_or(0)))
        .collect())
}

fn open_with(person: PersonId) -> Select<ticket::Entity> {
    let open = TicketState::ALL.iter().filter(|state| state.is_open());
    ticket::Entity::find()
        .filter(ticket::Column::AssigneeId.eq(person))
        .filter(ticket::Column::State.is_in(open.copied()))
}

/// Inserts a ticket.
pub fn insert(row: &ticket::Model) -> InsertStatement {
    ticket::Entity::insert(row.clone().into_active_model()).into_query()
}

/// Updates a ticket that was read at `before.version`.
pub async fn update(
    db: &impl ConnectionTrait,
    before: &ticket::Model,
    after: &ticket::Model,
) -> Result<()> {
    let mut active = after.clone().into_active_model();
    // Everything but the key, so that one statement says all.
    active = active.reset_all();
    let result = ticket::Entity::update_many()
        .set(active)
        .filter(ticket::Column::Id.eq(before.id))
        .filter(ticket::Column::Version.eq(before.version))
        .exec(db)
        .await?;
    if result.rows_affected == 0 {
        return Err(Error::version_conflict());
    }
    if before.state.is_open() != after.state.is_open() {
        participant::set_open(db, after.id, after.state.is_open()).await?;
    }
    Ok(())
}

/// Writes how the clocks stand onto the ticket, and gives what changed by that. No new version:
/// nobody edited it.
pub async fn set_standing(
    db: &impl ConnectionTrait,
    row: &ticket::Model,
    clocks: &[Clock],
) -> Result<Changes> {
    let now = standing(clocks);
    let after = ticket::Model {
        risk: now.risk,
        due_at: now.due_at,
        due_order: now.due_order,
        ..row.clone()
    };
    if after != *row {
        ticket::Entity::update_many()
            .col_expr(ticket::Column::Risk, Expr::value(now.risk))
            .col_expr(ticket::Column::DueAt, Expr::value(now.due_at))
            .col_expr(ticket::Column::DueOrder, Expr::value(now.due_order))
            .filter(ticket::Column::Id.eq(row.id))
            .exec(db)
            .await?;
    }
    difference(Some(row), &after)
}

/// Fields that say nothing to a reader of the log, or belong to the people who wrote them.
const NOT_LOGGED: &[&str] = &[
    "id",
    "version",
    "description",
    "answers",
    "referenceNumber",
    "referencePrefix",
];

/// What differs between two states of a ticket; from nothing when `before` is `None`.
pub fn difference(before: Option<&ticket::Model>, after: &ticket::Model) -> Result<Changes> {
    let old = match before {
        Some(row) => serde_json::to_value(row)?,
        None => Value::Object(serde_json::Map::new()),
    };
    let new = serde_json::to_value(after)?;
    let mut changes = Changes::new();
    if let Value::Object(fields) = new {
        for (name, value) in fields {
            let previous = old.get(&name).cloned().unwrap_or(Value::Null);
            if previous != value && !NOT_LOGGED.contains(&name.as_str()) {
                changes.insert(
                    name,
                    Change {
                        before: previous,
                        after: value,
                    },
                );
            }
        }
    }
    Ok(changes)
}

/// A ticket as it was before these changes.
pub fn undo(after: &ticket::Model, changes: &Changes) -> Result<Option<ticket::Model>> {
    let Value::Object(mut fields) = serde_json::to_value(after)? else {
        return Ok(None);
    };
    for (name, change) in changes {
        if fields.contains_key(name) {
            fields.insert(name.clone(), change.before.clone());
        }
    }
    // A creation undone has no ticket left: its required fields are null.
    Ok(serde_json::from_value(Value::Object(fields)).ok())
}

/// What another system said of the ticket.
pub async fn source_of(
    db: &impl ConnectionTrait,
    ticket: TicketId,
) -> Result<Option<source::Model>> {
    Ok(source::Entity::find_by_id(ticket).one(db).await?)
}
