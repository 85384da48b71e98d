//! The demo organisation as it stands in a database: what the content's keys stand for there.

use super::content::Content;
use super::organise::Keys;
use crate::app::App;
use crate::organisation::store::{self, PeopleFilter};
use crate::platform::context::Context;
use crate::practice::catalog;
use anyhow::Result;

/// Most people that are looked at.
const PEOPLE_MOST: u64 = 100_000;

impl Keys {
    /// Looks everything up by its name. What somebody renamed, took out of use or removed has no
    /// key; calendars are not looked up.
    pub(in crate::seed) async fn known(
        app: &App,
        ctx: &Context,
        content: &Content,
    ) -> Result<Self> {
        let db = app.platform.db.reader();
        let mut keys = Self::default();
        for person in store::people(db, &PeopleFilter::default(), None, PEOPLE_MOST).await? {
            let mut drawn = content.people.all.iter();
            if let Some(drawn) = drawn.find(|drawn| drawn.login == person.login) {
                keys.people.insert(drawn.key.clone(), person.id);
            }
        }
        for department in store::departments(db, false).await? {
            let mut drawn = content.organisation.departments.iter();
            let Some(drawn) = drawn.find(|drawn| drawn.key == department.key) else {
                continue;
            };
            keys.departments.insert(drawn.key.clone(), department.id);
            for team in store::teams(db, Some(&[department.id]), false).await? {
                if let Some(drawn) = drawn.teams.iter().find(|drawn| drawn.name == team.name) {
                    keys.teams.insert(drawn.key.clone(), team.id);
                }
            }
            let of_department = |key: &str| key == drawn.key;
            for service in store::services(db, Some(department.id), false).await? {
                let mut all = content.organisation.services.iter();
                let found = all.find(|s| of_department(&s.department) && s.name == service.name);
                if let Some(found) = found {
                    keys.services.insert(found.key.clone(), service.id);
                }
            }
            let rows = store::categories(db, Some(department.id), false).await?;
            let parents = content.organisation.categories.iter();
            for parent in parents.filter(|parent| of_department(&parent.department)) {
                let named = |name: &str, below| {
                    let mut rows = rows.iter();
                    rows.find(|row| row.name == name && row.parent_id == below)
                };
                let Some(found) = named(&parent.name, None) else {
                    continue;
                };
                keys.categories.insert(parent.key.clone(), found.id);
                for child in &parent.children {
                    if let Some(row) = named(&child.name, Some(found.id)) {
                        keys.categories.insert(child.key.clone(), row.id);
                    }
                }
            }
            for item in catalog::items(db, ctx, Some(department.id), None, false).await? {
                let mut all = content.items.iter();
                let found = all.find(|i| of_department(&i.department) && i.name == item.name);
                if let Some(found) = found {
                    keys.items.insert(found.key.clone(), item.id);
                }
            }
        }
        Ok(keys)
    }
}
