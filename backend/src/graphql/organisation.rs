//! Departments, teams, people, sites, services and categories, as everybody may see them.

use super::catalog::{CatalogItem, items};
use super::error::top_level;
use super::id::id;
use super::live_loading::LiveLoading;
use super::loader::{
    Loading, MembersOf, OrganisationLoader, PeopleAt, RolesOf, SiteRolesOf, StatesOf, TeamsOf,
    TeamsOfDepartment,
};
use super::state_settings::StateSettings;
use crate::organisation::entity::{category, department, person, service, site, team};
use crate::platform::context::Context as Acting;
use crate::platform::error::Error;
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use shared::id::{CategoryId, DepartmentId, PersonId, ServiceId, SiteId, TeamId};
use shared::organisation::{hue, initials};
use shared::permission::{Role, SiteRole};
use std::hash::Hash;
use std::sync::Arc;

/// Loads one row by id, together with others of the same request.
pub async fn load<K>(
    ctx: &Context<'_>,
    key: K,
) -> Result<Option<<OrganisationLoader as async_graphql::dataloader::Loader<K>>::Value>>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    OrganisationLoader: async_graphql::dataloader::Loader<K, Error = Arc<Error>>,
{
    let loaded = match ctx.data::<Loading>()? {
        Loading::Own { at_hand, loader } => match at_hand.row(&key) {
            Some(row) => Ok(Some(row)),
            None => loader.load_one(key).await,
        },
        Loading::Live => ctx.data::<LiveLoading>()?.load_one(key).await,
    };
    loaded.map_err(|error| top_level(ctx, Error::Fault(anyhow::anyhow!(error))))
}

/// A department.
pub async fn load_department(ctx: &Context<'_>, key: DepartmentId) -> Result<Department> {
    required(load(ctx, key).await?.map(Department))
}

/// A person.
pub async fn load_person(ctx: &Context<'_>, key: PersonId) -> Result<Person> {
    required(load(ctx, key).await?.map(Person))
}

/// An optional person.
pub async fn load_person_opt(ctx: &Context<'_>, key: Option<PersonId>) -> Result<Option<Person>> {
    Ok(match key {
        Some(key) => load(ctx, key).await?.map(Person),
        None => None,
    })
}

/// An optional team.
pub async fn load_team(ctx: &Context<'_>, key: Option<TeamId>) -> Result<Option<Team>> {
    Ok(match key {
        Some(key) => load(ctx, key).await?.map(Team),
        None => None,
    })
}

/// An optional service.
pub async fn load_service(ctx: &Context<'_>, key: Option<ServiceId>) -> Result<Option<Service>> {
    Ok(match key {
        Some(key) => load(ctx, key).await?.map(Service),
        None => None,
    })
}

/// An optional site.
pub async fn load_site(ctx: &Context<'_>, key: Option<SiteId>) -> Result<Option<Site>> {
    Ok(match key {
        Some(key) => load(ctx, key).await?.map(Site),
        None => None,
    })
}

/// An optional category.
pub async fn load_category(ctx: &Context<'_>, key: Option<CategoryId>) -> Result<Option<Category>> {
    Ok(match key {
        Some(key) => load(ctx, key).await?.map(Category),
        None => None,
    })
}

fn required<T>(row: Option<T>) -> Result<T> {
    row.ok_or_else(|| async_graphql::Error::new("A reference leads nowhere."))
}

/// A department: it owns teams, tickets and what it offers.
pub struct Department(pub department::Model);

#[Object]
impl Department {
    /// Identity.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Stable short name.
    async fn key(&self) -> &str {
        &self.0.key
    }
    /// As employees know it.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// One line.
    async fn description(&self) -> &str {
        &self.0.description
    }
    /// Name of an icon.
    async fn icon(&self) -> &str {
        &self.0.icon
    }
    /// Colour, 0-359.
    async fn hue(&self) -> i32 {
        self.0.hue
    }
    /// Hides its tickets from all others.
    async fn confidential(&self) -> bool {
        self.0.confidential
    }
    /// In use.
    async fn active(&self) -> bool {
        self.0.active
    }
    /// For edits.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Its teams, by name.
    async fn teams(&self, ctx: &Context<'_>) -> Result<Vec<Team>> {
        let rows = load(ctx, TeamsOfDepartment(self.0.id)).await?;
        Ok(rows.unwrap_or_default().into_iter().map(Team).collect())
    }
    /// What it offers, by name.
    async fn catalog_items(&self, ctx: &Context<'_>) -> Result<Vec<CatalogItem>> {
        items(ctx, Some(self.0.id), None, false).await
    }
    /// What it sets about its tickets' states.
    async fn state_settings(&self, ctx: &Context<'_>) -> Result<StateSettings> {
        required(load(ctx, StatesOf(self.0.id)).await?.map(StateSettings))
    }
    /// Place among the departments.
    async fn position(&self) -> i32 {
        self.0.position
    }
}

/// A team of a department.
pub struct Team(pub team::Model);

#[Object]
impl Team {
    /// Identity.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Its department.
    async fn department(&self, ctx: &Context<'_>) -> Result<Department> {
        load_department(ctx, self.0.department_id).await
    }
    /// Active members, by name.
    async fn members(&self, ctx: &Context<'_>) -> Result<Vec<Person>> {
        let rows = load(ctx, MembersOf(self.0.id)).await?;
        Ok(rows.unwrap_or_default().into_iter().map(Person).collect())
    }
    /// In use.
    async fn active(&self) -> bool {
        self.0.active
    }
    /// For edits.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// A service that a department provides.
pub struct Service(pub service::Model);

#[Object]
impl Service {
    /// Identity.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// What it is.
    async fn description(&self) -> &str {
        &self.0.description
    }
    /// Its department.
    async fn department(&self, ctx: &Context<'_>) -> Result<Department> {
        load_department(ctx, self.0.department_id).await
    }
    /// Team that tickets about it go to.
    async fn team(&self, ctx: &Context<'_>) -> Result<Option<Team>> {
        load_team(ctx, self.0.team_id).await
    }
    /// In use.
    async fn active(&self) -> bool {
        self.0.active
    }
    /// For edits.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// A category of tickets.
pub struct Category(pub category::Model);

#[Object]
impl Category {
    /// Identity.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Its department.
    async fn department(&self, ctx: &Context<'_>) -> Result<Department> {
        load_department(ctx, self.0.department_id).await
    }
    /// The category above.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Category>> {
        load_category(ctx, self.0.parent_id).await
    }
    /// Team that its tickets go to.
    async fn team(&self, ctx: &Context<'_>) -> Result<Option<Team>> {
        load_team(ctx, self.0.team_id).await
    }
    /// In use.
    async fn active(&self) -> bool {
        self.0.active
    }
    /// For edits.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// A site: a place where people work.
pub struct Site(pub site::Model);

#[Object]
impl Site {
    /// Identity.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Where it is, in the words of letters.
    async fn address(&self) -> &str {
        &self.0.address
    }
    /// IANA zone.
    async fn timezone(&self) -> &str {
        &self.0.timezone
    }
    /// In use.
    async fn active(&self) -> bool {
        self.0.active
    }
    /// For edits.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// How many active people work there; null for those who may not read the set-up.
    async fn people_count(&self, ctx: &Context<'_>) -> Result<Option<i32>> {
        let may = ctx
            .data_opt::<Acting>()
            .is_some_and(|acting| acting.grants.may_read_set_up());
        if !may {
            return Ok(None);
        }
        let people = load(ctx, PeopleAt(self.0.id)).await?.unwrap_or_default();
        Ok(Some(i32::try_from(people).unwrap_or(i32::MAX)))
    }
}

/// A role in a department.
#[derive(SimpleObject)]
pub struct RoleGrant {
    /// The role.
    role: Role,
    /// Where.
    department: Department,
}

/// A person of the organisation.
pub struct Person(pub person::Model);

impl Person {
    /// Contact details are for those who work tickets, administrators, and the person.
    fn contact_visible(&self, ctx: &Context<'_>) -> bool {
        ctx.data_opt::<Acting>().is_some_and(|acting| {
            acting.person() == self.0.id
                || acting.grants.works_anywhere()
                || acting.grants.is(SiteRole::Administrator)
        })
    }

    /// Roles are for administrators, leads, auditors, and the person.
    fn roles_visible(&self, ctx: &Context<'_>) -> bool {
        ctx.data_opt::<Acting>()
            .is_some_and(|acting| acting.person() == self.0.id || acting.grants.may_read_set_up())
    }
}

#[Object]
impl Person {
    /// Identity.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Two letters for an avatar.
    async fn initials(&self) -> String {
        initials(&self.0.name)
    }
    /// Colour for an avatar, 0-359.
    async fn hue(&self) -> i32 {
        i32::from(hue(&self.0.name))
    }
    /// What they do.
    async fn title(&self) -> Option<&str> {
        self.0.title.as_deref()
    }
    /// Where they work.
    async fn department(&self, ctx: &Context<'_>) -> Result<Option<Department>> {
        Ok(match self.0.department_id {
            Some(key) => Some(load_department(ctx, key).await?),
            None => None,
        })
    }
    /// The site where they work.
    async fn site(&self, ctx: &Context<'_>) -> Result<Option<Site>> {
        load_site(ctx, self.0.site_id).await
    }
    /// Chooses an agreement, never a priority.
    async fn vip(&self) -> bool {
        self.0.vip
    }
    /// Still here.
    async fn active(&self) -> bool {
        self.0.active
    }
    /// Null for those who are neither agents nor the person.
    async fn email(&self, ctx: &Context<'_>) -> Option<&str> {
        self.contact_visible(ctx).then_some(&self.0.email)
    }
    /// Null for those who are neither agents nor the person.
    async fn phone(&self, ctx: &Context<'_>) -> Option<&str> {
        self.0
            .phone
            .as_deref()
            .filter(|_| self.contact_visible(ctx))
    }
    /// Sign-in name; null for those who are neither agents nor the person.
    async fn login(&self, ctx: &Context<'_>) -> Option<&str> {
        self.contact_visible(ctx).then_some(&self.0.login)
    }
    /// IANA zone.
    async fn timezone(&self) -> &str {
        &self.0.timezone
    }
    /// BCP 47 language.
    async fn locale(&self) -> &str {
        &self.0.locale
    }
    /// Whom they report to.
    async fn manager(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        load_person_opt(ctx, self.0.manager_id).await
    }
    /// For edits.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Teams that they belong to.
    async fn teams(&self, ctx: &Context<'_>) -> Result<Vec<Team>> {
        let rows = load(ctx, TeamsOf(self.0.id)).await?;
        Ok(rows.unwrap_or_default().into_iter().map(Team).collect())
    }
    /// Roles; empty for those who may not see them.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<RoleGrant>> {
        if !self.roles_visible(ctx) {
            return Ok(Vec::new());
        }
        let rows = load(ctx, RolesOf(self.0.id)).await?.unwrap_or_default();
        let mut grants = Vec::with_capacity(rows.len());
        for row in rows {
            grants.push(RoleGrant {
                role: row.role,
                department: load_department(ctx, row.department_id).await?,
            });
        }
        Ok(grants)
    }
    /// Site-wide roles; empty for those who may not see them.
    async fn site_roles(&self, ctx: &Context<'_>) -> Result<Vec<SiteRole>> {
        if !self.roles_visible(ctx) {
            return Ok(Vec::new());
        }
        Ok(load(ctx, SiteRolesOf(self.0.id)).await?.unwrap_or_default())
    }
}
