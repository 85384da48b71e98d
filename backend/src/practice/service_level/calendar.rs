//! Working calendars are drawn up and changed; each change is a version of its own.

use super::{TURN, store};
use crate::organisation::access::{authorize, authorize_reading};
use crate::organisation::{Subject, emit};
use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::Context;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result, code};
use crate::platform::idempotency::Key;
use crate::platform::unit_of_work::UnitOfWork;
use shared::calendar::CalendarDefinition;
use shared::event::EventKind;
use shared::id::CalendarId;
use shared::permission::SetUp;
use shared::text::NAME_MAX;
use shared::validation::{Problem, Problems};

/// Most closed dates, and most exceptional openings, of a calendar.
const DATES_MAX: usize = 1_000;

/// A calendar in its present version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Identity.
    pub id: CalendarId,
    /// Name.
    pub name: String,
    /// The one that counts where no other is chosen; there always is exactly one.
    pub is_default: bool,
    /// Can be chosen.
    pub active: bool,
    /// For edits; also the version of the hours.
    pub version: i32,
    /// Zone, hours, closed dates, exceptional openings.
    pub definition: CalendarDefinition,
}

/// A new calendar.
#[derive(Clone, Debug)]
pub struct NewCalendar {
    /// Name.
    pub name: String,
    /// Takes over as the default.
    pub is_default: bool,
    /// Zone and hours.
    pub definition: CalendarDefinition,
}

/// An edit; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct CalendarEdit {
    /// Name.
    pub name: Option<String>,
    /// Takes over as the default. A default is replaced, never just dropped.
    pub is_default: Option<bool>,
    /// Can be chosen.
    pub active: Option<bool>,
    /// Zone and hours.
    pub definition: Option<CalendarDefinition>,
}

/// All calendars, the default one first.
pub async fn calendars(db: &impl Connection, ctx: &Context) -> Result<Vec<Calendar>> {
    authorize_reading(ctx)?;
    store::calendars(db).await
}

/// One calendar.
pub async fn calendar(
    db: &impl Connection,
    ctx: &Context,
    id: CalendarId,
) -> Result<Option<Calendar>> {
    authorize_reading(ctx)?;
    store::calendar(db, id).await
}

/// Draws up a calendar. The first one is the default.
pub async fn create(
    platform: &Platform,
    ctx: &Context,
    new: NewCalendar,
    key: Key,
) -> Result<Calendar> {
    authorize(ctx, SetUp::Site)?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    if let Some(id) = key.earlier(&uow).await? {
        uow.rollback().await?;
        return store::calendar(platform.db.reader(), CalendarId(id))
            .await?
            .ok_or_else(|| Error::not_found("idempotencyKey"));
    }
    uow.wait_turn(TURN).await?;
    let first = store::calendars(uow.tx()).await?.is_empty();
    let calendar = Calendar {
        id: CalendarId(uow.next_id()),
        name: new.name.trim().to_owned(),
        is_default: new.is_default || first,
        active: true,
        version: 1,
        definition: new.definition,
    };
    check(&calendar)?;
    if calendar.is_default {
        store::only_default(uow.tx(), calendar.id).await?;
    }
    store::insert_calendar(uow.tx(), &calendar, ctx.now).await?;
    let changes = Changeset::new()
        .first("name", &calendar.name)
        .first("isDefault", &calendar.is_default)
        .first("definition", &calendar.definition);
    emit(
        &mut uow,
        EventKind::CalendarCreated,
        subject(&calendar),
        changes,
    );
    key.remember(&mut uow, calendar.id.0);
    uow.commit().await?;
    Ok(calendar)
}

/// Changes a calendar: its next version.
pub async fn edit(
    platform: &Platform,
    ctx: &Context,
    id: CalendarId,
    expected_version: i32,
    edit: CalendarEdit,
) -> Result<Calendar> {
    authorize(ctx, SetUp::Site)?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    uow.wait_turn(TURN).await?;
    let before = store::calendar(uow.tx(), id)
        .await?
        .ok_or_else(|| Error::not_found("calendar"))?;
    if before.version != expected_version {
        return Err(Error::version_conflict());
    }
    let old = before.clone();
    let mut after = Calendar {
        name: edit.name.map_or(old.name, |name| name.trim().to_owned()),
        is_default: edit.is_default.unwrap_or(old.is_default),
        active: edit.active.unwrap_or(old.active),
        definition: edit.definition.unwrap_or(old.definition),
        ..old
    };
    check(&after)?;
    if before.is_default && !after.is_default {
        return Err(Error::refused(
            code::INVALID,
            "isDefault",
            "One calendar is the default. Make another one the default instead.",
        ));
    }
    if after.is_default && !after.active && !before.active {
        return Err(Error::refused(
            code::INVALID,
            "isDefault",
            "This calendar is out of use. Take it into use to make it the default.",
        ));
    }
    if before.active && !after.active {
        check_unused(uow.tx(), &after).await?;
    }
    let changes = Changeset::new()
        .field("name", &before.name, &after.name)
        .field("isDefault", &before.is_default, &after.is_default)
        .field("active", &before.active, &after.active)
        .field("definition", &before.definition, &after.definition);
    if changes.is_empty() {
        return Ok(before);
    }
    after.version += 1;
    if after.is_default && !before.is_default {
        store::only_default(uow.tx(), id).await?;
    }
    store::update_calendar(uow.tx(), &after, expected_version, ctx.now).await?;
    emit(
        &mut uow,
        EventKind::CalendarEdited,
        subject(&after),
        changes,
    );
    uow.commit().await?;
    Ok(after)
}

fn check(calendar: &Calendar) -> Result<()> {
    let mut problems = Problems::new();
    problems.text("name", &calendar.name, NAME_MAX);
    let definition = &calendar.definition;
    for (field, count) in [
        ("closed", definition.closed.len()),
        ("openings", definition.openings.len()),
    ] {
        if count > DATES_MAX {
            problems.add("TOO_MANY", field, format!("At most {DATES_MAX} dates."));
        }
    }
    let names = definition
        .closed
        .iter()
        .map(|closed| ("closed", &closed.name))
        .chain(definition.openings.iter().map(|o| ("openings", &o.name)));
    for (field, name) in names {
        problems.optional_text(field, name, NAME_MAX);
    }
    let mut problems: Vec<Problem> = problems.finish().err().unwrap_or_default();
    problems.extend(definition.validate());
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.into())
    }
}

async fn check_unused(db: &impl Connection, calendar: &Calendar) -> Result<()> {
    if calendar.is_default {
        return Err(Error::refused(
            "IN_USE",
            "active",
            "This is the default calendar. Make another one the default first.",
        ));
    }
    let users = store::agreements_in(db, calendar.id).await?;
    if users.is_empty() {
        return Ok(());
    }
    Err(Error::refused(
        "IN_USE",
        "active",
        format!("In use by: {}.", users.join(", ")),
    ))
}

fn subject(calendar: &Calendar) -> Subject {
    Subject {
        kind: CalendarId::PREFIX,
        id: calendar.id.0,
        department: None,
        version: Some(calendar.version),
    }
}
