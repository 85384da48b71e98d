//! Service-level agreements, as administrators make them.

use super::calendar::Calendar;
use super::context::acting;
use super::error::top_level;
use super::id::{id, parse};
use super::input::{kept, key, parts};
use super::organisation::{
    Category, Department, Service, load_category, load_department, load_service,
};
use super::payload::{edited, made, payloads};
use crate::platform::database::Database;
use crate::platform::error::{Error, code};
use crate::practice::service_level::agreement::{self, AgreementEdit, NewAgreement};
use crate::practice::service_level::calendar;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use shared::id::InvalidId;
use shared::service_level::{
    Allowance, ClockTarget, Conditions, EscalationPoint, OnChange, OnReopen, PointOffset, Target,
};
use shared::ticket::{HoldReason, Priority, TicketKind};
use std::str::FromStr;

/// A service-level agreement.
pub struct Agreement(pub agreement::Agreement);

#[Object]
impl Agreement {
    /// Identity.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Place in the list, from 0; the first that matches wins.
    async fn position(&self) -> i32 {
        self.0.position
    }
    /// The calendar in which its time is counted; null for those who may not see it.
    async fn calendar(&self, ctx: &Context<'_>) -> Result<Option<Calendar>> {
        let acting = acting(ctx)?;
        let db = ctx.data::<Database>()?.reader();
        let calendar = calendar::calendar(db, acting, self.0.calendar)
            .await
            .map_err(|error| top_level(ctx, error))?;
        Ok(calendar.map(Calendar))
    }
    /// When it applies.
    async fn conditions(&self) -> AgreementConditions<'_> {
        AgreementConditions(&self.0.conditions)
    }
    /// What it promises; of several for one kind the first that holds for the priority counts.
    async fn targets(&self) -> Vec<AgreementTarget> {
        self.0.targets.iter().map(AgreementTarget::of).collect()
    }
    /// In force.
    async fn active(&self) -> bool {
        self.0.active
    }
    /// For edits; also the version of the terms.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// When an agreement applies: each condition that is not empty must hold.
pub struct AgreementConditions<'a>(&'a Conditions);

#[Object]
impl AgreementConditions<'_> {
    /// One of these kinds of ticket.
    async fn kinds(&self) -> &[TicketKind] {
        &self.0.kinds
    }
    /// One of these priorities.
    async fn priorities(&self) -> &[Priority] {
        &self.0.priorities
    }
    /// One of these departments.
    async fn departments(&self, ctx: &Context<'_>) -> Result<Vec<Department>> {
        let mut found = Vec::with_capacity(self.0.departments.len());
        for key in &self.0.departments {
            found.push(load_department(ctx, *key).await?);
        }
        Ok(found)
    }
    /// One of these services.
    async fn services(&self, ctx: &Context<'_>) -> Result<Vec<Service>> {
        let mut found = Vec::with_capacity(self.0.services.len());
        for key in &self.0.services {
            found.extend(load_service(ctx, Some(*key)).await?);
        }
        Ok(found)
    }
    /// One of these categories, or a category below one.
    async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<Category>> {
        let mut found = Vec::with_capacity(self.0.categories.len());
        for key in &self.0.categories {
            found.extend(load_category(ctx, Some(*key)).await?);
        }
        Ok(found)
    }
}

/// One promise. One of `workingSeconds`, `workingDays` and `endOfWorkingDay` is set.
#[derive(SimpleObject)]
pub struct AgreementTarget {
    /// What is measured.
    target: ClockTarget,
    /// The priorities for which it holds; empty: all.
    priorities: Vec<Priority>,
    /// Allowed working time.
    working_seconds: Option<i32>,
    /// Until the same wall time on the n-th following working day.
    working_days: Option<i32>,
    /// Until the end of the n-th following working day; 0 is the day of the start.
    end_of_working_day: Option<i32>,
    /// The reasons of a hold that pause the clock.
    pauses_on: Vec<HoldReason>,
    /// Reopening starts the clock anew instead of resuming it.
    anew_on_reopen: bool,
    /// A change of facts keeps the used fraction instead of recomputing from the start.
    from_now_on_change: bool,
    /// Warnings and escalations.
    points: Vec<AgreementPoint>,
}

/// A warning or escalation. One of `percentUsed`, `workingSeconds` and `workingDays` is set.
#[derive(SimpleObject)]
pub struct AgreementPoint {
    /// Names it within its target.
    key: String,
    /// Per cent of the allowed time that are used up; 100 is the due time.
    percent_used: Option<i32>,
    /// Working seconds from the due time; negative before it.
    working_seconds: Option<i32>,
    /// Working days from the due time; negative before it.
    working_days: Option<i32>,
}

fn seconds(seconds: i64) -> i32 {
    i32::try_from(seconds).unwrap_or(if seconds < 0 { i32::MIN } else { i32::MAX })
}

impl AgreementTarget {
    fn of(target: &Target) -> Self {
        let (mut working_seconds, mut working_days, mut end_of_working_day) = (None, None, None);
        match target.allowance {
            Allowance::WorkingSeconds(allowed) => working_seconds = Some(seconds(allowed)),
            Allowance::WorkingDays(days) => working_days = Some(i32::from(days)),
            Allowance::EndOfWorkingDay(days) => end_of_working_day = Some(i32::from(days)),
        }
        Self {
            target: target.kind,
            priorities: target.priorities.clone(),
            working_seconds,
            working_days,
            end_of_working_day,
            pauses_on: target.pauses_on.clone(),
            anew_on_reopen: target.on_reopen == OnReopen::Anew,
            from_now_on_change: target.on_change == OnChange::FromNowOn,
            points: target.points.iter().map(AgreementPoint::of).collect(),
        }
    }
}

impl AgreementPoint {
    fn of(point: &EscalationPoint) -> Self {
        let (mut percent_used, mut working_seconds, mut working_days) = (None, None, None);
        match point.offset {
            PointOffset::PercentUsed(percent) => percent_used = Some(i32::from(percent)),
            PointOffset::WorkingSeconds(offset) => working_seconds = Some(seconds(offset)),
            PointOffset::WorkingDays(days) => working_days = Some(days),
        }
        Self {
            key: point.key.clone(),
            percent_used,
            working_seconds,
            working_days,
        }
    }
}

/// When an agreement applies.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AgreementConditionsInput {
    /// One of these kinds of ticket.
    #[graphql(default)]
    kinds: Vec<TicketKind>,
    /// One of these priorities.
    #[graphql(default)]
    priorities: Vec<Priority>,
    /// One of these departments.
    #[graphql(default)]
    departments: Vec<ID>,
    /// One of these services.
    #[graphql(default)]
    services: Vec<ID>,
    /// One of these categories, or a category below one.
    #[graphql(default)]
    categories: Vec<ID>,
}

/// One promise: exactly one of `workingSeconds`, `workingDays` and `endOfWorkingDay`.
#[derive(Clone, Debug, InputObject)]
pub struct AgreementTargetInput {
    /// What is measured.
    target: ClockTarget,
    /// The priorities for which it holds; empty: all.
    #[graphql(default)]
    priorities: Vec<Priority>,
    /// Allowed working time.
    working_seconds: Option<i32>,
    /// Until the same wall time on the n-th following working day.
    working_days: Option<i32>,
    /// Until the end of the n-th following working day; 0 is the day of the start.
    end_of_working_day: Option<i32>,
    /// The reasons of a hold that pause the clock; the usual ones when absent.
    pauses_on: Option<Vec<HoldReason>>,
    /// Reopening starts the clock anew instead of resuming it.
    #[graphql(default = false)]
    anew_on_reopen: bool,
    /// A change of facts keeps the used fraction instead of recomputing from the start.
    #[graphql(default = false)]
    from_now_on_change: bool,
    /// Warnings and escalations.
    #[graphql(default)]
    points: Vec<AgreementPointInput>,
}

/// A warning or escalation: exactly one of `percentUsed`, `workingSeconds` and `workingDays`.
#[derive(Clone, Debug, InputObject)]
pub struct AgreementPointInput {
    /// Names it within its target: small letters, digits, underscores.
    key: String,
    /// Per cent of the allowed time that are used up; 100 is the due time.
    percent_used: Option<i32>,
    /// Working seconds from the due time; negative before it.
    working_seconds: Option<i32>,
    /// Working days from the due time; negative before it.
    working_days: Option<i32>,
}

/// A new agreement.
#[derive(Clone, Debug, InputObject)]
pub struct AgreementCreateInput {
    /// Name.
    name: String,
    /// Place in the list, from 0; last when absent.
    position: Option<i32>,
    /// The calendar in which its time is counted.
    calendar: ID,
    /// When it applies; always when empty.
    #[graphql(default)]
    conditions: AgreementConditionsInput,
    /// What it promises.
    targets: Vec<AgreementTargetInput>,
    /// The same key again gives the same agreement.
    idempotency_key: Option<String>,
}

/// An edit of an agreement; what is absent stays.
#[derive(Clone, Debug, InputObject)]
pub struct AgreementEditInput {
    /// Which.
    agreement: ID,
    /// The version that was read.
    expected_version: i32,
    /// Name.
    name: MaybeUndefined<String>,
    /// Place in the list, from 0.
    position: MaybeUndefined<i32>,
    /// The calendar in which its time is counted.
    calendar: MaybeUndefined<ID>,
    /// When it applies, all of it.
    conditions: MaybeUndefined<AgreementConditionsInput>,
    /// What it promises, all of it.
    targets: MaybeUndefined<Vec<AgreementTargetInput>>,
    /// In force.
    active: MaybeUndefined<bool>,
}

payloads! {
    /// Answer of mutations of agreements.
    AgreementPayload {
        /// The agreement; after a stale edit as it is now.
        agreement: Agreement = agreement::Agreement => Agreement
    }
}

fn ids<T: FromStr<Err = InvalidId>>(inputs: &[ID], field: &str) -> Result<Vec<T>, Error> {
    inputs.iter().map(|input| parse(input, field)).collect()
}

fn conditions(input: AgreementConditionsInput) -> Result<Conditions, Error> {
    Ok(Conditions {
        kinds: input.kinds,
        priorities: input.priorities,
        departments: ids(&input.departments, "conditions.departments")?,
        services: ids(&input.services, "conditions.services")?,
        categories: ids(&input.categories, "conditions.categories")?,
    })
}

fn place(position: i32) -> Result<usize, Error> {
    usize::try_from(position)
        .map_err(|_| Error::refused("OUT_OF_RANGE", "position", "Places are counted from 0."))
}

fn targets(inputs: Vec<AgreementTargetInput>) -> Result<Vec<Target>, Error> {
    inputs
        .into_iter()
        .enumerate()
        .map(|(index, input)| target(index, input))
        .collect()
}

fn target(index: usize, input: AgreementTargetInput) -> Result<Target, Error> {
    let field = format!("targets.{index}");
    let days = |days: i32| {
        u16::try_from(days)
            .map_err(|_| Error::refused("OUT_OF_RANGE", &field, "Between 0 and 366 days."))
    };
    let allowance = match (
        input.working_seconds,
        input.working_days,
        input.end_of_working_day,
    ) {
        (Some(seconds), None, None) => Allowance::WorkingSeconds(i64::from(seconds)),
        (None, Some(count), None) => Allowance::WorkingDays(days(count)?),
        (None, None, Some(count)) => Allowance::EndOfWorkingDay(days(count)?),
        _ => {
            return Err(Error::refused(
                code::INVALID,
                &field,
                "Either working seconds, working days or the end of a working day.",
            ));
        }
    };
    let points = input
        .points
        .into_iter()
        .enumerate()
        .map(|(place, point)| escalation(&format!("{field}.points.{place}"), point))
        .collect::<Result<_, _>>()?;
    Ok(Target {
        kind: input.target,
        priorities: input.priorities,
        allowance,
        pauses_on: input
            .pauses_on
            .unwrap_or_else(|| Target::usual_pauses(input.target).to_vec()),
        on_reopen: if input.anew_on_reopen {
            OnReopen::Anew
        } else {
            OnReopen::Resume
        },
        on_change: if input.from_now_on_change {
            OnChange::FromNowOn
        } else {
            OnChange::AsIfAlways
        },
        points,
    })
}

fn escalation(field: &str, input: AgreementPointInput) -> Result<EscalationPoint, Error> {
    let offset = match (
        input.percent_used,
        input.working_seconds,
        input.working_days,
    ) {
        (Some(percent), None, None) => {
            PointOffset::PercentUsed(u16::try_from(percent).map_err(|_| {
                Error::refused("OUT_OF_RANGE", field, "Between 1 and 1000 per cent.")
            })?)
        }
        (None, Some(seconds), None) => PointOffset::WorkingSeconds(i64::from(seconds)),
        (None, None, Some(days)) => PointOffset::WorkingDays(days),
        _ => {
            return Err(Error::refused(
                code::INVALID,
                field,
                "Either per cent, working seconds or working days.",
            ));
        }
    };
    Ok(EscalationPoint {
        key: input.key,
        offset,
    })
}

/// What administrators can ask about agreements.
#[derive(Default)]
pub struct AgreementQuery;

#[Object]
impl AgreementQuery {
    /// All agreements in their order; for administrators, auditors and leads.
    async fn agreements(&self, ctx: &Context<'_>) -> Result<Vec<Agreement>> {
        let acting = acting(ctx)?;
        let agreements = agreement::agreements(ctx.data::<Database>()?.reader(), acting)
            .await
            .map_err(|error| top_level(ctx, error))?;
        Ok(agreements.into_iter().map(Agreement).collect())
    }
}

/// What can be done with agreements.
#[derive(Default)]
pub struct AgreementMutation;

#[Object]
impl AgreementMutation {
    /// Makes an agreement.
    async fn agreement_create(
        &self,
        ctx: &Context<'_>,
        input: AgreementCreateInput,
    ) -> Result<AgreementPayload> {
        let (acting, platform) = parts(ctx)?;
        let key = key("agreementCreate", &input.idempotency_key, &input);
        let act = async {
            let new = NewAgreement {
                name: input.name,
                position: input.position.map(place).transpose()?,
                calendar: parse(&input.calendar, "calendar")?,
                conditions: conditions(input.conditions)?,
                targets: targets(input.targets)?,
            };
            agreement::create(platform, acting, new, key).await
        };
        made(ctx, act.await)
    }

    /// Changes an agreement: its next version.
    async fn agreement_edit(
        &self,
        ctx: &Context<'_>,
        input: AgreementEditInput,
    ) -> Result<AgreementPayload> {
        let (acting, platform) = parts(ctx)?;
        let which = input.agreement;
        let edit = async {
            let id = parse(&which, "agreement")?;
            let edit = AgreementEdit {
                position: kept(input.position).map(place).transpose()?,
                calendar: kept(input.calendar)
                    .map(|calendar| parse(&calendar, "calendar"))
                    .transpose()?,
                conditions: kept(input.conditions).map(conditions).transpose()?,
                targets: kept(input.targets).map(targets).transpose()?,
                name: kept(input.name),
                active: kept(input.active),
            };
            agreement::edit(platform, acting, id, input.expected_version, edit).await
        };
        let current = async {
            let id = parse(&which, "agreement")?;
            agreement::agreement(platform.db.reader(), acting, id).await
        };
        edited(ctx, edit.await, current).await
    }
}
