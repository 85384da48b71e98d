//! Who is looking.

use cynic::QueryBuilder;

use super::{DepartmentName, TeamName};
use crate::api::{self, Call, Id, Timestamp, schema};

/// The person who is signed in, with what they may open.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    pub person: ViewerPerson,
    pub desk_departments: Vec<DepartmentName>,
    pub can_administer: bool,
    pub can_use_desk: bool,
    pub can_see_dashboards: bool,
    pub unread_notifications: i32,
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
