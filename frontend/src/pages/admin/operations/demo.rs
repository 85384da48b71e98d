//! The demo's data, and its end.

use cynic::{MutationBuilder, QueryBuilder};

use super::people::Password;
use crate::api::{self, Call, UserError, schema};

/// What there is of a demo.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct DemoData {
    pub organisation: String,
    pub departments: i32,
    pub people: i32,
    pub tickets: i32,
    pub messages: i32,
    pub files: i32,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query")]
struct DemoQuery {
    demo_data: Option<DemoData>,
}

/// Asks what there is of the demo; nothing where the data is one's own.
pub fn fetch_demo() -> Call<Option<DemoData>> {
    api::one!(DemoQuery::build(()), demo_data)
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Organisation")]
pub struct IsDemo {
    pub demo: bool,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query")]
struct IsDemoQuery {
    organisation: IsDemo,
}

/// Asks whether the data is the demo's.
pub fn fetch_is_demo() -> Call<IsDemo> {
    api::one!(IsDemoQuery::build(()), organisation)
}

#[derive(cynic::InputObject, Clone)]
struct DemoRemoveInput {
    organisation: String,
    current_password: Password,
}

#[derive(cynic::QueryVariables)]
struct RemoveVars {
    input: DemoRemoveInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct DemoRemovePayload {
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "RemoveVars")]
struct RemoveMutation {
    #[arguments(input: $input)]
    demo_remove: DemoRemovePayload,
}

/// Removes the demo with everything in it.
pub fn remove_demo(organisation: String, password: String) -> Call<()> {
    let input = DemoRemoveInput {
        organisation,
        current_password: Password(password),
    };
    api::one!(RemoveMutation::build(RemoveVars { input }), demo_remove)
        .then(|payload| api::refusal(payload.user_errors))
}
