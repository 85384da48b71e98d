//! Services are described and routed.

use super::access::authorize;
use super::entity::service::Model as Service;
use super::{Subject, emit, reference, store};
use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::idempotency::Key;
use crate::platform::row;
use crate::platform::unit_of_work::UnitOfWork;
use shared::event::EventKind;
use shared::id::{DepartmentId, ServiceId, TeamId};
use shared::organisation::check_named;
use shared::permission::SetUp;

/// A new service.
#[derive(Clone, Debug)]
pub struct NewService {
    /// Whose it is.
    pub department: DepartmentId,
    /// Name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Team that tickets about it go to.
    pub team: Option<TeamId>,
}

/// An edit; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ServiceEdit {
    /// Name.
    pub name: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// Team; the inner `None` clears it.
    pub team: Option<Option<TeamId>>,
    /// In use.
    pub active: Option<bool>,
}

/// Adds a service to a department.
pub async fn create(
    platform: &Platform,
    ctx: &Context,
    new: NewService,
    key: Key,
) -> Result<Service> {
    authorize(ctx, SetUp::Department(new.department))?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    if let Some(id) = key.earlier(&uow).await? {
        uow.rollback().await?;
        return store::service(platform.db.reader(), ServiceId(id))
            .await?
            .ok_or_else(|| Error::not_found("idempotencyKey"));
    }
    reference::require_department(uow.tx(), new.department).await?;
    reference::require_team(uow.tx(), new.team, new.department).await?;
    let row = Service {
        id: ServiceId(uow.next_id()),
        department_id: new.department,
        name: new.name.trim().to_owned(),
        description: new.description.trim().to_owned(),
        team_id: new.team,
        active: true,
        version: 1,
    };
    check_named(&row.name, &row.description)?;
    row::insert(uow.tx(), row.clone()).await?;
    let changes = Changeset::new()
        .first("name", &row.name)
        .first("description", &row.description)
        .first("department", &row.department_id)
        .first("team", &row.team_id);
    emit(&mut uow, EventKind::ServiceCreated, subject(&row), changes);
    key.remember(&mut uow, row.id.0);
    uow.commit().await?;
    Ok(row)
}

/// Changes a service.
pub async fn edit(
    platform: &Platform,
    ctx: &Context,
    id: ServiceId,
    expected_version: i32,
    edit: ServiceEdit,
) -> Result<Service> {
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    let before = store::service(uow.tx(), id)
        .await?
        .ok_or_else(|| Error::not_found("service"))?;
    authorize(ctx, SetUp::Department(before.department_id))?;
    if before.version != expected_version {
        return Err(Error::version_conflict());
    }
    let old = before.clone();
    let mut after = Service {
        name: edit.name.map_or(old.name, |name| name.trim().to_owned()),
        description: edit
            .description
            .map_or(old.description, |text| text.trim().to_owned()),
        team_id: edit.team.unwrap_or(old.team_id),
        active: edit.active.unwrap_or(old.active),
        ..old
    };
    check_named(&after.name, &after.description)?;
    if after.team_id != before.team_id {
        reference::require_team(uow.tx(), after.team_id, after.department_id).await?;
    }
    let changes = Changeset::new()
        .field("name", &before.name, &after.name)
        .field("description", &before.description, &after.description)
        .field("team", &before.team_id, &after.team_id)
        .field("active", &before.active, &after.active);
    if changes.is_empty() {
        return Ok(before);
    }
    after.version += 1;
    row::update(uow.tx(), after.clone(), expected_version).await?;
    emit(&mut uow, EventKind::ServiceEdited, subject(&after), changes);
    uow.commit().await?;
    Ok(after)
}

fn subject(row: &Service) -> Subject {
    Subject {
        kind: ServiceId::PREFIX,
        id: row.id.0,
        department: Some(row.department_id),
        version: Some(row.version),
    }
}
