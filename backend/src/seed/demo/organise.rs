//! Sets the demo organisation up, through the use cases that an administrator has.

use super::agreements;
use super::content::{self, Content, Grant};
use crate::app::App;
use crate::organisation::category::{self, NewCategory};
use crate::organisation::department::{self, NewDepartment};
use crate::organisation::person::{self, NewPerson};
use crate::organisation::role::{self, Granted};
use crate::organisation::service::{self, NewService};
use crate::organisation::settings::{self, OrganisationEdit};
use crate::organisation::site::{self, NewSite};
use crate::organisation::{Subject, emit, team};
use crate::platform::changes::Changeset;
use crate::platform::context::Context;
use crate::platform::idempotency::Key;
use crate::platform::setting;
use crate::platform::unit_of_work::UnitOfWork;
use crate::practice::catalog::{self, NewItem};
use anyhow::{Context as _, Result, anyhow};
use shared::event::EventKind;
use shared::id::{
    CalendarId, CatalogItemId, CategoryId, DepartmentId, PersonId, ServiceId, SiteId, TeamId,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Ids by the content's keys.
#[derive(Debug, Default)]
pub(in crate::seed) struct Keys {
    pub(in crate::seed) departments: BTreeMap<String, DepartmentId>,
    pub(in crate::seed) sites: BTreeMap<String, SiteId>,
    pub(in crate::seed) teams: BTreeMap<String, TeamId>,
    pub(in crate::seed) services: BTreeMap<String, ServiceId>,
    pub(in crate::seed) categories: BTreeMap<String, CategoryId>,
    pub(in crate::seed) items: BTreeMap<String, CatalogItemId>,
    pub(in crate::seed) people: BTreeMap<String, PersonId>,
    pub(in crate::seed) calendars: BTreeMap<String, CalendarId>,
}

/// Nothing has the key.
#[derive(Debug, thiserror::Error)]
#[error("nothing is called {0}")]
pub(in crate::seed) struct Missing(String);

/// The id that a key stands for.
pub(in crate::seed) fn find<T: Copy>(ids: &BTreeMap<String, T>, key: &str) -> Result<T, Missing> {
    ids.get(key).copied().ok_or_else(|| Missing(key.to_owned()))
}

/// A key that nobody sends twice.
pub(in crate::seed) fn once() -> Key {
    Key::new("seed", None, "")
}

/// Sets everything up at the context's instant.
pub(super) async fn organise(app: &App, ctx: &Context, content: &Content) -> Result<Keys> {
    let mut keys = Keys::default();
    name(app, ctx, content).await?;
    departments(app, ctx, content, &mut keys).await?;
    sites(app, ctx, content, &mut keys).await?;
    agreements::make(app, ctx, content, &mut keys).await?;
    people(app, ctx, content, &mut keys).await?;
    members(app, ctx, content, &keys).await?;
    services(app, ctx, content, &mut keys).await?;
    categories(app, ctx, content, &mut keys).await?;
    items(app, ctx, content, &mut keys).await?;
    Ok(keys)
}

async fn name(app: &App, ctx: &Context, content: &Content) -> Result<()> {
    let organisation = &content.organisation;
    let edit = OrganisationEdit {
        name: Some(organisation.name.clone()),
        ..OrganisationEdit::default()
    };
    settings::edit(&app.platform, ctx, edit).await?;
    settings::set_priority_matrix(&app.platform, ctx, organisation.matrix(), None).await?;
    let mut uow = UnitOfWork::begin(&app.platform, ctx).await?;
    setting::set(uow.tx(), settings::DEMO, &true).await?;
    let subject = Subject {
        kind: "organisation",
        id: Uuid::nil(),
        department: None,
        version: None,
    };
    let changes = Changeset::new().first("demo", &true);
    emit(&mut uow, EventKind::SettingChanged, subject, changes);
    uow.commit().await?;
    Ok(())
}

async fn departments(app: &App, ctx: &Context, content: &Content, keys: &mut Keys) -> Result<()> {
    for department in &content.organisation.departments {
        let new = NewDepartment {
            key: department.key.clone(),
            name: department.name.clone(),
            description: department.description.clone(),
            icon: department.icon.clone(),
            hue: i32::from(department.hue),
            confidential: department.confidential,
        };
        let row = department::create(&app.platform, ctx, new, once()).await?;
        keys.departments.insert(department.key.clone(), row.id);
        for team in &department.teams {
            let made = team::create(&app.platform, ctx, row.id, team.name.clone(), once()).await?;
            keys.teams.insert(team.key.clone(), made.id);
        }
    }
    let default = find(&keys.departments, &content.organisation.default_department)?;
    let edit = OrganisationEdit {
        default_department: Some(Some(default)),
        ..OrganisationEdit::default()
    };
    settings::edit(&app.platform, ctx, edit).await?;
    Ok(())
}

async fn sites(app: &App, ctx: &Context, content: &Content, keys: &mut Keys) -> Result<()> {
    for site in &content.organisation.sites {
        let new = NewSite {
            name: site.name.clone(),
            address: site.address.clone(),
            timezone: site.zone.clone(),
        };
        let row = site::create(&app.platform, ctx, new, once()).await?;
        keys.sites.insert(site.key.clone(), row.id);
    }
    Ok(())
}

async fn people(app: &App, ctx: &Context, content: &Content, keys: &mut Keys) -> Result<()> {
    // Managers come before those who report to them.
    let mut waiting: Vec<&content::Person> = content.people.all.iter().collect();
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut later = Vec::new();
        for person in waiting {
            let manager = match person.manager.as_deref() {
                Some(key) if !keys.people.contains_key(key) => {
                    later.push(person);
                    continue;
                }
                Some(key) => Some(find(&keys.people, key)?),
                None => None,
            };
            let id = take_on(app, ctx, content, keys, person, manager)
                .await
                .with_context(|| person.login.clone())?;
            keys.people.insert(person.key.clone(), id);
        }
        waiting = later;
        if waiting.len() == before {
            return Err(anyhow!("people manage each other in a circle"));
        }
    }
    Ok(())
}

async fn take_on(
    app: &App,
    ctx: &Context,
    content: &Content,
    keys: &Keys,
    person: &content::Person,
    manager: Option<PersonId>,
) -> Result<PersonId> {
    let site = content
        .site(&person.site)
        .ok_or_else(|| anyhow!("no site is called {}", person.site))?;
    let department = content
        .organisation
        .departments
        .iter()
        .find(|d| d.name == person.unit)
        .map(|d| find(&keys.departments, &d.key))
        .transpose()?;
    let new = NewPerson {
        login: person.login.clone(),
        email: person.email.clone(),
        name: person.name.clone(),
        title: Some(person.title.clone()),
        phone: Some(person.phone.clone()),
        site: Some(find(&keys.sites, &person.site)?),
        timezone: site.zone.clone(),
        locale: person.locale.clone(),
        vip: person.vip,
        department,
        manager,
        password: Some(content.people.password.clone()),
    };
    let row = person::create(&app.platform, ctx, new, once()).await?;
    for grant in &person.roles {
        let granted = match grant {
            Grant::Department { role, department } => {
                Granted::In(find(&keys.departments, department)?, *role)
            }
            Grant::Site { role } => Granted::Site(*role),
        };
        role::grant(&app.platform, ctx, row.id, granted).await?;
    }
    Ok(row.id)
}

async fn members(app: &App, ctx: &Context, content: &Content, keys: &Keys) -> Result<()> {
    for (key, id) in &keys.teams {
        let members = content
            .people
            .all
            .iter()
            .filter(|person| person.teams.contains(key))
            .map(|person| find(&keys.people, &person.key))
            .collect::<Result<Vec<_>, Missing>>()?;
        team::set_members(&app.platform, ctx, *id, 1, members).await?;
    }
    Ok(())
}

async fn services(app: &App, ctx: &Context, content: &Content, keys: &mut Keys) -> Result<()> {
    for service in &content.organisation.services {
        let new = NewService {
            department: find(&keys.departments, &service.department)?,
            name: service.name.clone(),
            description: service.description.clone(),
            team: None,
        };
        let row = service::create(&app.platform, ctx, new, once()).await?;
        keys.services.insert(service.key.clone(), row.id);
    }
    Ok(())
}

async fn categories(app: &App, ctx: &Context, content: &Content, keys: &mut Keys) -> Result<()> {
    for category in &content.organisation.categories {
        let department = find(&keys.departments, &category.department)?;
        let new = NewCategory {
            department,
            name: category.name.clone(),
            parent: None,
            team: Some(find(&keys.teams, &category.team)?),
        };
        let parent = category::create(&app.platform, ctx, new, once()).await?;
        keys.categories.insert(category.key.clone(), parent.id);
        for child in &category.children {
            let team = child.team.as_deref();
            let new = NewCategory {
                department,
                name: child.name.clone(),
                parent: Some(parent.id),
                team: team.map(|key| find(&keys.teams, key)).transpose()?,
            };
            let row = category::create(&app.platform, ctx, new, once()).await?;
            keys.categories.insert(child.key.clone(), row.id);
        }
    }
    Ok(())
}

async fn items(app: &App, ctx: &Context, content: &Content, keys: &mut Keys) -> Result<()> {
    for item in &content.items {
        let heading = content
            .organisation
            .categories
            .iter()
            .find(|c| c.children.iter().any(|child| child.key == item.category))
            .map(|c| c.name.clone())
            .ok_or_else(|| anyhow!("no category is called {}", item.category))?;
        let new = NewItem {
            department: find(&keys.departments, &item.department)?,
            name: item.name.clone(),
            description: item.description.clone(),
            icon: item.icon.clone(),
            category: heading,
            delivery_promise: item.promise.clone(),
            service: Some(find(&keys.services, &item.service)?),
            team: Some(find(&keys.teams, &item.team)?),
            fields: item.fields.clone(),
            active: true,
        };
        let made = catalog::create(&app.platform, ctx, new, once())
            .await
            .with_context(|| item.key.clone())?;
        keys.items.insert(item.key.clone(), made.id);
    }
    Ok(())
}
