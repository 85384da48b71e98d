//! Roles are given and taken.

use super::access::{authorize, grants};
use super::entity::department::Model as Department;
use super::entity::person::Model as Person;
use super::leaving::{OnLeave, after_role};
use super::{Subject, emit, reference, store};
use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::{Actor, Context};
use crate::platform::error::{Error, Result, code};
use crate::platform::unit_of_work::UnitOfWork;
use crate::session::api_token;
use shared::event::EventKind;
use shared::id::{DepartmentId, PersonId};
use shared::permission::{Role, SetUp, SiteRole, TokenScope};
use std::collections::BTreeSet;

/// Roles are given one at a time: nobody has the same one twice.
const TURN: &str = "roles";

/// A role, in a department or for the whole site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granted {
    /// In a department.
    In(DepartmentId, Role),
    /// For the whole site.
    Site(SiteRole),
}

/// Gives a role; one that the person has already is left as it is. Roles in a confidential
/// department open its tickets, so its leads give them; an administrator only while nobody leads
/// it, and never to themselves.
pub async fn grant(
    platform: &Platform,
    ctx: &Context,
    person: PersonId,
    role: Granted,
) -> Result<Person> {
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    match give(&mut uow, person, role).await {
        Ok(row) => {
            uow.commit().await?;
            Ok(row)
        }
        Err(error) => {
            uow.rollback().await?;
            Err(refused(platform, ctx, person, role, error).await?)
        }
    }
}

/// Notes for the audit log that somebody who gives roles tried to give or take one that is not
/// theirs to give or take; everything else that can be wrong is nobody's business.
async fn refused(
    platform: &Platform,
    ctx: &Context,
    person: PersonId,
    role: Granted,
    error: Error,
) -> Result<Error> {
    let forbidden = matches!(error, Error::Refused(_)) && error.codes().contains(&code::FORBIDDEN);
    if forbidden && authorize_roles(ctx, role).is_ok() {
        let mut uow = UnitOfWork::begin(platform, ctx).await?;
        let changes = Changeset::new().first("role", role_word(role));
        emit(
            &mut uow,
            EventKind::RoleRefused,
            subject(person, role),
            changes,
        );
        uow.commit().await?;
    }
    Ok(error)
}

/// The same as a part of another act.
pub async fn give(uow: &mut UnitOfWork, person: PersonId, role: Granted) -> Result<Person> {
    let ctx = uow.context().clone();
    let ctx = &ctx;
    authorize_roles(ctx, role)?;
    uow.wait_turn(TURN).await?;
    let row = reference::require_person(uow.tx(), person, "person").await?;
    match role {
        Granted::In(department, role) => {
            let department = reference::require_department(uow.tx(), department).await?;
            authorize_in(ctx, &department)?;
            let outside = department.confidential && is_no_lead(ctx, department.id);
            if outside && ctx.actor == Actor::Person(person) {
                return Err(Error::refused(
                    code::FORBIDDEN,
                    "person",
                    "Somebody else has to give you a role in a confidential department.",
                ));
            }
            if outside
                && !store::leads_of(uow.tx(), &[department.id])
                    .await?
                    .is_empty()
            {
                return Err(Error::refused(
                    code::FORBIDDEN,
                    "department",
                    "Only a lead of this department may give roles in it, as it is confidential.",
                ));
            }
            let has = store::grants_of(uow.tx(), &[person]).await?;
            if has
                .iter()
                .any(|grant| grant.department_id == department.id && grant.role == role)
            {
                return Ok(row);
            }
            store::grant(uow.tx(), person, department.id, role).await?;
        }
        Granted::Site(role) => {
            let has = store::site_roles_of(uow.tx(), &[person]).await?;
            if has.iter().any(|grant| grant.role == role) {
                return Ok(row);
            }
            store::grant_site(uow.tx(), person, role).await?;
        }
    }
    let changes = Changeset::new().first("role", role_word(role));
    emit(uow, EventKind::RoleGranted, subject(person, role), changes);
    Ok(row)
}

/// Takes a role; one that the person does not have changes nothing. The last administrator stays,
/// and an administrator does not depose who leads a confidential department: it would be without a
/// lead, and theirs to give. Whoever has no role left in which they worked the department's tickets
/// keeps none of them.
pub async fn revoke(
    platform: &Platform,
    ctx: &Context,
    person: PersonId,
    role: Granted,
    on_leave: &dyn OnLeave,
) -> Result<Person> {
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    match take(&mut uow, person, role, on_leave).await {
        Ok(row) => {
            uow.commit().await?;
            Ok(row)
        }
        Err(error) => {
            uow.rollback().await?;
            Err(refused(platform, ctx, person, role, error).await?)
        }
    }
}

/// The same as a part of another act.
async fn take(
    uow: &mut UnitOfWork,
    person: PersonId,
    role: Granted,
    on_leave: &dyn OnLeave,
) -> Result<Person> {
    let ctx = uow.context().clone();
    let ctx = &ctx;
    authorize_roles(ctx, role)?;
    // Held against those who give them a ticket meanwhile.
    let row = store::lock_person(uow.tx(), person)
        .await?
        .ok_or_else(|| Error::not_found("person"))?;
    let had = match role {
        Granted::In(department, role) => {
            let found = reference::department(uow.tx(), department)
                .await?
                .ok_or_else(|| Error::not_found("department"))?;
            authorize_in(ctx, &found)?;
            let deposes = role == Role::Lead && row.active;
            if deposes && found.confidential && is_no_lead(ctx, department) {
                return Err(Error::refused(
                    code::FORBIDDEN,
                    "role",
                    "Only a lead of this department may take this role, as it is confidential.",
                ));
            }
            store::revoke(uow.tx(), person, department, role).await?
        }
        Granted::Site(role) => {
            if role == SiteRole::Administrator {
                keep_an_administrator(uow, person, "siteRole").await?;
            }
            store::revoke_site(uow.tx(), person, role).await?
        }
    };
    if !had {
        return Ok(row);
    }
    let changes = Changeset::new().field("role", &Some(role_word(role)), &None);
    emit(uow, EventKind::RoleRevoked, subject(person, role), changes);
    let left = grants(uow.tx(), person).await?;
    let lacks = |scopes: &BTreeSet<TokenScope>| !scopes.iter().all(|scope| scope.open_to(&left));
    api_token::end_of(uow, person, api_token::end_reason::ROLE_LOST, lacks).await?;
    if let Granted::In(department, Role::Agent | Role::Lead) = role {
        after_role(uow, person, department, on_leave).await?;
    }
    Ok(row)
}

/// Refuses those who give and take neither any role nor this one.
fn authorize_roles(ctx: &Context, role: Granted) -> Result<()> {
    match role {
        Granted::In(department, _) if ctx.grants.leads(department) => Ok(()),
        Granted::In(..) | Granted::Site(_) => authorize(ctx, SetUp::Site),
    }
}

/// Leads give and take roles in a confidential department only.
fn authorize_in(ctx: &Context, department: &Department) -> Result<()> {
    if department.confidential {
        Ok(())
    } else {
        authorize(ctx, SetUp::Site)
    }
}

/// Whether a person acts who does not lead the department.
fn is_no_lead(ctx: &Context, department: DepartmentId) -> bool {
    matches!(ctx.actor, Actor::Person(_)) && !ctx.grants.leads(department)
}

/// Refuses what would leave nobody to set things up.
pub(super) async fn keep_an_administrator(
    uow: &UnitOfWork,
    person: PersonId,
    field: &str,
) -> Result<()> {
    if store::other_administrators(uow.tx(), person).await? > 0 {
        return Ok(());
    }
    Err(Error::refused(
        "LAST_ADMINISTRATOR",
        field,
        "This is the last administrator. Make somebody else one first.",
    ))
}

fn role_word(role: Granted) -> &'static str {
    match role {
        Granted::In(_, role) => role.as_str(),
        Granted::Site(role) => role.as_str(),
    }
}

fn subject(person: PersonId, role: Granted) -> Subject {
    Subject {
        kind: PersonId::PREFIX,
        id: person.0,
        department: match role {
            Granted::In(department, _) => Some(department),
            Granted::Site(_) => None,
        },
        version: None,
    }
}
