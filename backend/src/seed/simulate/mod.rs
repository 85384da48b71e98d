//! A demo that lives: tickets arrive and are worked while somebody looks on, so many times as fast as
//! in life, through the ordinary use cases and at the present of the machine's clock.

mod invented;
mod lease;
mod pace;
mod promises;
mod recorded;
mod recorded_life;
mod recorded_store;

pub use promises::PREFIX;

use super::demo::organise::Missing;
use crate::app::App;
use crate::platform::Platform;
use crate::platform::context::Context;
use crate::platform::error::Error;
use crate::platform::event_log;
use anyhow::{Result, bail};
use invented::Invented;
use lease::Lease;
use pace::Pace;
use recorded::Recorded;
use shared::event::EventKind;
use shared::id::TicketId;
use shared::time::Timestamp;
use std::fmt;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// So many times as fast as in life, unless told.
pub const SPEED: u32 = 600;
/// The seed of the first plan; another one than the demo's past has.
pub const SEED: u64 = 4052;

/// By this name the log knows what a simulation did.
const REQUEST: &str = "simulate";
/// What a visitor may do to a ticket that goes on nevertheless.
const HARMLESS: [EventKind; 2] = [EventKind::WatcherAdded, EventKind::WatcherRemoved];
/// Whoever is later than this does not catch up, but goes on from the present.
const LATE_MILLIS: i64 = 30_000;
/// How often whoever looks on is told.
const TOLD_EVERY: Duration = Duration::from_secs(5);
/// A look at the lease, and whether the end was asked for, at least so often.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);
/// The database may be away for so many tries, a second each.
const TRIES: u32 = 60;

/// What is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// So many times as fast as in life.
    pub speed: u32,
    /// Of the first plan.
    pub seed: u64,
    /// Imported tickets are lived again, in place of invented ones.
    pub from_import: bool,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            speed: SPEED,
            seed: SEED,
            from_import: false,
        }
    }
}

/// What has happened so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tickets that arrived.
    pub arrived: u64,
    /// What was done to them.
    pub worked: u64,
    /// Of that, resolutions.
    pub resolved: u64,
    /// Promises that were broken meanwhile, whoever broke them.
    pub breached: u64,
    /// Tickets that visitors took in hand.
    pub left_alone: u64,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} tickets arrived, {} acts, {} resolved, {} promises broken",
            self.arrived, self.worked, self.resolved, self.breached
        )?;
        match self.left_alone {
            0 => Ok(()),
            count => write!(f, ", {count} left to visitors"),
        }
    }
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    Arrived,
    Worked,
    Resolved,
    /// Its ticket is a visitor's from now on.
    LeftAlone,
    /// It made no sense any more.
    Nothing,
}

enum Script {
    Invented(Box<Invented>),
    Recorded(Box<Recorded>),
}

/// A simulation at work. Whoever drops it without [`Simulation::end`] leaves its agreements in force
/// until somebody cleans up: see [`sweep`].
pub struct Simulation {
    app: App,
    lease: Lease,
    pace: Pace,
    script: Script,
    /// When the next step is due; none when it is not known yet.
    next: Option<Timestamp>,
    tally: Tally,
    /// The end of the log when it began.
    began_at: i64,
}

impl Simulation {
    /// Begins: takes the lease, and puts compressed agreements in front of all others.
    ///
    /// # Errors
    /// The data is not the demo's, another simulation runs, or there is nothing to replay.
    pub async fn begin(platform: &Platform, wish: Wish) -> Result<Self> {
        // Mail stays off: what is simulated is not written to anybody.
        let app = App::new(platform.clone());
        let ctx = context(&app);
        let lease = Lease::take(platform, &ctx).await.map_err(Error::in_words)?;
        match Self::set_out(&app, &ctx, wish).await {
            Ok((script, began_at)) => Ok(Self {
                pace: Pace::new(wish.speed, ctx.now),
                app,
                lease,
                script,
                next: None,
                tally: Tally::default(),
                began_at,
            }),
            Err(error) => {
                promises::take_back(&app, &ctx).await?;
                lease.give_back(platform, &ctx).await?;
                Err(error)
            }
        }
    }

    async fn set_out(app: &App, ctx: &Context, wish: Wish) -> Result<(Script, i64)> {
        let script = if wish.from_import {
            Script::Recorded(Box::new(Recorded::open(app).await?))
        } else {
            Script::Invented(Box::new(Invented::open(app, ctx, wish.seed).await?))
        };
        promises::put_first(app, ctx, wish.speed, wish.from_import)
            .await
            .map_err(Error::in_words)?;
        let began_at = event_log::last_sequence(app.platform.db.reader()).await?;
        Ok((script, began_at))
    }

    /// When the next step is due; `None` when all is told.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn next_due(&mut self) -> Result<Option<Timestamp>> {
        if self.next.is_none() {
            let at = match &mut self.script {
                Script::Invented(invented) => {
                    let now = self.app.platform.clock.now();
                    Some(invented.peek(now, &mut self.pace)?)
                }
                Script::Recorded(recorded) => recorded.peek(&self.app).await?,
            };
            self.next = at.map(|at| self.pace.real(at));
        }
        Ok(self.next)
    }

    /// Does what is due by the platform's clock. Whether there is more to come.
    ///
    /// # Errors
    /// The database does not answer, another simulation took over, or the demo was removed.
    pub async fn play_due(&mut self) -> Result<bool> {
        loop {
            let ctx = context(&self.app);
            if !self.lease.renew(&self.app.platform, &ctx).await? {
                bail!("the demo is gone, or another simulation took over");
            }
            let Some(at) = self.next_due().await? else {
                return Ok(false);
            };
            let late = ctx.now.millis_since(at);
            if late < 0 {
                return Ok(true);
            }
            if late > LATE_MILLIS {
                self.pace.slip(late);
            }
            self.next = None;
            let done = match &mut self.script {
                Script::Invented(invented) => invented.play(&self.app, ctx.now, &self.pace).await?,
                Script::Recorded(recorded) => recorded.play(&self.app, ctx.now, &self.pace).await?,
            };
            match done {
                Done::Arrived => self.tally.arrived += 1,
                Done::Worked => self.tally.worked += 1,
                Done::Resolved => {
                    self.tally.worked += 1;
                    self.tally.resolved += 1;
                }
                Done::LeftAlone => self.tally.left_alone += 1,
                Done::Nothing => {}
            }
        }
    }

    /// What has happened so far.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn tally(&self) -> Result<Tally> {
        let db = self.app.platform.db.reader();
        let breached = event_log::count_after(db, self.began_at, EventKind::ClockBreached).await?;
        Ok(Tally {
            breached,
            ..self.tally
        })
    }

    /// Ends: takes the compressed agreements out of use, and gives the lease back. Where another
    /// simulation has it by now, the agreements are that one's.
    ///
    /// # Errors
    /// The database does not answer; then [`sweep`] cleans up later.
    pub async fn end(self) -> Result<()> {
        let ctx = context(&self.app);
        if !self.lease.is_ours(&self.app.platform).await? {
            return Ok(());
        }
        promises::take_back(&self.app, &ctx).await?;
        self.lease.give_back(&self.app.platform, &ctx).await?;
        Ok(())
    }

    /// Plays until all is told or `stop` says so; `tell` hears every few seconds how it stands.
    async fn play(
        &mut self,
        stop: &mut watch::Receiver<bool>,
        tell: &(dyn Fn(&Tally) + Send + Sync),
    ) -> Result<()> {
        let mut told = Instant::now();
        let mut failed = 0;
        while !*stop.borrow() {
            match self.play_due().await {
                Ok(true) => failed = 0,
                Ok(false) => return Ok(()),
                Err(error) if is_away(&error) && failed < TRIES => {
                    failed += 1;
                    tracing::warn!(%error, "the database is away; the simulation waits");
                    self.next = None;
                }
                Err(error) => return Err(error),
            }
            if told.elapsed() >= TOLD_EVERY && failed == 0 {
                told = Instant::now();
                tell(&self.tally().await?);
            }
            let sleep = match self.next {
                Some(at) => self.app.platform.clock.until(at).min(LONGEST_SLEEP),
                None => LONGEST_SLEEP,
            };
            tokio::select! {
                changed = stop.changed() => if changed.is_err() { return Ok(()) },
                () = tokio::time::sleep(sleep.max(Duration::from_millis(1))) => {}
            }
        }
        Ok(())
    }
}

/// Simulates until `stop` says so, or until all is told.
///
/// # Errors
/// It cannot begin, or the database stays away.
pub async fn run(
    platform: &Platform,
    wish: Wish,
    mut stop: watch::Receiver<bool>,
    tell: &(dyn Fn(&Tally) + Send + Sync),
) -> Result<Tally> {
    let mut simulation = Simulation::begin(platform, wish).await?;
    let played = simulation.play(&mut stop, tell).await;
    let tally = simulation.tally().await;
    // Whatever came before: the agreements do not stay.
    simulation.end().await?;
    played?;
    tally
}

/// Cleans up after a simulation that was killed. Whether there was one.
///
/// # Errors
/// The database does not answer.
pub async fn sweep(platform: &Platform) -> Result<bool> {
    if !lease::lapsed(platform, platform.clock.now()).await? {
        return Ok(false);
    }
    let app = App::new(platform.clone());
    let ctx = context(&app);
    promises::take_back(&app, &ctx).await?;
    lease::forget(platform, &ctx).await?;
    Ok(true)
}

fn context(app: &App) -> Context {
    Context::system(app.platform.clock.now(), REQUEST)
}

/// Whether a visitor did something to a ticket.
async fn is_left_to_others(app: &App, id: TicketId) -> Result<bool> {
    let db = app.platform.db.reader();
    Ok(event_log::touched_by_others(db, id, REQUEST, &HARMLESS).await?)
}

/// What an administrator or a visitor changed may make a step pointless: then it is left out.
fn quietly(done: Result<Done>) -> Result<Done> {
    match done {
        Err(error) => match error.downcast_ref::<Error>() {
            Some(Error::Refused(_)) => Ok(Done::Nothing),
            _ if error.is::<Missing>() => Ok(Done::Nothing),
            _ => Err(error),
        },
        done => done,
    }
}

fn is_away(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<Error>()
        .is_some_and(Error::is_unavailable)
}
