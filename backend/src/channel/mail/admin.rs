//! What administrators see and do of outgoing mail. They see that a mail failed, why, and whose it
//! was; neither what it says nor which ticket it is about, which may not be for their eyes.

use super::letter::{About, Letter, News};
use super::{KIND, Mail, off};
use crate::organisation::access::authorize;
use crate::platform::Platform;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result, code};
use crate::platform::job::trouble::{self, Figures};
use crate::platform::job::{self, Model};
use crate::platform::unit_of_work::UnitOfWork;
use shared::id::JobId;
use shared::mail::MailSubject;
use shared::password::PasswordLinkPurpose;
use shared::permission::SetUp;
use shared::text::DESCRIPTION_MAX;
use shared::validation::Problems;

/// Most mails of one act.
pub const MOST: usize = 200;

/// How mail stands.
pub async fn figures(platform: &Platform, ctx: &Context) -> Result<Figures> {
    authorize(ctx, SetUp::Site)?;
    trouble::figures(platform.db.reader(), KIND).await
}

/// Dead letters, or else mails that failed and are tried again.
pub async fn list(
    platform: &Platform,
    ctx: &Context,
    dead: bool,
    after: Option<JobId>,
    limit: u64,
) -> Result<Vec<Model>> {
    authorize(ctx, SetUp::Site)?;
    trouble::list(platform.db.reader(), KIND, dead, after, limit).await
}

/// One mail.
pub async fn find(platform: &Platform, ctx: &Context, id: JobId) -> Result<Option<Model>> {
    authorize(ctx, SetUp::Site)?;
    trouble::find(platform.db.reader(), KIND, id).await
}

/// What a mail is about, in a word; `None` once nobody needs to know.
pub fn subject(job: &Model) -> Option<MailSubject> {
    let letter: Letter = job.read().ok()?;
    Some(match letter.about {
        About::Ticket { news, .. } => match news {
            News::Received => MailSubject::Received,
            News::Reply => MailSubject::Reply,
            News::Waiting => MailSubject::Waiting,
            News::Resolved => MailSubject::Resolved,
        },
        About::Password { purpose, .. } => match purpose {
            PasswordLinkPurpose::Invitation => MailSubject::Invitation,
            PasswordLinkPurpose::Reset => MailSubject::PasswordReset,
        },
        About::Test => MailSubject::Test,
    })
}

/// Sends failed mails again at once: all of them or none. Like a test it makes a server that was set
/// up in the browser be called, so it counts as one attempt.
pub async fn retry(mail: &Mail, platform: &Platform, ctx: &Context, jobs: &[JobId]) -> Result<()> {
    authorize(ctx, SetUp::Site)?;
    bounded(jobs)?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    for id in sorted(jobs) {
        trouble::retry(&mut uow, KIND, id).await?;
    }
    if !mail.is_given() {
        mail.count_attempt(ctx.now)?;
    }
    uow.commit().await?;
    Ok(())
}

/// Throws dead letters away: all of them or none.
pub async fn discard(
    platform: &Platform,
    ctx: &Context,
    jobs: &[JobId],
    reason: &str,
) -> Result<()> {
    authorize(ctx, SetUp::Site)?;
    bounded(jobs)?;
    let mut problems = Problems::new();
    problems.text("reason", reason, DESCRIPTION_MAX);
    problems.finish()?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    for id in sorted(jobs) {
        trouble::discard(&mut uow, KIND, id, reason).await?;
    }
    uow.commit().await?;
    Ok(())
}

/// Writes a mail to whoever asks, so that they see whether mail arrives.
pub async fn send_test(mail: &Mail, platform: &Platform, ctx: &Context) -> Result<Model> {
    authorize(ctx, SetUp::Site)?;
    if !mail.is_on(platform.db.reader()).await? {
        return Err(off());
    }
    if !mail.is_given() {
        mail.count_attempt(ctx.now)?;
    }
    let letter = Letter {
        to: ctx.person(),
        about: About::Test,
    };
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    let ids = job::enqueue(&mut uow, vec![letter.job()?]).await?;
    uow.commit().await?;
    let made = match ids.first() {
        Some(id) => trouble::find(platform.db.reader(), KIND, *id).await?,
        None => None,
    };
    made.ok_or_else(|| Error::Fault(anyhow::anyhow!("a job that was written is not there")))
}

fn bounded(jobs: &[JobId]) -> Result<()> {
    if jobs.is_empty() || jobs.len() > MOST {
        return Err(Error::refused(
            code::INVALID,
            "jobs",
            format!("Between 1 and {MOST}."),
        ));
    }
    Ok(())
}

/// In one order, so that two who act at once do not wait for each other; each once.
fn sorted(jobs: &[JobId]) -> Vec<JobId> {
    let mut jobs = jobs.to_vec();
    jobs.sort_unstable();
    jobs.dedup();
    jobs
}
