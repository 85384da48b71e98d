//! What was granted to whom: the start of every request.

use super::entity::{department, person, role_grant, site_role};
use crate::platform::context::{Actor, Context};
use crate::platform::error::Result;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use shared::id::{DepartmentId, PersonId};
use shared::permission::Grants;
use shared::time::Timestamp;

/// All departments, with whether each is confidential.
pub async fn confidentiality(db: &impl ConnectionTrait) -> Result<Vec<(DepartmentId, bool)>> {
    Ok(department::Entity::find()
        .select_only()
        .columns([department::Column::Id, department::Column::Confidential])
        .into_tuple()
        .all(db)
        .await?)
}

/// Everything granted to a person.
pub async fn grants(db: &impl ConnectionTrait, person: PersonId) -> Result<Grants> {
    let mut grants = Grants::requester(person);
    for row in role_grant::Entity::find()
        .filter(role_grant::Column::PersonId.eq(person))
        .all(db)
        .await?
    {
        grants
            .roles
            .entry(row.department_id)
            .or_default()
            .insert(row.role);
    }
    for row in site_role::Entity::find()
        .filter(site_role::Column::PersonId.eq(person))
        .all(db)
        .await?
    {
        grants.site.insert(row.role);
    }
    Ok(grants)
}

/// The context of an active person; `None` for an unknown or deactivated one.
pub async fn context_of(
    db: &impl ConnectionTrait,
    person: PersonId,
    now: Timestamp,
    request_id: &str,
) -> Result<Option<Context>> {
    let active = person::Entity::find_by_id(person)
        .filter(person::Column::Active.eq(true))
        .one(db)
        .await?;
    if active.is_none() {
        return Ok(None);
    }
    let grants = grants(db, person).await?;
    let departments = confidentiality(db).await?;
    Ok(Some(Context::of(
        Actor::Person(person),
        grants,
        &departments,
        now,
        request_id,
    )))
}
