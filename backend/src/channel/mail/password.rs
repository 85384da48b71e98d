//! Mail by which people set a password: invitations, and links for those who forgot theirs.
//!
//! Whoever asks for a link is answered before anybody is looked for: the asking itself is a job, so
//! neither the answer nor the time that it takes tells whether there is such a person.

use super::letter::{About, Letter};
use super::{Mail, off};
use crate::desk::notification::TellLeads;
use crate::organisation::entity::person::Model as Person;
use crate::organisation::password_link::{self, Good};
use crate::organisation::reference;
use crate::platform::Platform;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::job::{self, Failure, Model, NewJob, Outcome, Worker};
use crate::platform::unit_of_work::UnitOfWork;
use serde::{Deserialize, Serialize};
use shared::id::{PasswordLinkId, PersonId};
use shared::password::PasswordLinkPurpose;
use std::future::Future;
use std::pin::Pin;

/// The kind of job that looks for whoever forgot their password.
const ASKED: &str = "password_reset";
/// Longest name that is kept of what somebody typed, in characters.
const NAME_MAX: usize = 254;

/// What somebody typed who forgot their password.
#[derive(Serialize, Deserialize)]
struct Asked {
    name: String,
}

impl Mail {
    /// Takes note that somebody forgot the password of a sign-in name or mail address. Whether there
    /// is such a person is found out later.
    pub async fn forgot_password(
        &self,
        platform: &Platform,
        name: &str,
        request_id: &str,
    ) -> Result<()> {
        let asked = Asked {
            name: name.chars().take(NAME_MAX + 1).collect(),
        };
        let context = Context::system(platform.clock.now(), request_id);
        let mut uow = UnitOfWork::begin(platform, &context).await?;
        job::enqueue(&mut uow, vec![NewJob::new(ASKED, &asked)?]).await?;
        uow.commit().await?;
        Ok(())
    }

    /// Invites somebody who has no password yet.
    pub async fn invite(
        &self,
        platform: &Platform,
        ctx: &Context,
        person: PersonId,
    ) -> Result<Person> {
        if !self.is_on(platform.db.reader()).await? {
            return Err(off());
        }
        let mut uow = UnitOfWork::begin(platform, ctx).await?;
        let row = reference::require_person(uow.tx(), person, "person").await?;
        let link = password_link::invite(&mut uow, &row).await?;
        let letter = letter(link, &row, PasswordLinkPurpose::Invitation);
        job::enqueue(&mut uow, vec![letter.job()?]).await?;
        uow.commit().await?;
        Ok(row)
    }

    /// Whose link this token is of, if it is good now.
    pub async fn look_at_link(&self, platform: &Platform, token: &str) -> Result<Option<Good>> {
        password_link::look(platform, token, platform.clock.now()).await
    }

    /// Sets a password by a link.
    pub async fn set_password(
        &self,
        platform: &Platform,
        token: &str,
        password: &str,
        request_id: &str,
    ) -> Result<Person> {
        let context = Context::system(platform.clock.now(), request_id);
        password_link::redeem(platform, &context, token, password, &TellLeads).await
    }
}

fn letter(link: PasswordLinkId, person: &Person, purpose: PasswordLinkPurpose) -> Letter {
    Letter {
        to: person.id,
        about: About::Password { link, purpose },
    }
}

/// Looks for those who forgot their password, and has them written to.
pub struct Forgotten(pub Mail);

impl Worker for Forgotten {
    fn kind(&self) -> &'static str {
        ASKED
    }

    fn ready<'a>(
        &'a self,
        platform: &'a Platform,
    ) -> Pin<Box<dyn Future<Output = Result<bool>> + Send + 'a>> {
        self.0.ready(platform)
    }

    fn work<'a>(
        &'a self,
        platform: &'a Platform,
        job: &'a Model,
    ) -> Pin<Box<dyn Future<Output = Result<Outcome, Failure>> + Send + 'a>> {
        Box::pin(async move { Ok(find(platform, job).await?) })
    }
}

async fn find(platform: &Platform, job: &Model) -> Result<Outcome> {
    let asked: Asked = job.read()?;
    let context = Context::system(platform.clock.now(), &format!("job:{}", job.id));
    let mut uow = UnitOfWork::begin(platform, &context).await?;
    let found = password_link::forgotten(&mut uow, &asked.name).await?;
    let jobs = found
        .iter()
        .map(|(link, person)| letter(*link, person, PasswordLinkPurpose::Reset).job())
        .collect::<Result<Vec<_>>>()?;
    job::enqueue(&mut uow, jobs).await?;
    uow.commit().await?;
    Ok(Outcome::Done)
}
