//! The demo organisation: its content as data files, and what puts them into a database.

mod agreements;
pub mod content;
mod fill;
mod known;
pub(in crate::seed) mod organise;
pub mod plan;
mod replay;
mod routing;
pub(in crate::seed) mod stage;

use crate::app::App;
use crate::organisation::store::{self, PeopleFilter};
use crate::platform::Platform;
use crate::platform::clock::ManualClock;
use crate::platform::context::Context;
use crate::platform::database::Database;
use crate::platform::ids::Ids;
use anyhow::{Result, bail};
use content::Content;
use organise::Keys;
use plan::Plan;
use replay::Replay;
use shared::time::Timestamp;
use std::sync::Arc;

/// The seed that every demo grows from.
pub const SEED: u64 = 2026;
/// The organisation is set up that long before the first ticket.
const BEFORE_SECONDS: i64 = (plan::DAYS + 4) * 86_400;

/// Somebody to sign in as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// What to type.
    pub login: String,
    /// Who that is.
    pub name: String,
    /// What they do.
    pub title: String,
}

/// What was seeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seeded {
    /// Name of the organisation.
    pub organisation: String,
    /// How many people.
    pub people: usize,
    /// How many tickets.
    pub tickets: usize,
    /// Good ones to begin with.
    pub sign_ins: Vec<SignIn>,
    /// The same for all.
    pub password: String,
}

/// Whom to sign in as, and with which password, for whoever starts a demo.
///
/// # Errors
/// The content cannot be read.
pub fn sign_ins() -> Result<(Vec<SignIn>, String)> {
    let people = Content::read()?.people;
    let shown = people.showcase.iter().filter_map(|key| {
        let person = people.all.iter().find(|p| p.key == *key)?;
        Some(SignIn {
            login: person.login.clone(),
            name: person.name.clone(),
            title: person.title.clone(),
        })
    });
    Ok((shown.collect(), people.password.clone()))
}

/// Whether nothing was set up in the database yet.
///
/// # Errors
/// The database does not answer.
pub async fn is_empty(db: &Database) -> Result<bool> {
    let anybody = PeopleFilter {
        inactive_too: true,
        ..PeopleFilter::default()
    };
    let people = store::people(db.reader(), &anybody, None, 1).await?;
    Ok(people.is_empty() && store::departments(db.reader(), true).await?.is_empty())
}

/// Fills an empty database with the demo organisation and the last sixty days of its tickets, as
/// seen at `now`. `tell` hears how many of how many steps are done.
///
/// # Errors
/// The database holds something already, or does not answer.
pub async fn seed(
    db: &Database,
    now: Timestamp,
    seed: u64,
    tell: &(dyn Fn(usize, usize) + Sync),
) -> Result<Seeded> {
    let content = Content::read()?;
    let plan = Plan::make(&content, now, seed)?;
    let clock = Arc::new(ManualClock::new(now.plus_seconds(-BEFORE_SECONDS)));
    let app = App::new(Platform::new(db.clone(), clock.clone(), Ids::seeded(seed)));
    let system = Context::system(app.platform.clock.now(), "seed");
    let keys = organise_empty(&app, &system, &content).await?;
    tell(0, plan.steps.len());
    let replay = Replay::new(&app, &clock, &content, &plan, &keys).await?;
    replay.play(now, tell).await?;
    let ctx = system.at(app.platform.clock.now());
    routing::make(&app, &ctx, &content, &keys).await?;
    let (sign_ins, password) = sign_ins()?;
    Ok(Seeded {
        organisation: content.organisation.name.clone(),
        people: content.people.all.len(),
        tickets: plan.tickets.len(),
        sign_ins,
        password,
    })
}

/// Fills an empty database with the demo organisation alone: nothing has happened in it yet.
///
/// # Errors
/// The database holds something already, or does not answer.
pub async fn found(app: &App) -> Result<()> {
    let content = Content::read()?;
    let system = Context::system(app.platform.clock.now(), "seed");
    let keys = organise_empty(app, &system, &content).await?;
    routing::make(app, &system, &content, &keys).await
}

async fn organise_empty(app: &App, system: &Context, content: &Content) -> Result<Keys> {
    if !is_empty(&app.platform.db).await? {
        bail!("the database is not empty, so it gets no demo data");
    }
    organise::organise(app, system, content).await
}

#[cfg(test)]
mod tests;
