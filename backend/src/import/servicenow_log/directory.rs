//! Departments, people, teams and categories of the file, created when missing.

use super::directory_store as store;
use super::header::{Column, Layout};
use super::names::{Names, UNKNOWN_PERSON, fitted, login};
use super::row::Row;
use crate::organisation::entity::{category, department, person, team};
use crate::platform::error::Result;
use crate::platform::event_log::{Change, Changes, NewEvent};
use crate::platform::row;
use crate::platform::unit_of_work::UnitOfWork;
use serde_json::{Value, json};
use shared::event::EventKind;
use shared::id::{CategoryId, DepartmentId, PersonId, TeamId};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Key of the department that takes imported tickets unless told otherwise.
pub const DEPARTMENT: &str = "imported";

/// Names of the department and of those that an import has met.
pub struct Directory {
    /// Where tickets go.
    pub department: DepartmentId,
    /// What is known by name.
    pub names: Names,
    /// How many people were created.
    pub people_created: u64,
}

impl Directory {
    /// Finds the department by its key, or creates it, and reads its teams and categories.
    pub async fn open(uow: &mut UnitOfWork, key: &str) -> Result<Self> {
        let department = match store::department(uow.tx(), key).await? {
            Some(found) => found,
            None => create_department(uow, key).await?,
        };
        let mut names = Names::default();
        for row in store::teams(uow.tx(), department).await? {
            names.teams.insert(row.name, row.id);
        }
        let categories = store::categories(uow.tx(), department).await?;
        let by_id: BTreeMap<CategoryId, String> =
            categories.iter().map(|c| (c.id, c.name.clone())).collect();
        for row in categories {
            let parent = row.parent_id.and_then(|id| by_id.get(&id).cloned());
            names.categories.insert((parent, row.name), row.id);
        }
        Ok(Self {
            department,
            names,
            people_created: 0,
        })
    }

    /// Makes sure that everybody and everything that these rows name is there.
    pub async fn learn(
        &mut self,
        uow: &mut UnitOfWork,
        layout: &Layout,
        rows: impl Iterator<Item = &Row>,
    ) -> Result<()> {
        let mut people: BTreeMap<String, String> = BTreeMap::new();
        let mut teams = BTreeSet::new();
        let mut categories = BTreeSet::new();
        for row in rows {
            if row.text(layout, Column::CallerId).is_none() {
                people.insert(login(UNKNOWN_PERSON), UNKNOWN_PERSON.to_owned());
            }
            for column in [
                Column::CallerId,
                Column::OpenedBy,
                Column::AssignedTo,
                Column::ResolvedBy,
            ] {
                if let Some(name) = row.text(layout, column) {
                    people.insert(login(name), fitted(name));
                }
            }
            teams.extend(row.text(layout, Column::AssignmentGroup).map(fitted));
            if let Some(top) = row.text(layout, Column::Category).map(fitted) {
                if let Some(below) = row.text(layout, Column::Subcategory).map(fitted) {
                    categories.insert((Some(top.clone()), below));
                }
                // Sorts before those below it, so that they find it.
                categories.insert((None, top));
            }
        }
        people.retain(|login, _| !self.names.people.contains_key(login));
        self.learn_people(uow, people).await?;
        teams.retain(|name| !self.names.teams.contains_key(name));
        self.learn_teams(uow, teams).await?;
        categories.retain(|key| !self.names.categories.contains_key(key));
        self.learn_categories(uow, categories).await
    }

    async fn learn_people(
        &mut self,
        uow: &mut UnitOfWork,
        mut wanted: BTreeMap<String, String>,
    ) -> Result<()> {
        let logins: Vec<String> = wanted.keys().cloned().collect();
        for (login, id) in store::people(uow.tx(), &logins).await? {
            wanted.remove(&login);
            self.names.people.insert(login, id);
        }
        let mut created = Vec::with_capacity(wanted.len());
        for (login, name) in wanted {
            let id = PersonId(uow.next_id());
            let changes = [("name", json!(name)), ("login", json!(login))];
            self.created(
                uow,
                EventKind::PersonCreated,
                PersonId::PREFIX,
                id.0,
                changes,
            );
            created.push(person::Model {
                id,
                // A domain that can never be delivered to (RFC 2606).
                email: format!("{login}@imported.invalid"),
                login: login.clone(),
                name,
                title: None,
                phone: None,
                site_id: None,
                timezone: "UTC".into(),
                locale: "en".into(),
                vip: false,
                department_id: Some(self.department),
                manager_id: None,
                password_hash: None,
                active: true,
                created_at: uow.context().now,
                version: 1,
            });
            self.names.people.insert(login, id);
            self.people_created += 1;
        }
        store::insert_people(uow.tx(), created).await
    }

    async fn learn_teams(&mut self, uow: &mut UnitOfWork, wanted: BTreeSet<String>) -> Result<()> {
        for name in wanted {
            let id = TeamId(uow.next_id());
            let changes = [("name", json!(name))];
            self.created(uow, EventKind::TeamCreated, TeamId::PREFIX, id.0, changes);
            let row = team::Model {
                id,
                department_id: self.department,
                name: name.clone(),
                active: true,
                version: 1,
            };
            row::insert(uow.tx(), row).await?;
            self.names.teams.insert(name, id);
        }
        Ok(())
    }

    async fn learn_categories(
        &mut self,
        uow: &mut UnitOfWork,
        wanted: BTreeSet<(Option<String>, String)>,
    ) -> Result<()> {
        for (parent, name) in wanted {
            let id = CategoryId(uow.next_id());
            let parent_id = parent
                .as_ref()
                .and_then(|p| self.names.categories.get(&(None, p.clone())).copied());
            let changes = [("name", json!(name)), ("parent", json!(parent_id))];
            self.created(
                uow,
                EventKind::CategoryCreated,
                CategoryId::PREFIX,
                id.0,
                changes,
            );
            let row = category::Model {
                id,
                department_id: self.department,
                parent_id,
                name: name.clone(),
                team_id: None,
                active: true,
                version: 1,
            };
            row::insert(uow.tx(), row).await?;
            self.names.categories.insert((parent, name), id);
        }
        Ok(())
    }

    fn created<const N: usize>(
        &self,
        uow: &mut UnitOfWork,
        kind: EventKind,
        subject_kind: &'static str,
        subject_id: Uuid,
        values: [(&str, Value); N],
    ) {
        uow.emit(NewEvent {
            occurred_at: uow.context().now,
            kind,
            subject_kind,
            subject_id,
            ticket: None,
            department: Some(self.department),
            version_after: Some(1),
            cause: None,
            changes: first(values),
        });
    }
}

fn first<const N: usize>(values: [(&str, Value); N]) -> Changes {
    values
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, after)| {
            let before = Value::Null;
            (name.to_owned(), Change { before, after })
        })
        .collect()
}

async fn create_department(uow: &mut UnitOfWork, key: &str) -> Result<DepartmentId> {
    let id = DepartmentId(uow.next_id());
    let name = if key == DEPARTMENT {
        "Imported incidents".to_owned()
    } else {
        let mut letters = key.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect()
    };
    let last = store::last_position(uow.tx()).await?;
    let row = department::Model {
        id,
        key: key.to_owned(),
        name: fitted(&name),
        description: "Tickets that came from another system.".into(),
        icon: "download".into(),
        hue: 210,
        confidential: false,
        position: last.unwrap_or(0) + 1,
        active: true,
        version: 1,
    };
    uow.emit(NewEvent {
        occurred_at: uow.context().now,
        kind: EventKind::DepartmentCreated,
        subject_kind: DepartmentId::PREFIX,
        subject_id: id.0,
        ticket: None,
        department: Some(id),
        version_after: Some(1),
        cause: None,
        changes: first([("key", json!(key)), ("name", json!(row.name))]),
    });
    row::insert(uow.tx(), row).await?;
    Ok(id)
}
