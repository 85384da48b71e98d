//! Ends sessions and tokens whose time is up and forgets what nobody needs.

use super::{api_token, end_reason, lockout, store};
use crate::platform::Platform;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::unit_of_work::UnitOfWork;

/// Most sessions that one sweep ends.
const BATCH: u64 = 500;
/// How long a session that ended can still be looked at, in seconds.
const KEPT_SECONDS: i64 = 30 * 86_400;

/// One sweep; gives how many sessions it ended.
pub async fn sweep(platform: &Platform) -> Result<usize> {
    let now = platform.clock.now();
    let context = Context::system(now, "sweep:sessions");
    let mut uow = UnitOfWork::begin(platform, &context).await?;
    let mut ended = 0;
    for found in store::overdue(uow.tx(), now, BATCH).await? {
        // It may have been renewed since.
        if let Some(session) = store::lock(&uow, found.id).await?
            && session.ended_at.is_none()
            && !store::in_time(&session, now)
        {
            store::end(&mut uow, &session, end_reason::EXPIRED).await?;
            ended += 1;
        }
    }
    api_token::sweep(&mut uow).await?;
    store::delete_ended_before(uow.tx(), now.plus_seconds(-KEPT_SECONDS)).await?;
    store::forget_attempts_before(uow.tx(), now.plus_seconds(-lockout::FORGET_SECONDS)).await?;
    uow.commit().await?;
    Ok(ended)
}
