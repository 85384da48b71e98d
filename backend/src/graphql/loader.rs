//! Loads rows of the organisation many at a time.

use super::at_hand::AtHand;
use crate::desk::entity::clock;
use crate::desk::service_level::clock_store;
use crate::desk::state_settings::{self, History};
use crate::organisation::entity::{category, department, person, role_grant, service, site, team};
use crate::organisation::store;
use crate::platform::database::Database;
use crate::platform::error::Error;
use async_graphql::dataloader::{DataLoader, Loader};
use shared::id::{CategoryId, DepartmentId, PersonId, ServiceId, SiteId, TeamId, TicketId};
use shared::permission::SiteRole;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

/// Loads from the database.
pub struct OrganisationLoader(pub Database);

/// Where a request finds rows of the organisation.
pub enum Loading {
    /// It loads its own: what is asked for at the same time is loaded at once, and nothing is kept but
    /// what a query's lists have at hand, for a mutation may follow that changes it.
    Own {
        /// Looked at first.
        at_hand: AtHand,
        /// Asked for what is not at hand.
        loader: DataLoader<OrganisationLoader>,
    },
    /// In the [`LiveLoading`](super::live_loading::LiveLoading) of the schema: a subscription.
    Live,
}

impl Loading {
    /// For a query or a mutation.
    pub fn own(db: Database) -> Self {
        let loader = DataLoader::new(OrganisationLoader(db), tokio::spawn);
        Self::Own {
            at_hand: AtHand::default(),
            loader: loader.delay(Duration::ZERO),
        }
    }
}

/// Asks for the teams in use of a department.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TeamsOfDepartment(pub DepartmentId);

/// Asks for the active members of a team.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct MembersOf(pub TeamId);

/// Asks for the teams of a person.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TeamsOf(pub PersonId);

/// Asks for the roles that a person has in departments.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RolesOf(pub PersonId);

/// Asks for the site-wide roles of a person.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SiteRolesOf(pub PersonId);

macro_rules! load_by_id {
    ($($find:ident: $id:ty => $module:ident),+ $(,)?) => {$(
        impl Loader<$id> for OrganisationLoader {
            type Value = $module::Model;
            type Error = Arc<Error>;

            async fn load(&self, keys: &[$id]) -> Result<HashMap<$id, Self::Value>, Self::Error> {
                let rows = store::$find(self.0.reader(), keys).await?;
                Ok(rows.into_iter().map(|row| (row.id, row)).collect())
            }
        }
    )+};
}

load_by_id! {
    departments_by_id: DepartmentId => department,
    teams_by_id: TeamId => team,
    people_by_id: PersonId => person,
    services_by_id: ServiceId => service,
    categories_by_id: CategoryId => category,
    sites_by_id: SiteId => site,
}

impl Loader<TeamsOfDepartment> for OrganisationLoader {
    type Value = Vec<team::Model>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[TeamsOfDepartment],
    ) -> Result<HashMap<TeamsOfDepartment, Self::Value>, Self::Error> {
        let ids: Vec<DepartmentId> = keys.iter().map(|key| key.0).collect();
        let rows = store::teams(self.0.reader(), Some(&ids), false).await?;
        Ok(grouped(
            rows.into_iter()
                .map(|row| (TeamsOfDepartment(row.department_id), row)),
        ))
    }
}

impl Loader<MembersOf> for OrganisationLoader {
    type Value = Vec<person::Model>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[MembersOf],
    ) -> Result<HashMap<MembersOf, Self::Value>, Self::Error> {
        let ids: Vec<TeamId> = keys.iter().map(|key| key.0).collect();
        let pairs = store::members_of(self.0.reader(), &ids).await?;
        Ok(grouped(
            pairs.into_iter().map(|(team, row)| (MembersOf(team), row)),
        ))
    }
}

impl Loader<TeamsOf> for OrganisationLoader {
    type Value = Vec<team::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[TeamsOf]) -> Result<HashMap<TeamsOf, Self::Value>, Self::Error> {
        let ids: Vec<PersonId> = keys.iter().map(|key| key.0).collect();
        let pairs = store::teams_of(self.0.reader(), &ids).await?;
        Ok(grouped(
            pairs
                .into_iter()
                .map(|(person, row)| (TeamsOf(person), row)),
        ))
    }
}

impl Loader<RolesOf> for OrganisationLoader {
    type Value = Vec<role_grant::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[RolesOf]) -> Result<HashMap<RolesOf, Self::Value>, Self::Error> {
        let ids: Vec<PersonId> = keys.iter().map(|key| key.0).collect();
        let rows = store::grants_of(self.0.reader(), &ids).await?;
        Ok(grouped(
            rows.into_iter().map(|row| (RolesOf(row.person_id), row)),
        ))
    }
}

impl Loader<SiteRolesOf> for OrganisationLoader {
    type Value = Vec<SiteRole>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[SiteRolesOf],
    ) -> Result<HashMap<SiteRolesOf, Self::Value>, Self::Error> {
        let ids: Vec<PersonId> = keys.iter().map(|key| key.0).collect();
        let rows = store::site_roles_of(self.0.reader(), &ids).await?;
        Ok(grouped(
            rows.into_iter()
                .map(|row| (SiteRolesOf(row.person_id), row.role)),
        ))
    }
}

/// Asks how many active people work at a site.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PeopleAt(pub SiteId);

impl Loader<PeopleAt> for OrganisationLoader {
    type Value = i64;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[PeopleAt]) -> Result<HashMap<PeopleAt, i64>, Self::Error> {
        let ids: Vec<SiteId> = keys.iter().map(|key| key.0).collect();
        let counts = store::people_at(self.0.reader(), &ids).await?;
        Ok(counts
            .into_iter()
            .map(|(site, people)| (PeopleAt(site), people))
            .collect())
    }
}

/// Asks for what a department sets about states.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StatesOf(pub DepartmentId);

impl Loader<StatesOf> for OrganisationLoader {
    type Value = History;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[StatesOf]) -> Result<HashMap<StatesOf, History>, Self::Error> {
        let ids: Vec<DepartmentId> = keys.iter().map(|key| key.0).collect();
        let found = state_settings::of_many(self.0.reader(), &ids).await?;
        Ok(found
            .into_iter()
            .map(|history| (StatesOf(history.department), history))
            .collect())
    }
}

/// Asks for the stored clocks of a ticket.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClocksOf(pub TicketId);

impl Loader<ClocksOf> for OrganisationLoader {
    type Value = Vec<clock::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ClocksOf]) -> Result<HashMap<ClocksOf, Self::Value>, Self::Error> {
        let ids: Vec<TicketId> = keys.iter().map(|key| key.0).collect();
        let rows = clock_store::of_tickets(self.0.reader(), &ids).await?;
        Ok(grouped(
            rows.into_iter().map(|row| (ClocksOf(row.ticket_id), row)),
        ))
    }
}

/// Gathers the values of each key, keeping their order.
fn grouped<K: Hash + Eq, V>(pairs: impl Iterator<Item = (K, V)>) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}
