//! Departments are founded and changed.

use super::access::authorize;
use super::entity::department::Model as Department;
use super::{DEPARTMENTS_TURN, Subject, emit, settings, store};
use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::{Actor, Context};
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result, code};
use crate::platform::idempotency::Key;
use crate::platform::row;
use crate::platform::unit_of_work::UnitOfWork;
use shared::event::EventKind;
use shared::id::DepartmentId;
use shared::organisation::check_department;
use shared::permission::SetUp;

/// A new department.
#[derive(Clone, Debug)]
pub struct NewDepartment {
    /// Stable short name.
    pub key: String,
    /// As employees know it.
    pub name: String,
    /// One line.
    pub description: String,
    /// Name of an icon.
    pub icon: String,
    /// Colour, 0-359.
    pub hue: i32,
    /// Hides its tickets from all others.
    pub confidential: bool,
}

/// An edit; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct DepartmentEdit {
    /// Stable short name.
    pub key: Option<String>,
    /// As employees know it.
    pub name: Option<String>,
    /// One line.
    pub description: Option<String>,
    /// Name of an icon.
    pub icon: Option<String>,
    /// Colour, 0-359.
    pub hue: Option<i32>,
    /// Hides its tickets from all others.
    pub confidential: Option<bool>,
    /// Place among the departments.
    pub position: Option<i32>,
    /// In use.
    pub active: Option<bool>,
}

/// Founds a department; it comes last.
pub async fn create(
    platform: &Platform,
    ctx: &Context,
    new: NewDepartment,
    key: Key,
) -> Result<Department> {
    authorize(ctx, SetUp::Site)?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    if let Some(id) = key.earlier(&uow).await? {
        uow.rollback().await?;
        return store::department(platform.db.reader(), DepartmentId(id))
            .await?
            .ok_or_else(|| Error::not_found("idempotencyKey"));
    }
    uow.wait_turn(DEPARTMENTS_TURN).await?;
    let others = store::departments(uow.tx(), true).await?;
    let row = Department {
        id: DepartmentId(uow.next_id()),
        key: new.key.trim().to_owned(),
        name: new.name.trim().to_owned(),
        description: new.description.trim().to_owned(),
        icon: new.icon,
        hue: new.hue,
        confidential: new.confidential,
        position: others.iter().map(|d| d.position + 1).max().unwrap_or(0),
        active: true,
        version: 1,
    };
    check(uow.tx(), &row).await?;
    row::insert(uow.tx(), row.clone()).await?;
    let changes = Changeset::new()
        .first("key", &row.key)
        .first("name", &row.name)
        .first("description", &row.description)
        .first("icon", &row.icon)
        .first("hue", &row.hue)
        .first("confidential", &row.confidential)
        .first("position", &row.position);
    emit(
        &mut uow,
        EventKind::DepartmentCreated,
        subject(&row),
        changes,
    );
    key.remember(&mut uow, row.id.0);
    uow.commit().await?;
    Ok(row)
}

/// Changes a department. Only somebody who leads it may open up a confidential one: an
/// administrator would otherwise read its tickets by flipping a switch.
pub async fn edit(
    platform: &Platform,
    ctx: &Context,
    id: DepartmentId,
    expected_version: i32,
    edit: DepartmentEdit,
) -> Result<Department> {
    authorize(ctx, SetUp::Site)?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    uow.wait_turn(DEPARTMENTS_TURN).await?;
    let before = store::department(uow.tx(), id)
        .await?
        .ok_or_else(|| Error::not_found("department"))?;
    if before.version != expected_version {
        return Err(Error::version_conflict());
    }
    let old = before.clone();
    let mut after = Department {
        id,
        key: edit.key.map_or(old.key, |key| key.trim().to_owned()),
        name: edit.name.map_or(old.name, |name| name.trim().to_owned()),
        description: edit
            .description
            .map_or(old.description, |text| text.trim().to_owned()),
        icon: edit.icon.unwrap_or(old.icon),
        hue: edit.hue.unwrap_or(old.hue),
        confidential: edit.confidential.unwrap_or(old.confidential),
        position: edit.position.unwrap_or(old.position),
        active: edit.active.unwrap_or(old.active),
        version: old.version,
    };
    let opens_up = before.confidential && !after.confidential;
    if opens_up && matches!(ctx.actor, Actor::Person(_)) && !ctx.grants.leads(id) {
        return Err(Error::refused(
            code::FORBIDDEN,
            "confidential",
            "Only a lead of this department may open it up.",
        ));
    }
    check(uow.tx(), &after).await?;
    check_default(uow.tx(), &before, &after).await?;
    let changes = Changeset::new()
        .field("key", &before.key, &after.key)
        .field("name", &before.name, &after.name)
        .field("description", &before.description, &after.description)
        .field("icon", &before.icon, &after.icon)
        .field("hue", &before.hue, &after.hue)
        .field("confidential", &before.confidential, &after.confidential)
        .field("position", &before.position, &after.position)
        .field("active", &before.active, &after.active);
    if changes.is_empty() {
        return Ok(before);
    }
    after.version += 1;
    row::update(uow.tx(), after.clone(), expected_version).await?;
    emit(
        &mut uow,
        EventKind::DepartmentEdited,
        subject(&after),
        changes,
    );
    uow.commit().await?;
    Ok(after)
}

async fn check(db: &impl Connection, row: &Department) -> Result<()> {
    check_department(&row.key, &row.name, &row.description, &row.icon, row.hue)?;
    if store::department_key_taken(db, &row.key, Some(row.id)).await? {
        return Err(Error::refused(
            code::NOT_UNIQUE,
            "key",
            "Another department has this key.",
        ));
    }
    Ok(())
}

/// The default department stays in use and open: another one has to become the default first.
async fn check_default(
    db: &impl Connection,
    before: &Department,
    after: &Department,
) -> Result<()> {
    let field = if after.confidential && !before.confidential {
        "confidential"
    } else if before.active && !after.active {
        "active"
    } else {
        return Ok(());
    };
    if settings::default_department(db).await? != Some(after.id) {
        return Ok(());
    }
    Err(Error::refused(
        "IN_USE",
        field,
        "This is the default department. Choose another default first.",
    ))
}

fn subject(row: &Department) -> Subject {
    Subject {
        kind: DepartmentId::PREFIX,
        id: row.id.0,
        department: Some(row.id),
        version: Some(row.version),
    }
}
