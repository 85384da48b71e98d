//! Looks up what an input refers to.

use super::entity::{department, person, site};
use super::store;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result, code};
use shared::id::{CategoryId, DepartmentId, PersonId, ServiceId, SiteId, TeamId};
use std::collections::BTreeSet;

/// A department, if there is one.
pub async fn department(
    db: &impl Connection,
    id: DepartmentId,
) -> Result<Option<department::Model>> {
    store::department(db, id).await
}

/// Ids of the departments in use.
pub async fn active_departments(db: &impl Connection) -> Result<BTreeSet<DepartmentId>> {
    let rows = store::departments(db, false).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// A department in use; `NOT_FOUND` in `department` otherwise.
pub async fn require_department(
    db: &impl Connection,
    id: DepartmentId,
) -> Result<department::Model> {
    store::department(db, id)
        .await?
        .filter(|row| row.active)
        .ok_or_else(|| Error::not_found("department"))
}

/// A site in use; `NOT_FOUND` in `site` otherwise.
pub async fn require_site(db: &impl Connection, id: SiteId) -> Result<site::Model> {
    store::site(db, id)
        .await?
        .filter(|row| row.active)
        .ok_or_else(|| Error::not_found("site"))
}

/// An active person; `NOT_FOUND` in `field` otherwise.
pub async fn require_person(
    db: &impl Connection,
    id: PersonId,
    field: &str,
) -> Result<person::Model> {
    store::person(db, id)
        .await?
        .filter(|row| row.active)
        .ok_or_else(|| Error::not_found(field))
}

/// If a team is given, it is in use and belongs to the department.
pub async fn require_team(
    db: &impl Connection,
    id: Option<TeamId>,
    department: DepartmentId,
) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    let team = store::team(db, id)
        .await?
        .filter(|row| row.active)
        .ok_or_else(|| Error::not_found("team"))?;
    same_department(team.department_id, department, "team")
}

/// If a service is given, it is in use and belongs to the department.
pub async fn require_service(
    db: &impl Connection,
    id: Option<ServiceId>,
    department: DepartmentId,
) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    let service = store::service(db, id)
        .await?
        .filter(|row| row.active)
        .ok_or_else(|| Error::not_found("service"))?;
    same_department(service.department_id, department, "service")
}

/// If a category is given, it is in use and belongs to the department.
pub async fn require_category(
    db: &impl Connection,
    id: Option<CategoryId>,
    department: DepartmentId,
) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    let category = store::category(db, id)
        .await?
        .filter(|row| row.active)
        .ok_or_else(|| Error::not_found("category"))?;
    same_department(category.department_id, department, "category")
}

fn same_department(found: DepartmentId, wanted: DepartmentId, field: &str) -> Result<()> {
    if found == wanted {
        Ok(())
    } else {
        Err(Error::refused(
            code::INVALID,
            field,
            "This belongs to another department.",
        ))
    }
}
