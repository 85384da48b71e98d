//! Calendars and agreements of the demo.

use super::content::{Agreement, Content};
use super::organise::{Keys, find};
use super::plan;
use crate::app::App;
use crate::desk::service_level::store::{
    AgreementDefinition, add_agreement_version, add_calendar_version, agreement, calendar,
};
use crate::platform::context::Context;
use crate::platform::row;
use crate::platform::unit_of_work::UnitOfWork;
use anyhow::{Result, anyhow};
use shared::id::{AgreementId, CalendarId};
use shared::service_level::{Allowance, ClockTarget, Conditions, Target};

/// Makes the calendars, then the agreements in their order.
pub(super) async fn make(
    app: &App,
    ctx: &Context,
    content: &Content,
    keys: &mut Keys,
) -> Result<()> {
    let uow = UnitOfWork::begin(&app.platform, ctx).await?;
    for made in &content.organisation.calendars {
        let definition = plan::definition(made)
            .ok_or_else(|| anyhow!("the calendar {} does not hold together", made.key))?;
        let model = calendar::Model {
            id: CalendarId(uow.next_id()),
            name: made.name.clone(),
            is_default: made.key == content.organisation.default_calendar,
            active: true,
            version: 1,
        };
        keys.calendars.insert(made.key.clone(), model.id);
        let id = model.id;
        row::insert(uow.tx(), model).await?;
        add_calendar_version(uow.tx(), id, 1, &definition, ctx.now).await?;
    }
    for (position, promised) in content.organisation.agreements.iter().enumerate() {
        let calendar = find(&keys.calendars, &promised.calendar)?;
        let model = agreement::Model {
            id: AgreementId(uow.next_id()),
            name: promised.name.clone(),
            position: i32::try_from(position)?,
            calendar_id: calendar,
            active: true,
            version: 1,
        };
        let id = model.id;
        row::insert(uow.tx(), model).await?;
        let definition = AgreementDefinition {
            name: promised.name.clone(),
            calendar,
            conditions: conditions(promised, keys)?,
            targets: targets(promised),
        };
        add_agreement_version(uow.tx(), id, 1, &definition, ctx.now).await?;
    }
    uow.commit().await?;
    Ok(())
}

fn conditions(promised: &Agreement, keys: &Keys) -> Result<Conditions> {
    let department = promised.department.as_deref();
    Ok(Conditions {
        kinds: promised.kind.into_iter().collect(),
        priorities: promised.priorities.clone(),
        departments: department
            .map(|key| find(&keys.departments, key))
            .transpose()?
            .into_iter()
            .collect(),
        ..Conditions::default()
    })
}

fn targets(promised: &Agreement) -> Vec<Target> {
    [
        (ClockTarget::FirstResponse, promised.first_response_minutes),
        (ClockTarget::Resolution, promised.resolution_minutes),
    ]
    .into_iter()
    .map(|(kind, minutes)| {
        let allowance = Allowance::WorkingSeconds(i64::from(minutes) * 60);
        Target::new(kind, allowance).with_warning_at(promised.warning_percent)
    })
    .collect()
}
