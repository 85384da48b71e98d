//! Rows of sessions and of failed sign-ins.

use super::{GRACE_SECONDS, IDLE_SECONDS, session_event};
use crate::platform::Platform;
use crate::platform::error::Result;
use crate::platform::setting;
use crate::platform::unit_of_work::UnitOfWork;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel,
    QueryFilter, QuerySelect, Set,
};
use shared::event::EventKind;
use shared::id::{PersonId, SessionId};
use shared::time::Timestamp;

/// Name of the setting that holds the installation's secret.
pub const SECRET: &str = "session.secret";
/// Longest user agent that is kept, in characters.
const USER_AGENT_MAX: usize = 300;

/// What signing in looks at of a person.
pub mod credential {
    use sea_orm::entity::prelude::*;
    use shared::id::PersonId;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "people")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PersonId,
        pub login: String,
        pub password_hash: Option<String>,
        pub active: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A session.
pub mod session {
    use sea_orm::entity::prelude::*;
    use shared::id::{PersonId, SessionId};
    use shared::time::Timestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SessionId,
        pub person_id: PersonId,
        pub token_digest: String,
        pub previous_digest: Option<String>,
        pub rotated_at: Option<Timestamp>,
        pub created_at: Timestamp,
        pub used_at: Timestamp,
        pub expires_at: Timestamp,
        pub ended_at: Option<Timestamp>,
        pub end_reason: Option<String>,
        pub user_agent: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Failed sign-ins of one source.
pub mod attempt {
    use sea_orm::entity::prelude::*;
    use shared::time::Timestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sign_in_attempts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub bucket: String,
        pub failures: i32,
        pub last_at: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// The installation's secret; `fresh` becomes it when there is none yet. Of two nodes that start
/// together, both get the first one's.
pub async fn secret(platform: &Platform, fresh: &str) -> Result<String> {
    let tx = platform.db.begin().await?;
    let row = setting::ActiveModel {
        name: Set(SECRET.to_owned()),
        value: Set(serde_json::to_string(fresh)?),
    };
    setting::Entity::insert(row)
        .on_conflict(
            OnConflict::column(setting::Column::Name)
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(&tx)
        .await?;
    let secret = setting::get(&tx, SECRET)
        .await?
        .ok_or_else(|| anyhow::anyhow!("the session secret was not kept"))?;
    tx.commit().await?;
    Ok(secret)
}

/// Whoever has the normal form of this sign-in name.
pub async fn by_login(db: &impl ConnectionTrait, login: &str) -> Result<Option<credential::Model>> {
    Ok(credential::Entity::find()
        .filter(credential::Column::Login.eq(login))
        .one(db)
        .await?)
}

/// What a person signs in with.
pub async fn credential_of(
    db: &impl ConnectionTrait,
    person: PersonId,
) -> Result<Option<credential::Model>> {
    Ok(credential::Entity::find_by_id(person).one(db).await?)
}

/// The same, which nobody changes to the end of the transaction.
pub async fn lock_credential_of(
    db: &impl ConnectionTrait,
    person: PersonId,
) -> Result<Option<credential::Model>> {
    Ok(credential::Entity::find_by_id(person)
        .lock_shared()
        .one(db)
        .await?)
}

/// A session.
pub async fn find(db: &impl ConnectionTrait, id: SessionId) -> Result<Option<session::Model>> {
    Ok(session::Entity::find_by_id(id).one(db).await?)
}

/// A session, held to the end of the unit of work.
pub async fn lock(uow: &UnitOfWork, id: SessionId) -> Result<Option<session::Model>> {
    Ok(session::Entity::find_by_id(id)
        .lock_exclusive()
        .one(uow.tx())
        .await?)
}

/// A new session.
pub async fn insert(
    uow: &UnitOfWork,
    id: SessionId,
    person: PersonId,
    digest: &str,
    expires_at: Timestamp,
    user_agent: &str,
) -> Result<()> {
    let now = uow.context().now;
    let row = session::ActiveModel {
        id: Set(id),
        person_id: Set(person),
        token_digest: Set(digest.to_owned()),
        previous_digest: Set(None),
        rotated_at: Set(None),
        created_at: Set(now),
        used_at: Set(now),
        expires_at: Set(expires_at),
        ended_at: Set(None),
        end_reason: Set(None),
        user_agent: Set(user_agent
            .chars()
            .filter(|c| !c.is_control())
            .take(USER_AGENT_MAX)
            .collect()),
    };
    session::Entity::insert(row)
        .exec_without_returning(uow.tx())
        .await?;
    Ok(())
}

/// Neither unused for too long nor too old.
pub fn in_time(session: &session::Model, now: Timestamp) -> bool {
    now < session.expires_at && now < session.used_at.plus_seconds(IDLE_SECONDS)
}

/// Whether the token of this digest was replaced only just now.
pub fn within_grace(session: &session::Model, digest: &str, now: Timestamp) -> bool {
    session.previous_digest.as_deref() == Some(digest)
        && session
            .rotated_at
            .is_some_and(|at| now <= at.plus_seconds(GRACE_SECONDS))
}

/// Replaces the token.
pub async fn rotate(uow: &UnitOfWork, session: session::Model, digest: &str) -> Result<()> {
    let now = uow.context().now;
    let previous = session.token_digest.clone();
    let mut row = session.into_active_model();
    row.previous_digest = Set(Some(previous));
    row.token_digest = Set(digest.to_owned());
    row.rotated_at = Set(Some(now));
    row.used_at = Set(now);
    row.update(uow.tx()).await?;
    Ok(())
}

/// Ends a session that runs.
pub async fn end(uow: &mut UnitOfWork, session: &session::Model, reason: &str) -> Result<()> {
    let now = uow.context().now;
    let mut row = session.clone().into_active_model();
    row.ended_at = Set(Some(now));
    row.end_reason = Set(Some(reason.to_owned()));
    row.update(uow.tx()).await?;
    uow.emit(session_event(
        EventKind::SessionEnded,
        session.id,
        session.person_id,
        now,
        Some(reason),
    ));
    Ok(())
}

/// Ends all sessions of a person but `spared`: to be called by whatever changes a password or
/// deactivates somebody, in the same unit of work. Sockets follow within a second.
pub async fn end_all_of(
    uow: &mut UnitOfWork,
    person: PersonId,
    spared: Option<SessionId>,
    reason: &str,
) -> Result<()> {
    let running = session::Entity::find()
        .filter(session::Column::PersonId.eq(person))
        .filter(session::Column::EndedAt.is_null())
        .lock_exclusive()
        .all(uow.tx())
        .await?;
    for session in running.iter().filter(|s| Some(s.id) != spared) {
        end(uow, session, reason).await?;
    }
    Ok(())
}

/// Sessions that run although their time is up, at most `limit`.
pub async fn overdue(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<session::Model>> {
    Ok(session::Entity::find()
        .filter(session::Column::EndedAt.is_null())
        .filter(
            session::Column::ExpiresAt
                .lte(now)
                .or(session::Column::UsedAt.lte(now.plus_seconds(-IDLE_SECONDS))),
        )
        .limit(limit)
        .all(db)
        .await?)
}

/// Forgets sessions that ended before `instant`; the log keeps that they were.
pub async fn delete_ended_before(db: &impl ConnectionTrait, instant: Timestamp) -> Result<()> {
    session::Entity::delete_many()
        .filter(session::Column::EndedAt.lt(instant))
        .exec(db)
        .await?;
    Ok(())
}

/// Forgets failures before `instant`.
pub async fn forget_attempts_before(db: &impl ConnectionTrait, instant: Timestamp) -> Result<()> {
    attempt::Entity::delete_many()
        .filter(attempt::Column::LastAt.lt(instant))
        .exec(db)
        .await?;
    Ok(())
}

/// Forgets the failures of one source.
pub async fn delete_attempts(db: &impl ConnectionTrait, bucket: &str) -> Result<()> {
    attempt::Entity::delete_by_id(bucket.to_owned())
        .exec(db)
        .await?;
    Ok(())
}

/// The failures of one source, held to the end of the transaction; made when missing.
pub async fn lock_attempts(
    db: &impl ConnectionTrait,
    bucket: &str,
    now: Timestamp,
) -> Result<attempt::Model> {
    let row = attempt::ActiveModel {
        bucket: Set(bucket.to_owned()),
        failures: Set(0),
        last_at: Set(now),
    };
    Ok(attempt::Entity::insert(row)
        .on_conflict(
            OnConflict::column(attempt::Column::Bucket)
                // Changes nothing and locks the row, which nobody can take away in between.
                .update_column(attempt::Column::Bucket)
                .to_owned(),
        )
        .exec_with_returning(db)
        .await?)
}

/// Writes the failures of one source.
pub async fn set_attempts(
    db: &impl ConnectionTrait,
    bucket: &str,
    failures: i32,
    now: Timestamp,
) -> Result<()> {
    let row = attempt::ActiveModel {
        bucket: Set(bucket.to_owned()),
        failures: Set(failures),
        last_at: Set(now),
    };
    attempt::Entity::update(row).exec(db).await?;
    Ok(())
}
