//! Who is looking.

use cynic::{MutationBuilder, QueryBuilder};

use super::{DepartmentName, TeamName};
use crate::api::{self, Call, Id, Timestamp, UserError, schema};

/// The person who is signed in, with what they may open.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    pub person: ViewerPerson,
    pub desk_departments: Vec<DepartmentName>,
    pub can_administer: bool,
    pub can_use_desk: bool,
    pub can_see_dashboards: bool,
    pub unread_notifications: i32,
    /// Wants mail about tickets; none while no mail is sent.
    pub ticket_mails: Option<bool>,
}

/// The viewer as a person.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Person")]
pub struct ViewerPerson {
    pub id: Id,
    pub name: String,
    pub initials: String,
    pub hue: i32,
    pub timezone: String,
    pub locale: String,
    pub teams: Vec<TeamName>,
}

/// The viewer, with the server's present.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query")]
pub struct ViewerQuery {
    pub viewer: Viewer,
    pub now: Timestamp,
}

/// Asks who is looking, and corrects the client's clock by the way.
pub fn fetch_viewer() -> Call<Viewer> {
    let asked = api::browser_now();
    api::query(ViewerQuery::build(())).map(move |answer| {
        api::correct_clock(answer.now, asked, api::browser_now());
        answer.viewer
    })
}

#[derive(cynic::InputObject, Clone, Debug)]
struct MailPreferenceSetInput {
    ticket_mails: bool,
}

#[derive(cynic::QueryVariables)]
struct MailPreferenceVars {
    input: MailPreferenceSetInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct MailPreferencePayload {
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "MailPreferenceVars")]
struct MailPreferenceMutation {
    #[arguments(input: $input)]
    mail_preference_set: MailPreferencePayload,
}

/// Says whether the viewer wants mail about tickets.
pub fn set_ticket_mails(wanted: bool) -> Call<()> {
    let input = MailPreferenceSetInput {
        ticket_mails: wanted,
    };
    api::query(MailPreferenceMutation::build(MailPreferenceVars { input }))
        .then(|answer| api::refusal(answer.mail_preference_set.user_errors))
}
