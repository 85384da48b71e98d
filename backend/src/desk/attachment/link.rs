//! Links by which a browser fetches a file: good once, for a minute, for one person in one session. The table keeps
//! digests, so whoever reads it cannot use them.

use super::entity::attachment::Model;
use super::{store, visible};
use crate::platform::Platform;
use crate::platform::context::Context;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result};
use crate::platform::unit_of_work::UnitOfWork;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use shared::id::AttachmentId;
use shared::time::Timestamp;

pub use super::entity::download_link::Model as Link;

/// How long a link is good, in seconds.
pub const GOOD_SECONDS: i64 = 60;
/// Length of a token in bytes.
const TOKEN_BYTES: usize = 32;

/// A link that was made; the only time that its token is known.
pub struct Made {
    /// The secret part of its address.
    pub token: String,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// What it leads to.
    pub file: Model,
}

fn digest(token: &str) -> String {
    format!("{:x}", Sha256::digest(token))
}

/// Makes a link for whoever sees the file.
pub async fn make(platform: &Platform, ctx: &Context, id: AttachmentId) -> Result<Made> {
    let uow = UnitOfWork::begin(platform, ctx).await?;
    let (file, _) = visible(uow.tx(), ctx, id)
        .await?
        .ok_or_else(|| Error::not_found("attachment"))?;
    let mut secret = [0; TOKEN_BYTES];
    platform.ids.fill(&mut secret);
    let token = URL_SAFE_NO_PAD.encode(secret);
    let link = Link {
        digest: digest(&token),
        attachment_id: id,
        person_id: ctx.person(),
        session_id: ctx.session,
        expires_at: ctx.now.plus_seconds(GOOD_SECONDS),
    };
    let expires_at = link.expires_at;
    store::insert_link(uow.tx(), link).await?;
    uow.commit().await?;
    Ok(Made {
        token,
        expires_at,
        file,
    })
}

/// The link of a token, while it is good.
pub async fn find(db: &impl Connection, token: &str, now: Timestamp) -> Result<Option<Link>> {
    let link = store::find_link(db, digest(token)).await?;
    Ok(link.filter(|link| now < link.expires_at))
}

/// Uses a link up; whether it was still there. Of two who use it at once, one does.
pub async fn take(platform: &Platform, link: &Link) -> Result<bool> {
    let tx = platform.db.begin().await?;
    let taken = store::take_link(&tx, &link.digest).await?;
    tx.commit().await?;
    Ok(taken)
}
