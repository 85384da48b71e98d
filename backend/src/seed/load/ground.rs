//! What is known of the organisation before its tickets are made up: read once, for no ticket may
//! cost a question to the database.

use crate::app::App;
use crate::desk::service_level::store::Current;
use crate::organisation::entity::{category, service};
use crate::organisation::settings::priority_matrix;
use crate::organisation::store::{self, PeopleFilter};
use anyhow::{Result, ensure};
use shared::id::{CategoryId, DepartmentId, PersonId, SiteId, TeamId};
use shared::ticket::Matrix;

/// A department whose teams work.
pub struct Department {
    /// Which.
    pub id: DepartmentId,
    /// Its teams with their members.
    pub teams: Vec<(TeamId, Vec<PersonId>)>,
    /// What it looks after.
    pub services: Vec<service::Model>,
    /// What its work is about, each with all categories above it.
    pub categories: Vec<(category::Model, Vec<CategoryId>)>,
}

/// The organisation.
pub struct Ground {
    /// Departments that have somebody who works.
    pub departments: Vec<Department>,
    /// Who may report, and where they work.
    pub requesters: Vec<(PersonId, Option<SiteId>)>,
    /// From impact and urgency to priority.
    pub matrix: Matrix,
    /// Agreements in their order, and their calendars.
    pub agreements: Current,
}

/// Requesters that are used, at most.
const REQUESTERS: u64 = 10_000;

impl Ground {
    /// Reads it.
    pub async fn read(app: &App) -> Result<Self> {
        let db = app.platform.db.reader();
        let mut departments = Vec::new();
        for row in store::departments(db, false).await? {
            let mut teams = Vec::new();
            for team in store::teams(db, Some(&[row.id]), false).await? {
                let members = store::members_of(db, &[team.id]).await?;
                if !members.is_empty() {
                    let ids = members.into_iter().map(|(_, person)| person.id);
                    teams.push((team.id, ids.collect()));
                }
            }
            if teams.is_empty() {
                continue;
            }
            let all = store::categories(db, Some(row.id), false).await?;
            let categories = all.iter().map(|leaf| (leaf.clone(), path(&all, leaf)));
            departments.push(Department {
                id: row.id,
                teams,
                services: store::services(db, Some(row.id), false).await?,
                categories: categories.collect(),
            });
        }
        let people = store::people(db, &PeopleFilter::default(), None, REQUESTERS).await?;
        ensure!(
            !departments.is_empty() && !people.is_empty(),
            "there is no team with members yet: set up the organisation first, or seed the demo"
        );
        Ok(Self {
            departments,
            requesters: people
                .into_iter()
                .map(|person| (person.id, person.site_id))
                .collect(),
            matrix: priority_matrix(db).await?,
            agreements: app.desk.service_levels.current(db).await?,
        })
    }
}

/// A category and those above it.
fn path(all: &[category::Model], leaf: &category::Model) -> Vec<CategoryId> {
    let mut path = vec![leaf.id];
    let mut next = leaf.parent_id;
    while let Some(parent) = next.filter(|id| !path.contains(id)) {
        path.push(parent);
        next = all
            .iter()
            .find(|row| row.id == parent)
            .and_then(|row| row.parent_id);
    }
    path
}
