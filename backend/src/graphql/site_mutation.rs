//! Sites are changed.

use super::id::parse;
use super::input::{kept, key, parts};
use super::organisation::Site;
use super::payload::{edited, made, payloads};
use crate::organisation::entity;
use crate::organisation::site::{self, NewSite, SiteEdit};
use crate::organisation::store;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};

/// A new site.
#[derive(Clone, Debug, InputObject)]
pub struct SiteCreateInput {
    /// Name; no other site has it.
    name: String,
    /// Where it is, in the words of letters.
    #[graphql(default)]
    address: String,
    /// IANA zone, such as Europe/Berlin.
    timezone: String,
    /// The same key again gives the same site.
    idempotency_key: Option<String>,
}

/// An edit of a site; what is absent stays.
#[derive(Clone, Debug, InputObject)]
pub struct SiteEditInput {
    /// Which.
    site: ID,
    /// The version that was read.
    expected_version: i32,
    /// Name; no other site has it.
    name: MaybeUndefined<String>,
    /// Where it is, in the words of letters.
    address: MaybeUndefined<String>,
    /// IANA zone, such as Europe/Berlin.
    timezone: MaybeUndefined<String>,
    /// In use; whoever works at a site that is put out of use stays there, and nobody new comes.
    active: MaybeUndefined<bool>,
}

payloads! {
    /// Answer of mutations of sites.
    SitePayload {
        /// The site; after a stale edit as it is now.
        site: Site = entity::site::Model => Site
    }
}

/// What can be done with sites.
#[derive(Default)]
pub struct SiteMutation;

#[Object]
impl SiteMutation {
    /// Adds a site.
    async fn site_create(&self, ctx: &Context<'_>, input: SiteCreateInput) -> Result<SitePayload> {
        let (acting, platform) = parts(ctx)?;
        let key = key("siteCreate", &input.idempotency_key, &input);
        let new = NewSite {
            name: input.name,
            address: input.address,
            timezone: input.timezone,
        };
        made(ctx, site::create(platform, acting, new, key).await)
    }

    /// Changes a site, or puts it out of use.
    async fn site_edit(&self, ctx: &Context<'_>, input: SiteEditInput) -> Result<SitePayload> {
        let (acting, platform) = parts(ctx)?;
        let which = input.site;
        let edit = async {
            let id = parse(&which, "site")?;
            let edit = SiteEdit {
                name: kept(input.name),
                address: kept(input.address),
                timezone: kept(input.timezone),
                active: kept(input.active),
            };
            site::edit(platform, acting, id, input.expected_version, edit).await
        };
        let current = async { store::site(platform.db.reader(), parse(&which, "site")?).await };
        edited(ctx, edit.await, current).await
    }
}
