//! The first administrator.

use super::FirstHour;
use crate::organisation::person::{self, NewPerson};
use crate::organisation::role::{self, Granted};
use crate::organisation::{settings, store};
use crate::platform::Platform;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::unit_of_work::UnitOfWork;
use shared::permission::SiteRole;

/// Two nodes are not set up at once.
const TURN: &str = "first administrator";

/// Who sets the installation up, and what it is called.
pub struct Beginning {
    /// Name of the organisation.
    pub organisation: String,
    /// The first administrator.
    pub administrator: NewPerson,
}

/// Makes the first administrator and names the organisation, in one act; only with the code, and only
/// while there is no administrator. Gives the sign-in name.
pub async fn begin(
    platform: &Platform,
    first_hour: &FirstHour,
    code: &str,
    beginning: Beginning,
    now: shared::time::Timestamp,
    request_id: &str,
) -> Result<String> {
    first_hour.check(code)?;
    let ctx = Context::system(now, request_id);
    // Hashing takes long on purpose, so it is done before the writer is taken.
    let hash = person::first_password(platform, &beginning.administrator).await?;
    if hash.is_none() {
        return Err(Error::refused(
            "REQUIRED",
            "password",
            "Please choose a password.",
        ));
    }
    let mut uow = UnitOfWork::begin(platform, &ctx).await?;
    uow.wait_turn(TURN).await?;
    if store::administrators(uow.tx()).await? > 0 {
        first_hour.close();
        return Err(super::closed());
    }
    settings::rename(&mut uow, &beginning.organisation).await?;
    let made = person::take_on(&mut uow, beginning.administrator, hash).await?;
    role::give(&mut uow, made.id, Granted::Site(SiteRole::Administrator)).await?;
    uow.commit().await?;
    first_hour.close();
    Ok(made.login)
}
