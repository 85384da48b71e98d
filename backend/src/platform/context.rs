//! On whose behalf something happens, and when.

use shared::event::ActorKind;
use shared::id::{ApiTokenId, PersonId, SessionId};
use shared::permission::{Grants, Scope};
use shared::time::Timestamp;
use std::sync::Arc;

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in person.
    Person(PersonId),
    /// Timers and rules.
    System,
    /// An importer; notifications and rules are off.
    Import,
}

impl Actor {
    /// As the log names it.
    pub fn kind(self) -> ActorKind {
        match self {
            Self::Person(_) => ActorKind::Person,
            Self::System => ActorKind::System,
            Self::Import => ActorKind::Import,
        }
    }

    /// The person, if one acts.
    pub fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(id) => Some(id),
            Self::System | Self::Import => None,
        }
    }
}

/// One request's actor, grants and instant. Use cases ask for the time here and nowhere else, so
/// that all rows of one act carry the same instant.
#[derive(Clone, Debug)]
pub struct Context {
    /// Who acts.
    pub actor: Actor,
    /// The session that they act in; none beside the API.
    pub session: Option<SessionId>,
    /// The token by which a tool acts for them.
    pub token: Option<ApiTokenId>,
    /// What was granted to them.
    pub grants: Arc<Grants>,
    /// Which tickets they know of.
    pub scope: Arc<Scope>,
    /// Of which tickets they see figures.
    pub report_scope: Arc<Scope>,
    /// When.
    pub now: Timestamp,
    /// Finds this request in logs and errors.
    pub request_id: Arc<str>,
}

impl Context {
    /// Bellhop itself at `now`: sees nothing through a scope, works on given ids.
    pub fn system(now: Timestamp, request_id: &str) -> Self {
        Self::of(
            Actor::System,
            Grants::requester(PersonId(uuid::Uuid::nil())),
            &[],
            now,
            request_id,
        )
    }

    /// A context of these grants, `departments` being all with whether each is confidential.
    pub fn of(
        actor: Actor,
        grants: Grants,
        departments: &[(shared::id::DepartmentId, bool)],
        now: Timestamp,
        request_id: &str,
    ) -> Self {
        Self {
            actor,
            session: None,
            token: None,
            scope: Arc::new(Scope::of(&grants, departments)),
            report_scope: Arc::new(Scope::of_reports(&grants, departments)),
            grants: Arc::new(grants),
            now,
            request_id: request_id.into(),
        }
    }

    /// The person who acts; system and import act as nobody.
    pub fn person(&self) -> PersonId {
        self.grants.person
    }

    /// The same in a session.
    pub fn in_session(self, session: SessionId) -> Self {
        Self {
            session: Some(session),
            ..self
        }
    }

    /// The same by a token.
    pub fn by_token(self, token: ApiTokenId) -> Self {
        Self {
            token: Some(token),
            ..self
        }
    }

    /// The same at another instant.
    pub fn at(&self, now: Timestamp) -> Self {
        Self {
            now,
            ..self.clone()
        }
    }
}
