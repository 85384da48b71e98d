//! What was granted to whom: the start of every request.

use super::store;
use crate::platform::context::{Actor, Context};
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result};
use shared::id::{DepartmentId, PersonId};
use shared::permission::{Grants, SetUp};
use shared::time::Timestamp;

/// Refuses those who may not change this part of the set-up. Bellhop itself and importers may.
pub fn authorize(ctx: &Context, part: SetUp) -> Result<()> {
    let allowed = match ctx.actor {
        Actor::Person(_) => ctx.grants.may_set_up(part),
        Actor::System | Actor::Import => true,
    };
    if allowed {
        Ok(())
    } else {
        Err(Error::forbidden())
    }
}

/// Refuses those who may not read calendars, agreements and everybody's roles. Bellhop itself may.
pub fn authorize_reading(ctx: &Context) -> Result<()> {
    if ctx.actor == Actor::System || ctx.grants.may_read_set_up() {
        Ok(())
    } else {
        Err(Error::forbidden())
    }
}

/// All departments, with whether each is confidential.
pub async fn confidentiality(db: &impl Connection) -> Result<Vec<(DepartmentId, bool)>> {
    store::confidentiality(db).await
}

/// Everything granted to a person.
pub async fn grants(db: &impl Connection, person: PersonId) -> Result<Grants> {
    let mut grants = Grants::requester(person);
    for row in store::grants_of(db, &[person]).await? {
        grants
            .roles
            .entry(row.department_id)
            .or_default()
            .insert(row.role);
    }
    for row in store::site_roles_of(db, &[person]).await? {
        grants.site.insert(row.role);
    }
    Ok(grants)
}

/// The context of an active person; `None` for an unknown or deactivated one.
pub async fn context_of(
    db: &impl Connection,
    person: PersonId,
    now: Timestamp,
    request_id: &str,
) -> Result<Option<Context>> {
    let active = store::person(db, person).await?.is_some_and(|p| p.active);
    if !active {
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
