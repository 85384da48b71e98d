//! What dashboards ask of the API.

use cynic::{QueryBuilder, SubscriptionBuilder};

use crate::api::{
    self, CalendarDate, Call, Id, Priority, Sequence, TicketState, Timestamp,
    operations::{DepartmentName, TeamName, TicketRow},
    schema,
};

/// A dashboard in the list of dashboards.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "DashboardInfo")]
pub struct BoardName {
    pub id: Id,
    pub name: String,
    pub department: Option<DepartmentName>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
struct BoardsQuery {
    dashboards: Vec<BoardName>,
}

/// Asks for the dashboards that the viewer may see.
pub fn fetch_boards() -> Call<Vec<BoardName>> {
    api::one!(BoardsQuery::build(()), dashboards)
}

/// All figures of a dashboard at one instant.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq)]
#[cynic(graphql_type = "Dashboard")]
pub struct Figures {
    pub id: Id,
    pub name: String,
    pub department: Option<DepartmentName>,
    pub as_of: Sequence,
    pub generated_at: Timestamp,
    pub open: i32,
    pub unassigned: i32,
    pub due_soon: i32,
    pub overdue: i32,
    pub arrived_today: i32,
    pub resolved_today: i32,
    pub met_ratio: Option<f64>,
    pub backlog_by_state: Vec<StateCount>,
    pub backlog_by_priority: Vec<PriorityCount>,
    pub backlog_by_team: Vec<TeamCount>,
    pub flow: Vec<FlowDay>,
    pub due_next: Vec<TicketRow>,
    pub breached: Vec<TicketRow>,
}

/// How many stand in a state.
#[derive(cynic::QueryFragment, Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateCount {
    pub state: TicketState,
    pub count: i32,
}

/// How many have a priority.
#[derive(cynic::QueryFragment, Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriorityCount {
    pub priority: Priority,
    pub count: i32,
}

/// How many a team has.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct TeamCount {
    pub team: Option<TeamName>,
    pub count: i32,
    pub overdue: i32,
}

/// What came and went on a day.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct FlowDay {
    pub date: CalendarDate,
    /// When the day begins, in the department's zone.
    pub from: Timestamp,
    /// When it ends.
    pub to: Timestamp,
    pub arrived: i32,
    pub resolved: i32,
}

#[derive(cynic::QueryVariables)]
struct FiguresVariables {
    id: Id,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query", variables = "FiguresVariables")]
struct FiguresQuery {
    #[arguments(id: $id)]
    dashboard: Option<Figures>,
}

/// Asks for the figures of a dashboard; nothing where the viewer sees no such one.
pub fn fetch_figures(id: String) -> Call<Option<Figures>> {
    api::one!(
        FiguresQuery::build(FiguresVariables { id: Id::new(id) }),
        dashboard
    )
}

#[derive(cynic::QueryVariables)]
pub struct FiguresChangedVariables {
    id: Id,
    since: Option<Sequence>,
}

/// Figures as they change.
#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Subscription", variables = "FiguresChangedVariables")]
pub struct FiguresChanged {
    #[arguments(id: $id, since: $since)]
    pub dashboard_changed: FiguresUpdate,
}

/// One change.
#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "DashboardUpdate")]
pub struct FiguresUpdate {
    pub dashboard: Figures,
    pub sequence: Sequence,
}

/// The subscription to a dashboard's figures after `since`.
pub fn figures_changed(
    id: &str,
    since: Option<Sequence>,
) -> cynic::StreamingOperation<FiguresChanged, FiguresChangedVariables> {
    FiguresChanged::build(FiguresChangedVariables {
        id: Id::new(id),
        since,
    })
}
