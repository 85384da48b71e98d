//! Departments from templates, with a calendar and agreements where there are none yet.

use crate::organisation::category::{self, NewCategory};
use crate::organisation::department::{self, NewDepartment};
use crate::organisation::entity::department::Model as Department;
use crate::organisation::service::{self, NewService};
use crate::organisation::{access, store, team};
use crate::platform::Platform;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result, code};
use crate::platform::idempotency::Key;
use crate::practice::service_level::agreement::{self, NewAgreement};
use crate::practice::service_level::calendar::{self, NewCalendar};
use serde::Deserialize;
use shared::calendar::{CalendarDefinition, Interval, Weekday};
use shared::permission::SetUp;
use shared::service_level::{Allowance, ClockTarget, Conditions, Target};
use shared::ticket::{Priority, TicketKind};

const TEMPLATES: &str = include_str!("templates.toml");
/// When a promise is told to be at risk.
const WARNING_PERCENT: u16 = 75;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    department: Vec<Template>,
    agreement: Vec<Promise>,
}

/// A department to begin with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Stable short name.
    pub key: String,
    /// As employees know it.
    pub name: String,
    /// One line.
    pub description: String,
    /// Name of an icon.
    pub icon: String,
    /// Colour, 0-359.
    pub hue: i32,
    /// Hides its tickets from all others.
    #[serde(default)]
    pub confidential: bool,
    /// Its teams.
    pub team: Vec<TeamTemplate>,
}

/// A team to begin with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamTemplate {
    /// Name.
    pub name: String,
    /// What it is for.
    pub categories: Vec<String>,
    /// What it provides.
    pub services: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Promise {
    name: String,
    kind: TicketKind,
    priorities: Vec<Priority>,
    first_response_minutes: i64,
    resolution_minutes: i64,
}

/// The working week.
#[derive(Clone, Debug)]
pub struct Hours {
    /// IANA zone.
    pub zone: String,
    /// Days on which people work.
    pub weekdays: Vec<Weekday>,
    /// Minutes of the day at which work begins and ends.
    pub day: (u16, u16),
}

fn file() -> Result<File> {
    toml::from_str(TEMPLATES).map_err(|error| anyhow::anyhow!("templates.toml: {error}").into())
}

/// All templates.
pub fn templates() -> Result<Vec<Template>> {
    Ok(file()?.department)
}

/// Founds the chosen departments with their teams, categories and services; what there is already
/// stays as it is, so that a run that was cut off is completed by repeating it. Draws up a calendar
/// and agreements where there are none yet. The first that is not confidential becomes the default
/// department, if there is none.
pub async fn found(
    platform: &Platform,
    ctx: &Context,
    chosen: &[String],
    hours: Option<Hours>,
) -> Result<Vec<Department>> {
    access::authorize(ctx, SetUp::Site)?;
    let file = file()?;
    for key in chosen {
        if !file.department.iter().any(|template| template.key == *key) {
            return Err(Error::refused(
                code::INVALID,
                "templates",
                "There is no such template.",
            ));
        }
    }
    if let Some(hours) = hours {
        promise(platform, ctx, &file, hours).await?;
    }
    let wanted = |template: &&Template| chosen.contains(&template.key);
    let mut founded = Vec::new();
    for template in file.department.iter().filter(wanted) {
        founded.push(one(platform, ctx, template).await?);
    }
    default_department(platform, ctx, &founded).await?;
    Ok(founded)
}

async fn one(platform: &Platform, ctx: &Context, template: &Template) -> Result<Department> {
    let db = platform.db.reader();
    let known = store::departments(db, true).await?;
    let department = match known.into_iter().find(|row| row.key == template.key) {
        Some(row) => row,
        None => {
            let new = NewDepartment {
                key: template.key.clone(),
                name: template.name.clone(),
                description: template.description.clone(),
                icon: template.icon.clone(),
                hue: template.hue,
                confidential: template.confidential,
            };
            department::create(platform, ctx, new, once()).await?
        }
    };
    let teams = store::teams(db, Some(&[department.id]), true).await?;
    let categories = store::categories(db, Some(department.id), true).await?;
    let services = store::services(db, Some(department.id), true).await?;
    for drawn in &template.team {
        let team = match teams.iter().find(|row| row.name == drawn.name) {
            Some(row) => row.clone(),
            None => team::create(platform, ctx, department.id, drawn.name.clone(), once()).await?,
        };
        for name in &drawn.categories {
            if categories.iter().any(|row| row.name == *name) {
                continue;
            }
            let new = NewCategory {
                department: department.id,
                name: name.clone(),
                parent: None,
                team: Some(team.id),
            };
            category::create(platform, ctx, new, once()).await?;
        }
        for name in &drawn.services {
            if services.iter().any(|row| row.name == *name) {
                continue;
            }
            let new = NewService {
                department: department.id,
                name: name.clone(),
                description: String::new(),
                team: Some(team.id),
            };
            service::create(platform, ctx, new, once()).await?;
        }
    }
    Ok(department)
}

async fn promise(platform: &Platform, ctx: &Context, file: &File, hours: Hours) -> Result<()> {
    let db = platform.db.reader();
    let calendars = calendar::calendars(db, ctx).await?;
    let calendar = match calendars.into_iter().next() {
        Some(found) => found,
        None => {
            let day = [Interval::new(hours.day.0, hours.day.1)];
            let new = NewCalendar {
                name: "Office hours".to_owned(),
                is_default: true,
                definition: CalendarDefinition::with_hours(&hours.zone, &hours.weekdays, &day),
            };
            calendar::create(platform, ctx, new, once()).await?
        }
    };
    let known = agreement::agreements(db, ctx).await?;
    for promised in &file.agreement {
        if known.iter().any(|found| found.name == promised.name) {
            continue;
        }
        let target = |kind, minutes: i64| {
            Target::new(kind, Allowance::WorkingSeconds(minutes * 60))
                .with_warning_at(WARNING_PERCENT)
        };
        let new = NewAgreement {
            name: promised.name.clone(),
            position: None,
            calendar: calendar.id,
            conditions: Conditions {
                kinds: vec![promised.kind],
                priorities: promised.priorities.clone(),
                ..Conditions::default()
            },
            targets: vec![
                target(ClockTarget::FirstResponse, promised.first_response_minutes),
                target(ClockTarget::Resolution, promised.resolution_minutes),
            ],
        };
        agreement::create(platform, ctx, new, once()).await?;
    }
    Ok(())
}

async fn default_department(
    platform: &Platform,
    ctx: &Context,
    founded: &[Department],
) -> Result<()> {
    use crate::organisation::settings::{self, OrganisationEdit};
    if settings::default_department(platform.db.reader())
        .await?
        .is_some()
    {
        return Ok(());
    }
    let Some(first) = founded.iter().find(|row| !row.confidential && row.active) else {
        return Ok(());
    };
    let edit = OrganisationEdit {
        default_department: Some(Some(first.id)),
        ..OrganisationEdit::default()
    };
    settings::edit(platform, ctx, edit).await?;
    Ok(())
}

/// What is looked up by name needs no key against being done twice.
fn once() -> Key {
    Key::new("template", None, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_hold_together_and_what_is_delicate_is_confidential() {
        let file = file().expect("a readable file");
        let confidential: Vec<&str> = file
            .department
            .iter()
            .filter(|template| template.confidential)
            .map(|template| template.key.as_str())
            .collect();
        assert_eq!(confidential, ["hr", "legal", "security"]);
        assert_eq!(file.department.len(), 7);
        for template in &file.department {
            shared::organisation::check_department(
                &template.key,
                &template.name,
                &template.description,
                &template.icon,
                template.hue,
            )
            .expect("a good department");
            assert!(!template.team.is_empty());
        }
    }
}
