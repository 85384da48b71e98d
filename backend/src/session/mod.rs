//! Signing in, staying signed in, signing out. The rules are explained in docs/SECURITY.

mod alarm;
pub mod api_token;
pub mod device;
pub mod key;
mod lockout;
pub mod network;
pub mod password;
pub mod proof;
mod store;
mod sweep;
pub mod token;

pub use store::{SECRET, end_all_of};
pub use sweep::sweep;

use crate::platform::Platform;
use crate::platform::context::{Actor, Context};
use crate::platform::error::{Error, Result};
use crate::platform::event_log::{Change, NewEvent};
use crate::platform::unit_of_work::UnitOfWork;
use api_token::TokenHolder;
use key::Keys;
use network::Network;
use serde_json::Value;
use shared::event::EventKind;
use shared::id::{PersonId, SessionId};
use shared::permission::Grants;
use shared::time::Timestamp;
use std::sync::Arc;
use uuid::Uuid;

/// Seconds for which an access token is good.
pub const ACCESS_SECONDS: i64 = 600;
/// Seconds without a renewal after which a session ends.
pub const IDLE_SECONDS: i64 = 14 * 86_400;
/// Seconds after which a session ends in any case.
pub const ABSOLUTE_SECONDS: i64 = 90 * 86_400;
/// Seconds during which a token that was just replaced still leads to its successor: for answers
/// that were lost on the way, and for two tabs that renew at once.
pub const GRACE_SECONDS: i64 = 30;
/// Longest sign-in name, in characters.
pub const LOGIN_MAX: usize = 200;

/// Why a session ended, as the log names it.
pub mod end_reason {
    /// The person signed out here.
    pub const SIGNED_OUT: &str = "signed_out";
    /// The person signed out everywhere.
    pub const SIGNED_OUT_EVERYWHERE: &str = "signed_out_everywhere";
    /// Unused for too long, or too old.
    pub const EXPIRED: &str = "expired";
    /// A token that had been replaced was used again: somebody else may hold a copy.
    pub const TOKEN_REUSED: &str = "token_reused";
    /// The password was changed.
    pub const PASSWORD_CHANGED: &str = "password_changed";
    /// The person was deactivated.
    pub const DEACTIVATED: &str = "deactivated";
}

/// An attempt to sign in, as it came.
pub struct Attempt<'a> {
    /// Sign-in name as typed.
    pub login: &'a str,
    /// Password as typed.
    pub password: &'a str,
    /// Where it came from.
    pub network: Network,
    /// The device cookie, if one was sent.
    pub device: Option<&'a str>,
    /// What the browser calls itself.
    pub user_agent: &'a str,
    /// Finds this request in the log.
    pub request_id: &'a str,
}

/// What a session gives to its holder.
pub struct Granted {
    /// For the `Authorization` header.
    pub access_token: String,
    /// For the cookie that renews.
    pub refresh_token: String,
    /// When the session ends in any case.
    pub expires_at: Timestamp,
}

/// A successful sign-in.
pub struct SignedIn {
    /// The tokens.
    pub granted: Granted,
    /// The new device cookie.
    pub device: String,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No such person, another password, or deactivated: one answer for all.
    #[error("wrong sign-in name or password")]
    WrongCredentials,
    /// Too many failures from here.
    #[error("too many attempts")]
    TooManyAttempts {
        /// When to try again.
        retry_after_seconds: i64,
    },
    /// The server checks as many passwords as it can.
    #[error("too busy")]
    Busy,
    /// Ours.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<password::VerifyError> for SignInError {
    fn from(error: password::VerifyError) -> Self {
        match error {
            password::VerifyError::Busy => Self::Busy,
            password::VerifyError::Fault(fault) => Self::Failed(fault.into()),
        }
    }
}

/// Who holds an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The person.
    pub person: PersonId,
    /// The session.
    pub session: SessionId,
}

/// Who sends a request: a person in a session, or a tool with a token of theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// In a session.
    Session(Holder),
    /// A tool.
    Token(TokenHolder),
}

impl Caller {
    /// The person.
    pub fn person(&self) -> PersonId {
        match self {
            Self::Session(holder) => holder.person,
            Self::Token(holder) => holder.person,
        }
    }

    /// The session or the token, by whose end the caller may do nothing more.
    pub fn id(&self) -> Uuid {
        match self {
            Self::Session(holder) => holder.session.0,
            Self::Token(holder) => holder.token.0,
        }
    }
}

/// Signs people in and out; cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    platform: Platform,
    keys: Arc<Keys>,
}

impl Sessions {
    /// Loads the installation's keys, or makes them on the first start.
    pub async fn open(platform: &Platform) -> Result<Self> {
        Ok(Self {
            keys: Arc::new(Keys::load_or_create(platform).await?),
            platform: platform.clone(),
        })
    }

    /// Signs in. The attempt is counted before the password is checked, so that a thousand attempts
    /// at once are no way around the count.
    pub async fn sign_in(&self, attempt: Attempt<'_>) -> Result<SignedIn, SignInError> {
        let now = self.platform.clock.now();
        let login = normal_login(attempt.login);
        if login.is_empty() || login.chars().count() > LOGIN_MAX || login.contains('\0') {
            return Err(SignInError::WrongCredentials);
        }
        let known = attempt
            .device
            .and_then(|cookie| device::recognise(&self.keys, cookie, &login));
        let source = match &known {
            Some(device) => lockout::Source::Device(device),
            None => lockout::Source::Network(&attempt.network),
        };
        let buckets = lockout::Buckets::of(&login, source);
        let counted = lockout::count(&self.platform, &buckets, now).await?;

        let person = store::by_login(self.platform.db.reader(), &login).await?;
        let hash = person.as_ref().and_then(|p| p.password_hash.clone());
        let whose = match known {
            Some(_) => password::Whose::Known,
            None => password::Whose::Stranger,
        };
        let right = password::verify(hash.clone(), attempt.password, whose).await?;
        if let Some(person) = person.as_ref().filter(|_| !right) {
            let source = match known {
                Some(_) => "known browser".to_owned(),
                None => attempt.network.in_words(),
            };
            alarm::raise(
                self.platform.clone(),
                person.id,
                counted,
                source,
                now,
                attempt.request_id.to_owned(),
            );
        }
        let Some(person) = person.filter(|p| right && p.active) else {
            return Err(SignInError::WrongCredentials);
        };

        let context = self.context(person.id, now, attempt.request_id);
        let mut uow = UnitOfWork::begin(&self.platform, &context).await?;
        // Between the check and now the password may have been changed; from here on it waits.
        let current = store::lock_credential_of(uow.tx(), person.id).await?;
        if !current.is_some_and(|p| p.active && p.password_hash == hash) {
            return Err(SignInError::WrongCredentials);
        }
        buckets.clear(&uow).await?;
        let session = SessionId(uow.next_id());
        let refresh_token = token::refresh(&self.keys, session, 0);
        let expires_at = now.plus_seconds(ABSOLUTE_SECONDS);
        store::insert(
            &uow,
            session,
            person.id,
            &token::digest(&refresh_token),
            expires_at,
            attempt.user_agent,
        )
        .await?;
        uow.emit(session_event(
            EventKind::SessionStarted,
            session,
            person.id,
            now,
            None,
        ));
        uow.commit().await?;
        let mut nonce = [0; device::NONCE_BYTES];
        self.platform.ids.fill(&mut nonce);
        Ok(SignedIn {
            granted: self.grant(person.id, session, refresh_token, expires_at, now)?,
            device: device::remember(&self.keys, attempt.device, &login, nonce),
        })
    }

    /// Whether this device cookie proves an earlier sign-in with this name.
    pub fn knows_device(&self, cookie: &str, login: &str) -> bool {
        device::recognise(&self.keys, cookie, &normal_login(login)).is_some()
    }

    /// Renews: the token is replaced by its successor. `None` when there is no session any more.
    /// The session that a refresh token belongs to, if we wrote the token; whether the session still
    /// lives is not asked.
    pub fn session_of(&self, text: &str) -> Option<SessionId> {
        token::read_refresh(&self.keys, text).map(|presented| presented.session)
    }

    pub async fn refresh(&self, text: &str, request_id: &str) -> Result<Option<Granted>> {
        let now = self.platform.clock.now();
        let Some(presented) = token::read_refresh(&self.keys, text) else {
            return Ok(None);
        };
        let context = self.context(PersonId(uuid::Uuid::nil()), now, request_id);
        let mut uow = UnitOfWork::begin(&self.platform, &context).await?;
        let Some(session) = store::lock(&uow, presented.session).await? else {
            return Ok(None);
        };
        if session.ended_at.is_some() {
            return Ok(None);
        }
        if !store::in_time(&session, now) {
            store::end(&mut uow, &session, end_reason::EXPIRED).await?;
            uow.commit().await?;
            return Ok(None);
        }
        let person = store::credential_of(uow.tx(), session.person_id).await?;
        if !person.is_some_and(|p| p.active) {
            store::end(&mut uow, &session, end_reason::DEACTIVATED).await?;
            uow.commit().await?;
            return Ok(None);
        }
        let digest = token::digest(text);
        let successor = token::refresh(&self.keys, session.id, presented.generation + 1);
        let (person, id, expires_at) = (session.person_id, session.id, session.expires_at);
        if digest == session.token_digest {
            store::rotate(&uow, session, &token::digest(&successor)).await?;
            uow.commit().await?;
        } else if !store::within_grace(&session, &digest, now) {
            tracing::warn!(session = %id, %person, "a replaced refresh token was used again; the session ends");
            store::end(&mut uow, &session, end_reason::TOKEN_REUSED).await?;
            uow.commit().await?;
            return Ok(None);
        }
        Ok(Some(self.grant(person, id, successor, expires_at, now)?))
    }

    /// Ends the session of a refresh token; nothing when it has ended.
    pub async fn sign_out_by_refresh_token(
        &self,
        text: &str,
        everywhere: bool,
        request_id: &str,
    ) -> Result<()> {
        let Some(presented) = token::read_refresh(&self.keys, text) else {
            return Ok(());
        };
        let session = store::find(self.platform.db.reader(), presented.session).await?;
        // A replaced token is no proof any more that its holder may end other sessions.
        let digest = token::digest(text);
        let Some(session) = session.filter(|s| {
            s.ended_at.is_none()
                && (s.token_digest == digest
                    || store::within_grace(s, &digest, self.platform.clock.now()))
        }) else {
            return Ok(());
        };
        let holder = Holder {
            person: session.person_id,
            session: session.id,
        };
        self.sign_out(holder, everywhere, request_id).await
    }

    /// Ends the holder's session, or all sessions of the person.
    pub async fn sign_out(&self, holder: Holder, everywhere: bool, request_id: &str) -> Result<()> {
        let context = self.context(holder.person, self.platform.clock.now(), request_id);
        let mut uow = UnitOfWork::begin(&self.platform, &context).await?;
        if everywhere {
            store::end_all_of(
                &mut uow,
                holder.person,
                None,
                end_reason::SIGNED_OUT_EVERYWHERE,
            )
            .await?;
        } else if let Some(session) = store::lock(&uow, holder.session).await?
            && session.ended_at.is_none()
        {
            store::end(&mut uow, &session, end_reason::SIGNED_OUT).await?;
        }
        uow.commit().await?;
        Ok(())
    }

    /// Who holds this access token; `None` when it is not ours, too old, or its session has ended.
    pub async fn holder(&self, access_token: &str) -> Result<Option<Holder>> {
        let now = self.platform.clock.now();
        let Some(holder) = token::read_access(&self.keys, access_token, now) else {
            return Ok(None);
        };
        Ok(self.runs(holder).await?.then_some(holder))
    }

    /// Whether the holder's session has not ended.
    pub async fn runs(&self, holder: Holder) -> Result<bool> {
        let now = self.platform.clock.now();
        let session = store::find(self.platform.db.reader(), holder.session).await?;
        Ok(session.is_some_and(|s| {
            s.person_id == holder.person && s.ended_at.is_none() && store::in_time(&s, now)
        }))
    }

    /// Who sends a request with this text behind `Bearer`; `None` for nobody.
    pub async fn caller(&self, text: &str) -> Result<Option<Caller>> {
        if api_token::looks_like_one(text) {
            let holder = api_token::holder(&self.platform, text).await?;
            return Ok(holder.map(Caller::Token));
        }
        Ok(self.holder(text).await?.map(Caller::Session))
    }

    /// Whether a caller that was good earlier still is.
    pub async fn still_calls(&self, caller: &Caller) -> Result<bool> {
        match caller {
            Caller::Session(holder) => self.runs(*holder).await,
            Caller::Token(holder) => api_token::is_still_good(&self.platform, holder.token).await,
        }
    }

    fn grant(
        &self,
        person: PersonId,
        session: SessionId,
        refresh_token: String,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Granted> {
        Ok(Granted {
            access_token: token::access(&self.keys, Holder { person, session }, now)?,
            refresh_token,
            expires_at,
        })
    }

    /// Sessions are the person's own act and need no grants.
    fn context(&self, person: PersonId, now: Timestamp, request_id: &str) -> Context {
        let actor = if person.0.is_nil() {
            Actor::System
        } else {
            Actor::Person(person)
        };
        Context::of(actor, Grants::requester(person), &[], now, request_id)
    }
}

/// A sign-in name as it is stored: without blanks around it, in lower case.
pub fn normal_login(login: &str) -> String {
    login.trim().to_lowercase()
}

fn session_event(
    kind: EventKind,
    session: SessionId,
    person: PersonId,
    now: Timestamp,
    reason: Option<&str>,
) -> NewEvent {
    let mut changes = std::collections::BTreeMap::new();
    let mut note = |field: &str, after: Value| {
        changes.insert(
            field.to_owned(),
            Change {
                before: Value::Null,
                after,
            },
        );
    };
    note("person", person.to_string().into());
    if let Some(reason) = reason {
        note("reason", reason.into());
    }
    NewEvent {
        occurred_at: now,
        kind,
        subject_kind: SessionId::PREFIX,
        subject_id: session.0,
        ticket: None,
        department: None,
        version_after: None,
        cause: None,
        changes,
    }
}
