//! What departments set about states.

use cynic::{MutationBuilder, QueryBuilder};

use super::changed;
use crate::api::{self, Call, HoldReason, Id, ResolutionCode, UserError, schema};

/// A reason for which tickets may wait, and for how long unless somebody says.
#[derive(cynic::QueryFragment, Clone, Copy, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "HoldReasonOffer")]
pub struct HoldOffer {
    pub reason: HoldReason,
    pub wake_up_days: i32,
}

/// The settings of a department.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct StateSettings {
    pub close_after_days: i32,
    pub reopen_within_days: i32,
    pub hold_reasons: Vec<HoldOffer>,
    pub resolution_codes: Vec<ResolutionCode>,
    pub version: i32,
}

/// A department with its settings.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Department")]
pub struct DepartmentStates {
    pub id: Id,
    pub name: String,
    pub icon: String,
    pub hue: i32,
    pub state_settings: StateSettings,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query")]
struct StatesQuery {
    departments: Vec<DepartmentStates>,
}

/// The departments in use with their settings.
pub fn fetch_states() -> Call<Vec<DepartmentStates>> {
    api::one!(StatesQuery::build(()), departments)
}

#[derive(cynic::InputObject, Clone, Debug)]
#[cynic(graphql_type = "HoldReasonOfferInput")]
pub struct HoldOfferInput {
    pub reason: HoldReason,
    pub wake_up_days: i32,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct StateSettingsEditInput {
    pub department: Id,
    pub expected_version: i32,
    pub close_after_days: Option<i32>,
    pub reopen_within_days: Option<i32>,
    pub hold_reasons: Option<Vec<HoldOfferInput>>,
    pub resolution_codes: Option<Vec<ResolutionCode>>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct StateSettingsPayload {
    state_settings: Option<StateSettings>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryVariables)]
struct EditVars {
    input: StateSettingsEditInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "EditVars")]
struct EditMutation {
    #[arguments(input: $input)]
    state_settings_edit: StateSettingsPayload,
}

/// Changes what a department sets.
pub fn edit(input: StateSettingsEditInput) -> Call<StateSettings> {
    changed!(
        EditMutation::build(EditVars { input }),
        state_settings_edit,
        state_settings
    )
}
