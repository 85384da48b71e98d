//! Sites: places where people work. Floors and rooms are not sites.

use super::access::authorize;
use super::entity::site::Model as Site;
use super::{Subject, emit, store};
use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::Context;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result, code};
use crate::platform::idempotency::Key;
use crate::platform::row;
use crate::platform::unit_of_work::UnitOfWork;
use shared::calendar::zone_exists;
use shared::event::EventKind;
use shared::id::SiteId;
use shared::organisation::check_site;
use shared::permission::SetUp;
use shared::validation::Problem;

/// Sites are made and changed one at a time: no two have the same name, for files name them by it.
const TURN: &str = "sites";

/// A new site.
#[derive(Clone, Debug)]
pub struct NewSite {
    /// Name.
    pub name: String,
    /// Where it is, in the words of letters.
    pub address: String,
    /// IANA zone.
    pub timezone: String,
}

/// An edit; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct SiteEdit {
    /// Name.
    pub name: Option<String>,
    /// Where it is.
    pub address: Option<String>,
    /// IANA zone.
    pub timezone: Option<String>,
    /// In use. Whoever works at a site that is put out of use stays there; nobody new comes.
    pub active: Option<bool>,
}

/// Adds a site.
pub async fn create(platform: &Platform, ctx: &Context, new: NewSite, key: Key) -> Result<Site> {
    authorize(ctx, SetUp::Site)?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    if let Some(id) = key.earlier(&uow).await? {
        uow.rollback().await?;
        return store::site(platform.db.reader(), SiteId(id))
            .await?
            .ok_or_else(|| Error::not_found("idempotencyKey"));
    }
    let row = Site {
        id: SiteId(uow.next_id()),
        name: new.name.trim().to_owned(),
        address: new.address.trim().to_owned(),
        timezone: new.timezone.trim().to_owned(),
        active: true,
        version: 1,
    };
    uow.wait_turn(TURN).await?;
    check(uow.tx(), &row).await?;
    row::insert(uow.tx(), row.clone()).await?;
    let changes = Changeset::new()
        .first("name", &row.name)
        .first("address", &row.address)
        .first("timezone", &row.timezone);
    emit(&mut uow, EventKind::SiteCreated, subject(&row), changes);
    key.remember(&mut uow, row.id.0);
    uow.commit().await?;
    Ok(row)
}

/// Changes a site, or puts it out of use.
pub async fn edit(
    platform: &Platform,
    ctx: &Context,
    id: SiteId,
    expected_version: i32,
    edit: SiteEdit,
) -> Result<Site> {
    authorize(ctx, SetUp::Site)?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    uow.wait_turn(TURN).await?;
    let before = store::site(uow.tx(), id)
        .await?
        .ok_or_else(|| Error::not_found("site"))?;
    if before.version != expected_version {
        return Err(Error::version_conflict());
    }
    let trimmed = |text: String| text.trim().to_owned();
    let old = before.clone();
    let mut after = Site {
        name: edit.name.map_or(old.name, trimmed),
        address: edit.address.map_or(old.address, trimmed),
        timezone: edit.timezone.map_or(old.timezone, trimmed),
        active: edit.active.unwrap_or(old.active),
        ..old
    };
    check(uow.tx(), &after).await?;
    let changes = Changeset::new()
        .field("name", &before.name, &after.name)
        .field("address", &before.address, &after.address)
        .field("timezone", &before.timezone, &after.timezone)
        .field("active", &before.active, &after.active);
    if changes.is_empty() {
        return Ok(before);
    }
    after.version += 1;
    row::update(uow.tx(), after.clone(), expected_version).await?;
    emit(&mut uow, EventKind::SiteEdited, subject(&after), changes);
    uow.commit().await?;
    Ok(after)
}

async fn check(db: &impl Connection, row: &Site) -> Result<()> {
    let mut problems = check_site(&row.name, &row.address)
        .err()
        .unwrap_or_default();
    if !zone_exists(&row.timezone) {
        problems.push(Problem::new(
            "UNKNOWN_ZONE",
            "timezone",
            "This is not a known time zone, such as Europe/Berlin.",
        ));
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    let name = row.name.to_lowercase();
    let others = store::sites(db, true).await?;
    if others
        .iter()
        .any(|other| other.id != row.id && other.name.to_lowercase() == name)
    {
        return Err(Error::refused(
            code::NOT_UNIQUE,
            "name",
            "Another site has this name.",
        ));
    }
    Ok(())
}

fn subject(row: &Site) -> Subject {
    Subject {
        kind: SiteId::PREFIX,
        id: row.id.0,
        department: None,
        version: Some(row.version),
    }
}
