//! Passwords are set and changed; both end sessions.

use super::access::authorize;
use super::entity::person::Model as Person;
use super::{emit, password_link_store, person, reference, store};
use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::unit_of_work::UnitOfWork;
use crate::session::{SignInError, api_token, end_all_of, end_reason, password, proof};
use shared::event::EventKind;
use shared::id::{DepartmentId, PersonId, SessionId};
use shared::organisation::check_password;
use shared::permission::SetUp;
use std::future::Future;
use std::pin::Pin;

/// What is done besides in the transaction in which somebody's password is set.
pub trait OnSet: Send + Sync {
    /// Tells `leads`, who lead confidential departments in which the person has a role.
    fn tell<'a>(
        &'a self,
        uow: &'a mut UnitOfWork,
        person: &'a Person,
        leads: Vec<PersonId>,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;
}

/// Sets somebody's password and ends their sessions. Whoever knows the password sees what the
/// person sees, so the leads of the confidential departments in which they have a role are told.
pub async fn set(
    platform: &Platform,
    ctx: &Context,
    id: PersonId,
    password: &str,
    on_set: &dyn OnSet,
) -> Result<Person> {
    authorize(ctx, SetUp::Site)?;
    let login = match store::person(platform.db.reader(), id).await? {
        Some(person) => person.login,
        None => return Err(Error::not_found("person")),
    };
    check_password(&login, password)?;
    let hash = password::hash(&platform.ids, password).await?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    let row = reference::require_person(uow.tx(), id, "person").await?;
    replace(&mut uow, &row, hash, None).await?;
    let leads = confidential_leads(&uow, id).await?;
    on_set.tell(&mut uow, &row, leads).await?;
    uow.commit().await?;
    Ok(row)
}

/// Changes one's own password. All other sessions of the person end; this one goes on.
pub async fn change(
    platform: &Platform,
    ctx: &Context,
    current: &str,
    new: &str,
) -> Result<Person> {
    let session = ctx.session.ok_or_else(Error::forbidden)?;
    let person = reference::require_person(platform.db.reader(), ctx.person(), "").await?;
    check_password(&person.login, new).map_err(|mut problems| {
        for problem in &mut problems {
            problem.field = "newPassword".to_owned();
        }
        problems
    })?;
    let proof = proof::prove(platform, ctx, session, person.password_hash, current)
        .await
        .map_err(refusal)?;
    // Hashing takes long on purpose, so it is done before the writer is taken.
    let hash = password::hash(&platform.ids, new).await?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    let row = store::lock_person(uow.tx(), person.id)
        .await?
        .filter(|row| row.active)
        .ok_or_else(|| Error::not_found(""))?;
    if !proof.holds(&uow, row.password_hash.as_deref()).await? {
        return Err(refusal(SignInError::WrongCredentials));
    }
    replace(&mut uow, &row, hash, Some(session)).await?;
    uow.commit().await?;
    Ok(row)
}

/// Leads of the confidential departments in which the person has a role.
pub(super) async fn confidential_leads(
    uow: &UnitOfWork,
    person: PersonId,
) -> Result<Vec<PersonId>> {
    let granted = store::grants_of(uow.tx(), &[person]).await?;
    let departments: Vec<DepartmentId> = store::confidentiality(uow.tx())
        .await?
        .into_iter()
        .filter(|(id, confidential)| {
            *confidential && granted.iter().any(|grant| grant.department_id == *id)
        })
        .map(|(id, _)| id)
        .collect();
    store::leads_of(uow.tx(), &departments).await
}

/// Replaces the password; the person's sessions end, and so do links by which another could be set.
pub(super) async fn replace(
    uow: &mut UnitOfWork,
    row: &Person,
    hash: String,
    spared: Option<SessionId>,
) -> Result<()> {
    store::set_password_hash(uow.tx(), row.id, hash).await?;
    password_link_store::end_all_of(uow.tx(), row.id, uow.context().now).await?;
    emit(
        uow,
        EventKind::PasswordSet,
        person::subject(row),
        Changeset::new(),
    );
    if spared.is_none() {
        // Whoever was in their place may have made tokens; their own change leaves tools alone.
        api_token::end_of(uow, row.id, api_token::end_reason::PASSWORD_SET, |_| true).await?;
    }
    end_all_of(uow, row.id, spared, end_reason::PASSWORD_CHANGED).await
}

/// Why a password was not accepted, for the person who typed it.
pub fn refusal(error: SignInError) -> Error {
    let field = "currentPassword";
    match error {
        SignInError::WrongCredentials => Error::refused(
            "WRONG_PASSWORD",
            field,
            "This is not your present password.",
        ),
        SignInError::TooManyAttempts {
            retry_after_seconds,
        } => Error::refused(
            "TOO_MANY_ATTEMPTS",
            field,
            format!("Too many attempts. Please wait {retry_after_seconds} s."),
        ),
        SignInError::Busy => Error::refused(
            "BUSY",
            field,
            "Many passwords are being checked right now. Please try again in a moment.",
        ),
        SignInError::Failed(error) => error,
    }
}
