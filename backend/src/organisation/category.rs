//! Categories are named, ordered in two levels, and routed.

use super::access::authorize;
use super::entity::category::Model as Category;
use super::{Subject, emit, reference, store};
use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result, code};
use crate::platform::idempotency::Key;
use crate::platform::row;
use crate::platform::unit_of_work::UnitOfWork;
use shared::event::EventKind;
use shared::id::{CategoryId, DepartmentId, TeamId};
use shared::organisation::{check_named, check_parent};
use shared::permission::SetUp;

/// A new category.
#[derive(Clone, Debug)]
pub struct NewCategory {
    /// Whose it is.
    pub department: DepartmentId,
    /// Name.
    pub name: String,
    /// The category above.
    pub parent: Option<CategoryId>,
    /// Team that its tickets go to.
    pub team: Option<TeamId>,
}

/// An edit; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct CategoryEdit {
    /// Name.
    pub name: Option<String>,
    /// The category above; the inner `None` moves it to the top.
    pub parent: Option<Option<CategoryId>>,
    /// Team; the inner `None` clears it.
    pub team: Option<Option<TeamId>>,
    /// In use.
    pub active: Option<bool>,
}

/// Adds a category to a department.
pub async fn create(
    platform: &Platform,
    ctx: &Context,
    new: NewCategory,
    key: Key,
) -> Result<Category> {
    authorize(ctx, SetUp::Department(new.department))?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    if let Some(id) = key.earlier(&uow).await? {
        uow.rollback().await?;
        return store::category(platform.db.reader(), CategoryId(id))
            .await?
            .ok_or_else(|| Error::not_found("idempotencyKey"));
    }
    reference::require_department(uow.tx(), new.department).await?;
    reference::require_team(uow.tx(), new.team, new.department).await?;
    let row = Category {
        id: CategoryId(uow.next_id()),
        department_id: new.department,
        parent_id: new.parent,
        name: new.name.trim().to_owned(),
        team_id: new.team,
        active: true,
        version: 1,
    };
    check_named(&row.name, "")?;
    check_place(&uow, &row).await?;
    row::insert(uow.tx(), row.clone()).await?;
    let changes = Changeset::new()
        .first("name", &row.name)
        .first("department", &row.department_id)
        .first("parent", &row.parent_id)
        .first("team", &row.team_id);
    emit(&mut uow, EventKind::CategoryCreated, subject(&row), changes);
    key.remember(&mut uow, row.id.0);
    uow.commit().await?;
    Ok(row)
}

/// Changes a category.
pub async fn edit(
    platform: &Platform,
    ctx: &Context,
    id: CategoryId,
    expected_version: i32,
    edit: CategoryEdit,
) -> Result<Category> {
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    let before = store::category(uow.tx(), id)
        .await?
        .ok_or_else(|| Error::not_found("category"))?;
    authorize(ctx, SetUp::Department(before.department_id))?;
    if before.version != expected_version {
        return Err(Error::version_conflict());
    }
    let old = before.clone();
    let mut after = Category {
        name: edit.name.map_or(old.name, |name| name.trim().to_owned()),
        parent_id: edit.parent.unwrap_or(old.parent_id),
        team_id: edit.team.unwrap_or(old.team_id),
        active: edit.active.unwrap_or(old.active),
        ..old
    };
    check_named(&after.name, "")?;
    // What stood out of use below this one or above it may have moved meanwhile.
    let returns = after.active && !before.active;
    if after.parent_id != before.parent_id || returns {
        check_place(&uow, &after).await?;
    }
    if after.team_id != before.team_id {
        reference::require_team(uow.tx(), after.team_id, after.department_id).await?;
    }
    let changes = Changeset::new()
        .field("name", &before.name, &after.name)
        .field("parent", &before.parent_id, &after.parent_id)
        .field("team", &before.team_id, &after.team_id)
        .field("active", &before.active, &after.active);
    if changes.is_empty() {
        return Ok(before);
    }
    after.version += 1;
    row::update(uow.tx(), after.clone(), expected_version).await?;
    emit(
        &mut uow,
        EventKind::CategoryEdited,
        subject(&after),
        changes,
    );
    uow.commit().await?;
    Ok(after)
}

/// The category above belongs to the same department, and there are two levels. Categories move one
/// at a time: two could come below each other.
async fn check_place(uow: &UnitOfWork, row: &Category) -> Result<()> {
    let Some(parent) = row.parent_id else {
        return Ok(());
    };
    uow.wait_turn("categories").await?;
    let db = uow.tx();
    let parent = store::category(db, parent)
        .await?
        .filter(|parent| parent.active)
        .ok_or_else(|| Error::not_found("parent"))?;
    if parent.department_id != row.department_id {
        return Err(Error::refused(
            code::INVALID,
            "parent",
            "This belongs to another department.",
        ));
    }
    let below = store::has_subcategories(db, row.id).await?;
    check_parent(row.id, Some((parent.id, parent.parent_id)), below)?;
    Ok(())
}

fn subject(row: &Category) -> Subject {
    Subject {
        kind: CategoryId::PREFIX,
        id: row.id.0,
        department: Some(row.department_id),
        version: Some(row.version),
    }
}
