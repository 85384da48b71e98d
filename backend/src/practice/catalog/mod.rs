//! What employees can ask for: items with a form.

mod matching;
mod store;

use crate::organisation::access::authorize;
use crate::organisation::reference;
use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::Context;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result};
use crate::platform::event_log::NewEvent;
use crate::platform::idempotency::Key;
use crate::platform::unit_of_work::UnitOfWork;
use shared::event::EventKind;
use shared::form::{FormField, check_item};
use shared::id::{CatalogItemId, DepartmentId, ServiceId, TeamId};
use shared::permission::SetUp;

/// An item of the catalog.
#[derive(Clone, Debug, PartialEq)]
pub struct CatalogItem {
    /// Identity.
    pub id: CatalogItemId,
    /// Whose it is.
    pub department: DepartmentId,
    /// What one asks for.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Name of an icon.
    pub icon: String,
    /// Heading that it stands under.
    pub category: String,
    /// What is promised, in words.
    pub delivery_promise: String,
    /// The service that requests for it are about.
    pub service: Option<ServiceId>,
    /// The team that requests for it go to.
    pub team: Option<TeamId>,
    /// What is asked, in this order.
    pub fields: Vec<FormField>,
    /// How often it was asked for.
    pub popularity: i32,
    /// Can be asked for.
    pub active: bool,
    /// For edits.
    pub version: i32,
}

/// A new item.
#[derive(Clone, Debug)]
pub struct NewItem {
    /// Whose it is.
    pub department: DepartmentId,
    /// What one asks for.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Name of an icon.
    pub icon: String,
    /// Heading that it stands under.
    pub category: String,
    /// What is promised, in words.
    pub delivery_promise: String,
    /// The service that requests for it are about.
    pub service: Option<ServiceId>,
    /// The team that requests for it go to.
    pub team: Option<TeamId>,
    /// What is asked.
    pub fields: Vec<FormField>,
    /// Can be asked for at once.
    pub active: bool,
}

/// An edit; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ItemEdit {
    /// What one asks for.
    pub name: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// Name of an icon.
    pub icon: Option<String>,
    /// Heading that it stands under.
    pub category: Option<String>,
    /// What is promised, in words.
    pub delivery_promise: Option<String>,
    /// The service; the inner `None` clears it.
    pub service: Option<Option<ServiceId>>,
    /// The team; the inner `None` clears it.
    pub team: Option<Option<TeamId>>,
    /// What is asked.
    pub fields: Option<Vec<FormField>>,
    /// Can be asked for.
    pub active: Option<bool>,
}

/// An item that can be asked for: it and its department are in use. `None` otherwise.
pub async fn published_item(
    db: &impl Connection,
    id: CatalogItemId,
) -> Result<Option<CatalogItem>> {
    let Some(item) = store::find(db, id).await?.filter(|item| item.active) else {
        return Ok(None);
    };
    let department = reference::department(db, item.department).await?;
    Ok(department.filter(|d| d.active).map(|_| item))
}

/// Counts a request for an item, in the request's own transaction.
pub async fn count_request(db: &impl Connection, id: CatalogItemId) -> Result<()> {
    store::raise_popularity(db, id).await
}

/// Items by id, published or not: for requests that were made for them.
pub async fn by_ids(db: &impl Connection, ids: &[CatalogItemId]) -> Result<Vec<CatalogItem>> {
    store::by_ids(db, ids).await
}

/// An item as the actor may see it: published, or of a department whose catalog they edit.
pub async fn item(
    db: &impl Connection,
    ctx: &Context,
    id: CatalogItemId,
) -> Result<Option<CatalogItem>> {
    if let Some(item) = published_item(db, id).await? {
        return Ok(Some(item));
    }
    let item = store::find(db, id).await?;
    Ok(item.filter(|item| ctx.grants.may_set_up(SetUp::Department(item.department))))
}

/// The items of one or of all departments, by name; with `search` those that it means. With
/// `unpublished` also those that cannot be asked for, where the actor edits the catalog.
pub async fn items(
    db: &impl Connection,
    ctx: &Context,
    department: Option<DepartmentId>,
    search: Option<&str>,
    unpublished: bool,
) -> Result<Vec<CatalogItem>> {
    let in_use = reference::active_departments(db).await?;
    let mut items = store::list(db, department, !unpublished).await?;
    items.retain(|item| {
        let published = item.active && in_use.contains(&item.department);
        published || ctx.grants.may_set_up(SetUp::Department(item.department))
    });
    Ok(match search {
        Some(search) => matching::matching(items, search),
        None => items,
    })
}

/// Adds an item to a department's catalog.
pub async fn create(
    platform: &Platform,
    ctx: &Context,
    new: NewItem,
    key: Key,
) -> Result<CatalogItem> {
    authorize(ctx, SetUp::Department(new.department))?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    if let Some(id) = key.earlier(&uow).await? {
        uow.rollback().await?;
        return store::find(platform.db.reader(), CatalogItemId(id))
            .await?
            .ok_or_else(|| Error::not_found("idempotencyKey"));
    }
    let item = CatalogItem {
        id: CatalogItemId(uow.next_id()),
        department: new.department,
        name: new.name.trim().to_owned(),
        description: new.description,
        icon: new.icon,
        category: new.category.trim().to_owned(),
        delivery_promise: new.delivery_promise,
        service: new.service,
        team: new.team,
        fields: new.fields,
        popularity: 0,
        active: new.active,
        version: 1,
    };
    check(uow.tx(), &item, None).await?;
    store::insert(uow.tx(), item.clone()).await?;
    let changes = Changeset::new()
        .first("name", &item.name)
        .first("description", &item.description)
        .first("icon", &item.icon)
        .first("category", &item.category)
        .first("deliveryPromise", &item.delivery_promise)
        .first("service", &item.service)
        .first("team", &item.team)
        .first("fields", &item.fields)
        .first("active", &item.active);
    uow.emit(event(&uow, EventKind::CatalogItemCreated, &item, changes));
    key.remember(&mut uow, item.id.0);
    uow.commit().await?;
    Ok(item)
}

/// Changes an item.
pub async fn edit(
    platform: &Platform,
    ctx: &Context,
    id: CatalogItemId,
    expected_version: i32,
    edit: ItemEdit,
) -> Result<CatalogItem> {
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    let before = item(uow.tx(), ctx, id)
        .await?
        .ok_or_else(|| Error::not_found("catalogItem"))?;
    authorize(ctx, SetUp::Department(before.department))?;
    if before.version != expected_version {
        return Err(Error::version_conflict());
    }
    let old = before.clone();
    let mut after = CatalogItem {
        name: edit.name.map_or(old.name, |name| name.trim().to_owned()),
        description: edit.description.unwrap_or(old.description),
        icon: edit.icon.unwrap_or(old.icon),
        category: edit
            .category
            .map_or(old.category, |category| category.trim().to_owned()),
        delivery_promise: edit.delivery_promise.unwrap_or(old.delivery_promise),
        service: edit.service.unwrap_or(old.service),
        team: edit.team.unwrap_or(old.team),
        fields: edit.fields.unwrap_or(old.fields),
        active: edit.active.unwrap_or(old.active),
        ..old
    };
    check(uow.tx(), &after, Some(&before)).await?;
    let changes = Changeset::new()
        .field("name", &before.name, &after.name)
        .field("description", &before.description, &after.description)
        .field("icon", &before.icon, &after.icon)
        .field("category", &before.category, &after.category)
        .field(
            "deliveryPromise",
            &before.delivery_promise,
            &after.delivery_promise,
        )
        .field("service", &before.service, &after.service)
        .field("team", &before.team, &after.team)
        .field("fields", &before.fields, &after.fields)
        .field("active", &before.active, &after.active);
    if changes.is_empty() {
        return Ok(before);
    }
    after.version += 1;
    store::update(uow.tx(), after.clone(), expected_version).await?;
    uow.emit(event(&uow, EventKind::CatalogItemEdited, &after, changes));
    uow.commit().await?;
    Ok(after)
}

/// References are looked up where they are new: an item may keep a team that has since left.
async fn check(
    db: &impl Connection,
    item: &CatalogItem,
    before: Option<&CatalogItem>,
) -> Result<()> {
    check_item(
        &item.name,
        &item.description,
        &item.icon,
        &item.category,
        &item.delivery_promise,
        &item.fields,
    )?;
    if before.is_none() {
        reference::require_department(db, item.department).await?;
    }
    if before.is_none_or(|before| before.service != item.service) {
        reference::require_service(db, item.service, item.department).await?;
    }
    if before.is_none_or(|before| before.team != item.team) {
        reference::require_team(db, item.team, item.department).await?;
    }
    Ok(())
}

fn event(uow: &UnitOfWork, kind: EventKind, item: &CatalogItem, changes: Changeset) -> NewEvent {
    NewEvent {
        occurred_at: uow.context().now,
        kind,
        subject_kind: CatalogItemId::PREFIX,
        subject_id: item.id.0,
        ticket: None,
        department: Some(item.department),
        version_after: Some(item.version),
        cause: None,
        changes: changes.finish(),
    }
}
