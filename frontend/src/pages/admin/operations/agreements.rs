//! Service-level agreements.

use cynic::{MutationBuilder, QueryBuilder};

use super::{changed, services::ParentCategory};
use crate::api::{
    self, Call, ClockTarget, HoldReason, Id, Priority, TicketKind, UserError,
    operations::{DepartmentName, ServiceName},
    schema,
};

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Calendar")]
pub struct CalendarName {
    pub id: Id,
    pub name: String,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct AgreementConditions {
    pub kinds: Vec<TicketKind>,
    pub priorities: Vec<Priority>,
    pub departments: Vec<DepartmentName>,
    pub services: Vec<ServiceName>,
    pub categories: Vec<ParentCategory>,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct AgreementPoint {
    pub key: String,
    pub percent_used: Option<i32>,
    pub working_seconds: Option<i32>,
    pub working_days: Option<i32>,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct AgreementTarget {
    pub target: ClockTarget,
    pub priorities: Vec<Priority>,
    pub working_seconds: Option<i32>,
    pub working_days: Option<i32>,
    pub end_of_working_day: Option<i32>,
    pub pauses_on: Vec<HoldReason>,
    pub anew_on_reopen: bool,
    pub from_now_on_change: bool,
    pub points: Vec<AgreementPoint>,
}

/// An agreement as its editor needs it.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    pub id: Id,
    pub name: String,
    pub position: i32,
    pub calendar: Option<CalendarName>,
    pub conditions: AgreementConditions,
    pub targets: Vec<AgreementTarget>,
    pub active: bool,
    pub version: i32,
}

/// Agreements, and what their conditions can name.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Query")]
pub struct AgreementsQuery {
    pub agreements: Vec<Agreement>,
    pub calendars: Vec<CalendarName>,
    pub departments: Vec<DepartmentName>,
    pub services: Vec<ServiceName>,
    pub categories: Vec<ParentCategory>,
}

/// All agreements in their order.
pub fn fetch_agreements() -> Call<AgreementsQuery> {
    api::query(AgreementsQuery::build(()))
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct AgreementConditionsInput {
    pub kinds: Vec<TicketKind>,
    pub priorities: Vec<Priority>,
    pub departments: Vec<Id>,
    pub services: Vec<Id>,
    pub categories: Vec<Id>,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct AgreementPointInput {
    pub key: String,
    pub percent_used: Option<i32>,
    pub working_seconds: Option<i32>,
    pub working_days: Option<i32>,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct AgreementTargetInput {
    pub target: ClockTarget,
    pub priorities: Vec<Priority>,
    pub working_seconds: Option<i32>,
    pub working_days: Option<i32>,
    pub end_of_working_day: Option<i32>,
    pub pauses_on: Option<Vec<HoldReason>>,
    pub anew_on_reopen: bool,
    pub from_now_on_change: bool,
    pub points: Vec<AgreementPointInput>,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct AgreementCreateInput {
    pub name: String,
    pub calendar: Id,
    pub conditions: AgreementConditionsInput,
    pub targets: Vec<AgreementTargetInput>,
    pub idempotency_key: Option<String>,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct AgreementEditInput {
    pub agreement: Id,
    pub expected_version: i32,
    pub name: Option<String>,
    pub position: Option<i32>,
    pub calendar: Option<Id>,
    pub conditions: Option<AgreementConditionsInput>,
    pub targets: Option<Vec<AgreementTargetInput>>,
    pub active: Option<bool>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct AgreementPayload {
    agreement: Option<Agreement>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryVariables)]
struct CreateVars {
    input: AgreementCreateInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "CreateVars")]
struct CreateMutation {
    #[arguments(input: $input)]
    agreement_create: AgreementPayload,
}

#[derive(cynic::QueryVariables)]
struct EditVars {
    input: AgreementEditInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "EditVars")]
struct EditMutation {
    #[arguments(input: $input)]
    agreement_edit: AgreementPayload,
}

/// Makes an agreement.
pub fn create(input: AgreementCreateInput) -> Call<Agreement> {
    changed!(
        CreateMutation::build(CreateVars { input }),
        agreement_create,
        agreement
    )
}

/// Changes an agreement.
pub fn edit(input: AgreementEditInput) -> Call<Agreement> {
    changed!(
        EditMutation::build(EditVars { input }),
        agreement_edit,
        agreement
    )
}
