//! Loads rows of the organisation for all subscriptions together.

use super::loader::{ClocksOf, OrganisationLoader};
use crate::desk::entity::ticket;
use crate::platform::database::Database;
use crate::platform::error::Error;
use async_graphql::dataloader::Loader;
use shared::id::{DepartmentId, PersonId, SiteId, TeamId};
use std::any::{Any, TypeId};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// Tickets of one telling for which rows are gathered.
const GATHERED: usize = 200;

/// Rows that all subscriptions share: thousands of them tell of the same change at once, and ask for
/// the same people and teams. What a row holds is at least as new as the change that is told; who
/// may see what of it is decided where it is shown.
#[derive(Clone)]
pub struct LiveLoading {
    db: Database,
    /// The position of the log from which on its rows were read.
    present: Arc<Mutex<(i64, Arc<LiveRows>)>>,
}

impl LiveLoading {
    /// Nothing is loaded yet.
    pub fn new(db: Database) -> Self {
        Self {
            db,
            present: Arc::default(),
        }
    }

    /// Forgets what was read before this position of the log.
    pub fn reach(&self, sequence: i64) {
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        if present.0 < sequence {
            *present = (sequence, Arc::default());
        }
    }

    fn rows(&self) -> Arc<LiveRows> {
        let present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        present.1.clone()
    }

    /// Reads what these tickets name, once for all who tell of the same change, before any of them
    /// begins to. Otherwise thousands would wait in the middle of their answers, each with all that
    /// it has of it. Of very many tickets the first. What is not read here is read where it is shown,
    /// and what is wrong is said there.
    pub async fn gather(&self, tickets: impl Iterator<Item = &ticket::Model>) {
        let rows = self.rows();
        let gather = || async {
            let named = Named::by(tickets.take(GATHERED));
            // All come to their end: a statement that is given up costs its connection.
            let read = tokio::join!(
                self.read(&rows, &named.people),
                self.read(&rows, &named.departments),
                self.read(&rows, &named.teams),
                self.read(&rows, &named.sites),
                self.read(&rows, &named.clocks),
            );
            for read in [read.0, read.1, read.2, read.3, read.4] {
                if let Err(error) = read {
                    tracing::warn!(%error, "what changed tickets name cannot be read");
                }
            }
        };
        // All who wait are woken at once.
        rows.gathered.get_or_init(gather).await;
    }

    async fn read<K>(&self, rows: &LiveRows, keys: &HashSet<K>) -> Result<(), Arc<Error>>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        OrganisationLoader: Loader<K, Error = Arc<Error>>,
    {
        if keys.is_empty() {
            return Ok(());
        }
        let keys: Vec<K> = keys.iter().cloned().collect();
        let loader = OrganisationLoader(self.db.clone());
        let mut found = Loader::load(&loader, &keys).await?;
        for key in keys {
            let row = found.remove(&key);
            // Somebody who asked for this one alone may have it already.
            let _ = rows.place(key).set(row);
        }
        Ok(())
    }

    /// The row of a key. Of those who ask at the same time one reads, and the others wait for it.
    pub async fn load_one<K>(
        &self,
        key: K,
    ) -> Result<Option<<OrganisationLoader as Loader<K>>::Value>, Arc<Error>>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        OrganisationLoader: Loader<K, Error = Arc<Error>>,
    {
        let row = self.rows().place(key.clone());
        let read = || async {
            let loader = OrganisationLoader(self.db.clone());
            let mut found = Loader::load(&loader, std::slice::from_ref(&key)).await?;
            Ok(found.remove(&key))
        };
        row.get_or_try_init(read).await.cloned()
    }
}

/// Rows of one position.
#[derive(Default)]
struct LiveRows {
    /// By the type of their keys: `HashMap<K, Arc<OnceCell<Option<V>>>>` each.
    places: Mutex<HashMap<TypeId, Box<dyn Any + Send + Sync>>>,
    /// Once what the position's tickets name was read.
    gathered: OnceCell<()>,
}

type Places<K> = HashMap<K, Arc<OnceCell<Option<<OrganisationLoader as Loader<K>>::Value>>>>;

impl LiveRows {
    fn place<K>(&self, key: K) -> Arc<OnceCell<Option<<OrganisationLoader as Loader<K>>::Value>>>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        OrganisationLoader: Loader<K>,
    {
        let mut all = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let places = all
            .entry(TypeId::of::<K>())
            .or_insert_with(|| Box::new(Places::<K>::new()));
        match places.downcast_mut::<Places<K>>() {
            Some(places) => places.entry(key).or_default().clone(),
            // Not reached: what lies under a type's id is of that type.
            None => Arc::default(),
        }
    }
}

/// What tickets name.
#[derive(Default)]
struct Named {
    people: HashSet<PersonId>,
    departments: HashSet<DepartmentId>,
    teams: HashSet<TeamId>,
    sites: HashSet<SiteId>,
    clocks: HashSet<ClocksOf>,
}

impl Named {
    fn by<'a>(tickets: impl Iterator<Item = &'a ticket::Model>) -> Self {
        let mut named = Self::default();
        for row in tickets {
            let people = [row.assignee_id, row.requested_for_id, row.opened_by_id];
            named.people.insert(row.requester_id);
            named.people.extend(people.into_iter().flatten());
            named.departments.insert(row.department_id);
            named.teams.extend(row.team_id);
            named.sites.extend(row.site_id);
            named.clocks.insert(ClocksOf(row.id));
        }
        named
    }
}
