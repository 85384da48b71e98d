//! Calendars and agreements of the demo.

use super::content::{Agreement, Content};
use super::organise::{Keys, find, once};
use super::plan;
use crate::app::App;
use crate::platform::context::Context;
use crate::practice::service_level::agreement::{self, NewAgreement};
use crate::practice::service_level::calendar::{self, NewCalendar};
use anyhow::{Context as _, Result, anyhow};
use shared::service_level::{Allowance, ClockTarget, Conditions, Target};

/// Makes the calendars, then the agreements in their order.
pub(super) async fn make(
    app: &App,
    ctx: &Context,
    content: &Content,
    keys: &mut Keys,
) -> Result<()> {
    for drawn in &content.organisation.calendars {
        let definition = plan::definition(drawn)
            .ok_or_else(|| anyhow!("the calendar {} does not hold together", drawn.key))?;
        let new = NewCalendar {
            name: drawn.name.clone(),
            is_default: drawn.key == content.organisation.default_calendar,
            definition,
        };
        let made = calendar::create(&app.platform, ctx, new, once())
            .await
            .with_context(|| drawn.key.clone())?;
        keys.calendars.insert(drawn.key.clone(), made.id);
    }
    for promised in &content.organisation.agreements {
        let new = NewAgreement {
            name: promised.name.clone(),
            position: None,
            calendar: find(&keys.calendars, &promised.calendar)?,
            conditions: conditions(promised, keys)?,
            targets: targets(promised),
        };
        agreement::create(&app.platform, ctx, new, once())
            .await
            .with_context(|| promised.key.clone())?;
    }
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
