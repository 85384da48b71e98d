//! Sites.

use cynic::{MutationBuilder, QueryBuilder};

use super::changed;
use crate::api::{self, Call, Id, UserError, schema};

/// A site as its editor needs it.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct Site {
    pub id: Id,
    pub name: String,
    pub address: String,
    pub timezone: String,
    pub active: bool,
    pub version: i32,
    pub people_count: Option<i32>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query")]
struct SitesQuery {
    #[arguments(includeInactive: true)]
    sites: Vec<Site>,
}

/// All sites, those out of use too.
pub fn fetch_sites() -> Call<Vec<Site>> {
    api::one!(SitesQuery::build(()), sites)
}

/// A site that somebody can work at.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Site")]
pub struct SiteName {
    pub id: Id,
    pub name: String,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query")]
struct ChoicesQuery {
    sites: Vec<SiteName>,
}

/// The sites in use.
pub fn fetch_choices() -> Call<Vec<SiteName>> {
    api::one!(ChoicesQuery::build(()), sites)
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct SiteCreateInput {
    pub name: String,
    pub address: String,
    pub timezone: String,
    pub idempotency_key: Option<String>,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct SiteEditInput {
    pub site: Id,
    pub expected_version: i32,
    pub name: Option<String>,
    pub address: Option<String>,
    pub timezone: Option<String>,
    pub active: Option<bool>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct SitePayload {
    site: Option<Site>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryVariables)]
struct SiteCreateVars {
    input: SiteCreateInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "SiteCreateVars")]
struct SiteCreateMutation {
    #[arguments(input: $input)]
    site_create: SitePayload,
}

#[derive(cynic::QueryVariables)]
struct SiteEditVars {
    input: SiteEditInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "SiteEditVars")]
struct SiteEditMutation {
    #[arguments(input: $input)]
    site_edit: SitePayload,
}

/// Adds a site.
pub fn create(input: SiteCreateInput) -> Call<Site> {
    changed!(
        SiteCreateMutation::build(SiteCreateVars { input }),
        site_create,
        site
    )
}

/// Changes a site.
pub fn edit(input: SiteEditInput) -> Call<Site> {
    changed!(
        SiteEditMutation::build(SiteEditVars { input }),
        site_edit,
        site
    )
}
