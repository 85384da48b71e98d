//! Takes away what nobody wants any more: links whose time is up, uploads that were not sent, content without a row.

use super::store;
use crate::platform::Platform;
use crate::platform::error::Result;
use shared::id::AttachmentId;

/// How long an upload may wait to be sent, in seconds.
const UNSENT_SECONDS: i64 = 86_400;
/// A file without a row may be one whose row is just being written; no upload takes this long.
const UNKNOWN_SECONDS: i64 = 2 * 3_600;
/// Rows a statement.
const BATCH: usize = 500;

/// Forgets links and uploads whose time is up, with their content.
pub async fn sweep(platform: &Platform) -> Result<usize> {
    let now = platform.clock.now();
    let tx = platform.db.begin().await?;
    store::forget_links(&tx, now).await?;
    let forgotten = store::forgotten(&tx, now.plus_seconds(-UNSENT_SECONDS), BATCH as u64).await?;
    if !forgotten.is_empty() {
        store::forget(&tx, &forgotten).await?;
    }
    tx.commit().await?;
    destroy_unwanted(platform, &forgotten).await
}

/// Destroys content that no row wants: what a crash left behind. Looks at every file, so not too often.
pub async fn sweep_strays(platform: &Platform) -> Result<usize> {
    let before = platform.clock.now().plus_seconds(-UNKNOWN_SECONDS);
    let ids: Vec<AttachmentId> = platform
        .files
        .made_before(before)
        .await?
        .into_iter()
        .map(AttachmentId)
        .collect();
    let mut gone = 0;
    for batch in ids.chunks(BATCH) {
        gone += destroy_unwanted(platform, batch).await?;
    }
    Ok(gone)
}

/// Asks the database right before, so that what was sent meanwhile stays.
async fn destroy_unwanted(platform: &Platform, ids: &[AttachmentId]) -> Result<usize> {
    let wanted = store::wanted(platform.db.reader(), ids).await?;
    let mut gone = 0;
    for id in ids.iter().filter(|id| !wanted.contains(id)) {
        platform.files.destroy(id.0).await?;
        gone += 1;
    }
    Ok(gone)
}
