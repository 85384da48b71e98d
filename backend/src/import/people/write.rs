//! Writes what a file brings, in parts.

use super::compare::{Plan, Step};
use super::{Outcome, Reject, store};
use crate::organisation::leaving::OnLeave;
use crate::organisation::person::{self, LOGINS, PersonEdit};
use crate::organisation::store as organisation;
use crate::platform::Platform;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::unit_of_work::UnitOfWork;
use shared::id::PersonId;
use std::collections::HashSet;

/// People of one transaction: long enough to be quick, short enough to let others write.
const PART: usize = 250;

/// Writes. A part that was written stays when a later one fails: the same file completes it.
pub async fn write(
    platform: &Platform,
    ctx: &Context,
    plan: Plan,
    on_leave: &dyn OnLeave,
) -> Result<Outcome> {
    let mut outcome = plan.outcome;
    let mut lost = HashSet::new();
    let mut leavers: Vec<(PersonId, Option<Step>)> =
        plan.leavers.into_iter().map(|row| (row.id, None)).collect();
    let mut steps = plan.steps.into_iter().peekable();
    while steps.peek().is_some() {
        let mut uow = UnitOfWork::begin(platform, ctx).await?;
        uow.wait_turn(LOGINS).await?;
        let mut dropped = Vec::new();
        for mut step in steps.by_ref().take(PART) {
            let leaves = step.before.as_ref().is_some_and(|row| row.active) && !step.after.active;
            step.after.active |= leaves;
            if let Some(reason) = one(&mut uow, &step, &lost).await? {
                dropped.push((step, reason));
                continue;
            }
            if leaves {
                leavers.push((step.after.id, Some(step)));
            }
        }
        for (step, reason) in dropped {
            lost.insert(step.after.id);
            if step.before.is_none() {
                outcome.created -= 1;
            } else {
                outcome.changed = outcome.changed.saturating_sub(1);
            }
            outcome.rejected.push(Reject {
                line: step.line,
                reason,
                fields: step.fields,
            });
        }
        uow.commit().await?;
    }
    let keys = plan
        .keys
        .into_iter()
        .filter(|(_, id)| !lost.contains(id))
        .collect();
    let uow = UnitOfWork::begin(platform, ctx).await?;
    store::remember(uow.tx(), keys).await?;
    uow.commit().await?;
    for (id, step) in leavers {
        if let Err(reason) = leave(platform, ctx, id, on_leave).await? {
            outcome.deactivated -= 1;
            let (line, fields) = step.map_or((0, Vec::new()), |step| (step.line, step.fields));
            outcome.rejected.push(Reject {
                line,
                reason,
                fields,
            });
        }
    }
    outcome.rejected.sort_by_key(|reject| reject.line);
    Ok(outcome)
}

/// Writes one; gives the reason where somebody else was quicker.
async fn one(
    uow: &mut UnitOfWork,
    step: &Step,
    lost: &HashSet<PersonId>,
) -> Result<Option<String>> {
    let after = &step.after;
    if after.manager_id.is_some_and(|id| lost.contains(&id)) {
        return Ok(Some("manager: their own row was not taken.".to_owned()));
    }
    let new_login = step
        .before
        .as_ref()
        .is_none_or(|row| row.login != after.login);
    if new_login && organisation::login_taken(uow.tx(), &after.login, Some(after.id)).await? {
        let reason = "login: somebody else has this sign-in name.";
        return Ok(Some(reason.to_owned()));
    }
    match &step.before {
        None => person::insert(uow, after.clone()).await?,
        Some(before) if before == after => {}
        Some(before) => {
            if !person::replace(uow, before, after.clone()).await? {
                let reason = "Somebody changed this person meanwhile; load the row again.";
                return Ok(Some(reason.to_owned()));
            }
        }
    }
    Ok(None)
}

/// Deactivates somebody as an administrator does; gives the reason where that is refused.
async fn leave(
    platform: &Platform,
    ctx: &Context,
    id: PersonId,
    on_leave: &dyn OnLeave,
) -> Result<Result<(), String>> {
    let Some(row) = organisation::person(platform.db.reader(), id).await? else {
        return Ok(Ok(()));
    };
    let edit = PersonEdit {
        active: Some(false),
        ..PersonEdit::default()
    };
    match person::edit(platform, ctx, id, row.version, edit, on_leave).await {
        Ok(_) => Ok(Ok(())),
        Err(Error::Refused(problems)) => {
            let why = problems.into_iter().map(|problem| problem.message);
            let why = why.collect::<Vec<_>>().join(" ");
            Ok(Err(format!("{} was not deactivated: {why}", row.name)))
        }
        Err(fault) => Err(fault),
    }
}
