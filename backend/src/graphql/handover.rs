//! What somebody leaves behind, and who takes it over.

use super::context::acting;
use super::error::top_level;
use super::id::parse;
use super::organisation::{Department, Person, Team, load_department, load_person, load_team};
use crate::desk::handover::{self, Duty, TakeOver};
use crate::organisation::role::Granted;
use crate::platform::database::Database;
use crate::platform::error::Error;
use async_graphql::{Context, ID, InputObject, Object, Result};
use shared::id::PersonId;

/// Who takes over in a department from somebody who leaves.
#[derive(Clone, Debug, InputObject)]
pub struct TakeOverInput {
    /// Where.
    department: ID,
    /// Agent or lead of the department; has the open tickets from now on.
    person: ID,
    /// Leads the department from now on.
    #[graphql(default = false)]
    leads: bool,
}

/// Reads them.
pub fn take_overs(inputs: &[TakeOverInput]) -> Result<Vec<TakeOver>, Error> {
    inputs
        .iter()
        .map(|input| {
            Ok(TakeOver {
                department: parse(&input.department, "takeOver")?,
                person: parse(&input.person, "takeOver")?,
                leads: input.leads,
            })
        })
        .collect()
}

/// Who takes over when a role in a department is taken.
pub fn taken_over(granted: Granted, heir: Option<PersonId>) -> Vec<TakeOver> {
    match (granted, heir) {
        (Granted::In(department, _), Some(person)) => vec![TakeOver {
            department,
            person,
            leads: false,
        }],
        _ => Vec::new(),
    }
}

/// What a person would leave behind in a department.
pub struct PersonDuty(Duty);

/// What a person would leave behind in a department.
#[Object]
impl PersonDuty {
    /// Where.
    async fn department(&self, ctx: &Context<'_>) -> Result<Department> {
        load_department(ctx, self.0.department).await
    }
    /// Open tickets that they have; null in a confidential department in which the viewer does not
    /// work: there they go back to the queues of their teams.
    async fn open_tickets(&self) -> Option<i32> {
        self.0
            .open_tickets
            .map(|count| i32::try_from(count).unwrap_or(i32::MAX))
    }
    /// Teams that they belong to.
    async fn teams(&self, ctx: &Context<'_>) -> Result<Vec<Team>> {
        let mut teams = Vec::new();
        for id in &self.0.teams {
            teams.extend(load_team(ctx, Some(*id)).await?);
        }
        Ok(teams)
    }
    /// They lead it.
    async fn leads(&self) -> bool {
        self.0.leads
    }
    /// Nobody else leads it.
    async fn only_lead(&self) -> bool {
        self.0.only_lead
    }
    /// Agents and leads of the department who could take over; nobody in a confidential department
    /// in which the viewer does not work.
    async fn heirs(&self, ctx: &Context<'_>) -> Result<Vec<Person>> {
        let mut people = Vec::new();
        for id in &self.0.heirs {
            people.push(load_person(ctx, *id).await?);
        }
        Ok(people)
    }
}

/// Asks what somebody would leave behind.
#[derive(Default)]
pub struct HandOverQuery;

#[Object]
impl HandOverQuery {
    /// What a person would leave behind if they were deactivated; for administrators, and for leads
    /// what is in their departments.
    async fn person_duties(&self, ctx: &Context<'_>, person: ID) -> Result<Vec<PersonDuty>> {
        let acting = acting(ctx)?;
        let found = async {
            let person = parse(&person, "person")?;
            handover::duties(ctx.data_unchecked::<Database>().reader(), acting, person).await
        };
        let duties = found.await.map_err(|error| top_level(ctx, error))?;
        Ok(duties.into_iter().map(PersonDuty).collect())
    }
}
