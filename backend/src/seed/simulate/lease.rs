//! One simulation at a time. Whoever simulates holds a lease and renews it; when it was killed, the
//! lease lapses, and the next one, or a server's housekeeping, cleans up.

use crate::organisation::settings::organisation;
use crate::platform::Platform;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::setting;
use crate::platform::unit_of_work::UnitOfWork;
use serde::{Deserialize, Serialize};
use shared::time::Timestamp;
use uuid::Uuid;

/// Setting: who simulates, if anybody.
const SIMULATION: &str = "simulation";
/// Good for so long.
const SECONDS: i64 = 30;
/// Renewed after so long.
const RENEWED_AFTER_SECONDS: i64 = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Held {
    by: Uuid,
    until: Timestamp,
}

/// The right to simulate.
#[derive(Debug)]
pub(super) struct Lease {
    held: Held,
}

impl Lease {
    /// Takes it. Refused while another one is good, and where the data is not the demo's: a
    /// simulation writes tickets that nobody asked for.
    pub(super) async fn take(platform: &Platform, ctx: &Context) -> Result<Self> {
        let uow = UnitOfWork::begin(platform, ctx).await?;
        uow.wait_turn(SIMULATION).await?;
        if !organisation(uow.tx()).await?.demo {
            return Err(Error::refused(
                "NOT_A_DEMO",
                "",
                "this is not the demo organisation, and a simulation would write tickets into it that nobody asked for; `bellhop serve --demo` or `bellhop seed demo` makes one in an empty data folder",
            ));
        }
        if let Some(other) = read(&uow).await?.filter(|other| other.until > ctx.now) {
            let seconds = other.until.seconds_since(ctx.now).max(1);
            return Err(Error::refused(
                "NOT_ALLOWED_NOW",
                "",
                format!(
                    "a simulation is running on this database already (one that was killed is forgotten in {seconds} s)"
                ),
            ));
        }
        let held = Held {
            by: uow.next_id(),
            until: ctx.now.plus_seconds(SECONDS),
        };
        setting::set(uow.tx(), SIMULATION, &Some(held)).await?;
        uow.commit().await?;
        Ok(Self { held })
    }

    /// Renews it when it is time to. Whether it still is ours, and the data the demo's.
    pub(super) async fn renew(&mut self, platform: &Platform, ctx: &Context) -> Result<bool> {
        if self.held.until > ctx.now.plus_seconds(SECONDS - RENEWED_AFTER_SECONDS) {
            return Ok(true);
        }
        let uow = UnitOfWork::begin(platform, ctx).await?;
        uow.wait_turn(SIMULATION).await?;
        let ours = read(&uow)
            .await?
            .is_some_and(|held| held.by == self.held.by);
        if !ours || !organisation(uow.tx()).await?.demo {
            uow.rollback().await?;
            return Ok(false);
        }
        self.held.until = ctx.now.plus_seconds(SECONDS);
        setting::set(uow.tx(), SIMULATION, &Some(self.held)).await?;
        uow.commit().await?;
        Ok(true)
    }

    /// Whether nobody else has taken it.
    pub(super) async fn is_ours(&self, platform: &Platform) -> Result<bool> {
        let held = setting::get::<Option<Held>>(platform.db.reader(), SIMULATION).await?;
        Ok(held.flatten().is_some_and(|held| held.by == self.held.by))
    }

    /// Gives it back.
    pub(super) async fn give_back(self, platform: &Platform, ctx: &Context) -> Result<()> {
        let uow = UnitOfWork::begin(platform, ctx).await?;
        uow.wait_turn(SIMULATION).await?;
        if read(&uow)
            .await?
            .is_some_and(|held| held.by == self.held.by)
        {
            setting::set(uow.tx(), SIMULATION, &None::<Held>).await?;
        }
        uow.commit().await?;
        Ok(())
    }
}

async fn read(uow: &UnitOfWork) -> Result<Option<Held>> {
    Ok(setting::get::<Option<Held>>(uow.tx(), SIMULATION)
        .await?
        .flatten())
}

/// Whether a simulation ended without cleaning up.
pub(super) async fn lapsed(platform: &Platform, now: Timestamp) -> Result<bool> {
    let held = setting::get::<Option<Held>>(platform.db.reader(), SIMULATION).await?;
    Ok(held.flatten().is_some_and(|held| held.until <= now))
}

/// Forgets a simulation that ended without giving its lease back.
pub(super) async fn forget(platform: &Platform, ctx: &Context) -> Result<()> {
    let uow = UnitOfWork::begin(platform, ctx).await?;
    uow.wait_turn(SIMULATION).await?;
    if read(&uow).await?.is_some_and(|held| held.until <= ctx.now) {
        setting::set(uow.tx(), SIMULATION, &None::<Held>).await?;
    }
    uow.commit().await?;
    Ok(())
}
