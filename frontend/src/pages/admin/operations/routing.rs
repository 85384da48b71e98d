//! Routing rules, and what they would have done.

use cynic::{MutationBuilder, QueryBuilder};

use super::{
    changed,
    services::{Category, ParentCategory},
    teams::TeamChoice,
};
use crate::api::{
    self, Assignment, Call, Id, Priority, RoutingTrouble, TicketKind, UserError,
    operations::{DepartmentName, ServiceName, TeamName},
    schema,
};

/// An item of the catalog by name.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "CatalogItem")]
pub struct ItemName {
    pub id: Id,
    pub name: String,
}

#[derive(cynic::QueryFragment, Clone, Debug, Default, PartialEq, Eq)]
pub struct RoutingConditions {
    pub kinds: Vec<TicketKind>,
    pub services: Vec<ServiceName>,
    pub categories: Vec<ParentCategory>,
    pub items: Vec<ItemName>,
    pub priorities: Vec<Priority>,
    pub words: Vec<String>,
    pub requester_departments: Vec<DepartmentName>,
    pub vip: Option<bool>,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct RoutingProblem {
    pub kind: RoutingTrouble,
    pub because: Option<Id>,
}

/// A rule as its editor needs it.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct RoutingRule {
    pub id: Id,
    pub name: String,
    pub department: DepartmentName,
    pub conditions: RoutingConditions,
    pub team: Option<TeamName>,
    pub assignment: Assignment,
    pub active: bool,
    pub troubles: Vec<RoutingProblem>,
    pub version: i32,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query")]
struct RulesQuery {
    routing_rules: Vec<RoutingRule>,
}

/// All rules that the viewer may read, each department's in their order.
pub fn fetch_rules() -> Call<Vec<RoutingRule>> {
    api::one!(RulesQuery::build(()), routing_rules)
}

/// A service with its department.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Service")]
pub struct ServiceChoice {
    pub id: Id,
    pub name: String,
    pub department: DepartmentName,
}

/// An item of the catalog with its department.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "CatalogItem")]
pub struct ItemChoice {
    pub id: Id,
    pub name: String,
    pub department: DepartmentName,
}

/// What rules can name: whatever is in use.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Query")]
pub struct Choices {
    pub teams: Vec<TeamChoice>,
    pub services: Vec<ServiceChoice>,
    pub categories: Vec<Category>,
    pub catalog_items: Vec<ItemChoice>,
    pub departments: Vec<DepartmentName>,
}

/// What rules can name.
pub fn fetch_choices() -> Call<Choices> {
    api::query(Choices::build(()))
}

#[derive(cynic::InputObject, Clone, Debug, PartialEq)]
pub struct RoutingConditionsInput {
    pub kinds: Vec<TicketKind>,
    pub services: Vec<Id>,
    pub categories: Vec<Id>,
    pub items: Vec<Id>,
    pub priorities: Vec<Priority>,
    pub words: Vec<String>,
    pub requester_departments: Vec<Id>,
    pub vip: Option<bool>,
}

impl RoutingConditions {
    /// The same as they are sent.
    pub fn input(&self) -> RoutingConditionsInput {
        RoutingConditionsInput {
            kinds: self.kinds.clone(),
            services: self.services.iter().map(|one| one.id.clone()).collect(),
            categories: self.categories.iter().map(|one| one.id.clone()).collect(),
            items: self.items.iter().map(|one| one.id.clone()).collect(),
            priorities: self.priorities.clone(),
            words: self.words.clone(),
            requester_departments: self
                .requester_departments
                .iter()
                .map(|one| one.id.clone())
                .collect(),
            vip: self.vip,
        }
    }
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct RoutingRuleCreateInput {
    pub department: Id,
    pub name: String,
    pub conditions: RoutingConditionsInput,
    pub team: Id,
    pub assignment: Assignment,
    pub active: bool,
    pub idempotency_key: Option<String>,
}

/// What is `None` stays as it is.
#[derive(cynic::InputObject, Clone, Debug)]
pub struct RoutingRuleEditInput {
    pub rule: Id,
    pub expected_version: i32,
    pub name: Option<String>,
    pub position: Option<i32>,
    pub conditions: Option<RoutingConditionsInput>,
    pub team: Option<Id>,
    pub assignment: Option<Assignment>,
    pub active: Option<bool>,
}

impl RoutingRuleEditInput {
    /// An edit that changes nothing yet.
    pub fn of(rule: &RoutingRule) -> Self {
        Self {
            rule: rule.id.clone(),
            expected_version: rule.version,
            name: None,
            position: None,
            conditions: None,
            team: None,
            assignment: None,
            active: None,
        }
    }
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct RoutingRuleDeleteInput {
    pub rule: Id,
    pub expected_version: i32,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct RoutingRulePayload {
    rule: Option<RoutingRule>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryVariables)]
struct CreateVars {
    input: RoutingRuleCreateInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "CreateVars")]
struct CreateMutation {
    #[arguments(input: $input)]
    routing_rule_create: RoutingRulePayload,
}

#[derive(cynic::QueryVariables)]
struct EditVars {
    input: RoutingRuleEditInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "EditVars")]
struct EditMutation {
    #[arguments(input: $input)]
    routing_rule_edit: RoutingRulePayload,
}

#[derive(cynic::QueryVariables)]
struct DeleteVars {
    input: RoutingRuleDeleteInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "DeleteVars")]
struct DeleteMutation {
    #[arguments(input: $input)]
    routing_rule_delete: RoutingRulePayload,
}

/// Makes a rule.
pub fn create(input: RoutingRuleCreateInput) -> Call<RoutingRule> {
    changed!(
        CreateMutation::build(CreateVars { input }),
        routing_rule_create,
        rule
    )
}

/// Changes a rule, moves it, or switches it on or off.
pub fn edit(input: RoutingRuleEditInput) -> Call<RoutingRule> {
    changed!(
        EditMutation::build(EditVars { input }),
        routing_rule_edit,
        rule
    )
}

/// Deletes a rule.
pub fn delete(input: RoutingRuleDeleteInput) -> Call<RoutingRule> {
    changed!(
        DeleteMutation::build(DeleteVars { input }),
        routing_rule_delete,
        rule
    )
}

/// A rule to try.
#[derive(cynic::InputObject, Clone, Debug, PartialEq)]
pub struct RoutingTrialRuleInput {
    pub name: String,
    pub conditions: RoutingConditionsInput,
    pub team: Id,
}

/// A ticket as a trial shows it.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Ticket")]
pub struct TriedTicket {
    pub reference: String,
    pub title: String,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct RoutingSample {
    pub ticket: TriedTicket,
    pub now: Option<TeamName>,
    pub then: Option<TeamName>,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct RoutingOutcome {
    pub name: Option<String>,
    pub tickets: i32,
    pub moved: i32,
    pub samples: Vec<RoutingSample>,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct RoutingTeamCount {
    pub team: Option<TeamName>,
    pub now: i32,
    pub then: i32,
}

/// What rules would have done.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct RoutingTrial {
    pub tickets: i32,
    pub moved: i32,
    pub outcomes: Vec<RoutingOutcome>,
    pub teams: Vec<RoutingTeamCount>,
}

#[derive(cynic::QueryVariables)]
struct TrialVars {
    department: Id,
    rules: Option<Vec<RoutingTrialRuleInput>>,
    last: Option<i32>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query", variables = "TrialVars")]
struct TrialQuery {
    #[arguments(department: $department, rules: $rules, last: $last)]
    routing_trial: RoutingTrial,
}

/// Tries rules, the saved ones when none are given, on the newest tickets.
pub fn try_rules(
    department: Id,
    rules: Option<Vec<RoutingTrialRuleInput>>,
    last: i32,
) -> Call<RoutingTrial> {
    let vars = TrialVars {
        department,
        rules,
        last: Some(last),
    };
    api::one!(TrialQuery::build(vars), routing_trial)
}
