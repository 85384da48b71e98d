//! Names of what entries speak of, looked up many at a time.

use super::store as promises;
use crate::desk::routing;
use crate::organisation::store;
use crate::platform::database::Connection;
use crate::platform::error::Result;
use crate::platform::event_log::Changes;
use crate::platform::event_search::Found;
use crate::practice::catalog;
use crate::session::api_token;
use serde_json::Value;
use shared::id::{
    AgreementId, ApiTokenId, CalendarId, CatalogItemId, CategoryId, DepartmentId, PersonId,
    RoutingRuleId, ServiceId, TeamId,
};
use std::collections::{HashMap, HashSet};
use std::str::FromStr;

/// Names by id as the API writes it.
pub struct Names(HashMap<String, String>);

impl Names {
    /// Of everything that these events name.
    pub async fn of(db: &impl Connection, events: &[(Found, Changes)]) -> Result<Self> {
        let mut ids = HashSet::new();
        for (event, changes) in events {
            let encoded = shared::id::encode(event.subject_id);
            ids.insert(format!("{}_{encoded}", event.subject_kind));
            ids.extend(event.actor_id.map(|id| id.to_string()));
            ids.extend(event.token_id.map(|id| id.to_string()));
            ids.extend(event.department_id.map(|id| id.to_string()));
            for change in changes.values() {
                gather(&change.before, &mut ids);
                gather(&change.after, &mut ids);
            }
        }
        let mut names = HashMap::new();
        let known = |rows: Vec<(String, String)>| names.extend(rows);
        look_up(db, &ids, known).await?;
        Ok(Self(names))
    }

    /// The name of what this id stands for.
    pub fn find(&self, id: &str) -> Option<String> {
        self.0.get(id).cloned()
    }
}

/// Ids that a value holds.
fn gather(value: &Value, ids: &mut HashSet<String>) {
    match value {
        Value::String(text) if shared::id::prefix_of(text).is_some() => {
            ids.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, ids)),
        _ => {}
    }
}

async fn look_up(
    db: &impl Connection,
    ids: &HashSet<String>,
    mut known: impl FnMut(Vec<(String, String)>),
) -> Result<()> {
    macro_rules! named {
        ($id:ty, $find:expr) => {{
            let wanted = of_kind::<$id>(ids);
            if !wanted.is_empty() {
                let rows = $find(wanted).await?;
                known(
                    rows.into_iter()
                        .map(|row| (row.id.to_string(), row.name))
                        .collect(),
                );
            }
        }};
    }
    named!(PersonId, async |ids: Vec<_>| store::people_by_id(db, &ids)
        .await);
    named!(TeamId, async |ids: Vec<_>| store::teams_by_id(db, &ids)
        .await);
    named!(DepartmentId, async |ids: Vec<_>| store::departments_by_id(
        db, &ids
    )
    .await);
    named!(ServiceId, async |ids: Vec<_>| store::services_by_id(
        db, &ids
    )
    .await);
    named!(CategoryId, async |ids: Vec<_>| store::categories_by_id(
        db, &ids
    )
    .await);
    named!(CatalogItemId, async |ids: Vec<_>| catalog::by_ids(db, &ids)
        .await);
    named!(RoutingRuleId, async |ids: Vec<_>| routing::by_ids(db, &ids)
        .await);
    named!(ApiTokenId, async |ids: Vec<_>| api_token::by_ids(db, &ids)
        .await);
    named!(CalendarId, async |ids: Vec<_>| promises::calendars(db, ids)
        .await);
    named!(AgreementId, async |ids: Vec<_>| promises::agreements(
        db, ids
    )
    .await);
    Ok(())
}

fn of_kind<Id: FromStr>(ids: &HashSet<String>) -> Vec<Id> {
    ids.iter().filter_map(|text| text.parse().ok()).collect()
}
