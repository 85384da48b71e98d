//! Teams are formed, renamed and staffed.

use super::access::{authorize, grants};
use super::entity::team::Model as Team;
use super::{Subject, emit, reference, store};
use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result, code};
use crate::platform::idempotency::Key;
use crate::platform::row;
use crate::platform::unit_of_work::UnitOfWork;
use shared::event::EventKind;
use shared::id::{DepartmentId, PersonId, TeamId};
use shared::organisation::check_named;
use shared::permission::SetUp;
use std::collections::BTreeSet;

/// Most members of a team.
const MEMBERS_MAX: usize = 500;

/// Forms a team in a department, without members.
pub async fn create(
    platform: &Platform,
    ctx: &Context,
    department: DepartmentId,
    name: String,
    key: Key,
) -> Result<Team> {
    authorize(ctx, SetUp::Site)?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    if let Some(id) = key.earlier(&uow).await? {
        uow.rollback().await?;
        return store::team(platform.db.reader(), TeamId(id))
            .await?
            .ok_or_else(|| Error::not_found("idempotencyKey"));
    }
    reference::require_department(uow.tx(), department).await?;
    let row = Team {
        id: TeamId(uow.next_id()),
        department_id: department,
        name: name.trim().to_owned(),
        active: true,
        version: 1,
    };
    check_named(&row.name, "")?;
    row::insert(uow.tx(), row.clone()).await?;
    let changes = Changeset::new()
        .first("name", &row.name)
        .first("department", &row.department_id);
    emit(&mut uow, EventKind::TeamCreated, subject(&row), changes);
    key.remember(&mut uow, row.id.0);
    uow.commit().await?;
    Ok(row)
}

/// Renames a team, or takes it out of use.
pub async fn edit(
    platform: &Platform,
    ctx: &Context,
    id: TeamId,
    expected_version: i32,
    name: Option<String>,
    active: Option<bool>,
) -> Result<Team> {
    authorize(ctx, SetUp::Site)?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    let before = load(&uow, id, expected_version).await?;
    let mut after = Team {
        name: name.map_or_else(|| before.name.clone(), |name| name.trim().to_owned()),
        active: active.unwrap_or(before.active),
        ..before.clone()
    };
    check_named(&after.name, "")?;
    let changes = Changeset::new()
        .field("name", &before.name, &after.name)
        .field("active", &before.active, &after.active);
    if changes.is_empty() {
        return Ok(before);
    }
    after.version += 1;
    row::update(uow.tx(), after.clone(), expected_version).await?;
    emit(&mut uow, EventKind::TeamEdited, subject(&after), changes);
    uow.commit().await?;
    Ok(after)
}

/// Says who belongs to a team. Who joins must be agent or lead of the department: others could not
/// see what is assigned to them.
pub async fn set_members(
    platform: &Platform,
    ctx: &Context,
    id: TeamId,
    expected_version: i32,
    members: Vec<PersonId>,
) -> Result<Team> {
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    // The version and the members are two reads: nobody may set others in between.
    let team = store::lock_team(uow.tx(), id)
        .await?
        .ok_or_else(|| Error::not_found("team"))?;
    authorize(ctx, SetUp::Department(team.department_id))?;
    if team.version != expected_version {
        return Err(Error::version_conflict());
    }
    if members.len() > MEMBERS_MAX {
        return Err(Error::refused(
            "TOO_MANY",
            "members",
            format!("At most {MEMBERS_MAX} members."),
        ));
    }
    let before: BTreeSet<PersonId> = store::member_ids(uow.tx(), id).await?.into_iter().collect();
    let after: BTreeSet<PersonId> = members.into_iter().collect();
    let joining: Vec<PersonId> = after.difference(&before).copied().collect();
    let leaving: Vec<PersonId> = before.difference(&after).copied().collect();
    for person in &joining {
        let person = reference::require_person(uow.tx(), *person, "members").await?;
        if !grants(uow.tx(), person.id).await?.works(team.department_id) {
            return Err(Error::refused(
                code::INVALID,
                "members",
                format!(
                    "{} is neither agent nor lead of this department.",
                    person.name
                ),
            ));
        }
    }
    let changes = Changeset::new().field("members", &before, &after);
    if changes.is_empty() {
        return Ok(team);
    }
    let after = Team {
        version: team.version + 1,
        ..team
    };
    row::update(uow.tx(), after.clone(), expected_version).await?;
    store::add_members(uow.tx(), id, &joining).await?;
    store::remove_members(uow.tx(), id, &leaving).await?;
    emit(&mut uow, EventKind::TeamEdited, subject(&after), changes);
    uow.commit().await?;
    Ok(after)
}

async fn load(uow: &UnitOfWork, id: TeamId, expected_version: i32) -> Result<Team> {
    let team = store::team(uow.tx(), id)
        .await?
        .ok_or_else(|| Error::not_found("team"))?;
    if team.version == expected_version {
        Ok(team)
    } else {
        Err(Error::version_conflict())
    }
}

pub(super) fn subject(row: &Team) -> Subject {
    Subject {
        kind: TeamId::PREFIX,
        id: row.id.0,
        department: Some(row.department_id),
        version: Some(row.version),
    }
}
