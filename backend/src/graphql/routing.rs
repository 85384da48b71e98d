//! Routing rules, as those who set a department up make them.

use super::catalog::CatalogItem;
use super::context::acting;
use super::error::top_level;
use super::id::{id, parse, parse_opt};
use super::input::{kept, key, parts};
use super::organisation::{
    Category, Department, Service, Team, load, load_category, load_department, load_service,
    load_team,
};
use super::payload::{edited, made, payloads};
use crate::desk::routing::rule::{self, NewRule, RuleEdit};
use crate::desk::routing::trouble::Trouble;
use crate::platform::database::Database;
use crate::platform::error::Error;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use shared::id::{InvalidId, TeamId};
use shared::routing::{Assignment, Conditions, RoutingTrouble};
use shared::ticket::{Priority, TicketKind};
use std::str::FromStr;

/// A routing rule.
pub struct RoutingRule {
    rule: rule::RoutingRule,
    troubles: Option<Vec<Trouble>>,
}

impl From<rule::RoutingRule> for RoutingRule {
    fn from(rule: rule::RoutingRule) -> Self {
        let troubles = None;
        Self { rule, troubles }
    }
}

#[Object]
impl RoutingRule {
    /// Identity.
    async fn id(&self) -> ID {
        id(self.rule.id)
    }
    /// Whose tickets it is asked about.
    async fn department(&self, ctx: &Context<'_>) -> Result<Department> {
        load_department(ctx, self.rule.department).await
    }
    /// Place in the department's list, from 0; the first that fits decides.
    async fn position(&self) -> i32 {
        self.rule.position
    }
    /// Name.
    async fn name(&self) -> &str {
        &self.rule.name
    }
    /// When it decides.
    async fn conditions(&self) -> RoutingConditions<'_> {
        RoutingConditions(&self.rule.conditions)
    }
    /// To which team.
    async fn team(&self, ctx: &Context<'_>) -> Result<Option<Team>> {
        load_team(ctx, Some(self.rule.team)).await
    }
    /// To whom in it.
    async fn assignment(&self) -> Assignment {
        self.rule.assignment
    }
    /// Is asked.
    async fn active(&self) -> bool {
        self.rule.active
    }
    /// What keeps it from doing what it says.
    async fn troubles(&self, ctx: &Context<'_>) -> Result<Vec<RoutingProblem>> {
        let own = match &self.troubles {
            Some(troubles) => troubles.clone(),
            None => {
                let all = listed(ctx, Some(self.rule.department)).await?;
                let own = all.into_iter().find(|(rule, _)| rule.id == self.rule.id);
                own.map(|(_, troubles)| troubles).unwrap_or_default()
            }
        };
        Ok(own.into_iter().map(Into::into).collect())
    }
    /// For edits.
    async fn version(&self) -> i32 {
        self.rule.version
    }
}

/// Something that keeps a rule from doing what it says.
#[derive(SimpleObject)]
pub struct RoutingProblem {
    /// What.
    kind: RoutingTrouble,
    /// The earlier rule that leaves nothing to it, if that is so.
    because: Option<ID>,
}

impl From<Trouble> for RoutingProblem {
    fn from(trouble: Trouble) -> Self {
        Self {
            kind: trouble.kind,
            because: trouble.because.map(id),
        }
    }
}

/// When a rule decides: each condition that is not empty must hold.
pub struct RoutingConditions<'a>(&'a Conditions);

#[Object]
impl RoutingConditions<'_> {
    /// One of these kinds of ticket.
    async fn kinds(&self) -> &[TicketKind] {
        &self.0.kinds
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
    /// One of these catalog items.
    async fn items(&self, ctx: &Context<'_>) -> Result<Vec<CatalogItem>> {
        let mut found = Vec::with_capacity(self.0.items.len());
        for key in &self.0.items {
            found.extend(load(ctx, *key).await?.map(CatalogItem));
        }
        Ok(found)
    }
    /// One of these priorities.
    async fn priorities(&self) -> &[Priority] {
        &self.0.priorities
    }
    /// One of these words, or rows of words, stands in the title; their case does not matter.
    async fn words(&self) -> &[String] {
        &self.0.words
    }
    /// The person it is for belongs to one of these departments.
    async fn requester_departments(&self, ctx: &Context<'_>) -> Result<Vec<Department>> {
        let mut found = Vec::with_capacity(self.0.requester_departments.len());
        for key in &self.0.requester_departments {
            found.push(load_department(ctx, *key).await?);
        }
        Ok(found)
    }
    /// The person it is for is marked as very important, or is not; null when that does not matter.
    async fn vip(&self) -> Option<bool> {
        self.0.vip
    }
}

/// When a rule decides: each condition that is not empty must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RoutingConditionsInput {
    /// One of these kinds of ticket.
    #[graphql(default)]
    kinds: Vec<TicketKind>,
    /// One of these services.
    #[graphql(default)]
    services: Vec<ID>,
    /// One of these categories, or a category below one.
    #[graphql(default)]
    categories: Vec<ID>,
    /// One of these catalog items.
    #[graphql(default)]
    items: Vec<ID>,
    /// One of these priorities.
    #[graphql(default)]
    priorities: Vec<Priority>,
    /// One of these words, or rows of words, stands in the title; their case does not matter.
    #[graphql(default)]
    words: Vec<String>,
    /// The person it is for belongs to one of these departments.
    #[graphql(default)]
    requester_departments: Vec<ID>,
    /// The person it is for is marked as very important, or is not.
    vip: Option<bool>,
}

/// A new routing rule.
#[derive(Clone, Debug, InputObject)]
pub struct RoutingRuleCreateInput {
    /// Whose tickets it is asked about.
    department: ID,
    /// Name.
    name: String,
    /// Place in the list, from 0; last when absent.
    position: Option<i32>,
    /// When it decides; always when empty.
    #[graphql(default)]
    conditions: RoutingConditionsInput,
    /// To which team; one of the department.
    team: ID,
    /// To whom in it.
    #[graphql(default_with = "Assignment::None")]
    assignment: Assignment,
    /// Is asked at once.
    #[graphql(default = true)]
    active: bool,
    /// The same key again gives the same rule.
    idempotency_key: Option<String>,
}

/// An edit of a routing rule; what is absent stays.
#[derive(Clone, Debug, InputObject)]
pub struct RoutingRuleEditInput {
    /// Which.
    rule: ID,
    /// The version that was read.
    expected_version: i32,
    /// Name.
    name: MaybeUndefined<String>,
    /// Place in the list, from 0.
    position: MaybeUndefined<i32>,
    /// When it decides, all of it.
    conditions: MaybeUndefined<RoutingConditionsInput>,
    /// To which team; one of the department.
    team: MaybeUndefined<ID>,
    /// To whom in it.
    assignment: MaybeUndefined<Assignment>,
    /// Is asked.
    active: MaybeUndefined<bool>,
}

/// A routing rule to delete.
#[derive(Clone, Debug, InputObject)]
pub struct RoutingRuleDeleteInput {
    /// Which.
    rule: ID,
    /// The version that was read.
    expected_version: i32,
}

payloads! {
    /// Answer of mutations of routing rules.
    RoutingRulePayload {
        /// The rule; after a stale edit as it is now, after a deletion as it was.
        rule: RoutingRule = rule::RoutingRule => RoutingRule::from
    }
}

fn ids<T: FromStr<Err = InvalidId>>(inputs: &[ID], field: &str) -> Result<Vec<T>, Error> {
    inputs.iter().map(|input| parse(input, field)).collect()
}

/// Reads conditions; faults are said at their fields.
pub(super) fn conditions(input: RoutingConditionsInput) -> Result<Conditions, Error> {
    Ok(Conditions {
        kinds: input.kinds,
        services: ids(&input.services, "conditions.services")?,
        categories: ids(&input.categories, "conditions.categories")?,
        items: ids(&input.items, "conditions.items")?,
        priorities: input.priorities,
        words: input.words,
        requester_departments: ids(
            &input.requester_departments,
            "conditions.requesterDepartments",
        )?,
        vip: input.vip,
    })
}

fn place(position: i32) -> Result<usize, Error> {
    usize::try_from(position)
        .map_err(|_| Error::refused("OUT_OF_RANGE", "position", "Places are counted from 0."))
}

async fn listed(
    ctx: &Context<'_>,
    department: Option<shared::id::DepartmentId>,
) -> Result<Vec<(rule::RoutingRule, Vec<Trouble>)>> {
    rule::rules(ctx.data::<Database>()?.reader(), acting(ctx)?, department)
        .await
        .map_err(|error| top_level(ctx, error))
}

/// What can be asked about routing rules.
#[derive(Default)]
pub struct RoutingQuery;

#[Object]
impl RoutingQuery {
    /// The routing rules of a department, or of all departments that one may set up, in their order; for those who may
    /// change them, and for auditors.
    async fn routing_rules(
        &self,
        ctx: &Context<'_>,
        department: Option<ID>,
    ) -> Result<Vec<RoutingRule>> {
        acting(ctx)?;
        let department =
            parse_opt(department.as_ref(), "department").map_err(|error| top_level(ctx, error))?;
        let rules = listed(ctx, department).await?;
        Ok(rules
            .into_iter()
            .map(|(rule, troubles)| RoutingRule {
                rule,
                troubles: Some(troubles),
            })
            .collect())
    }
}

/// What can be done with routing rules.
#[derive(Default)]
pub struct RoutingMutation;

#[Object]
impl RoutingMutation {
    /// Makes a routing rule. It decides about tickets that are opened from now on.
    async fn routing_rule_create(
        &self,
        ctx: &Context<'_>,
        input: RoutingRuleCreateInput,
    ) -> Result<RoutingRulePayload> {
        let (acting, platform) = parts(ctx)?;
        let key = key("routingRuleCreate", &input.idempotency_key, &input);
        let act = async {
            let new = NewRule {
                department: parse(&input.department, "department")?,
                name: input.name,
                position: input.position.map(place).transpose()?,
                conditions: conditions(input.conditions)?,
                team: parse(&input.team, "team")?,
                assignment: input.assignment,
                active: input.active,
            };
            rule::create(platform, acting, new, key).await
        };
        made(ctx, act.await)
    }

    /// Changes a routing rule, moves it, or switches it on or off.
    async fn routing_rule_edit(
        &self,
        ctx: &Context<'_>,
        input: RoutingRuleEditInput,
    ) -> Result<RoutingRulePayload> {
        let (acting, platform) = parts(ctx)?;
        let which = input.rule;
        let edit = async {
            let id = parse(&which, "rule")?;
            let team = kept(input.team)
                .map(|team| parse::<TeamId>(&team, "team"))
                .transpose()?;
            let edit = RuleEdit {
                name: kept(input.name),
                position: kept(input.position).map(place).transpose()?,
                conditions: kept(input.conditions).map(conditions).transpose()?,
                team,
                assignment: kept(input.assignment),
                active: kept(input.active),
            };
            rule::edit(platform, acting, id, input.expected_version, edit).await
        };
        let current = async {
            let id = parse(&which, "rule")?;
            rule::rule(platform.db.reader(), acting, id).await
        };
        edited(ctx, edit.await, current).await
    }

    /// Deletes a routing rule. What it routed stays where it is.
    async fn routing_rule_delete(
        &self,
        ctx: &Context<'_>,
        input: RoutingRuleDeleteInput,
    ) -> Result<RoutingRulePayload> {
        let (acting, platform) = parts(ctx)?;
        let which = input.rule;
        let delete = async {
            let id = parse(&which, "rule")?;
            rule::delete(platform, acting, id, input.expected_version).await
        };
        let current = async {
            let id = parse(&which, "rule")?;
            rule::rule(platform.db.reader(), acting, id).await
        };
        edited(ctx, delete.await, current).await
    }
}
