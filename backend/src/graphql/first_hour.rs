//! The set-up page, and departments from templates.

use super::context::acting;
use super::error::{UserError, outcome, top_level};
use super::input::parts;
use super::organisation::Department;
use super::payload::{made, payloads};
use super::person_mutation::Secret;
use crate::app::App;
use crate::first_hour::State;
use crate::first_hour::begin::{self, Beginning};
use crate::first_hour::template::{self, Hours, Template};
use crate::organisation::access::authorize;
use crate::organisation::entity::department;
use crate::organisation::person::NewPerson;
use crate::platform::error::{Error, code};
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use shared::calendar::Weekday;
use shared::permission::SetUp as Part;

/// Whether the server waits for its first administrator.
pub struct SetUp(State);

#[Object]
impl SetUp {
    /// Nobody can set things up yet.
    async fn needed(&self) -> bool {
        self.0.needed
    }
    /// The server can be filled with demo data instead.
    async fn demo_offered(&self) -> bool {
        self.0.demo_offered
    }
}

/// A team of a template.
#[derive(SimpleObject)]
pub struct TeamTemplate {
    /// Name.
    name: String,
    /// What its tickets are about.
    categories: Vec<String>,
    /// What it provides.
    services: Vec<String>,
}

/// A department to begin with.
#[derive(SimpleObject)]
pub struct DepartmentTemplate {
    /// Stable short name.
    key: String,
    /// As employees know it.
    name: String,
    /// One line.
    description: String,
    /// Name of an icon.
    icon: String,
    /// Colour, 0-359.
    hue: i32,
    /// Its tickets are hidden from all others.
    confidential: bool,
    /// Its teams.
    teams: Vec<TeamTemplate>,
}

impl From<Template> for DepartmentTemplate {
    fn from(template: Template) -> Self {
        Self {
            key: template.key,
            name: template.name,
            description: template.description,
            icon: template.icon,
            hue: template.hue,
            confidential: template.confidential,
            teams: template
                .team
                .into_iter()
                .map(|team| TeamTemplate {
                    name: team.name,
                    categories: team.categories,
                    services: team.services,
                })
                .collect(),
        }
    }
}

/// The code that the server printed when it started.
#[derive(Clone, Debug, InputObject)]
pub struct SetUpDemoInput {
    /// The code.
    code: Secret,
}

/// The first administrator, and what the organisation is called.
#[derive(Clone, Debug, InputObject)]
pub struct SetUpBeginInput {
    /// The code that the server printed when it started.
    code: Secret,
    /// Name of the organisation.
    organisation: String,
    /// Name of the administrator.
    name: String,
    /// Sign-in name: small letters, digits, dots, hyphens, underscores.
    login: String,
    /// Mail address.
    email: String,
    /// IANA zone, such as Europe/Berlin.
    timezone: String,
    /// At least 12 characters.
    password: Secret,
}

/// Answer of the set-up page's mutations.
#[derive(SimpleObject)]
pub struct SetUpPayload {
    /// With this name the administrator signs in; null for the demo.
    login: Option<String>,
    /// It is done.
    done: bool,
    /// Why not.
    user_errors: Vec<UserError>,
}

/// When people work.
#[derive(Clone, Debug, InputObject)]
pub struct WorkingHoursInput {
    /// IANA zone, such as Europe/Berlin.
    zone: String,
    /// Days on which people work.
    weekdays: Vec<Weekday>,
    /// When work begins, such as 09:00.
    start: String,
    /// When it ends, such as 17:00.
    end: String,
}

impl WorkingHoursInput {
    fn read(self) -> Result<Hours, Error> {
        let at = |text: &str| {
            minutes(text).ok_or_else(|| {
                Error::refused(code::INVALID, "hours", "A time of day is like 09:00.")
            })
        };
        let day = (at(&self.start)?, at(&self.end)?);
        if day.0 >= day.1 || self.weekdays.is_empty() {
            return Err(Error::refused(
                code::INVALID,
                "hours",
                "Work begins before it ends, on one day at least.",
            ));
        }
        Ok(Hours {
            zone: self.zone,
            weekdays: self.weekdays,
            day,
        })
    }
}

fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60 || (hours, minutes) == (24, 0)).then_some(hours * 60 + minutes)
}

/// Templates to found departments from.
#[derive(Clone, Debug, InputObject)]
pub struct DepartmentsFromTemplatesInput {
    /// Keys of the templates.
    templates: Vec<String>,
    /// Draws up a calendar and agreements where there are none yet.
    hours: Option<WorkingHoursInput>,
}

payloads! {
    /// Answer of the mutation that founds departments from templates.
    DepartmentsPayload {
        /// The departments, new or known.
        departments: Vec<Department> = Vec<department::Model> => |rows: Vec<department::Model>| rows.into_iter().map(Department).collect()
    }
}

/// Asks about the first hour.
#[derive(Default)]
pub struct FirstHourQuery;

#[Object]
impl FirstHourQuery {
    /// Whether the server waits for its first administrator; for everybody.
    async fn set_up(&self, ctx: &Context<'_>) -> Result<SetUp> {
        let app = ctx.data::<App>()?;
        let state = app.first_hour.state(app.platform.db.reader()).await;
        state.map(SetUp).map_err(|error| top_level(ctx, error))
    }

    /// Departments to begin with; for administrators.
    async fn department_templates(&self, ctx: &Context<'_>) -> Result<Vec<DepartmentTemplate>> {
        let found = authorize(acting(ctx)?, Part::Site).and_then(|()| template::templates());
        let templates = found.map_err(|error| top_level(ctx, error))?;
        Ok(templates.into_iter().map(Into::into).collect())
    }
}

/// What can be done in the first hour.
#[derive(Default)]
pub struct FirstHourMutation;

#[Object]
impl FirstHourMutation {
    /// Fills the empty server with demo data; with the code, by anybody.
    async fn set_up_demo(&self, ctx: &Context<'_>, input: SetUpDemoInput) -> Result<SetUpPayload> {
        let app = ctx.data::<App>()?;
        let planted = app.first_hour.plant(&input.code.into_text()).await;
        let (done, user_errors) = outcome(ctx, planted)?;
        Ok(SetUpPayload {
            login: None,
            done: done.is_some(),
            user_errors,
        })
    }

    /// Makes the first administrator; with the code, by anybody, while there is none.
    async fn set_up_begin(
        &self,
        ctx: &Context<'_>,
        input: SetUpBeginInput,
    ) -> Result<SetUpPayload> {
        let app = ctx.data::<App>()?;
        let beginning = Beginning {
            organisation: input.organisation,
            administrator: NewPerson {
                login: input.login,
                email: input.email,
                name: input.name,
                title: None,
                phone: None,
                site: None,
                timezone: input.timezone,
                locale: "en".to_owned(),
                vip: false,
                department: None,
                manager: None,
                password: Some(input.password.into_text()),
            },
        };
        let code = input.code.into_text();
        let now = app.platform.clock.now();
        let begun = begin::begin(
            &app.platform,
            &app.first_hour,
            &code,
            beginning,
            now,
            "set-up",
        );
        let (login, user_errors) = outcome(ctx, begun.await)?;
        Ok(SetUpPayload {
            done: login.is_some(),
            login,
            user_errors,
        })
    }

    /// Founds departments from templates, with teams, categories and services; what there is already
    /// stays as it is.
    async fn departments_from_templates(
        &self,
        ctx: &Context<'_>,
        input: DepartmentsFromTemplatesInput,
    ) -> Result<DepartmentsPayload> {
        let (acting, platform) = parts(ctx)?;
        let act = async {
            let hours = input.hours.map(WorkingHoursInput::read).transpose()?;
            template::found(platform, acting, &input.templates, hours).await
        };
        made(ctx, act.await)
    }
}
