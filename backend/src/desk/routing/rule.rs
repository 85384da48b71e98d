//! Rules are made, put in order, changed and deleted by those who may set their department up.

use super::entity::rule::Model as Row;
use super::{store, trouble};
use crate::organisation::access::{authorize, authorize_reading};
use crate::organisation::{Subject, emit, reference, store as organisation};
use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::Context;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result, code};
use crate::platform::idempotency::Key;
use crate::platform::row;
use crate::platform::unit_of_work::UnitOfWork;
use shared::event::EventKind;
use shared::id::{DepartmentId, RoutingRuleId, TeamId};
use shared::permission::{SetUp, SiteRole};
use shared::routing::{Assignment, Conditions, RULES_MAX, check_rule};
use std::collections::BTreeSet;
use std::hash::Hash;

/// Rules stand in an order, so those of a department change one at a time.
fn turn(department: DepartmentId) -> String {
    format!("routing rules of {department}")
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutingRule {
    /// Identity.
    pub id: RoutingRuleId,
    /// Whose tickets it is asked about.
    pub department: DepartmentId,
    /// Place in the department's list, of which the first that fits decides.
    pub position: i32,
    /// Name.
    pub name: String,
    /// When it decides.
    pub conditions: Conditions,
    /// To which team.
    pub team: TeamId,
    /// To whom in it.
    pub assignment: Assignment,
    /// Is asked.
    pub active: bool,
    /// For edits.
    pub version: i32,
}

impl TryFrom<Row> for RoutingRule {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            department: row.department_id,
            position: row.position,
            name: row.name,
            conditions: serde_json::from_str(&row.conditions)?,
            team: row.team_id,
            assignment: row.assignment,
            active: row.active,
            version: row.version,
        })
    }
}

impl TryFrom<&RoutingRule> for Row {
    type Error = Error;

    fn try_from(rule: &RoutingRule) -> Result<Self> {
        Ok(Self {
            id: rule.id,
            department_id: rule.department,
            position: rule.position,
            name: rule.name.clone(),
            conditions: serde_json::to_string(&rule.conditions)?,
            team_id: rule.team,
            assignment: rule.assignment,
            active: rule.active,
            version: rule.version,
        })
    }
}

/// A new rule.
#[derive(Clone, Debug)]
pub struct NewRule {
    /// Whose tickets it is asked about.
    pub department: DepartmentId,
    /// Name.
    pub name: String,
    /// Place in the list, from 0; last when absent.
    pub position: Option<usize>,
    /// When it decides.
    pub conditions: Conditions,
    /// To which team.
    pub team: TeamId,
    /// To whom in it.
    pub assignment: Assignment,
    /// Is asked.
    pub active: bool,
}

/// An edit; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct RuleEdit {
    /// Name.
    pub name: Option<String>,
    /// Place in the list, from 0.
    pub position: Option<usize>,
    /// When it decides.
    pub conditions: Option<Conditions>,
    /// To which team.
    pub team: Option<TeamId>,
    /// To whom in it.
    pub assignment: Option<Assignment>,
    /// Is asked.
    pub active: Option<bool>,
}

/// Whether somebody may read a department's rules: those who may change them, and auditors, who read them in the audit
/// log in any case.
pub(super) fn may_read(ctx: &Context, department: DepartmentId) -> bool {
    ctx.grants.may_set_up(SetUp::Department(department)) || ctx.grants.is(SiteRole::Auditor)
}

/// The rules of a department, or of all departments whose rules one may read, in their order, each with what keeps it
/// from doing what it says.
pub async fn rules(
    db: &impl Connection,
    ctx: &Context,
    department: Option<DepartmentId>,
) -> Result<Vec<(RoutingRule, Vec<trouble::Trouble>)>> {
    let departments: Vec<DepartmentId> = match department {
        Some(id) if may_read(ctx, id) => vec![id],
        Some(_) => return Err(Error::forbidden()),
        None => organisation::departments(db, true)
            .await?
            .into_iter()
            .map(|row| row.id)
            .filter(|id| may_read(ctx, *id))
            .collect(),
    };
    if departments.is_empty() {
        return Err(Error::forbidden());
    }
    let rows = store::all(db, &departments).await?;
    let rules = rows
        .into_iter()
        .map(RoutingRule::try_from)
        .collect::<Result<Vec<_>>>()?;
    let place = |rule: &RoutingRule| departments.iter().position(|id| *id == rule.department);
    let mut found = trouble::of(db, rules).await?;
    found.sort_by_key(|(rule, _)| (place(rule), rule.position, rule.id));
    Ok(found)
}

/// One rule.
pub async fn rule(
    db: &impl Connection,
    ctx: &Context,
    id: RoutingRuleId,
) -> Result<Option<RoutingRule>> {
    match store::find(db, id).await? {
        Some(row) if may_read(ctx, row.department_id) => Ok(Some(row.try_into()?)),
        _ => Ok(None),
    }
}

/// Makes a rule.
pub async fn create(
    platform: &Platform,
    ctx: &Context,
    new: NewRule,
    key: Key,
) -> Result<RoutingRule> {
    authorize(ctx, SetUp::Department(new.department))?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    if let Some(id) = key.earlier(&uow).await? {
        uow.rollback().await?;
        return store::find(platform.db.reader(), RoutingRuleId(id))
            .await?
            .ok_or_else(|| Error::not_found("idempotencyKey"))?
            .try_into();
    }
    uow.wait_turn(&turn(new.department)).await?;
    reference::require_department(uow.tx(), new.department).await?;
    let mut rule = RoutingRule {
        id: RoutingRuleId(uow.next_id()),
        department: new.department,
        position: 0,
        name: new.name.trim().to_owned(),
        conditions: tidy(new.conditions),
        team: new.team,
        assignment: new.assignment,
        active: new.active,
        version: 1,
    };
    check(uow.tx(), &rule, None).await?;
    let others = store::all(uow.tx(), &[rule.department]).await?;
    if others.len() >= RULES_MAX {
        let message = format!("A department has at most {RULES_MAX} rules.");
        return Err(Error::refused(code::TOO_MANY, "department", message));
    }
    rule.position = make_room(uow.tx(), others, rule.id, new.position).await?;
    row::insert(uow.tx(), Row::try_from(&rule)?).await?;
    let changes = Changeset::new()
        .first("name", &rule.name)
        .first("position", &rule.position)
        .first("conditions", &rule.conditions)
        .first("team", &rule.team)
        .first("assignment", &rule.assignment)
        .first("active", &rule.active);
    emit(
        &mut uow,
        EventKind::RoutingRuleCreated,
        subject(&rule),
        changes,
    );
    key.remember(&mut uow, rule.id.0);
    uow.commit().await?;
    Ok(rule)
}

/// Changes a rule, or moves it.
pub async fn edit(
    platform: &Platform,
    ctx: &Context,
    id: RoutingRuleId,
    expected_version: i32,
    edit: RuleEdit,
) -> Result<RoutingRule> {
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    let before = begin_change(&uow, ctx, id, expected_version).await?;
    let old = before.clone();
    let mut after = RoutingRule {
        name: edit.name.map_or(old.name, |name| name.trim().to_owned()),
        conditions: edit.conditions.map_or(old.conditions, tidy),
        team: edit.team.unwrap_or(old.team),
        assignment: edit.assignment.unwrap_or(old.assignment),
        active: edit.active.unwrap_or(old.active),
        ..old
    };
    check(uow.tx(), &after, Some(&before)).await?;
    if edit.position.is_some() {
        let others = store::all(uow.tx(), &[after.department]).await?;
        after.position = make_room(uow.tx(), others, id, edit.position).await?;
    }
    let changes = Changeset::new()
        .field("name", &before.name, &after.name)
        .field("position", &before.position, &after.position)
        .field("conditions", &before.conditions, &after.conditions)
        .field("team", &before.team, &after.team)
        .field("assignment", &before.assignment, &after.assignment)
        .field("active", &before.active, &after.active);
    if changes.is_empty() {
        return Ok(before);
    }
    after.version += 1;
    row::update(uow.tx(), Row::try_from(&after)?, expected_version).await?;
    emit(
        &mut uow,
        EventKind::RoutingRuleEdited,
        subject(&after),
        changes,
    );
    uow.commit().await?;
    Ok(after)
}

/// Deletes a rule; what it routed stays where it is.
pub async fn delete(
    platform: &Platform,
    ctx: &Context,
    id: RoutingRuleId,
    expected_version: i32,
) -> Result<RoutingRule> {
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    let rule = begin_change(&uow, ctx, id, expected_version).await?;
    if !store::delete(uow.tx(), id, expected_version).await? {
        return Err(Error::version_conflict());
    }
    let others = store::all(uow.tx(), &[rule.department]).await?;
    make_room(uow.tx(), others, id, None).await?;
    let changes = Changeset::new().field("name", &Some(&rule.name), &None);
    let kind = EventKind::RoutingRuleDeleted;
    emit(&mut uow, kind, subject(&rule), changes);
    uow.commit().await?;
    Ok(rule)
}

/// The rule as it is, with its department's turn held.
async fn begin_change(
    uow: &UnitOfWork,
    ctx: &Context,
    id: RoutingRuleId,
    expected_version: i32,
) -> Result<RoutingRule> {
    // Who may see no rules is not told whether there is one.
    authorize_reading(ctx)?;
    let gone = || Error::not_found("rule");
    let found = store::find(uow.tx(), id).await?.ok_or_else(gone)?;
    authorize(ctx, SetUp::Department(found.department_id))?;
    uow.wait_turn(&turn(found.department_id)).await?;
    let rule: RoutingRule = store::find(uow.tx(), id)
        .await?
        .ok_or_else(gone)?
        .try_into()?;
    if rule.version == expected_version {
        Ok(rule)
    } else {
        Err(Error::version_conflict())
    }
}

/// Numbers the other rules so that `place` is free (the end when `None`); gives that place.
async fn make_room(
    db: &impl Connection,
    mut others: Vec<Row>,
    id: RoutingRuleId,
    place: Option<usize>,
) -> Result<i32> {
    others.retain(|other| other.id != id);
    let place = place.unwrap_or(others.len()).min(others.len());
    for (index, other) in others.iter().enumerate() {
        let position = index + usize::from(index >= place);
        let position = i32::try_from(position).map_err(anyhow::Error::from)?;
        if other.position != position {
            store::set_position(db, other.id, position).await?;
        }
    }
    Ok(i32::try_from(place).map_err(anyhow::Error::from)?)
}

/// The same conditions without repetitions, words without the blanks around them.
pub(super) fn tidy(conditions: Conditions) -> Conditions {
    fn once<T: Clone + Eq + Hash>(list: Vec<T>) -> Vec<T> {
        let mut seen = std::collections::HashSet::new();
        list.into_iter()
            .filter(|one| seen.insert(one.clone()))
            .collect()
    }
    let words = conditions.words.into_iter();
    Conditions {
        kinds: once(conditions.kinds),
        services: once(conditions.services),
        categories: once(conditions.categories),
        items: once(conditions.items),
        priorities: once(conditions.priorities),
        words: once(words.map(|word| word.trim().to_owned()).collect()),
        requester_departments: once(conditions.requester_departments),
        vip: conditions.vip,
    }
}

/// Whether the rule makes sense: its parts are well formed, and what it names is there and belongs to its department.
/// What `before` named already may have gone out of use since.
pub(super) async fn check(
    db: &impl Connection,
    rule: &RoutingRule,
    before: Option<&RoutingRule>,
) -> Result<()> {
    check_rule(&rule.name, &rule.conditions)?;
    if before.is_none_or(|before| before.team != rule.team) {
        reference::require_team(db, Some(rule.team), rule.department).await?;
    }
    if before.is_some_and(|before| before.conditions == rule.conditions) {
        return Ok(());
    }
    let asked = &rule.conditions;
    let own = rule.department;
    let services = organisation::services_by_id(db, &asked.services).await?;
    let services = services.iter().map(|row| (row.id, row.department_id));
    all_own(&asked.services, services, own, "conditions.services")?;
    let categories = organisation::categories_by_id(db, &asked.categories).await?;
    let categories = categories.iter().map(|row| (row.id, row.department_id));
    all_own(&asked.categories, categories, own, "conditions.categories")?;
    let items = store::items(db, &asked.items).await?;
    let items = items.iter().map(|item| (item.id, item.department));
    all_own(&asked.items, items, own, "conditions.items")?;
    let wanted: BTreeSet<_> = asked.requester_departments.iter().copied().collect();
    let found = organisation::departments_by_id(db, &asked.requester_departments).await?;
    if found.len() < wanted.len() {
        return Err(Error::not_found("conditions.requesterDepartments"));
    }
    Ok(())
}

/// Each of the wanted things is there and belongs to the department.
fn all_own<Id: Copy + PartialEq>(
    wanted: &[Id],
    found: impl Iterator<Item = (Id, DepartmentId)>,
    own: DepartmentId,
    field: &str,
) -> Result<()> {
    let found: Vec<(Id, DepartmentId)> = found.collect();
    for id in wanted {
        match found.iter().find(|(known, _)| known == id) {
            None => return Err(Error::not_found(field)),
            Some((_, department)) if *department != own => {
                let message = "This belongs to another department.";
                return Err(Error::refused(code::INVALID, field, message));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn subject(rule: &RoutingRule) -> Subject {
    Subject {
        kind: RoutingRuleId::PREFIX,
        id: rule.id.0,
        department: Some(rule.department),
        version: Some(rule.version),
    }
}
