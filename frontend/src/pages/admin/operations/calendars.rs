//! Working calendars.

use cynic::{MutationBuilder, QueryBuilder};

use super::changed;
use crate::api::{self, Call, Id, UserError, schema};

/// A day of the week.
#[derive(cynic::Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// All seven, Monday first.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    pub start: String,
    pub end: String,
    pub ends_next_day: bool,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct WeekdayHours {
    pub weekday: Weekday,
    pub hours: Vec<Hours>,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct ClosedDate {
    pub on: String,
    pub name: String,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct ExceptionalOpening {
    pub date: String,
    pub hours: Vec<Hours>,
    pub name: String,
}

/// A calendar as its editor needs it.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    pub id: Id,
    pub name: String,
    pub zone: String,
    pub is_default: bool,
    pub active: bool,
    pub version: i32,
    pub weekly: Vec<WeekdayHours>,
    pub closed: Vec<ClosedDate>,
    pub openings: Vec<ExceptionalOpening>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query")]
struct CalendarsQuery {
    calendars: Vec<Calendar>,
}

/// All calendars, the default one first.
pub fn fetch_calendars() -> Call<Vec<Calendar>> {
    api::one!(CalendarsQuery::build(()), calendars)
}

#[derive(cynic::InputObject, Clone, Debug, PartialEq, Eq)]
pub struct HoursInput {
    pub start: String,
    pub end: String,
    pub ends_next_day: bool,
}

#[derive(cynic::InputObject, Clone, Debug, PartialEq, Eq)]
pub struct WeekdayHoursInput {
    pub weekday: Weekday,
    pub hours: Vec<HoursInput>,
}

#[derive(cynic::InputObject, Clone, Debug, PartialEq, Eq)]
pub struct ClosedDateInput {
    pub on: String,
    pub name: String,
}

#[derive(cynic::InputObject, Clone, Debug, PartialEq, Eq)]
pub struct ExceptionalOpeningInput {
    pub date: String,
    pub hours: Vec<HoursInput>,
    pub name: String,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct CalendarHoursInput {
    pub zone: String,
    pub weekly: Vec<WeekdayHoursInput>,
    pub closed: Vec<ClosedDateInput>,
    pub openings: Vec<ExceptionalOpeningInput>,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct CalendarCreateInput {
    pub name: String,
    pub is_default: bool,
    pub hours: CalendarHoursInput,
    pub idempotency_key: Option<String>,
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct CalendarEditInput {
    pub calendar: Id,
    pub expected_version: i32,
    pub name: Option<String>,
    pub is_default: Option<bool>,
    pub active: Option<bool>,
    pub hours: Option<CalendarHoursInput>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct CalendarPayload {
    calendar: Option<Calendar>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryVariables)]
struct CreateVars {
    input: CalendarCreateInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "CreateVars")]
struct CreateMutation {
    #[arguments(input: $input)]
    calendar_create: CalendarPayload,
}

#[derive(cynic::QueryVariables)]
struct EditVars {
    input: CalendarEditInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "EditVars")]
struct EditMutation {
    #[arguments(input: $input)]
    calendar_edit: CalendarPayload,
}

/// Draws up a calendar.
pub fn create(input: CalendarCreateInput) -> Call<Calendar> {
    changed!(
        CreateMutation::build(CreateVars { input }),
        calendar_create,
        calendar
    )
}

/// Changes a calendar.
pub fn edit(input: CalendarEditInput) -> Call<Calendar> {
    changed!(
        EditMutation::build(EditVars { input }),
        calendar_edit,
        calendar
    )
}
