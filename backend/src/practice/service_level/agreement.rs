//! Agreements are made, put in order and changed; each change is a version of its own.

use super::{TURN, store};
use crate::organisation::access::{authorize, authorize_reading};
use crate::organisation::{Subject, emit, store as organisation};
use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::{Actor, Context};
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result};
use crate::platform::idempotency::Key;
use crate::platform::unit_of_work::UnitOfWork;
use shared::event::EventKind;
use shared::id::{AgreementId, CalendarId};
use shared::permission::SetUp;
use shared::service_level::agreement_rules::{SECONDS_LEAST, check_agreement};
use shared::service_level::{Conditions, Target};

/// An agreement in its present version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Identity.
    pub id: AgreementId,
    /// Name.
    pub name: String,
    /// Place in the list, of which the first that matches wins.
    pub position: i32,
    /// The calendar in which its time is counted.
    pub calendar: CalendarId,
    /// When it applies.
    pub conditions: Conditions,
    /// What it promises.
    pub targets: Vec<Target>,
    /// In force.
    pub active: bool,
    /// For edits; also the version of the terms.
    pub version: i32,
}

/// A new agreement.
#[derive(Clone, Debug)]
pub struct NewAgreement {
    /// Name.
    pub name: String,
    /// Place in the list, from 0; last when absent.
    pub position: Option<usize>,
    /// The calendar in which its time is counted.
    pub calendar: CalendarId,
    /// When it applies.
    pub conditions: Conditions,
    /// What it promises.
    pub targets: Vec<Target>,
}

/// An edit; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct AgreementEdit {
    /// Name.
    pub name: Option<String>,
    /// Place in the list, from 0.
    pub position: Option<usize>,
    /// The calendar.
    pub calendar: Option<CalendarId>,
    /// When it applies.
    pub conditions: Option<Conditions>,
    /// What it promises.
    pub targets: Option<Vec<Target>>,
    /// In force.
    pub active: Option<bool>,
}

/// All agreements in their order.
pub async fn agreements(db: &impl Connection, ctx: &Context) -> Result<Vec<Agreement>> {
    authorize_reading(ctx)?;
    store::agreements(db).await
}

/// One agreement.
pub async fn agreement(
    db: &impl Connection,
    ctx: &Context,
    id: AgreementId,
) -> Result<Option<Agreement>> {
    authorize_reading(ctx)?;
    store::agreement(db, id).await
}

/// Makes an agreement. It counts for tickets from now on.
pub async fn create(
    platform: &Platform,
    ctx: &Context,
    new: NewAgreement,
    key: Key,
) -> Result<Agreement> {
    authorize(ctx, SetUp::Site)?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    if let Some(id) = key.earlier(&uow).await? {
        uow.rollback().await?;
        return store::agreement(platform.db.reader(), AgreementId(id))
            .await?
            .ok_or_else(|| Error::not_found("idempotencyKey"));
    }
    uow.wait_turn(TURN).await?;
    let mut agreement = Agreement {
        id: AgreementId(uow.next_id()),
        name: new.name.trim().to_owned(),
        position: 0,
        calendar: new.calendar,
        conditions: new.conditions,
        targets: new.targets,
        active: true,
        version: 1,
    };
    check(&uow, &agreement).await?;
    require_calendar(uow.tx(), agreement.calendar).await?;
    agreement.position = make_room(uow.tx(), agreement.id, new.position).await?;
    store::insert_agreement(uow.tx(), &agreement, ctx.now).await?;
    let changes = Changeset::new()
        .first("name", &agreement.name)
        .first("position", &agreement.position)
        .first("calendar", &agreement.calendar)
        .first("conditions", &agreement.conditions)
        .first("targets", &agreement.targets);
    emit(
        &mut uow,
        EventKind::AgreementCreated,
        subject(&agreement),
        changes,
    );
    key.remember(&mut uow, agreement.id.0);
    uow.commit().await?;
    Ok(agreement)
}

/// Changes an agreement: its next version.
pub async fn edit(
    platform: &Platform,
    ctx: &Context,
    id: AgreementId,
    expected_version: i32,
    edit: AgreementEdit,
) -> Result<Agreement> {
    authorize(ctx, SetUp::Site)?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    uow.wait_turn(TURN).await?;
    let before = store::agreement(uow.tx(), id)
        .await?
        .ok_or_else(|| Error::not_found("agreement"))?;
    if before.version != expected_version {
        return Err(Error::version_conflict());
    }
    let old = before.clone();
    let mut after = Agreement {
        name: edit.name.map_or(old.name, |name| name.trim().to_owned()),
        calendar: edit.calendar.unwrap_or(old.calendar),
        conditions: edit.conditions.unwrap_or(old.conditions),
        targets: edit.targets.unwrap_or(old.targets),
        active: edit.active.unwrap_or(old.active),
        ..old
    };
    check(&uow, &after).await?;
    if after.calendar != before.calendar || (after.active && !before.active) {
        require_calendar(uow.tx(), after.calendar).await?;
    }
    if edit.position.is_some() {
        after.position = make_room(uow.tx(), id, edit.position).await?;
    }
    let changes = Changeset::new()
        .field("name", &before.name, &after.name)
        .field("position", &before.position, &after.position)
        .field("calendar", &before.calendar, &after.calendar)
        .field("conditions", &before.conditions, &after.conditions)
        .field("targets", &before.targets, &after.targets)
        .field("active", &before.active, &after.active);
    if changes.is_empty() {
        return Ok(before);
    }
    after.version += 1;
    store::update_agreement(uow.tx(), &after, expected_version, ctx.now).await?;
    emit(
        &mut uow,
        EventKind::AgreementEdited,
        subject(&after),
        changes,
    );
    uow.commit().await?;
    Ok(after)
}

/// Numbers the other agreements so that `place` is free (the end when `None`); gives that place.
async fn make_room(db: &impl Connection, id: AgreementId, place: Option<usize>) -> Result<i32> {
    let mut others = store::agreements(db).await?;
    others.retain(|other| other.id != id);
    let place = place.unwrap_or(others.len()).min(others.len());
    for (index, other) in others.iter().enumerate() {
        let position = index + usize::from(index >= place);
        let position = i32::try_from(position).map_err(anyhow::Error::from)?;
        if other.position != position {
            store::set_position(db, other.id, position).await?;
        }
    }
    Ok(i32::try_from(place).map_err(anyhow::Error::from)?)
}

async fn require_calendar(db: &impl Connection, id: CalendarId) -> Result<()> {
    store::calendar(db, id)
        .await?
        .filter(|calendar| calendar.active)
        .map(|_| ())
        .ok_or_else(|| Error::not_found("calendar"))
}

async fn check(uow: &UnitOfWork, agreement: &Agreement) -> Result<()> {
    let db = uow.tx();
    let conditions = &agreement.conditions;
    // A simulation promises in seconds what people promise in hours.
    let least = match uow.context().actor {
        Actor::System => 1,
        Actor::Person(_) | Actor::Import => SECONDS_LEAST,
    };
    check_agreement(&agreement.name, conditions, &agreement.targets, least)?;
    let departments = organisation::departments_by_id(db, &conditions.departments).await?;
    if conditions
        .departments
        .iter()
        .any(|id| !departments.iter().any(|row| row.id == *id))
    {
        return Err(Error::not_found("conditions.departments"));
    }
    let services = organisation::services_by_id(db, &conditions.services).await?;
    if conditions
        .services
        .iter()
        .any(|id| !services.iter().any(|row| row.id == *id))
    {
        return Err(Error::not_found("conditions.services"));
    }
    let categories = organisation::categories_by_id(db, &conditions.categories).await?;
    if conditions
        .categories
        .iter()
        .any(|id| !categories.iter().any(|row| row.id == *id))
    {
        return Err(Error::not_found("conditions.categories"));
    }
    Ok(())
}

fn subject(agreement: &Agreement) -> Subject {
    Subject {
        kind: AgreementId::PREFIX,
        id: agreement.id.0,
        department: None,
        version: Some(agreement.version),
    }
}
