//! Mail to people: what happened to their tickets, as jobs of the act that did it.
//!
//! `news` decides who gets which letter, `letter` is what the job keeps of it, `compose` writes the
//! mail when it is sent, `render` gives it its looks, `outbox` hands it over.

pub mod admin;
pub mod compose;
pub mod letter;
mod news;
pub mod outbox;
pub mod password;
pub mod preference;
pub mod render;
pub mod store;
pub mod token;

use crate::platform::Platform;
use crate::platform::error::Result;
use crate::platform::event_log::NewEvent;
use crate::platform::job::{Failure, Model, Outcome, Worker};
use crate::platform::unit_of_work::{BeforeCommit, UnitOfWork};
use crate::session::key::Keys;
use letter::Letter;
use outbox::Outbox;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::OnceCell;

/// The kind of job that sends mail.
pub const KIND: &str = "mail";

/// Outgoing mail; cheap to clone. Off until it is given a way out.
#[derive(Clone, Default)]
pub struct Mail {
    outbox: Arc<RwLock<Option<Arc<Outbox>>>>,
    keys: Arc<OnceCell<Keys>>,
}

impl Mail {
    /// Sends mail this way from now on; `None` switches mail off.
    pub fn switch(&self, outbox: Option<Outbox>) {
        *self.outbox.write().unwrap_or_else(PoisonError::into_inner) = outbox.map(Arc::new);
    }

    /// The way out, when mail is on.
    pub fn outbox(&self) -> Option<Arc<Outbox>> {
        self.outbox
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    async fn keys(&self, platform: &Platform) -> Result<&Keys> {
        self.keys
            .get_or_try_init(|| Keys::load_or_create(platform))
            .await
    }
}

impl BeforeCommit for Mail {
    fn before_commit<'a>(
        &'a self,
        uow: &'a mut UnitOfWork,
        events: &'a [NewEvent],
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
        Box::pin(async move {
            // While mail is off nothing is kept back: nobody wants old news when it is switched on.
            match self.outbox() {
                Some(_) => news::write(uow, events).await,
                None => Ok(()),
            }
        })
    }
}

impl Worker for Mail {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn ready(&self) -> bool {
        self.outbox().is_some()
    }

    fn work<'a>(
        &'a self,
        platform: &'a Platform,
        job: &'a Model,
    ) -> Pin<Box<dyn Future<Output = Result<Outcome, Failure>> + Send + 'a>> {
        Box::pin(async move {
            let Some(outbox) = self.outbox() else {
                return Err(Failure::temporary("MAIL_OFF", "Mail is switched off."));
            };
            let letter: Letter = job.read()?;
            let keys = self.keys(platform).await?;
            match compose::compose(platform, keys, &outbox, job.id, &letter).await? {
                Some(mail) => {
                    outbox.send(&mail).await?;
                    Ok(Outcome::Done)
                }
                None => Ok(Outcome::Skipped),
            }
        })
    }
}
