//! What follows when somebody stops working tickets: they are deactivated, or lose the last role in
//! which they worked a department's tickets.

use super::access::grants;
use super::entity::team::Model as Team;
use super::{emit, store, team};
use crate::platform::changes::Changeset;
use crate::platform::error::Result;
use crate::platform::row;
use crate::platform::unit_of_work::UnitOfWork;
use shared::event::EventKind;
use shared::id::{DepartmentId, PersonId};
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;

/// What else is done in the transaction in which somebody stops working tickets.
pub trait OnLeave: Send + Sync {
    /// `person` works tickets of `department` no longer; of no department when there is none.
    fn left<'a>(
        &'a self,
        uow: &'a mut UnitOfWork,
        person: PersonId,
        department: Option<DepartmentId>,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;
}

/// To be called after a role was taken: whoever has none left in which they work the department's
/// tickets belongs to no team of it.
pub(super) async fn after_role(
    uow: &mut UnitOfWork,
    person: PersonId,
    department: DepartmentId,
    on_leave: &dyn OnLeave,
) -> Result<()> {
    if grants(uow.tx(), person).await?.works(department) {
        return Ok(());
    }
    let teams = store::teams_of(uow.tx(), &[person]).await?;
    for (_, found) in teams {
        if found.department_id == department {
            leave_team(uow, person, &found).await?;
        }
    }
    on_leave.left(uow, person, Some(department)).await
}

async fn leave_team(uow: &mut UnitOfWork, person: PersonId, found: &Team) -> Result<()> {
    let Some(before) = store::lock_team(uow.tx(), found.id).await? else {
        return Ok(());
    };
    let members: BTreeSet<PersonId> = store::member_ids(uow.tx(), before.id)
        .await?
        .into_iter()
        .collect();
    let left: BTreeSet<PersonId> = members.iter().copied().filter(|id| *id != person).collect();
    let changes = Changeset::new().field("members", &members, &left);
    if changes.is_empty() {
        return Ok(());
    }
    let after = Team {
        version: before.version + 1,
        ..before
    };
    row::update(uow.tx(), after.clone(), before.version).await?;
    store::remove_members(uow.tx(), after.id, &[person]).await?;
    emit(uow, EventKind::TeamEdited, team::subject(&after), changes);
    Ok(())
}
