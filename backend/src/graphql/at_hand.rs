//! Rows that the tickets of a list name, loaded with the list: one statement for each kind of rows, at
//! the same time, and only for what is asked for.

use super::context::app;
use super::error::top_level;
use super::loader::{ClocksOf, Loading, OrganisationLoader};
use crate::desk::entity::ticket;
use crate::platform::error::Error;
use async_graphql::dataloader::Loader;
use async_graphql::{Context, Lookahead, Result};
use shared::id::{DepartmentId, PersonId, SiteId, TeamId};
use std::any::{Any, TypeId};
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, OnceLock};

type Value<K> = <OrganisationLoader as Loader<K>>::Value;

/// What a query has at hand, from the first list of tickets in it on: `HashMap<K, V>` by the type of
/// the key. A mutation has nothing, since it may change what it has read.
#[derive(Default)]
pub struct AtHand(OnceLock<HashMap<TypeId, Box<dyn Any + Send + Sync>>>);

impl AtHand {
    /// The row of a key, if it is at hand.
    pub fn row<K>(&self, key: &K) -> Option<Value<K>>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        OrganisationLoader: Loader<K>,
    {
        let rows = self.0.get()?.get(&TypeId::of::<K>())?;
        let rows = rows.downcast_ref::<HashMap<K, Value<K>>>()?;
        rows.get(key).cloned()
    }
}

/// Loads what these tickets show; `nodes` is where the query says which of their fields it wants.
///
/// # Errors
/// The database does not answer.
pub async fn gather(
    ctx: &Context<'_>,
    nodes: &[Lookahead<'_>],
    tickets: &[Arc<ticket::Model>],
) -> Result<()> {
    let Loading::Own { at_hand, .. } = ctx.data::<Loading>()? else {
        return Ok(());
    };
    if tickets.is_empty() || at_hand.0.get().is_some() {
        return Ok(());
    }
    let shows = |name: &str| nodes.iter().any(|node| node.field(name).exists());
    let of = |name: &str, keys: &dyn Fn(&ticket::Model) -> Option<PersonId>| {
        let shown = shows(name);
        let rows = tickets.iter().filter(move |_| shown);
        rows.filter_map(|row| keys(row)).collect::<Vec<_>>()
    };
    let people = [
        of("requester", &|row| Some(row.requester_id)),
        of("assignee", &|row| row.assignee_id),
        of("openedBy", &|row| row.opened_by_id),
        of("requestedFor", &|row| {
            Some(row.requested_for_id.unwrap_or(row.requester_id))
        }),
    ];
    let departments = tickets.iter().filter(|_| shows("department"));
    let teams = tickets.iter().filter(|_| shows("team"));
    let sites = tickets.iter().filter(|_| shows("site"));
    let timed = shows("nextClock") || shows("clocks") || shows("expectedBy");
    let clocks = tickets.iter().filter(|_| timed);
    let loader = OrganisationLoader(app(ctx).map_err(|e| top_level(ctx, e))?.platform.db.clone());
    let loaded = tokio::try_join!(
        rows::<PersonId>(&loader, people.into_iter().flatten()),
        rows::<DepartmentId>(&loader, departments.map(|row| row.department_id)),
        rows::<TeamId>(&loader, teams.filter_map(|row| row.team_id)),
        rows::<SiteId>(&loader, sites.filter_map(|row| row.site_id)),
        rows::<ClocksOf>(&loader, clocks.map(|row| ClocksOf(row.id))),
    );
    let (people, departments, teams, sites, mut clocks) =
        loaded.map_err(|error| top_level(ctx, Error::Fault(anyhow::anyhow!(error))))?;
    if timed {
        // That there are none is known too.
        for row in tickets {
            clocks.entry(ClocksOf(row.id)).or_default();
        }
    }
    // Whoever came first has loaded as much.
    let _ = at_hand.0.set(HashMap::from([
        boxed(people),
        boxed(departments),
        boxed(teams),
        boxed(sites),
        boxed(clocks),
    ]));
    Ok(())
}

fn boxed<K, V>(rows: HashMap<K, V>) -> (TypeId, Box<dyn Any + Send + Sync>)
where
    K: Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    (TypeId::of::<K>(), Box::new(rows))
}

async fn rows<K>(
    loader: &OrganisationLoader,
    keys: impl Iterator<Item = K>,
) -> Result<HashMap<K, Value<K>>, Arc<Error>>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    OrganisationLoader: Loader<K, Error = Arc<Error>>,
{
    let keys: Vec<K> = keys.collect::<HashSet<_>>().into_iter().collect();
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    Loader::load(loader, &keys).await
}
