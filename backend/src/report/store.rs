//! What reports know of the organisation, and whose inner workings somebody may read.

use super::dimension::{Parents, Value};
use crate::desk::entity::ticket;
use crate::desk::store::queue::scope_condition;
use crate::organisation::entity::{category, department, service, site, team};
use crate::platform::database::Database;
use crate::platform::error::Result;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};
use shared::id::{CategoryId, DepartmentId, ServiceId, SiteId, TeamId};
use shared::permission::Scope;
use std::collections::{HashMap, HashSet};

/// Tickets whose inner workings (history, promises) a person may read: visible, and in a department
/// of which they see figures by a role. Taking part as a requester is not enough.
pub fn inside(scope: &Scope) -> Condition {
    Condition::all()
        .add(scope_condition(scope))
        .add(ticket::Column::DepartmentId.is_in(scope.departments.iter().copied()))
}

/// Which category lies below which.
pub async fn parents(db: &Database) -> Result<Parents> {
    let rows: Vec<(CategoryId, Option<CategoryId>)> = category::Entity::find()
        .select_only()
        .columns([category::Column::Id, category::Column::ParentId])
        .into_tuple()
        .all(db.reader())
        .await?;
    Ok(rows.into_iter().collect())
}

/// Names of departments, teams, categories, services and sites.
pub async fn names(
    db: &Database,
    values: impl Iterator<Item = &Value>,
) -> Result<HashMap<Value, String>> {
    let mut departments: HashSet<DepartmentId> = HashSet::new();
    let mut teams: HashSet<TeamId> = HashSet::new();
    let mut categories: HashSet<CategoryId> = HashSet::new();
    let mut services: HashSet<ServiceId> = HashSet::new();
    let mut sites: HashSet<SiteId> = HashSet::new();
    for value in values {
        match value {
            Value::Department(id) => drop(departments.insert(*id)),
            Value::Team(id) => drop(teams.insert(*id)),
            Value::Category(id) => drop(categories.insert(*id)),
            Value::Service(id) => drop(services.insert(*id)),
            Value::Site(id) => drop(sites.insert(*id)),
            _ => {}
        }
    }
    let mut names = HashMap::new();
    macro_rules! look_up {
        ($ids:ident, $entity:ident, $make:expr) => {
            for chunk in $ids.into_iter().collect::<Vec<_>>().chunks(500) {
                let rows = $entity::Entity::find()
                    .filter($entity::Column::Id.is_in(chunk.iter().copied()))
                    .all(db.reader())
                    .await?;
                names.extend(rows.into_iter().map(|row| ($make(row.id), row.name)));
            }
        };
    }
    look_up!(departments, department, Value::Department);
    look_up!(teams, team, Value::Team);
    look_up!(categories, category, Value::Category);
    look_up!(services, service, Value::Service);
    look_up!(sites, site, Value::Site);
    Ok(names)
}
