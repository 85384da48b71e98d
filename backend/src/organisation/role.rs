//! Roles are given and taken.

use super::access::authorize;
use super::entity::person::Model as Person;
use super::{Subject, emit, reference, store};
use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::{Actor, Context};
use crate::platform::error::{Error, Result, code};
use crate::platform::unit_of_work::UnitOfWork;
use shared::event::EventKind;
use shared::id::{DepartmentId, PersonId};
use shared::permission::{Role, SetUp, SiteRole};

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

/// Gives a role; one that the person has already is left as it is. Nobody gives themselves a role
/// in a confidential department unless they lead it: it would open its tickets to them.
pub async fn grant(
    platform: &Platform,
    ctx: &Context,
    person: PersonId,
    role: Granted,
) -> Result<Person> {
    authorize(ctx, SetUp::Site)?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    uow.wait_turn(TURN).await?;
    let row = reference::require_person(uow.tx(), person, "person").await?;
    match role {
        Granted::In(department, role) => {
            let department = reference::require_department(uow.tx(), department).await?;
            let oneself = ctx.actor == Actor::Person(person);
            if department.confidential && oneself && !ctx.grants.leads(department.id) {
                return Err(Error::refused(
                    code::FORBIDDEN,
                    "person",
                    "Somebody else has to give you a role in a confidential department.",
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
    emit(
        &mut uow,
        EventKind::RoleGranted,
        subject(person, role),
        changes,
    );
    uow.commit().await?;
    Ok(row)
}

/// Takes a role; one that the person does not have changes nothing. The last administrator stays.
pub async fn revoke(
    platform: &Platform,
    ctx: &Context,
    person: PersonId,
    role: Granted,
) -> Result<Person> {
    authorize(ctx, SetUp::Site)?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    let row = store::person(uow.tx(), person)
        .await?
        .ok_or_else(|| Error::not_found("person"))?;
    let had = match role {
        Granted::In(department, role) => {
            reference::department(uow.tx(), department)
                .await?
                .ok_or_else(|| Error::not_found("department"))?;
            store::revoke(uow.tx(), person, department, role).await?
        }
        Granted::Site(role) => {
            if role == SiteRole::Administrator {
                keep_an_administrator(&uow, person, "siteRole").await?;
            }
            store::revoke_site(uow.tx(), person, role).await?
        }
    };
    if !had {
        return Ok(row);
    }
    let changes = Changeset::new().field("role", &Some(role_word(role)), &None);
    emit(
        &mut uow,
        EventKind::RoleRevoked,
        subject(person, role),
        changes,
    );
    uow.commit().await?;
    Ok(row)
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
