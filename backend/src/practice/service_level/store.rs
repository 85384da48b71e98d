//! Queries of calendars and agreements for those who set them up.

use super::agreement::Agreement;
use super::calendar::Calendar;
use crate::desk::service_level::store::{
    AgreementDefinition, add_agreement_version, add_calendar_version, agreement, agreement_version,
    calendar, calendar_version,
};
use crate::platform::error::{Error, Result};
use crate::platform::row;
use anyhow::anyhow;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use shared::id::{AgreementId, CalendarId};
use shared::time::Timestamp;

crate::versioned!(calendar, agreement);

/// All calendars by name, the default one first.
pub(super) async fn calendars(db: &impl ConnectionTrait) -> Result<Vec<Calendar>> {
    let rows = calendar::Entity::find()
        .order_by_desc(calendar::Column::IsDefault)
        .order_by_asc(calendar::Column::Name)
        .order_by_asc(calendar::Column::Id)
        .all(db)
        .await?;
    let mut calendars = Vec::with_capacity(rows.len());
    for row in rows {
        calendars.push(with_hours(db, row).await?);
    }
    Ok(calendars)
}

/// One calendar in its present version.
pub(super) async fn calendar(
    db: &impl ConnectionTrait,
    id: CalendarId,
) -> Result<Option<Calendar>> {
    Ok(match calendar::Entity::find_by_id(id).one(db).await? {
        Some(row) => Some(with_hours(db, row).await?),
        None => None,
    })
}

async fn with_hours(db: &impl ConnectionTrait, row: calendar::Model) -> Result<Calendar> {
    let version = calendar_version::Entity::find_by_id((row.id, row.version))
        .one(db)
        .await?
        .ok_or_else(|| anyhow!("{} has no version {}", row.id, row.version))?;
    Ok(Calendar {
        id: row.id,
        name: row.name,
        is_default: row.is_default,
        active: row.active,
        version: row.version,
        definition: serde_json::from_str(&version.definition)?,
    })
}

/// Writes a new calendar with its first version.
pub(super) async fn insert_calendar(
    db: &impl ConnectionTrait,
    new: &Calendar,
    now: Timestamp,
) -> Result<()> {
    row::insert(db, calendar_row(new)).await?;
    add_calendar_version(db, new.id, new.version, &new.definition, now).await
}

/// Writes an edited calendar with its next version.
pub(super) async fn update_calendar(
    db: &impl ConnectionTrait,
    edited: &Calendar,
    expected_version: i32,
    now: Timestamp,
) -> Result<()> {
    row::update(db, calendar_row(edited), expected_version).await?;
    add_calendar_version(db, edited.id, edited.version, &edited.definition, now).await
}

/// Takes the default from every calendar but one.
pub(super) async fn only_default(db: &impl ConnectionTrait, id: CalendarId) -> Result<()> {
    calendar::Entity::update_many()
        .col_expr(calendar::Column::IsDefault, Expr::value(false))
        .filter(calendar::Column::Id.ne(id))
        .filter(calendar::Column::IsDefault.eq(true))
        .exec(db)
        .await?;
    Ok(())
}

fn calendar_row(calendar: &Calendar) -> calendar::Model {
    calendar::Model {
        id: calendar.id,
        name: calendar.name.clone(),
        is_default: calendar.is_default,
        active: calendar.active,
        version: calendar.version,
    }
}

/// All agreements in their order.
pub(super) async fn agreements(db: &impl ConnectionTrait) -> Result<Vec<Agreement>> {
    let rows = agreement::Entity::find()
        .order_by_asc(agreement::Column::Position)
        .order_by_asc(agreement::Column::Id)
        .all(db)
        .await?;
    let mut agreements = Vec::with_capacity(rows.len());
    for row in rows {
        agreements.push(with_terms(db, row).await?);
    }
    Ok(agreements)
}

/// One agreement in its present version.
pub(super) async fn agreement(
    db: &impl ConnectionTrait,
    id: AgreementId,
) -> Result<Option<Agreement>> {
    Ok(match agreement::Entity::find_by_id(id).one(db).await? {
        Some(row) => Some(with_terms(db, row).await?),
        None => None,
    })
}

/// Active agreements that count in a calendar.
pub(super) async fn agreements_in(
    db: &impl ConnectionTrait,
    calendar: CalendarId,
) -> Result<Vec<String>> {
    let rows = agreement::Entity::find()
        .filter(agreement::Column::CalendarId.eq(calendar))
        .filter(agreement::Column::Active.eq(true))
        .order_by_asc(agreement::Column::Position)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

async fn with_terms(db: &impl ConnectionTrait, row: agreement::Model) -> Result<Agreement> {
    let version = agreement_version::Entity::find_by_id((row.id, row.version))
        .one(db)
        .await?
        .ok_or_else(|| anyhow!("{} has no version {}", row.id, row.version))?;
    let terms: AgreementDefinition = serde_json::from_str(&version.definition)?;
    Ok(Agreement {
        id: row.id,
        name: row.name,
        position: row.position,
        calendar: row.calendar_id,
        conditions: terms.conditions,
        targets: terms.targets,
        active: row.active,
        version: row.version,
    })
}

/// Writes a new agreement with its first version.
pub(super) async fn insert_agreement(
    db: &impl ConnectionTrait,
    new: &Agreement,
    now: Timestamp,
) -> Result<()> {
    row::insert(db, agreement_row(new)).await?;
    add_agreement_version(db, new.id, new.version, &terms(new), now).await
}

/// Writes an edited agreement with its next version.
pub(super) async fn update_agreement(
    db: &impl ConnectionTrait,
    edited: &Agreement,
    expected_version: i32,
    now: Timestamp,
) -> Result<()> {
    row::update(db, agreement_row(edited), expected_version).await?;
    add_agreement_version(db, edited.id, edited.version, &terms(edited), now).await
}

/// Moves an agreement without editing it.
pub(super) async fn set_position(
    db: &impl ConnectionTrait,
    id: AgreementId,
    position: i32,
) -> Result<()> {
    let done = agreement::Entity::update_many()
        .col_expr(agreement::Column::Position, Expr::value(position))
        .filter(agreement::Column::Id.eq(id))
        .exec(db)
        .await?;
    if done.rows_affected == 0 {
        return Err(Error::not_found("agreement"));
    }
    Ok(())
}

fn agreement_row(agreement: &Agreement) -> agreement::Model {
    agreement::Model {
        id: agreement.id,
        name: agreement.name.clone(),
        position: agreement.position,
        calendar_id: agreement.calendar,
        active: agreement.active,
        version: agreement.version,
    }
}

fn terms(agreement: &Agreement) -> AgreementDefinition {
    AgreementDefinition {
        name: agreement.name.clone(),
        calendar: agreement.calendar,
        conditions: agreement.conditions.clone(),
        targets: agreement.targets.clone(),
    }
}
