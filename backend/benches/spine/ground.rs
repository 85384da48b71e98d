//! The people who ask, and the parts of a server in this process.

use anyhow::{Context as _, Result};
use backend::app::App;
use backend::organisation::access;
use backend::organisation::entity::{person, role_grant, team, team_member};
use backend::platform::Platform;
use backend::platform::clock::SystemClock;
use backend::platform::context::Context;
use backend::platform::database::Database;
use backend::platform::ids::Ids;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, EntityTrait, IntoActiveModel as _, QueryFilter, QueryOrder,
    Set,
};
use shared::id::{PersonId, TeamId};
use shared::time::Timestamp;
use std::sync::Arc;

/// An agent of the demo organisation, whose rights the others get as well.
pub const AGENT: &str = "marta";
/// Everybody's password in the demo organisation.
pub const PASSWORD: &str = "welcome aboard";

/// Opens the parts of a server; nothing runs beside them.
pub async fn open(database: &str) -> Result<App> {
    let db = Database::open(database).await?;
    Ok(App::new(Platform::new(
        db,
        Arc::new(SystemClock),
        Ids::random(),
    )))
}

/// The agent.
pub async fn agent(app: &App) -> Result<person::Model> {
    person::Entity::find()
        .filter(person::Column::Login.eq(AGENT))
        .one(app.platform.db.reader())
        .await?
        .with_context(|| format!("nobody is called {AGENT}: this is not the demo organisation"))
}

/// The agent's first team by name.
pub async fn team_of(app: &App, person: PersonId) -> Result<team::Model> {
    let db = app.platform.db.reader();
    let teams: Vec<TeamId> = team_member::Entity::find()
        .filter(team_member::Column::PersonId.eq(person))
        .all(db)
        .await?
        .into_iter()
        .map(|member| member.team_id)
        .collect();
    team::Entity::find()
        .filter(team::Column::Id.is_in(teams))
        .order_by_asc(team::Column::Name)
        .one(db)
        .await?
        .context("the agent is in no team")
}

/// What a request by this person begins with: their rights, read anew.
pub async fn context(app: &App, person: PersonId) -> Result<Context> {
    let now = app.platform.clock.now();
    access::context_of(app.platform.db.reader(), person, now, "bench")
        .await?
        .context("this person may not sign in")
}

/// Adds people who may do what the agent may, and gives their sign-in names.
pub async fn colleagues(app: &App, count: usize) -> Result<Vec<String>> {
    let model = agent(app).await?;
    let db = app.platform.db.reader();
    let roles = role_grant::Entity::find()
        .filter(role_grant::Column::PersonId.eq(model.id))
        .all(db)
        .await?;
    let teams = team_member::Entity::find()
        .filter(team_member::Column::PersonId.eq(model.id))
        .all(db)
        .await?;
    let tx = app.platform.db.begin().await?;
    let mut logins = Vec::with_capacity(count);
    for number in 0..count {
        let now: Timestamp = app.platform.clock.now();
        let id = PersonId(app.platform.ids.next(now));
        let login = format!("bench-{}-{number}", now.as_millis());
        let mut row = model.clone().into_active_model();
        row.id = Set(id);
        row.email = Set(format!("{login}@example.org"));
        row.login = Set(login.clone());
        let row = row.reset_all();
        person::Entity::insert(row)
            .exec_without_returning(&tx)
            .await?;
        for role in &roles {
            let mut row = role.clone().into_active_model();
            row.person_id = Set(id);
            role_grant::Entity::insert(row.reset_all())
                .exec_without_returning(&tx)
                .await?;
        }
        for team in &teams {
            let mut row = team.clone().into_active_model();
            row.person_id = Set(id);
            team_member::Entity::insert(row.reset_all())
                .exec_without_returning(&tx)
                .await?;
        }
        logins.push(login);
    }
    tx.commit().await?;
    Ok(logins)
}
