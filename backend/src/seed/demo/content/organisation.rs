//! `organisation.toml`: sites, calendars, departments, services, categories, agreements.

use serde::Deserialize;
use shared::routing::Assignment;
use shared::ticket::{Matrix, Priority, TicketKind};

/// The organisation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// As on screen.
    pub name: String,
    /// Of mail addresses; a reserved one.
    pub domain: String,
    /// Key of the calendar of whatever names none.
    pub default_calendar: String,
    /// Key of the department for what nobody could place.
    pub default_department: String,
    /// Offices.
    #[serde(rename = "site")]
    pub sites: Vec<Site>,
    /// Working hours.
    #[serde(rename = "calendar")]
    pub calendars: Vec<Calendar>,
    /// Departments with their teams.
    #[serde(rename = "department")]
    pub departments: Vec<Department>,
    /// Services.
    #[serde(rename = "service")]
    pub services: Vec<Service>,
    /// Categories.
    #[serde(rename = "category")]
    pub categories: Vec<Category>,
    /// Agreements in their order.
    #[serde(rename = "agreement")]
    pub agreements: Vec<Agreement>,
    /// Routing rules, each department's in their order.
    #[serde(rename = "routing_rule")]
    pub routing: Vec<RoutingRule>,
    /// Priority by impact and urgency.
    priority_matrix: MatrixRows,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MatrixRows {
    organisation: MatrixRow,
    team: MatrixRow,
    person: MatrixRow,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MatrixRow {
    high: Priority,
    medium: Priority,
    low: Priority,
}

impl Organisation {
    /// Priority by impact and urgency.
    pub fn matrix(&self) -> Matrix {
        let row = |row: &MatrixRow| [row.high, row.medium, row.low];
        let rows = &self.priority_matrix;
        Matrix([row(&rows.organisation), row(&rows.team), row(&rows.person)])
    }
}

/// An office.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// IANA zone.
    pub zone: String,
    /// Key of the calendar of those who work there.
    pub calendar: String,
}

/// Working hours.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// IANA zone.
    pub zone: String,
    /// Weekly hours.
    pub hours: Vec<Hours>,
    /// Closed dates.
    pub holidays: Vec<Holiday>,
}

/// The same hours on some weekdays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// `monday` and so on.
    pub days: Vec<String>,
    /// Pairs of `HH:MM`, from and to.
    pub open: Vec<[String; 2]>,
}

/// A closed date.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// `YYYY-MM-DD`, or `--MM-DD` for every year.
    pub on: String,
    /// Name.
    pub name: String,
}

/// A department.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    /// Key.
    pub key: String,
    /// As employees see it.
    pub name: String,
    /// One line.
    pub description: String,
    /// Name of an icon.
    pub icon: String,
    /// 0-359.
    pub hue: u16,
    /// Hidden from all others.
    pub confidential: bool,
    /// Teams.
    pub teams: Vec<Team>,
}

/// A team.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
}

/// A service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Key of its department.
    pub department: String,
    /// One line.
    pub description: String,
}

/// A category of the first level.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Key of its department.
    pub department: String,
    /// Key of the team that it routes to.
    pub team: String,
    /// Second level.
    pub children: Vec<SubCategory>,
}

/// A category of the second level.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubCategory {
    /// Key: that of its parent, a dot, its own.
    pub key: String,
    /// Name.
    pub name: String,
    /// Key of the team, where another than its parent's.
    pub team: Option<String>,
}

/// An agreement.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Only for this department.
    pub department: Option<String>,
    /// Only for this kind.
    pub kind: Option<TicketKind>,
    /// Only for these; empty: all.
    #[serde(default)]
    pub priorities: Vec<Priority>,
    /// Key of the calendar.
    pub calendar: String,
    /// Working minutes.
    pub first_response_minutes: u32,
    /// Working minutes.
    pub resolution_minutes: u32,
    /// Warn when this share of the time is used, in per cent.
    pub warning_percent: u16,
}

/// A routing rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoutingRule {
    /// Name.
    pub name: String,
    /// Key of the department whose tickets it is asked about.
    pub department: String,
    /// Only for this kind.
    pub kind: Option<TicketKind>,
    /// One of these stands in the title; empty: whatever it says.
    #[serde(default)]
    pub words: Vec<String>,
    /// Only for very important people, or only for others.
    pub vip: Option<bool>,
    /// Key of the team.
    pub team: String,
    /// To whom in it.
    pub assignment: Assignment,
}
