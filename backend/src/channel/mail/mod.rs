//! Mail to people: what happened to their tickets, as jobs of the act that did it.
//!
//! `news` decides who gets which letter, `letter` is what the job keeps of it, `compose` writes the
//! mail when it is sent, `render` gives it its looks, `outbox` hands it over. By which way is said
//! when the server is started, or else in the browser (`settings`, `smtp`, `address`).

mod address;
pub mod admin;
pub mod compose;
pub mod letter;
mod news;
pub mod outbox;
pub mod password;
pub mod preference;
pub mod render;
pub mod settings;
pub mod smtp;
pub mod store;
pub mod token;

use crate::platform::Platform;
use crate::platform::budget::Budgets;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result};
use crate::platform::event_log::NewEvent;
use crate::platform::job::{Failure, Model, Outcome, Worker};
use crate::platform::unit_of_work::{BeforeCommit, UnitOfWork};
use crate::platform::vault::Shut;
use crate::session::key::Keys;
use letter::Letter;
use outbox::Outbox;
use settings::{Kept, Server};
use shared::mail::MailStanding;
use shared::time::Timestamp;
use smtp::Trust;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio::sync::OnceCell;

/// The kind of job that sends mail.
pub const KIND: &str = "mail";

/// Tests and changes of the server that are taken at once, from all administrators of a node; each
/// may make it call somewhere.
const ATTEMPTS_AT_ONCE: u32 = 10;
/// And in the long run: one a minute.
const ATTEMPTS_PER_SECOND: f64 = 1.0 / 60.0;

/// Outgoing mail; cheap to clone. Off until a way out is given, or it stands somewhere and follows
/// what is kept: commands beside the server write no mail.
#[derive(Clone)]
pub struct Mail(Arc<Parts>);

struct Parts {
    /// The way out that was given when the server was started: it wins.
    given: RwLock<Option<Arc<Outbox>>>,
    /// The way out that was kept, as it was when it was last used.
    known: Mutex<Option<(Kept, Arc<Outbox>)>>,
    /// None where what is kept does not matter.
    surroundings: RwLock<Option<Surroundings>>,
    attempts: Budgets<()>,
    keys: OnceCell<Keys>,
}

/// What mail needs to know of the server that sends it.
#[derive(Clone, Default)]
pub struct Surroundings {
    /// Address that links begin with.
    pub base_url: String,
    /// Whom mail servers may be certified by.
    pub trust: Trust,
}

/// How mail goes out at present.
pub enum Way {
    /// It does not.
    Off,
    /// So.
    Open(Arc<Outbox>),
    /// It waits: the kept password cannot be read here.
    Shut(Shut),
}

impl Way {
    /// In a word.
    pub fn standing(&self) -> MailStanding {
        match self {
            Self::Off => MailStanding::Off,
            Self::Open(_) => MailStanding::On,
            Self::Shut(_) => MailStanding::PasswordNeeded,
        }
    }

    /// The way out, if mail can go.
    pub fn outbox(&self) -> Option<&Arc<Outbox>> {
        match self {
            Self::Open(outbox) => Some(outbox),
            Self::Off | Self::Shut(_) => None,
        }
    }
}

impl Default for Mail {
    fn default() -> Self {
        Self(Arc::new(Parts {
            given: RwLock::default(),
            known: Mutex::default(),
            surroundings: RwLock::default(),
            attempts: Budgets::new(ATTEMPTS_AT_ONCE, ATTEMPTS_PER_SECOND),
            keys: OnceCell::new(),
        }))
    }
}

impl Mail {
    /// Sends mail this way, whatever is kept; with `None` what is kept holds.
    pub fn switch(&self, outbox: Option<Outbox>) {
        let mut given = self.0.given.write().unwrap_or_else(PoisonError::into_inner);
        *given = outbox.map(Arc::new);
    }

    /// Says where this server stands; from now on what is kept holds.
    pub fn stand(&self, surroundings: Surroundings) {
        let mut known = self
            .0
            .surroundings
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *known = Some(surroundings);
    }

    /// How mail goes out now. What is kept is read each time, so that a change is seen by all nodes
    /// before their next letter.
    pub async fn way(&self, platform: &Platform) -> Result<Way> {
        if let Some(given) = self.given() {
            return Ok(Way::Open(given));
        }
        if self.surroundings().is_none() {
            return Ok(Way::Off);
        }
        let kept = settings::kept(platform.db.reader()).await?;
        let known = |parts: &Parts| {
            let known = parts.known.lock().unwrap_or_else(PoisonError::into_inner);
            known
                .as_ref()
                .filter(|(then, _)| *then == kept)
                .map(|(_, outbox)| outbox.clone())
        };
        if let Some(outbox) = known(&self.0) {
            return Ok(Way::Open(outbox));
        }
        Ok(match settings::way_out(self, platform, &kept)? {
            None => Way::Off,
            Some(Err(shut)) => Way::Shut(shut),
            Some(Ok(outbox)) => {
                let outbox = Arc::new(outbox);
                let mut known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
                *known = Some((kept, outbox.clone()));
                Way::Open(outbox)
            }
        })
    }

    /// Whether letters are written, also while they wait for a password.
    pub async fn is_on(&self, db: &impl Connection) -> Result<bool> {
        Ok(self.is_given() || (self.surroundings().is_some() && settings::is_on(db).await?))
    }

    fn given(&self) -> Option<Arc<Outbox>> {
        let given = self.0.given.read().unwrap_or_else(PoisonError::into_inner);
        given.clone()
    }

    /// Whether the way out was given when the server was started.
    fn is_given(&self) -> bool {
        self.given().is_some()
    }

    fn surroundings(&self) -> Option<Surroundings> {
        let known = self.0.surroundings.read();
        known.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What links in mails begin with, whether mail is on or not.
    pub fn base_url(&self) -> Option<String> {
        Some(self.surroundings()?.base_url)
    }

    fn outbox_to(&self, server: &Server, password: Option<&str>) -> Result<Outbox> {
        let around = self.surroundings().unwrap_or_default();
        Ok(Outbox::to(server, password, &around)?)
    }

    /// Counts what may make this server call somewhere; too many in a while are refused.
    fn count_attempt(&self, now: Timestamp) -> Result<()> {
        self.0.attempts.take((), now).map_err(|seconds| {
            Error::refused(
                "TOO_MANY_ATTEMPTS",
                "",
                format!("That was tried often. Please try again in {seconds} seconds."),
            )
        })
    }

    async fn keys(&self, platform: &Platform) -> Result<&Keys> {
        self.0
            .keys
            .get_or_try_init(|| Keys::load_or_create(platform))
            .await
    }
}

/// What is said to whoever wants a mail sent while none is.
fn off() -> Error {
    Error::not_allowed_now("Mail is switched off; administrators set it up under Mail.")
}

impl BeforeCommit for Mail {
    fn before_commit<'a>(
        &'a self,
        uow: &'a mut UnitOfWork,
        events: &'a [NewEvent],
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
        Box::pin(news::write(self, uow, events))
    }
}

impl Worker for Mail {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn ready<'a>(
        &'a self,
        platform: &'a Platform,
    ) -> Pin<Box<dyn Future<Output = Result<bool>> + Send + 'a>> {
        Box::pin(async { Ok(self.way(platform).await?.outbox().is_some()) })
    }

    fn work<'a>(
        &'a self,
        platform: &'a Platform,
        job: &'a Model,
    ) -> Pin<Box<dyn Future<Output = Result<Outcome, Failure>> + Send + 'a>> {
        Box::pin(async move {
            let way = self.way(platform).await?;
            let Some(outbox) = way.outbox() else {
                return Err(Failure::temporary("MAIL_OFF", "Mail is switched off."));
            };
            let letter: Letter = job.read()?;
            let keys = self.keys(platform).await?;
            match compose::compose(platform, keys, outbox, job.id, &letter).await? {
                Some(mail) => {
                    outbox.send(&mail).await?;
                    Ok(Outcome::Done)
                }
                None => Ok(Outcome::Skipped),
            }
        })
    }
}
