//! The person who asks, and which parts of the client are for them.

use super::context::acting;
use super::error::top_level;
use super::input::parts;
use super::mail::sends_mail;
use super::organisation::{Department, Person, load_person};
use crate::channel::mail::preference;
use crate::desk::store::notification;
use crate::organisation::store;
use crate::platform::database::Database;
use async_graphql::{Context, Object, Result};
use shared::permission::{SetUp, SiteRole, TokenScope};

/// The signed-in person.
pub struct Viewer;

#[Object]
impl Viewer {
    /// Who.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        load_person(ctx, acting(ctx)?.person()).await
    }
    /// Departments whose workspace this person may use.
    async fn desk_departments(&self, ctx: &Context<'_>) -> Result<Vec<Department>> {
        let acting = acting(ctx)?;
        let rows = store::departments(ctx.data::<Database>()?.reader(), false)
            .await
            .map_err(|error| top_level(ctx, error))?;
        Ok(rows
            .into_iter()
            .filter(|row| acting.grants.works(row.id))
            .map(Department)
            .collect())
    }
    /// May set things up: everything, or what belongs to a department that they lead.
    async fn can_administer(&self, ctx: &Context<'_>) -> Result<bool> {
        let grants = &acting(ctx)?.grants;
        Ok(grants.may_set_up(SetUp::Site) || grants.roles.keys().any(|d| grants.leads(*d)))
    }
    /// May set up what belongs to no department: departments, people, calendars, agreements.
    async fn can_administer_site(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(acting(ctx)?.grants.may_set_up(SetUp::Site))
    }
    /// Departments whose services, categories, catalog and teams' members this person may change.
    async fn set_up_departments(&self, ctx: &Context<'_>) -> Result<Vec<Department>> {
        let grants = &acting(ctx)?.grants;
        let rows = store::departments(ctx.data::<Database>()?.reader(), false)
            .await
            .map_err(|error| top_level(ctx, error))?;
        Ok(rows
            .into_iter()
            .filter(|row| grants.may_set_up(SetUp::Department(row.id)))
            .map(Department)
            .collect())
    }
    /// Scopes of tokens that this person may make for tools.
    async fn token_scopes(&self, ctx: &Context<'_>) -> Result<Vec<TokenScope>> {
        let grants = &acting(ctx)?.grants;
        let scopes = TokenScope::ALL.iter().copied();
        Ok(scopes.filter(|scope| scope.open_to(grants)).collect())
    }
    /// Works tickets somewhere.
    async fn can_use_desk(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(acting(ctx)?.grants.works_anywhere())
    }
    /// May see figures.
    async fn can_see_dashboards(&self, ctx: &Context<'_>) -> Result<bool> {
        let grants = &acting(ctx)?.grants;
        Ok(grants.works_anywhere()
            || grants.is(SiteRole::Auditor)
            || grants.is(SiteRole::Reporter)
            || grants.roles.values().any(|roles| !roles.is_empty()))
    }
    /// Wants mail about tickets; null while no mail is sent at all.
    async fn ticket_mails(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
        let (acting, platform) = parts(ctx)?;
        if !sends_mail(ctx).await? {
            return Ok(None);
        }
        preference::ticket_mails(platform, acting)
            .await
            .map(Some)
            .map_err(|error| top_level(ctx, error))
    }
    /// Notifications not read yet.
    async fn unread_notifications(&self, ctx: &Context<'_>) -> Result<i32> {
        let person = acting(ctx)?.person();
        let unread = notification::unread(ctx.data::<Database>()?.reader(), person)
            .await
            .map_err(|error| top_level(ctx, error))?;
        Ok(i32::try_from(unread).unwrap_or(i32::MAX))
    }
}

/// Asks about the person who asks.
#[derive(Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// The signed-in person.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer> {
        acting(ctx)?;
        Ok(Viewer)
    }
}
